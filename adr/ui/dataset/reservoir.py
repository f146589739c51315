"""The reservoir: what it holds, and a form that reads a second set of real rows as the reservoir."""

from pathlib import Path

import streamlit as st

from adr.errors import AdrError
from adr.figures import counted
from adr.plain_text import code, plain
from adr.reservoir.read import ReservoirReport, read_reservoir, remove_reservoir, reservoir_report
from adr.ui.access import allowed_path
from adr.ui.frame import Frame
from adr.ui.navigation import link
from adr.ui.parts.palette import title_of

_WHAT = (
    "A second set of real rows. It is read and indexed like the dataset, but counts nowhere: a plan with the generator "
    "`retrieve` fills the tail with its rows, and each row that you accept leaves with the export, with its own record "
    "and picture. What real rows cannot fill is left for synthesis."
)


def reservoir_view(here: Frame) -> None:
    """What the reservoir holds, and a form to read one."""
    report = reservoir_report(here.store)
    facts, form = st.columns([3, 2], gap="large")
    with facts:
        if report is None:
            st.info(_WHAT, icon=":material/water_drop:")
        else:
            _facts(here, report)
    with form, st.container(border=True):
        _form(here, report is not None)


def _facts(here: Frame, report: ReservoirReport) -> None:
    st.markdown(
        f"**{counted(report.instances, 'row')}** of {code(report.source)}: **{report.with_image:,}** have one picture "
        f"on disk and can be retrieved. {report.copies:,} are copies of the dataset and are not retrieved while a run "
        f"keeps them; {report.repeated:,} repeated an earlier row and were left out."
    )
    st.dataframe(
        [
            {"Perspective": title_of(p), "Postings": report.postings.get(p, 0), "Shared": report.known.get(p, 0)}
            for p in report.postings
        ],
        hide_index=True,
        key="reservoir counts",
        column_config={
            "Postings": st.column_config.NumberColumn(format="localized"),
            "Shared": st.column_config.NumberColumn(
                format="localized", help="Entities of the dataset that occur in the reservoir too."
            ),
        },
    )
    go, remove = st.columns([2, 1])
    with go:
        link("Synthesize", "Plan with its rows", icon=":material/list_alt:", plan="new")
    if remove.button("Remove it", key="remove_reservoir", type="tertiary", icon=":material/delete:"):
        remove_reservoir(here.store)
        st.rerun()


def _form(here: Frame, again: bool) -> None:
    st.markdown("**Read another reservoir**" if again else "**Read a reservoir**")
    source = _path("File", "source", "/data/more.json", "A LLaVA JSON array, JSON Lines, or the messages form.")
    images = _path("Image folder", "images", "/data/more", "The folder that its image paths start from.")
    objects = _path(
        "Object annotations (optional)", "objects", "/data/more-objects.jsonl", "As for a dataset: JSON Lines."
    )
    if again:
        st.caption("It takes the place of the present one, whose accepted rows can then no longer be exported.")
    if not here.standing.postings:
        st.caption("Build the index first: the reservoir is read with the options of the index.")
    ready = source is not None and here.standing.postings and not here.jobs.running()
    if st.button("Read the reservoir", type="primary", key="read_reservoir", disabled=not ready) and source is not None:
        store, workspace = here.store, here.workspace
        here.jobs.start(
            "reservoir",
            f"Reading {source.name} as the reservoir",
            lambda progress: read_reservoir(
                store, workspace, source, images, objects=objects, replace=again, progress=progress
            ),
        )
        st.rerun()


def _path(label: str, key: str, placeholder: str, help: str) -> Path | None:
    given = st.text_input(label, key=f"reservoir_{key}", placeholder=placeholder, help=help).strip()
    try:
        return allowed_path(given) if given else None
    except AdrError as error:
        st.error(plain(f"{error.sentence} {error.next_step}"), icon=":material/block:")
        return None
