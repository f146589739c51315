"""Wrong pairs: the comparison of pictures with texts as a job, and the pairs that agree least."""

from dataclasses import replace

import streamlit as st

from adr.embed.wrong_pairs import DOUBTED, AgreementReport, agreement_report, doubted_pairs, find_wrong_pairs
from adr.explore.instances import instances
from adr.figures import counted
from adr.plain_text import plain
from adr.ui.frame import Frame
from adr.ui.navigation import link
from adr.ui.parts.controls import jump, pages
from adr.ui.parts.image_grid import image_grid
from adr.ui.parts.instance_view import instance_tiles
from adr.ui.parts.job_view import job_view

KIND = "wrong pairs"
_SHOWN = 20


def wrong_pairs_view(here: Frame) -> None:
    """The button that compares, and the pairs that agree least, twenty per page."""
    report = agreement_report(here.store)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(_summary(report), width="stretch")
        if st.button(
            "Compare" if report is None else "Compare again",
            key="compare pairs",
            type="primary" if report is None else "secondary",
            disabled=bool(here.jobs.running(KIND)),
        ):
            here.jobs.start(
                KIND,
                "Comparing pictures with texts",
                lambda progress: find_wrong_pairs(here.store, here.workspace, progress=progress),
            )
            st.rerun(scope="app")
    job_view(here.jobs, KIND)
    if report is not None and report.compared:
        _pairs(here, report)


def _summary(report: AgreementReport | None) -> str:
    if report is None:
        return (
            "How well each picture agrees with the objects of its instance, as all other pictures and texts teach it. "
            "Needs an index and embedded pictures."
        )
    compared = counted(report.compared, "instance")
    return (
        f"{compared} compared by the features of {plain(report.model)}: **{report.doubted:,}** are more probably wrong "
        f"than right (agreement below {DOUBTED})."
    )


def _pairs(here: Frame, report: AgreementReport) -> None:
    above = st.container()
    offset = pages(report.compared, _SHOWN, "page")
    found = {pair.instance: pair for pair in doubted_pairs(here.store, offset, _SHOWN)}
    shown = {one.instance: one for one in instances(here.store, list(found))}
    tiles = [
        replace(
            tile,
            note=f"says {found[int(tile.id)].weakest}, shows rather {found[int(tile.id)].instead}",
            badge=f"{found[int(tile.id)].agreement:.2f}",
        )
        for tile in instance_tiles(here, [shown[number] for number in found if number in shown])
    ]
    with above:
        if picked := image_grid(tiles, key="wrong pairs", least=170):
            jump(find=f"#{picked}")
    link("Dataset", f"The instances: {report.doubted:,}", icon=":material/search:", find=f"agreement<{DOUBTED}")
