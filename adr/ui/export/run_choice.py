"""The run that the Export page is about."""

import streamlit as st

from adr.explore.runs import runs_in_short
from adr.ui.frame import Frame
from adr.ui.navigation import link
from adr.ui.parts.controls import asked_number, move
from adr.ui.parts.run_words import run_words


def chosen_run(here: Frame) -> int:
    """The run that the page is about, from a control whose value is kept in the address."""
    runs = {one.run: one for one in runs_in_short(here.store)}
    number = asked_number("run", next(iter(runs)))
    number = number if number in runs else next(iter(runs))
    st.session_state["export run"] = number

    def picked() -> None:
        move(run=st.session_state["export run"])

    said = {
        one.run: f"{run_words(one.run, one.name)} · {one.kept:,} kept, {one.dropped:,} dropped" for one in runs.values()
    }
    st.selectbox("Run", list(said), key="export run", on_change=picked, format_func=said.__getitem__)
    return number


def nothing_to_export(here: Frame) -> None:
    """What the page shows before there is a run."""
    st.markdown("An export writes what a **run** keeps. Apply a recipe first; one that keeps everything will also do.")
    link("Rebalance" if here.standing.postings else "Dataset")
