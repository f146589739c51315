"""The work on a plan: start, cancel, resume, collect; what is finished, and what could not be made."""

import contextlib
import time
from typing import Any

import pandas as pd
import streamlit as st

from adr.pipeline import embed_for
from adr.plain_text import plain
from adr.progress import Cancelled, Progress
from adr.review.candidate import is_candidate
from adr.synthesize import outlook
from adr.synthesize.collect import collect, take_in
from adr.synthesize.generate import generate
from adr.synthesize.plan import plan_folder
from adr.synthesize.plan_file import key_of
from adr.synthesize.plans import taken_in
from adr.synthesize.worker import FAILURES
from adr.ui.frame import Frame
from adr.ui.navigation import go, link
from adr.ui.parts.image_grid import Tile, image_grid
from adr.ui.parts.images import data_urls
from adr.ui.parts.job_view import job_view
from adr.ui.synthesize.words import how_long
from adr.ui.telling import fragment

KIND = "synthesize"
_TILES = 24
_TONES = {True: "#24815f", False: "#b0622a"}


def work_view(here: Frame, number: int, stands: outlook.PlanStanding, each: float | None) -> None:
    """Start, cancel, resume; how it ended."""
    running = here.jobs.running(KIND)
    if not running and stands.left + sum(stands.failed.values()):
        with st.container(border=True):
            said, workers, start = st.columns([4, 1, 1], vertical_alignment="bottom")
            verb = "Resume" if stands.finished or stands.failed else "Start"
            left = stands.left + sum(stands.failed.values())
            to_make = "to make" if not stands.finished else "is left" if left == 1 else "are left"
            said.markdown(
                f"**{left:,}** {'candidate' if left == 1 else 'candidates'} {to_make}: "
                f"{how_long(each, left)}  \nYou may close the app meanwhile: what is finished is kept, and "
                "work continues from there."
            )
            count = workers.number_input(
                "Workers", 1, 16, 1, key="workers", help="Processes at the same time: one per GPU."
            )
            if start.button(verb, type="primary", key="start", width="stretch", icon=":material/play_arrow:"):
                _start(here, number, count)
            if each is None and said.button(
                "Make one to measure the speed", key="measure", type="tertiary", icon=":material/timer:"
            ):
                _start(here, number, 1, limit=1)
    job_view(here.jobs, KIND)
    if not running and stands.finished:
        _made(here, number, stands)


def _made(here: Frame, number: int, stands: outlook.PlanStanding) -> None:
    """What became of the finished candidates: collected, waiting, judged."""
    taken = taken_in(here.store, number)
    if taken.candidates < stands.finished:  # made from a shell, or by an app that was killed
        st.markdown(
            f"**{stands.finished - taken.candidates:,}** finished "
            f"{'candidate is' if stands.finished - taken.candidates == 1 else 'candidates are'} not collected yet."
        )
        if st.button("Collect them", key=f"collect {number}", icon=":material/move_to_inbox:"):
            here.jobs.start(
                KIND, f"Plan {number}", lambda progress: collect(here.store, here.workspace, number, progress=progress)
            )
            st.rerun()
        return
    waiting = f"**{taken.waiting:,}** wait for a verdict on the Review page."
    said = waiting if taken.waiting else "Every chosen candidate is judged."
    if stands.left or stands.failed:
        st.markdown(said)
    else:
        st.success(f"All candidates are made. {said}", icon=":material/check_circle:")
    link("Review", "Review what was made")


def _start(here: Frame, number: int, workers: int, limit: int | None = None) -> None:
    def work(progress: Progress) -> Any:
        def taking(done: int, total: int | None, message: str) -> None:
            """Collect what is finished, whatever happens, with pauses so that pages can run."""
            with contextlib.suppress(Cancelled):
                progress(done, total, message)
            time.sleep(0.002)

        try:
            made = generate(here.store, here.workspace, number, workers=workers, limit=limit, progress=progress)
            if limit is None:
                embed_for(here.store, here.workspace, number, progress=progress)
            return made
        finally:
            collect(here.store, here.workspace, number, progress=taking)

    here.jobs.start(KIND, f"Plan {number}", work)
    st.rerun()


def made_view(here: Frame, number: int) -> None:
    """The newest candidates, refreshed while work goes on."""
    if here.jobs.running(KIND):
        fragment(_newest, run_every=1.5)(here, number)
    else:
        fragment(_newest)(here, number)


def _newest(here: Frame, number: int) -> None:
    if here.jobs.running(KIND) and (waiting := taken_in(here.store, number).waiting):
        link("Review", f"**{waiting:,}** {'waits' if waiting == 1 else 'wait'} for a verdict: review meanwhile")
    made = outlook.newest_made(here.store, here.workspace, number, _TILES)
    urls = data_urls(here.workspace, [one.image for one in made])
    tiles = [
        Tile(
            id=one.candidate,
            title=one.entity,
            image=url,
            alt=one.prompt,
            instead="text only",
            note=", ".join(flag.replace("_", " ") for flag in one.flags) or one.prompt,
            badge="" if one.score is None else f"{one.score:.2f}",
            tone=_TONES[not one.flags],
        )
        for one, url in zip(made, urls, strict=True)
    ]
    picked = image_grid(tiles, key=f"newest {number}", least=132)
    if picked in [one.candidate for one in made]:
        if not is_candidate(here.store, picked):  # made a moment ago
            take_in(here.store, here.workspace, number, [key_of(picked)])
        go("Review", candidate=picked)


def failures_view(here: Frame, number: int, stands: outlook.PlanStanding) -> None:
    """Candidates that could not be made, by reason and one by one."""
    st.subheader("Could not be made", anchor=False)
    for reason, count in stands.failed.items():
        st.markdown(f"**{count:,}** · {FAILURES.get(reason, plain(reason.replace('_', ' ')))}")
    details = [
        {"candidate": f"{slot}-{alternative}", "reason": reason, "detail": detail}
        for slot, alternative, reason, detail in outlook.failed_details(plan_folder(here.workspace, number))
    ]
    with st.expander(f"All {len(details):,}"):
        st.dataframe(pd.DataFrame(details), hide_index=True, key=f"failures {number}")
