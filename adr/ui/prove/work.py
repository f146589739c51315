"""The trainings of an experiment: how far each arm and seed is, start, cancel, resume."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from adr.figures import counted, time_words
from adr.prove.summary import ARM_TITLES
from adr.prove.under_way import UnderWay, under_way
from adr.ui.access import need
from adr.ui.frame import Frame
from adr.ui.parts.job_view import job_view
from adr.ui.prove.jobs import TRAINING, train
from adr.ui.telling import fragment


def work_view(here: Frame, folder: Path, design: Mapping[str, Any]) -> None:
    """Start or resume what is left, and the state of each arm and seed while trainings are left."""
    stands = under_way(folder, design)
    running = bool(here.jobs.running(TRAINING))
    if stands.left and not running:
        _start(here, folder, stands)
    job_view(here.jobs, TRAINING)
    if running:
        fragment(_grid, run_every=2.0, key="trials")(folder, design)
    elif stands.left and stands.done:
        _grid(folder, design)


def _start(here: Frame, folder: Path, stands: UnderWay) -> None:
    with st.container(border=True):
        said, count, button = st.columns([4, 1, 1], vertical_alignment="bottom")
        cost = f"about {time_words(stands.left * stands.seconds)} of one core" if stands.seconds else "not measured yet"
        said.markdown(
            f"**{stands.left:,}** of {counted(stands.total, 'training')} left: {cost}.  \nYou may close the app "
            "meanwhile: what is finished is kept, and the work continues from there."
        )
        processes = count.number_input("Processes", 1, 64, 2, key="prove processes", help="One core each.")
        label = "Resume" if stands.done else "Start"
        if button.button(label, type="primary", key="prove start", width="stretch", icon=":material/play_arrow:"):
            need("owner")
            train(here, folder, int(processes))
            st.rerun(scope="app")


def _grid(folder: Path, design: Mapping[str, Any]) -> None:
    """The trainings that ended, by arm and seed."""
    stands = under_way(folder, design)
    rows = [
        {"arm": ARM_TITLES.get(one.arm, one.arm)}
        | {f"seed {seed}": f"{done} of {one.each}" if done < one.each else "done" for seed, done in one.done.items()}
        for one in stands.arms
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")
