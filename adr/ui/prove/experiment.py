"""The experiment that the page is about, and what was fixed of it before its first training."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from adr.figures import counted
from adr.plain_text import SENTENCE, code, plain
from adr.prove.pilot_effect import TOO_LARGE
from adr.prove.scores import read_design
from adr.prove.summary import ARM_TITLES, GROUP_TITLES
from adr.ui.frame import Frame
from adr.ui.parts.controls import asked_number, move

NEW = 0


def root(here: Frame) -> Path:
    """Where the experiments of the workspace lie."""
    return here.workspace.folder / "prove"


def chosen_experiment(here: Frame) -> int:
    """The number of the experiment in the address, or of the newest; NEW for a new one."""
    there = here.proofs
    if not there:
        return NEW
    number = asked_number("proof", there[0])
    number = number if number in (*there, NEW) else there[0]
    st.session_state["proof chosen"] = number

    def picked() -> None:
        move(proof=st.session_state["proof chosen"])

    said = {one: _title(root(here) / str(one), one) for one in there} | {NEW: "A new experiment …"}
    st.selectbox("Experiment", list(said), key="proof chosen", on_change=picked, format_func=said.__getitem__)
    return number


def _title(folder: Path, number: int) -> str:
    design = read_design(folder)
    return (
        f"Experiment {number:d} · run {int(design['run']):d} · {plain(str(design['model']['kind']))} · "
        f"{counted(len(design['arms']), 'arm')}, {counted(len(design['seeds']), 'seed')} · {_created(design)}"
    )


def _created(design: Mapping[str, Any]) -> str:
    return plain(str(design["created"])[:16].replace("T", " "))


def design_view(design: Mapping[str, Any], detectable: Mapping[str, float], departed: Sequence[str]) -> None:
    """What was fixed, and what cannot be tested."""
    primary = "; ".join(
        f"{ARM_TITLES.get(one['arm'], one['arm'])} against {ARM_TITLES.get(one['against'], one['against'])}, "
        f"{one['group']}"
        for one in design["primary"]
    )
    st.caption(
        f"Fixed before the first training on {_created(design)} UTC as {code(str(design['fingerprint'])[:12])}: "
        f"{counted(len(design['arms']), 'arm')}, {counted(len(design['seeds']), 'seed')}, "
        f"{counted(len(design['learning_rates']), 'learning rate')}, {int(design['steps']):,} steps of "
        f"{int(design['batch']):,} questions. Primary questions: {plain(primary)}. Everything else is exploratory."
    )
    for sentence in departed:
        st.warning(f"Not as designed: {plain(sentence, SENTENCE)}", icon=":material/rule:")
    _detectable(detectable)
    lost = {**design.get("untestable", {}), **design.get("left_out", {})}
    if any(lost.values()):
        said = ", ".join(f"{plain(str(what).replace('_', ' '))} {int(n):,}" for what, n in lost.items() if n)
        st.caption(f"Cannot be tested, or was left out: {said}.")


def _detectable(points: Mapping[str, float]) -> None:
    """The smallest effects that the experiment can see, known once the original has been trained twice."""
    if not points:
        st.caption("The smallest effect that it can see is told once the original has been trained with two seeds.")
        return
    possible = [group for group in GROUP_TITLES if points.get(group, 100.0) < 100]
    said = ", ".join(f"{GROUP_TITLES[group]} {points[group]:.1f}" for group in possible)
    st.caption(f"Smallest effect that this experiment finds four times out of five, in points: {said}.")
    if points.get("tail", 0.0) > TOO_LARGE:
        st.warning(
            f"This test set is too small to tell effects below {points['tail']:.1f} points at the tail.",
            icon=":material/info:",
        )
