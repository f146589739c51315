"""Where the dataset comes from, in one line and a row of numbers; what the page shows without a dataset."""

from pathlib import Path

import streamlit as st

from adr.explore import dataset
from adr.figures import size_words
from adr.ingest.oddities import WARNINGS
from adr.ingest.sources import sources
from adr.plain_text import code, plain
from adr.store import Store
from adr.ui.dataset.images import images_form
from adr.ui.dataset.index import start_index
from adr.ui.dataset.sources import remove_form, sources_view
from adr.ui.frame import Frame
from adr.ui.parts.figures import figures

_ODD_INSTANCES = {
    "image_missing": "with a missing image",
    "repeated_ids": "share an id",
    "image_empty": "with an empty image key",
    "marker_mismatch": "<image> markers ≠ images",
    "marker_spelled_otherwise": "with markers like <image1>",
    "marker_placed": "got their markers",
    "nobody_answers": "without an answer",
}
_FORM_NAMES = {"llava": "LLaVA form", "messages": "messages form", "mapped": "read by a mapping"}
_ODD_OBJECTS = ("objects_unread", "objects_unmatched")


@st.cache_data(show_spinner="Counting …", max_entries=8)
def counted_kinds(
    key: tuple[str, int], _store: Store, source: int | None = None, language: str | None = None
) -> dict[str, int]:
    """The number of instances of each kind (of one source, in one language), counted again only when the workspace
    changes."""
    return dataset.kinds(_store, source, language)


def welcome(here: Frame) -> None:
    """What the page shows for an empty workspace."""
    st.markdown(
        "This workspace is empty. Read a dataset of conversations (a JSON array or JSON Lines) from a path on this "
        "machine, upload a small one, or let the program draw its demo world."
    )


def source_view(here: Frame) -> None:
    """What was read, in one line and a row of numbers."""
    source, found = dataset.source(here.store), sources(here.store)
    counted = counted_kinds(here.key, here.store)
    if source is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        _line(source, ", ".join(Path(one.path).name for one in found))
        images_form(here, source.images, [one.name for one in found])
        remove_form(here, found)
    sources_view(here, found)
    figures([*_counts(source, counted), *_oddities(source, counted)])
    if here.standing.empty_index:
        st.markdown(
            ":material/translate: The index stands and holds nothing, since none of the text could be read. "
            "The Index view says what reads it.",
            width="content",
        )
    elif not here.standing.postings and not here.jobs.running("index"):
        with st.container(horizontal=True, vertical_alignment="center"):
            made = dataset.index_made(here.store) is not None
            why = "The sources have changed since the index was built." if made else "No index yet."
            st.markdown(f":material/info: {why} The curves need one.", width="content")
            if st.button("Build the index", type="primary", key="build now", disabled=bool(here.jobs.running())):
                start_index(here, "lexicon", None, "auto", None)
    _missing_images(source, counted)


def _line(source: dataset.Source, names: str) -> None:
    form = {"llava": "LLaVA form", "messages": "messages form", "mapped": "read by a mapping"}.get(
        source.form, plain(source.form)
    )
    parts = [
        f"**{plain(names)}**",
        f"{form}, {'JSON array' if source.layout == 'array' else 'JSON Lines'}",
        size_words(source.bytes),
    ]
    if source.ingested_at:
        parts.append(f"read {source.ingested_at:%Y-%m-%d %H:%M} UTC")
    parts += ["with an image folder"] * bool(source.images) + ["with object annotations"] * bool(source.objects)
    where = [
        f"source: {code(source.path)}",
        f"images: {code(source.images or 'none')}",
        f"objects: {code(source.objects or 'none')}",
        f"SHA-256: {code(source.sha256)}",
    ]
    st.caption(" · ".join(parts), help="  \n".join(where))


def _counts(source: dataset.Source, counted: dict[str, int]) -> list[tuple[str, str, str]]:
    hint = "Records that became instances; each is identified by its position."
    return [
        (f"{counted.get('all', 0):,}", "instances", hint),
        (f"{source.rejected:,}", "set aside", "Records that could not be used, each with its reason."),
        (f"{counted.get('text_only', 0):,}", "text only", "Instances without an image."),
    ]


def _oddities(source: dataset.Source, counted: dict[str, int]) -> list[tuple[str, str, str]]:
    """A number for each thing that is odd about the dataset."""
    hints = {**WARNINGS, "repeated_ids": "instances whose id occurs more than once"}
    found = [(kind, name, counted.get(kind, 0)) for kind, name in _ODD_INSTANCES.items()]
    found += [(kind, kind.replace("_", " "), source.warnings.get(kind, 0)) for kind in _ODD_OBJECTS]
    return [(f"{n:,}", name, f"{hints[kind][:1].upper()}{hints[kind][1:]}.") for kind, name, n in found if n]


def _missing_images(source: dataset.Source, counted: dict[str, int]) -> None:
    """A warning when no image was found, or fewer than half of them."""
    if source.warnings.get("no_image_folder"):
        st.warning(
            f"{source.warnings['no_image_folder']:,} instances have images, but no image folder was given: no "
            "picture can be shown or be a parent. Set the image folder above.",
            icon=":material/hide_image:",
        )
    elif counted.get("image_missing", 0) > counted.get("all", 0) // 2:
        st.warning(
            f"{counted['image_missing']:,} instances have an image that is not in {code(source.images or '')}. Is it "
            "the folder that the paths start from? Another can be set above.",
            icon=":material/hide_image:",
        )
