"""The views of the Dataset page: where the dataset stands, its instances, what was set aside, and the index.

Asks `adr.explore.dataset` and draws. The form that reads a dataset is in `adr.ui.dataset.form`.
"""

from dataclasses import replace
from importlib import metadata
from pathlib import Path

import streamlit as st

from adr.explore import dataset
from adr.explore.instances import Instance
from adr.index.index import index
from adr.ingest.oddities import WARNINGS
from adr.ingest.record import REASONS
from adr.recipe import PERSPECTIVES
from adr.store import Store
from adr.ui.dataset.form import read_view, size_words
from adr.ui.dataset.state import state
from adr.ui.frame import Frame, link
from adr.ui.parts.charts import PERSPECTIVE_NAMES
from adr.ui.parts.controls import asked_number, choice, jump, pages
from adr.ui.parts.figures import figures
from adr.ui.parts.image_grid import image_grid
from adr.ui.parts.instance_view import conversation_view, images_view, instance_tiles
from adr.ui.parts.job_view import job_view

__all__ = ["index_view", "instances_view", "jobs_view", "read_view", "rejected_view", "source_view", "welcome"]

TILES, ROWS = 20, 50
_KIND_NAMES = {
    "all": "All",
    "text_only": "Text only",
    "several_images": "Several images",
    "image_missing": "Image missing",
    "image_address": "Image by address",
    "repeated_ids": "Repeated id",
    "marker_mismatch": "<image> ≠ images",
    "nobody_answers": "No answer",
}
_EXTRACTORS = {"lexicon": "Lexicon (seconds, English)", "spacy": "spaCy pipeline (minutes, any language it knows)"}
_OBJECTS = {
    "auto": "Annotations where an instance has them, else its text",
    "annotations": "Annotations only",
    "text": "Text only",
}
_VERIFIERS = {
    "": "No",
    "open_clip": "open_clip: picture–text similarity",
    "grounding-dino": "Grounding DINO: a detector",
}


@st.cache_data(show_spinner="Counting …", max_entries=8)
def _kinds(key: tuple[str, int], _store: Store) -> dict[str, int]:
    return dataset.kinds(_store)


def jobs_view(here: Frame) -> None:
    """Work under way, with its bar; and how the last one of each kind ended."""
    for kind in ("ingest", "index"):
        job = job_view(here.jobs, kind)
        if job is not None and job.state == "done" and job.job not in state().announced:
            state().announced.add(job.job)
            st.toast(f"{job.title}: done.", icon=":material/check_circle:")


def welcome(here: Frame) -> None:
    """What an empty workspace says."""
    st.markdown(
        "This workspace is empty. Read a LLaVA-style dataset (`conversations` or `messages`; a JSON array or "
        "JSON Lines) from a path on this machine, upload a small one, or let the program draw its demo world."
    )


def source_view(here: Frame) -> None:
    """What was read, in one line and a row of numbers."""
    source = dataset.source(here.store)
    counted = _kinds(here.key, here.store)
    if source is None:
        return
    form = {"llava": "LLaVA form", "messages": "messages form"}.get(source.form, source.form)
    parts = [
        f"**{Path(source.path).name}**",
        f"{form}, {'JSON array' if source.layout == 'array' else 'JSON Lines'}",
        size_words(source.bytes),
    ]
    if source.ingested_at:
        parts.append(f"read {source.ingested_at:%Y-%m-%d %H:%M} UTC")
    parts += ["with an image folder"] * bool(source.images) + ["with object annotations"] * bool(source.objects)
    where = [
        f"source: `{source.path}`",
        f"images: `{source.images or 'none'}`",
        f"objects: `{source.objects or 'none'}`",
        f"SHA-256: `{source.sha256}`",
    ]
    st.caption(" · ".join(parts), help="  \n".join(where))
    items = [
        (f"{counted.get('all', 0):,}", "instances", "Records that became instances; identity is the position."),
        (f"{source.rejected:,}", "set aside", "Records that could not be used, each with its reason."),
        (f"{counted.get('text_only', 0):,}", "text only", "Instances without an image."),
    ]
    for kind, name in (
        ("image_missing", "with a missing image"),
        ("repeated_ids", "share an id"),
        ("marker_mismatch", "<image> markers ≠ images"),
        ("nobody_answers", "without an answer"),
    ):
        if counted.get(kind):
            hint = "instances whose id occurs more than once" if kind == "repeated_ids" else WARNINGS[kind]
            items.append((f"{counted[kind]:,}", name, f"{hint.capitalize()}."))
    for kind in ("objects_unread", "objects_unmatched"):
        if source.warnings.get(kind):
            items.append((f"{source.warnings[kind]:,}", kind.replace("_", " "), f"{WARNINGS[kind].capitalize()}."))
    figures(items)
    if not here.standing.postings and not here.jobs.running("index"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(":material/info: No index yet: the curves are counted from it.", width="content")
            if st.button("Build the index", type="primary", key="build now", disabled=bool(here.jobs.running())):
                _start_index(here, "lexicon", None, "auto", None)
    if source.warnings.get("no_image_folder"):
        st.warning(
            f"{source.warnings['no_image_folder']:,} instances have images, but no image folder was given: no "
            "picture can be shown, and none can be a parent. Read the dataset again with its image folder.",
            icon=":material/hide_image:",
        )
    elif counted.get("image_missing", 0) > counted.get("all", 0) // 2:
        st.warning(
            f"{counted['image_missing']:,} instances have an image that is not in {source.images}. Is it the "
            "folder that the paths start from?",
            icon=":material/hide_image:",
        )


def instances_view(here: Frame) -> None:
    """Twenty instances a page, and one of them with picture and conversation."""
    counted = _kinds(here.key, here.store)
    kind = choice(
        "Kind",
        tuple(k for k in dataset.KINDS if counted.get(k)),
        "kind",
        default="all",
        says=lambda k: f"{_KIND_NAMES[k]} {counted[k]:,}",
        drops=("page", "instance"),
    )
    grid, look = st.columns([3, 2], gap="medium")
    with grid:
        offset = (asked_number("page", 1, 1, max(1, -(-counted[kind] // TILES))) - 1) * TILES
        shown = dataset.instances(here.store, kind, offset, TILES)
        number = asked_number("instance", shown[0].instance if shown else -1, -1)
        tiles = [replace(tile, chosen=tile.id == str(number)) for tile in instance_tiles(here, shown)]
        picked = image_grid(tiles, key="instances", least=140)
        pages(counted[kind], TILES, "page")
    if picked is not None and int(picked) != number:
        jump(
            view=None,
            kind=None if kind == "all" else kind,
            page=offset // TILES + 1 if offset else None,
            instance=picked,
        )
    chosen = next((one for one in shown if one.instance == number), shown[0] if shown else None)
    if chosen is not None:
        with look:
            _look(here, chosen)


def _look(here: Frame, shown: Instance) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(f"Instance {shown.instance:,}", anchor=False)
        if here.standing.postings:
            link("Explore", "Its entities", instance=shown.instance)
    st.caption(
        " · ".join(
            part
            for part in (
                f"id `{shown.id}`" if shown.id is not None else "no id",
                "text only" if not shown.images else f"{len(shown.images)} image{'s' if len(shown.images) > 1 else ''}",
                f"{shown.missing} missing" if shown.missing else "",
                f"{len(shown.turns)} turns",
            )
            if part
        )
    )
    with st.container(width=300):
        images_view(here, shown.images)
    conversation_view(shown.turns)
    with st.expander("The record as it stands in the source"):
        st.code(dataset.raw_record(here.store, shown.instance), language="json", wrap_lines=True)


def rejected_view(here: Frame) -> None:
    """Records that were set aside: by reason, with position and excerpt, and as a file."""
    reasons = dataset.rejected_reasons(here.store)
    if not reasons:
        st.success("Every record of the source became an instance; nothing was set aside.", icon=":material/check:")
        return
    total = sum(reasons.values())
    names = ("all", *reasons)
    reason = choice(
        "Reason",
        names,
        "reason",
        default="all",
        drops=("page",),
        says=lambda r: f"All {total:,}" if r == "all" else f"{r} {reasons[r]:,}",
    )
    chosen = None if reason == "all" else reason
    count = reasons[chosen] if chosen else total
    st.caption(
        f"{REASONS.get(reason, 'Each record with its reason').capitalize()}. Positions count the records of "
        "the source from 0; an instance keeps its own, so these are holes."
    )
    offset = (asked_number("page", 1, 1, max(1, -(-count // ROWS))) - 1) * ROWS
    st.dataframe(
        dataset.rejected(here.store, chosen, offset, ROWS),
        hide_index=True,
        key="rejected",
        height="content",
        column_config={
            "position": st.column_config.NumberColumn("Position", width="small", format="localized"),
            "reason": st.column_config.TextColumn("Reason", width="small"),
            "detail": st.column_config.TextColumn("Detail", width="medium"),
            "excerpt": st.column_config.TextColumn("How it begins", width="large"),
        },
    )
    left, right = st.columns([4, 1], vertical_alignment="center")
    with left:
        pages(count, ROWS, "page")
    right.download_button(
        "Download as CSV",
        key="rejected csv",
        icon=":material/download:",
        mime="text/csv",
        on_click="ignore",
        file_name=f"set_aside{'_' + chosen if chosen else ''}.csv",
        width="stretch",
        data=lambda: dataset.rejected(here.store, chosen).to_csv(index=False).encode(),
    )


def index_view(here: Frame) -> None:
    """How the postings were made, and building them again."""
    made = dataset.index_made(here.store)
    facts, form = st.columns([3, 2], gap="large")
    with facts:
        if made is None:
            st.info(
                "No index yet. It finds the entities of every instance in the four perspectives.",
                icon=":material/info:",
            )
        else:
            _index_facts(here, made)
    with form, st.container(border=True):
        _index_form(here, again=made is not None)


def _index_facts(here: Frame, made: dataset.IndexMade) -> None:
    with_model = f" `{made.spacy_model}`" if made.spacy_model else ""
    st.markdown(
        f"Built {made.indexed_at:%Y-%m-%d %H:%M} in {made.seconds:,.1f} s by **{made.extractor}**{with_model}; "
        f"objects from **{made.objects_from}**"
        + (f", looked for in the pictures by **{made.verified_by}**" if made.verified_by else "")
        + "."
    )
    st.dataframe(
        [
            {
                "Perspective": PERSPECTIVE_NAMES[p],
                "Entities": made.counts[p][0],
                "Postings": made.counts[p][1],
                "Postings per instance": made.counts[p][1] / max(1, here.standing.instances),
            }
            for p in PERSPECTIVES
            if p in made.counts
        ],
        hide_index=True,
        key="index counts",
        column_config={
            "Entities": st.column_config.NumberColumn(format="localized"),
            "Postings": st.column_config.NumberColumn(format="localized"),
            "Postings per instance": st.column_config.NumberColumn(format="%.2f"),
        },
    )
    if made.unread:
        st.warning(
            f"{made.unread:,} instances hold text that this extractor cannot read (another language). Install a "
            "spaCy pipeline of that language (`python -m spacy download NAME`) and build the index with it.",
            icon=":material/translate:",
        )
    job = here.jobs.latest("index")
    for notice in getattr(job.outcome, "notices", ()) if job is not None else ():
        if "spaCy" not in notice:
            st.info(notice, icon=":material/info:")
    link("Explore", "See the curves")


def _index_form(here: Frame, again: bool) -> None:
    extractor = st.radio("Extractor of nouns", list(_EXTRACTORS), format_func=_EXTRACTORS.__getitem__, key="extractor")
    model = None
    if extractor == "spacy":
        installed = spacy_pipelines()
        model = st.selectbox(
            "spaCy pipeline",
            installed,
            key="spacy_model",
            accept_new_options=True,
            placeholder="en_core_web_sm, or a folder",
            help="An installed pipeline or a folder that holds one.",
        )
        if not installed:
            st.caption("None is installed: `python -m spacy download en_core_web_sm`, or name a folder.")
    has = dataset.has_annotations(here.store)
    objects = st.radio(
        "Objects from",
        list(_OBJECTS) if has else ["text"],
        key="objects_from",
        format_func=_OBJECTS.__getitem__,
        help=None if has else "This dataset names no objects; give an objects file when reading it.",
    )
    verify = st.selectbox(
        "Look for text objects in the pictures",
        list(_VERIFIERS),
        key="verify",
        format_func=_VERIFIERS.__getitem__,
        help="Drops objects that the text names and the picture does not show. Needs a model; slow.",
    )
    if again:
        st.caption(
            "Building it again replaces the postings. Runs made from the former index keep their decisions; "
            "apply their recipes again for the new counts."
        )
    busy = bool(here.jobs.running())
    if st.button("Build the index again" if again else "Build the index", type="primary", key="build", disabled=busy):
        _start_index(here, extractor, model, objects, verify or None)


def _start_index(here: Frame, extractor: str, model: str | None, objects: str, verify: str | None) -> None:
    store = here.store
    here.jobs.start(
        "index",
        "Building the index",
        lambda progress: index(
            store, extractor=extractor, spacy_model=model, objects=objects, verify=verify, progress=progress
        ),
    )
    st.rerun(scope="app")


@st.cache_data(show_spinner=False, ttl=60)
def spacy_pipelines() -> list[str]:
    """Names of the installed spaCy pipelines, without importing spaCy."""
    return sorted({entry.name for entry in metadata.entry_points(group="spacy_models")})
