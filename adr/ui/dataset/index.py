"""How the postings were made, and a form to build them again."""

from importlib import metadata
from typing import Any

import streamlit as st

from adr.explore import dataset
from adr.explore.templates import asked_options, let_in
from adr.index.index import index
from adr.index.perspectives.change import beside
from adr.perspectives import indexed
from adr.plain_text import code, plain
from adr.ui.access import allowed_model
from adr.ui.dataset.perspectives import perspectives_view
from adr.ui.dataset.templates import templates_view
from adr.ui.frame import Frame
from adr.ui.navigation import link
from adr.ui.parts.languages import languages_view
from adr.ui.parts.palette import title_of

_EXTRACTORS = {"lexicon": "Word lists (seconds)", "spacy": "spaCy pipeline (minutes, any language it knows)"}
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


def index_view(here: Frame) -> None:
    """How the postings were made, and a form to build them again."""
    made = dataset.index_made(here.store)
    facts, form = st.columns([3, 2], gap="large")
    with facts:
        if made is None:
            st.info(
                "No index yet. Building it finds the nouns, things and pairs of things of every instance, and how the "
                "human asks.",
                icon=":material/info:",
            )
        else:
            _index_facts(here, made)
    with form, st.container(border=True):
        _index_form(here, again=made is not None)


def _index_facts(here: Frame, made: dataset.IndexMade) -> None:
    with_model = f" {code(made.spacy_model)}" if made.spacy_model else ""
    st.markdown(
        f"Built {made.indexed_at:%Y-%m-%d %H:%M} in {made.seconds:,.1f} s by **{plain(made.extractor)}**{with_model}; "
        f"objects from **{plain(made.objects_from)}**"
        + (f", checked on the pictures by **{plain(made.verified_by)}**" if made.verified_by else "")
        + "."
    )
    st.dataframe(
        [
            {
                "Perspective": title_of(p),
                "Entities": entities,
                "Postings": postings,
                "Postings per instance": postings / max(1, here.standing.instances),
            }
            for p, (entities, postings) in made.counts.items()
        ],
        hide_index=True,
        key="index counts",
        column_config={
            "Entities": st.column_config.NumberColumn(format="localized"),
            "Postings": st.column_config.NumberColumn(format="localized"),
            "Postings per instance": st.column_config.NumberColumn(format="%.2f"),
        },
    )
    perspectives_view(here)
    languages_view(here.store)
    for notice in made.notices:
        st.info(plain(notice), icon=":material/info:")
    templates_view(here, lambda lines: _start(here, asked_options(here.store) | {"let_in": lines}))
    if here.standing.postings:
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
            st.caption("No pipeline is installed. Run `python -m spacy download en_core_web_sm`, or name a folder.")
    has = dataset.has_annotations(here.store)
    objects = st.radio(
        "Objects from",
        list(_OBJECTS) if has else ["text"],
        key="objects_from",
        format_func=_OBJECTS.__getitem__,
        help=None if has else "This dataset has no object annotations. You can give a file of them when you read it.",
    )
    verify = st.selectbox(
        "Check objects named by the text on the pictures",
        list(_VERIFIERS),
        key="verify",
        format_func=_VERIFIERS.__getitem__,
        help="Drops objects that the text names but the picture does not show. Needs a model, and is slow.",
    )
    anyway = bool(verify) and st.checkbox(
        "Use it for other pictures too",
        key="verify_anyway",
        help="Look with the model even if it was made for other pictures. The index and exports record that.",
    )
    if again:
        st.caption(
            "Building the index again replaces the postings. Existing runs keep their decisions; apply their "
            "recipes again to use the new counts."
        )
    busy = bool(here.jobs.running())
    if st.button("Build the index again" if again else "Build the index", type="primary", key="build", disabled=busy):
        start_index(here, extractor, model, objects, verify or None, model_anyway=anyway)


def start_index(
    here: Frame, extractor: str, model: str | None, objects: str, verify: str | None, *, model_anyway: bool = False
) -> None:
    """Build the index as a job; the arguments are those of `adr.index.index.index`."""
    _start(
        here,
        {
            "extractor": extractor,
            "spacy_model": allowed_model(model) if model else None,
            "objects": objects,
            "verify": verify,
            "model_anyway": model_anyway,
            "let_in": let_in(here.store),
            "merge": tuple(asked_options(here.store).get("merge", ())),
            "perspectives": beside(indexed(here.store)),
        },
    )


def _start(here: Frame, options: dict[str, Any]) -> None:
    store = here.store
    here.jobs.start("index", "Building the index", lambda progress: index(store, progress=progress, **options))
    st.rerun(scope="app")


@st.cache_data(show_spinner=False, ttl=60)
def spacy_pipelines() -> list[str]:
    """Names of the installed spaCy pipelines, without importing spaCy."""
    return sorted({entry.name for entry in metadata.entry_points(group="spacy_models")})
