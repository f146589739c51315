"""What a run decided about an instance, and why."""

import streamlit as st

from adr.errors import AdrError
from adr.explore.runs import RunInShort, runs_in_short
from adr.plain_text import SENTENCE, plain
from adr.rebalance.explain import Explanation, explain
from adr.rebalance.runs import run_recipe
from adr.ui.frame import Frame
from adr.ui.navigation import link
from adr.ui.parts.controls import asked_number, move
from adr.ui.parts.explanation import explanation_view
from adr.ui.parts.run_words import run_words


def decision_view(here: Frame, instance: int) -> None:
    """The decision of the run that the address names (else the newest), its reason, and what each perspective does."""
    runs = runs_in_short(here.store)
    with st.container(border=True):
        if not runs:
            st.markdown("No recipe has been applied, so nothing is decided about this instance.")
            link("Rebalance", "Apply a recipe")
            return
        run = _chosen(runs)
        try:
            why = explain(here.store, run, instance)
        except AdrError as error:
            st.markdown(plain(f"{error.sentence} {error.next_step}", SENTENCE))
            return
        st.markdown(plain(why.in_words, SENTENCE))
        _details(here, why)


def _chosen(runs: list[RunInShort]) -> int:
    """The run that the address names, else the newest; with several runs, a control to choose another."""
    said = {one.run: run_words(one.run, one.name) for one in runs}
    number = asked_number("run", runs[0].run)
    number = number if number in said else runs[0].run
    if len(runs) == 1:
        st.caption(plain(said[number]))
        return number
    st.session_state["run of instance"] = number

    def picked() -> None:
        chosen = st.session_state["run of instance"]
        move(run=None if chosen == runs[0].run else chosen)

    st.selectbox(
        "Run",
        list(said),
        key="run of instance",
        on_change=picked,
        format_func=said.__getitem__,
        label_visibility="collapsed",
    )
    return number


def _details(here: Frame, why: Explanation) -> None:
    """How often the instance is kept over all seeds, and a table of the perspectives to open."""
    if why.probability is not None:
        st.caption(f"Over all seeds it is kept with probability {why.probability:.3f}.")
    with st.expander("What each perspective decides"):
        explanation_view(why, run_recipe(here.store, why.run).pass_rule)
