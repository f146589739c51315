"""The form that fixes an experiment: run, arms, seeds, hold-out, model; and what it will cost."""

import streamlit as st

from adr.errors import AdrError
from adr.explore.runs import runs_in_short
from adr.figures import counted, time_words
from adr.plain_text import plain
from adr.prove.arms import ARMS, NEEDS_CANDIDATES, NEEDS_MIXTURE, QUICK
from adr.prove.design import BUDGETS, LEARNING_RATES, QUICK_SEEDS, SEEDS, DesignOptions, recipe_of
from adr.prove.scores import read_design
from adr.prove.split import HOLD_OUT
from adr.prove.summary import ARM_TITLES
from adr.prove.under_way import seconds_each
from adr.ui.access import need
from adr.ui.frame import Frame
from adr.ui.navigation import link
from adr.ui.parts.job_view import job_view
from adr.ui.parts.run_words import run_words
from adr.ui.prove.experiment import root
from adr.ui.prove.jobs import FIXING, fix

MODELS = {
    "probe": "Probe on frozen features: seconds per training",
    "decoder": "Small decoder from nothing: about a minute per training",
    "finetune": "Fine-tuning of a small model: needs a GPU",
}
_SECONDS = {"probe": 6.0, "decoder": 60.0, "finetune": 600.0}
"""Seconds per training on one core, from which the cost is guessed before anything was measured here."""


def design_form(here: Frame) -> None:
    """Choose what is tried, see what it costs, fix it."""
    job_view(here.jobs, FIXING)
    if not here.standing.runs:
        st.info("An experiment tries what a **run** keeps. Apply a recipe first.", icon=":material/info:")
        link("Rebalance" if here.standing.postings else "Dataset")
        return
    st.subheader("A new experiment", anchor=False)
    with st.container(border=True):
        wanted = _wanted(here)
        _cost(here, wanted)
        st.caption(
            "The split, the arms, the seeds and the questions are written down before the first training. What changes "
            "afterwards is shown as not as designed."
        )
        ready = not here.jobs.running(FIXING) and bool(wanted.arms)
        if st.button("Fix the design", type="primary", key="fix design", disabled=not ready, icon=":material/lock:"):
            need("owner")
            fix(here, wanted)
            st.rerun(scope="app")


def _wanted(here: Frame) -> DesignOptions:
    runs = {one.run: f"{run_words(one.run, one.name)} · {one.kept:,} kept" for one in runs_in_short(here.store)}
    left, right = st.columns(2, gap="large")
    with left:
        run = st.selectbox("Run", list(runs), key="prove run", format_func=lambda one: plain(runs[one]))
        model = st.selectbox("Model", list(MODELS), key="prove model", format_func=MODELS.__getitem__)
        form = st.segmented_control(
            "Form",
            ("Quick", "Full", "By hand"),
            default="Quick",
            key="prove form",
            required=True,
            help="Quick: five arms, three seeds. Full: twelve arms, five seeds, with the controls.",
        )
    with right:
        seeds = st.number_input(
            "Seeds",
            1,
            20,
            QUICK_SEEDS if form == "Quick" else SEEDS,
            key=f"prove seeds {form}",
            help="Fewer than three give no interval and no verdict.",
        )
        share = st.slider("Held out for the test", 0.05, 0.5, HOLD_OUT, 0.05, key="prove share", format="percent")
    arms = _arms(here, str(form), mixed=recipe_of(here.store, int(run)).mixture is not None)
    if seeds < 3:
        st.caption(":material/warning: With fewer than three seeds there are points, and no verdict.")
    return DesignOptions(run=int(run), hold_out=float(share), arms=arms, seeds=int(seeds), model=str(model))


def _arms(here: Frame, form: str, *, mixed: bool) -> tuple[str, ...]:
    """The arms of a form; those that need accepted candidates or a mixture only where there are some."""
    possible = [arm for arm in ARMS if here.standing.accepted or arm not in NEEDS_CANDIDATES]
    possible = [arm for arm in possible if mixed or arm not in NEEDS_MIXTURE]
    if not here.standing.accepted:
        st.caption("No candidate is accepted yet, so the arms with synthetic instances are left out.")
    if form == "By hand":
        picked = st.multiselect(
            "Arms",
            possible,
            [arm for arm in possible if arm in QUICK],
            key="prove arms",
            format_func=ARM_TITLES.__getitem__,
        )
        return tuple(arm for arm in possible if arm in picked)
    return tuple(arm for arm in possible if form == "Full" or arm in QUICK)


def _cost(here: Frame, wanted: DesignOptions) -> None:
    arms = len(wanted.arms or wanted.offered)
    trials = arms * wanted.repeats * len(LEARNING_RATES) * len(BUDGETS)
    known = _measured(here, wanted.model)
    each = known or _SECONDS[wanted.model]
    how = "as measured here" if known else "a guess until the first training has ended"
    st.markdown(
        f"**{counted(trials, 'training')}** at most ({counted(arms, 'arm')} × "
        f"{counted(wanted.repeats, 'seed')} × two learning rates × equal steps and equal epochs): about "
        f"**{time_words(trials * each)}** of one core, {how}."
    )


def _measured(here: Frame, model: str) -> float | None:
    """Seconds per training in the newest experiment with this model; None when none has ended."""
    for number in here.proofs:
        folder = root(here) / str(number)
        try:
            if read_design(folder)["model"]["kind"] == model and (each := seconds_each(folder)):
                return each
        except AdrError:
            continue
    return None
