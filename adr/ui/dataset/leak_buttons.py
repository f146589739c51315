"""The buttons and keys that judge a leak, exclude its instances, and take the last step back.

What is excluded is gathered in the session until the Rebalance page is opened with the recipe that lacks it.
"""

from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from adr.errors import AdrError
from adr.figures import counted
from adr.leaks.judging import JudgedLeak, Judgement, instances_of, judge_leak
from adr.recipe_apart import excluding
from adr.ui.access import may, reviewing
from adr.ui.frame import Frame
from adr.ui.parts.controls import asked_number, move
from adr.ui.parts.state import remembered
from adr.ui.rebalance.latest import latest_recipe, latest_words, open_recipe
from adr.ui.review.reviewer import reviewer_name, reviewer_now

WORDS = "leaks of benchmarks"
"""What the recipe says of the excluded instances."""


@dataclass(frozen=True)
class Step:
    """A leak that was judged. before: its judgement until then; page: where it was shown; excluded: the instances that
    the step excludes."""

    mark: str
    before: Judgement
    page: int
    excluded: tuple[int, ...] = ()


@dataclass
class LeakSteps:
    """The steps that this session can take back, the last one last."""

    steps: list[Step] = field(default_factory=list)


def leak_buttons(here: Frame, leak: JudgedLeak, *, more: bool) -> None:
    """Judge the leak that is shown, exclude its instances, or take the last step back. more: another one follows."""
    reviewer = reviewer_name()
    with st.container(horizontal=True):
        if leak.instance is not None and leak.judgement != "false_alarm":
            _exclude_button(here, leak, reviewer, more)
        for judgement, label, shortcut in _choices(leak):
            if st.button(label, key=f"judge {judgement}", shortcut=shortcut, disabled=not may("reviewer")):
                _step(here, leak, judgement, reviewer)
                st.rerun(scope="app")


def to_exclude(here: Frame) -> None:
    """A way back from the last step, and what the recipe is to exclude, with a button that opens it."""
    steps = remembered(LeakSteps).steps
    if not steps:
        return
    found = sorted({instance for step in steps for instance in step.excluded})
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Undo", key="undo leak", shortcut="U", type="tertiary", icon=":material/undo:"):
            _undo(here, reviewer_now())
            st.rerun(scope="app")
        if found and here.standing.postings:
            st.caption(f"**{counted(len(found), 'instance')} to exclude**", width="content")
            if st.button(
                "Open the recipe without them",
                key="exclude leaks",
                type="tertiary",
                icon=":material/balance:",
                help=f"Changes {latest_words()} and shows it on the Rebalance page.",
            ):
                _open(found)


def _choices(leak: JudgedLeak) -> tuple[tuple[Judgement, str, str], ...]:
    """(judgement, label, key) of what can be said of a leak."""
    if leak.judgement == "open":
        return (("leak", "Leak", "L"), ("false_alarm", "False alarm", "F"))
    return (("open", "Open again", "O"),)


def _exclude_button(here: Frame, leak: JudgedLeak, reviewer: str, more: bool) -> None:
    if st.button(
        f"Exclude {counted(leak.instances, 'instance')}",
        key="exclude leak",
        shortcut="X",
        type="primary",
        disabled=not may("reviewer"),
        help="A leak, and the recipe excludes its instances: they count nowhere. The next leak is shown.",
    ):
        _step(here, leak, "leak", reviewer, instances_of(here.store, leak.leak))
        if leak.judgement == "leak" and more:  # it stays in the list of leaks
            move(page=asked_number("page", 1, 1) + 1)
        st.rerun(scope="app")


def _step(here: Frame, leak: JudgedLeak, judgement: Judgement, reviewer: str, excluded: tuple[int, ...] = ()) -> None:
    with reviewing(reviewer):
        judge_leak(here.store, leak.mark, judgement, reviewer)
    step = Step(leak.mark, leak.judgement, asked_number("page", 1, 1), excluded)
    remembered(LeakSteps).steps.append(step)


def _undo(here: Frame, reviewer: str) -> None:
    """Give the leak of the last step its judgement from before, and show the list where it was found."""
    steps = remembered(LeakSteps).steps
    with reviewing(reviewer):
        judge_leak(here.store, steps[-1].mark, steps[-1].before, reviewer)
    step = steps.pop()
    move(judged=None if step.before == "open" else step.before, page=step.page if step.page > 1 else None)


def _open(found: list[int]) -> None:
    """Open the Rebalance page with these instances excluded; the steps that excluded them are done with."""
    recipe = excluding(latest_recipe(), np.array(found, np.int32), WORDS)
    steps = remembered(LeakSteps)
    kept, steps.steps = steps.steps, []
    try:
        open_recipe(
            recipe,
            "So many single instances do not fit into the address of the Rebalance page.",
            "Write them into a recipe file: adr find leaked --exclude RECIPE.toml.",
        )
    except AdrError:
        steps.steps = kept
        raise
