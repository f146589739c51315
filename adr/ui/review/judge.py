"""The Judge view: how a judge compares with people, by concept, and whether its accepts count."""

import pandas as pd
import streamlit as st

from adr.figures import counted
from adr.judge.ask import ask
from adr.plain_text import plain
from adr.review.calibration import FIRST, Calibration, calibration
from adr.review.judge_rule import SHARE, JudgeRule, judge_rules, set_rule, withdraw
from adr.review.opinions import judges
from adr.ui.access import need, reviewing
from adr.ui.frame import Frame
from adr.ui.parts.figures import figures
from adr.ui.parts.job_view import job_view
from adr.ui.telling import fragment

KIND = "judge"
_BY = {"url": "A model that sees pictures (ADR_JUDGE_URL)", "scorer": "The scorer, offline"}
_WHAT = (
    "A judge gives an opinion on each waiting candidate. It counts for nothing until it has been compared with you: "
    f"judge {FIRST} candidates yourself, in the order “random sample”, without looking here. Then its accepts count "
    "from the confidence on that reaches the precision you ask for. A share is still shown to you, and when the "
    "precision falls, the rule stops and its accepts are taken back."
)


def judge_view(here: Frame, reviewer: str) -> None:
    """Ask a judge, compare it with people, let it count."""
    st.markdown(_WHAT)
    job_view(here.jobs, KIND)
    _asking(here)
    known = judges(here.store)
    if known:
        _standing(here, reviewer, known)


def _asking(here: Frame) -> None:
    by_column, button_column = st.columns([3, 1], vertical_alignment="bottom")
    by = by_column.selectbox("Judge", list(_BY), format_func=_BY.__getitem__, key="judge_by")
    busy = bool(here.jobs.running(KIND))
    if button_column.button("Ask it", key="judge_ask", width="stretch", disabled=busy):
        need("reviewer")
        store, workspace = here.store, here.workspace
        here.jobs.start(KIND, "Asking the judge", lambda progress: ask(store, workspace, by, progress=progress))
        st.rerun()


@fragment
def _standing(here: Frame, reviewer: str, known: list[str]) -> None:
    name_column, precision_column, share_column = st.columns([3, 1, 1], vertical_alignment="bottom")
    name = name_column.selectbox("Compared with people", known, key="judge_name", format_func=plain)
    precision = precision_column.number_input("Precision wanted", 0.5, 1.0, 0.97, 0.01, key="judge_precision")
    share = share_column.number_input(
        "Still shown", 0.01, 1.0, SHARE, 0.05, key="judge_share", help="The share of its accepts that you still see."
    )
    found = calibration(here.store, name, float(precision))
    _figures(found)
    _concepts(found)
    if st.button(
        f"Let its accepts count: {found.would:,} of {found.waiting:,} waiting, less the share shown to you",
        type="primary",
        key="judge_trust",
        disabled=not found.ready,
        help=None if found.ready else _why_not(found),
    ):
        with reviewing(reviewer):
            rule = set_rule(here.store, name, reviewer, precision=float(precision), share=float(share))
        st.toast(f"{rule.accepted:,} accepted by the rule.")
        st.rerun(scope="app")
    if not found.ready:
        st.caption(_why_not(found))
    _rules(here, reviewer)


def _why_not(found: Calibration) -> str:
    if found.compared < FIRST:
        left = FIRST - found.compared
        return f"{counted(left, 'more candidate')} must be judged by a person that the judge has an opinion about."
    return f"No confidence reaches the precision {found.wanted:g}. Ask for less, or use another judge."


def _figures(found: Calibration) -> None:
    interval = "" if found.low is None else f" (95 %: {found.low:.0%} to {found.high:.0%})"
    accepts = f"{found.right:,} of {found.accepts:,} compared accepts are right; the interval is Wilson's."
    figures(
        [
            (f"{found.compared:,}", f"compared with people ({FIRST} needed)", "Judged by a person and by the judge."),
            (_share(found.agreement), "agreement", "The share on which both say the same."),
            ("–" if found.kappa is None else f"{found.kappa:.2f}", "kappa", "Agreement beyond chance (Cohen)."),
            (_share(found.precision), f"precision of its accepts{interval}", accepts),
            (
                "–" if found.threshold is None else f"{found.threshold:.2f}",
                "confidence from which it counts",
                "The lowest that reaches the precision asked for on at least 20 accepts.",
            ),
        ]
    )


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _concepts(found: Calibration) -> None:
    if not found.concepts:
        return
    column = st.column_config
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "Entity": c.name,
                    "Accepts": c.accepts,
                    "Right": c.right,
                    "Precision": round(c.precision, 2),
                    "95 % from": round(c.low, 2),
                    "to": round(c.high, 2),
                }
                for c in found.concepts
            ]
        ),
        hide_index=True,
        height=min(300, 38 + 35 * len(found.concepts)),
        key="judge_concepts",
        column_config={
            name: column.NumberColumn(format="percent", width="small") for name in ("Precision", "95 % from", "to")
        },
    )


def _rules(here: Frame, reviewer: str) -> None:
    for number, rule in enumerate(judge_rules(here.store)):
        said, end = st.columns([6, 1], vertical_alignment="center")
        said.markdown(_rule_words(rule))
        if rule.state == "active" and end.button("End it", key=f"judge_withdraw {number}", width="stretch"):
            with reviewing(reviewer):
                withdraw(here.store, rule.rule)
            st.rerun(scope="app")


def _rule_words(rule: JudgeRule) -> str:
    if rule.state == "active":
        return f":green[**Counts**] {plain(rule.rule)}: **{rule.accepted:,}** accepted, set by {plain(rule.reviewer)}."
    state = ":orange[**Stopped**]" if rule.state == "stopped" else ":gray[**Withdrawn**]"
    return f"{state} {plain(rule.rule)}: {plain(rule.why or '')}."
