"""What an experiment has shown: the answers, the comparisons and the controls.

Draws an `adr.prove` summary; computes nothing.
"""

import pandas as pd
import streamlit as st

from adr.figures import counted, signed
from adr.plain_text import plain
from adr.prove.comparing import QUESTIONS, ArmComparison
from adr.prove.controls import COVERAGE
from adr.prove.summary import ARM_TITLES, GROUP_TITLES, Summary, compared_in_words, difference_in_words
from adr.prove.verdict import HARMS, HELPS, UNITS
from adr.ui.parts.charts import CONFIG
from adr.ui.parts.controls import choice
from adr.ui.prove.charts import ForestPanel, ForestRow, KindCell, forest, kind_map

METRICS = {"accuracy": "Accuracy", "likelihood": "Likelihood of the answer"}
BUDGETS = {"steps": "Equal steps", "epochs": "Equal epochs"}
CONTROLS = {"shuffled_synthetic": "Wrong pictures must not help", "planted": "Real rows given back must help"}
PANELS = ("head", "mid", "tail", "unseen")
_ICONS = {HELPS: ":material/trending_up:", HARMS: ":material/trending_down:"}


def answers_view(found: Summary) -> None:
    """The primary questions with their answers."""
    for one in found.primary:
        with st.container(border=True):
            asked = next((text for a, b, text in QUESTIONS if (a, b) == (one.arm, one.against)), "")
            st.markdown(
                f"{_ICONS.get(one.word, ':material/remove:')} **{plain(one.word[0].upper() + one.word[1:])}** · "
                f"{plain(asked)}  \n{plain(compared_in_words(one))}."
            )
            st.caption(_rates(one))
    if not found.primary:
        st.info(plain(found.in_words()), icon=":material/hourglass_empty:")


def _rates(one: ArmComparison) -> str:
    """The difference in each learning rate, and Holm's p."""
    said = [
        f"learning rate × {rate:g}: {signed(d.mean)}"
        + ("" if d.low is None or d.high is None else f" ({signed(d.low)} to {signed(d.high)})")
        for rate, d in one.by_rate.items()
    ]
    return "; ".join(said) + ("" if one.p is None else f". Holm’s p {one.p:.3f}.")


def forest_view(found: Summary) -> None:
    """Each arm against random, or the original, by rarity."""
    st.subheader("Every arm, by how rare the thing is in training", anchor=False)
    with st.container(horizontal=True):
        reference = str(found.design["reference"])
        against = choice("Against", (reference, "original"), "against", default=reference, says=_arm_title)
        metric = choice("Measure", tuple(METRICS), "measure", default="accuracy", says=METRICS.__getitem__)
        budgets = tuple(str(one) for one in found.design["budgets"] if one in BUDGETS)
        budget = choice("Budget", budgets, "budget", default=budgets[0], says=BUDGETS.__getitem__)
    mine = [one for one in found.comparisons if (one.against, one.metric, one.budget) == (against, metric, budget)]
    mine = [one for one in mine if not one.kind]
    arms = [arm.arm for arm in found.arms if arm.arm in {one.arm for one in mine}]
    panels = [_panel(found, group, [one for one in mine if one.group == group]) for group in PANELS]
    places = 1 if metric == "accuracy" else 2
    if arms:
        drawn = forest([p for p in panels if p.rows], [_chart_title(arm) for arm in arms], UNITS[metric], places)
        st.plotly_chart(drawn, config=CONFIG, key="forest", width="stretch")
    st.caption(
        f"Difference in {UNITS[metric]} to {plain(_chart_title(against))}, with 95 % intervals over seeds and "
        "pictures; the grey band is what this experiment cannot see. Diamonds are the primary questions; circles are "
        "exploratory. The tail counts questions about things seen 1 to 19 times."
    )


def _arm_title(arm: str) -> str:
    return f"against {plain(_chart_title(arm))}"


def _chart_title(arm: str) -> str:
    return ARM_TITLES.get(arm, arm)


def _panel(found: Summary, group: str, mine: list[ArmComparison]) -> ForestPanel:
    rows = [ForestRow(_chart_title(one.arm), one.main, one.word, one.primary) for one in mine]
    told = found.detectable.get(group) if mine and mine[0].metric == "accuracy" else None
    seen = sorted(one.main.detectable for one in mine if one.main.detectable is not None)
    return ForestPanel(GROUP_TITLES[group], rows, told or (seen[len(seen) // 2] if seen else None))


def controls_view(found: Summary) -> None:
    """What must show nothing, and what must show something."""
    st.subheader("Controls", anchor=False)
    null = found.nothing
    columns = st.columns(3, gap="medium")
    with columns[0], st.container(border=True, height="stretch"):
        if null is None:
            st.markdown(":material/help: **An arm against itself**")
            st.caption("Needs four seeds or more.")
        else:
            st.markdown(f"{_mark(null.good)} **An arm against itself**")
            st.caption(
                f"{null.covered:,} of {counted(null.splits, 'interval')} hold 0 ({null.covered / null.splits:.0%}; at "
                f"least {COVERAGE:.0%} must)."
            )
    by_arm = {one.arm: one for one in found.controls}
    for column, arm in zip(columns[1:], CONTROLS, strict=True):
        with column, st.container(border=True, height="stretch"):
            one = by_arm.get(arm)
            st.markdown(f"{_mark(one.good) if one else ':material/help:'} **{CONTROLS[arm]}**")
            st.caption(f"At the tail: {plain(one.word)}." if one else "This arm was not run.")


def _mark(good: bool) -> str:
    return ":green[:material/check_circle:]" if good else ":red[:material/error:]"


def table_view(found: Summary) -> None:
    """All arms in figures."""
    st.subheader("Arms in figures", anchor=False)
    reference = str(found.design["reference"])
    budget = str(found.design["budgets"][0])
    rows = []
    for arm in found.arms:
        row: dict[str, object] = {
            "arm": _chart_title(arm.arm),
            "instances": round(arm.instances),
            "synthetic": round(arm.synthetic),
            "steps": arm.steps,
        }
        for group in ("all", *PANELS):
            mean = arm.accuracy.get(group)
            row[GROUP_TITLES[group]] = "" if mean is None else _mean_words(*mean)
        at_tail = [
            one
            for one in found.comparisons
            if (one.arm, one.against, one.group, one.kind, one.metric, one.budget)
            == (arm.arm, reference, "tail", "", "accuracy", budget)
        ]
        row[f"tail against {_chart_title(reference)}"] = difference_in_words(at_tail[0]) if at_tail else ""
        rows.append(row)
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", height=35 * len(rows) + 38, key="arms")
    st.caption(
        "Accuracy in percent, the mean over kinds of question (standard deviation over seeds), with the first learning "
        "rate and equal steps."
    )


def _mean_words(mean: float, deviation: float | None) -> str:
    return f"{mean:.1f}" if deviation is None else f"{mean:.1f} ({deviation:.1f})"


def kinds_view(found: Summary) -> None:
    """One arm against another, by kind of question and rarity, since one average hides what is bought with what."""
    st.subheader("By kind of question", anchor=False)
    pairs = list(dict.fromkeys((one.arm, one.against) for one in found.comparisons if one.kind))
    if not pairs:
        st.caption("No kind of question has ten test questions in a group.")
        return
    first = found.primary[0] if found.primary else None
    start = pairs.index((first.arm, first.against)) if first and (first.arm, first.against) in pairs else 0
    said = {pair: f"{_chart_title(pair[0])} against {_chart_title(pair[1])}" for pair in pairs}
    arm, against = st.selectbox(
        "Comparison", pairs, index=start, key="kinds of", format_func=lambda pair: plain(said[pair])
    )
    mine = [o for o in found.comparisons if o.kind and (o.arm, o.against, o.metric) == (arm, against, "accuracy")]
    cells = [KindCell(o.kind, GROUP_TITLES[o.group], o.main.mean, o.main.pairs, o.word in (HELPS, HARMS)) for o in mine]
    kinds = sorted({cell.kind for cell in cells})
    groups = [title for title in GROUP_TITLES.values() if title in {cell.group for cell in cells}]
    st.plotly_chart(kind_map(cells, kinds, groups, 1), config=CONFIG, key="kinds", width="stretch")
    st.caption("Difference in points; a star where the interval excludes 0 in every learning rate. All exploratory.")


def not_as_designed(found: Summary) -> None:
    """The badge for trials of another design."""
    if found.not_as_designed:
        st.warning(
            f"Not as designed: {counted(len(found.not_as_designed), 'trial')} of another design in the folder, which "
            f"nothing here counts: {plain(', '.join(found.not_as_designed[:5]))}.",
            icon=":material/rule:",
        )
