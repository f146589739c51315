"""Leaks of benchmarks: the comparison as a job, and each leak side by side, to be judged by a key."""

from typing import get_args

import streamlit as st

from adr.figures import counted
from adr.leaks.judging import Judgement, judged_leaks, leak_counts
from adr.leaks.leaks import LeaksReport, find_leaks, leaks_report
from adr.plain_text import code, plain
from adr.ui.access import allowed_path
from adr.ui.dataset.leak_buttons import leak_buttons, to_exclude
from adr.ui.dataset.leak_sides import benchmark_side, workspace_side
from adr.ui.frame import Frame
from adr.ui.navigation import link
from adr.ui.parts.controls import asked_number, choice, pages
from adr.ui.parts.job_view import job_view

KIND = "leaks"
_HOW = {
    "pixels": "The same pixels",
    "hash": "Looks the same",
    "mirrored": "Looks the same, mirrored",
    "look": "One is the other, maybe cropped",
    "shingles": "Shares runs of 13 words",
}
_KINDS = {"picture": "Pictures", "text": "Questions"}
_JUDGED = {"open": "Not looked at", "leak": "Leaks", "false_alarm": "False alarms"}


def leaks_view(here: Frame) -> None:
    """The form that starts a comparison, what the last one found, and one leak."""
    report = leaks_report(here.store)
    with st.expander("Compare benchmarks with the dataset", expanded=report is None):
        _form(here)
    job_view(here.jobs, KIND)
    if report is None:
        return
    st.caption(_summary(report))
    if report.leaks:
        _one(here)
        link("Dataset", f"The instances: {report.instances:,}", icon=":material/search:", find="leaked")


def _form(here: Frame) -> None:
    given = st.text_area(
        "Benchmarks, one path per line",
        key="benchmarks",
        placeholder="/data/mmstar.parquet\n/data/pope.json",
        help="Files that Read a dataset reads, folders of shards, or folders of pictures. All are compared anew.",
    )
    images = st.text_input(
        "Image folder",
        key="benchmark images",
        help="Where image paths of files start from; by default the file's folder.",
    ).strip()
    lines = [line.strip() for line in given.splitlines() if line.strip()]
    if st.button(
        "Compare", key="compare benchmarks", type="primary", disabled=not lines or bool(here.jobs.running(KIND))
    ):
        against, folder = [allowed_path(line) for line in lines], allowed_path(images) if images else None
        here.jobs.start(
            KIND,
            "Comparing benchmarks",
            lambda progress: find_leaks(here.store, here.workspace, against, folder, progress),
        )
        st.rerun(scope="app")


def _summary(report: LeaksReport) -> str:
    parts = [
        f"{code(one.name)}: {one.pictures_found:,} of {counted(one.pictures, 'picture')}, "
        f"{one.questions_found:,} of {counted(one.questions, 'question')}"
        + (f" ({one.short:,} too short to compare)" if one.short else "")
        for one in report.benchmarks
    ]
    return (
        f"Found: {'; '.join(parts)}. {counted(report.instances, 'instance')} and "
        f"{counted(report.candidates, 'candidate')} have them."
    )


def _one(here: Frame) -> None:
    """One leak of the chosen kind and judgement, with the buttons that judge it."""
    counts = leak_counts(here.store)
    kinds = tuple(kind for kind in _KINDS if any(of == kind for of, _ in counts))
    with st.container(horizontal=True):
        kind = choice("Kind", kinds, "kind", default=kinds[0], says=_KINDS.__getitem__, drops=("page", "judged"))
        judged = choice(
            "Judged",
            tuple(_JUDGED),
            "judged",
            default="open",
            says=lambda one: f"{_JUDGED[one]} {counts.get((kind, one), 0):,}",
            drops=("page",),
        )
    total = counts.get((kind, judged), 0)
    to_exclude(here)
    if not total:
        st.caption("None.")
        return
    place = min(asked_number("page", 1, 1), total) - 1
    (leak,) = judged_leaks(here.store, kind, next(one for one in get_args(Judgement) if one == judged), place, 1)
    leak_buttons(here, leak, more=place + 1 < total)
    st.caption(f"{_HOW[leak.how]}, {leak.likeness:.0%} · {plain(leak.benchmark)} · {plain(leak.item)}")
    theirs, ours = st.columns(2, gap="large")
    with theirs:
        benchmark_side(here, leak)
    with ours:
        workspace_side(here, leak)
    pages(total, 1, "page")
