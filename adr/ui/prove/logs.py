"""Benchmark logs: where a model fails, by how rare in training what is asked is, and a plan for what fails most."""

from pathlib import Path

import streamlit as st

from adr.errors import AdrError
from adr.explore.entities import numbers_of_objects
from adr.figures import counted, share_words
from adr.plain_text import plain
from adr.tail_eval.concepts import to_plan
from adr.tail_eval.evaluate import RULES, LogEvaluation, TailEvaluation, tail_eval
from adr.ui.access import allowed_path
from adr.ui.frame import Frame
from adr.ui.navigation import go
from adr.ui.parts.job_view import job_view
from adr.ui.parts.palette import title_of
from adr.ui.prove.rates_chart import rates_chart

KIND = "tail-eval"
_WHAT = (
    "Give the logs of an evaluation, with an answer per question: of lmms-eval (`--log_samples`), VLMEvalKit, LLaVA or "
    "MME. Each question is joined to the training counts of what it asks about. A second log is compared with the "
    "first when both have the same questions of the same task version."
)
_RULES = {"rarity": "by the rarest entity asked about", "vlmlt": "tail@k, as the paper's evaluation (vlmlt)"}


def logs_view(here: Frame) -> None:
    """A form for logs, and what was found in the last ones."""
    if not here.standing.postings:
        st.info("**No index yet.** Logs are joined to the counts of the index.", icon=":material/query_stats:")
        return
    with st.container(border=True):
        _form(here)
    job = job_view(here.jobs, KIND)
    if job is not None and isinstance(job.outcome, TailEvaluation):
        _found(here, job.outcome)


def _form(here: Frame) -> None:
    st.markdown(_WHAT)
    files, more = st.columns(2, gap="large")
    with files:
        logs = _paths("Logs", "logs", "/runs/before/pope.jsonl\n/runs/after/pope.jsonl", "A file or folder per line.")
    with more:
        asked = _paths(
            "Questions (optional)", "questions", "/data/questions.jsonl", "What was asked and what is right, per line."
        )
    rule = st.radio(
        "Grouped", RULES, key="logs_rule", format_func=_RULES.__getitem__, horizontal=True, label_visibility="collapsed"
    )
    ready = bool(logs) and not here.jobs.running()
    if st.button("Read the logs", type="primary", key="read_logs", disabled=not ready, icon=":material/rule:"):
        store = here.store
        here.jobs.start(
            KIND,
            f"Reading {counted(len(logs), 'log')}",
            lambda progress: tail_eval(store, logs, questions=asked, rule=rule, progress=progress),
        )
        st.rerun()


def _paths(label: str, key: str, placeholder: str, help: str) -> list[Path]:
    given = st.text_area(label, key=f"logs_{key}", placeholder=placeholder, help=help, height=96)
    try:
        return [allowed_path(line.strip()) for line in given.splitlines() if line.strip()]
    except AdrError as error:
        st.error(plain(f"{error.sentence} {error.next_step}"), icon=":material/block:")
        return []


def _found(here: Frame, report: TailEvaluation) -> None:
    for notice in report.notices:
        st.caption(plain(notice))
    for log in report.logs:
        _log(here, report, log)
    if report.comparisons:
        _comparisons(report)


def _log(here: Frame, report: TailEvaluation, log: LogEvaluation) -> None:
    st.subheader(plain(log.name), anchor=False)
    st.markdown(
        f"**{share_words(log.failure)}** of {counted(log.items, 'item')} about {counted(log.pictures, 'picture')} fail "
        f"({plain(log.form)})."
    )
    for notice in log.notices:
        st.caption(plain(notice))
    if report.rule == "rarity":
        st.plotly_chart(rates_chart(log.groups), key=f"rates {log.name}", config={"displayModeBar": False})
    with st.expander("Rates in figures", expanded=report.rule == "vlmlt"):
        st.dataframe(
            [
                {
                    "Perspective": title_of(one.perspective),
                    "Group": one.group,
                    "Items": one.items,
                    "Pictures": one.pictures,
                    "Fail": one.rate,
                    "From": one.low,
                    "To": one.high,
                }
                for one in log.groups
                if one.items
            ],
            hide_index=True,
            key=f"groups {log.name}",
            column_config={name: st.column_config.NumberColumn(format="percent") for name in ("Fail", "From", "To")},
        )
    if log.concepts:
        _concepts(here, report, log)


def _concepts(here: Frame, report: TailEvaluation, log: LogEvaluation) -> None:
    title, button = st.columns([3, 1], vertical_alignment="bottom")
    title.markdown("**What fails most**")
    wanted = to_plan(log.concepts, log.failure, report.limits["object"][1])
    if (
        wanted
        and here.standing.runs
        and button.button(
            "Plan for these",
            key=f"plan for {log.name}",
            icon=":material/brush:",
            help=", ".join(plain(name) for name in wanted),
        )
    ):
        _plan(here, list(wanted))
    st.dataframe(
        [
            {
                "Perspective": title_of(one.perspective),
                "Concept": one.entity,
                "In training": one.n,
                "Items": one.items,
                "Fail": one.rate,
                "From": one.low,
                "To": one.high,
            }
            for one in log.concepts
        ],
        hide_index=True,
        key=f"concepts {log.name}",
        column_config={name: st.column_config.NumberColumn(format="percent") for name in ("Fail", "From", "To")},
    )


def _plan(here: Frame, names: list[str]) -> None:
    """The form for a new plan with these objects; those that training lacks stand among what is also made."""
    known = numbers_of_objects(here.store, names)
    st.session_state["plan_also"] = ", ".join(name for name in names if name not in known)
    go("Synthesize", plan="new", entities=",".join(map(str, known.values())))


def _comparisons(report: TailEvaluation) -> None:
    st.subheader("Differences", anchor=False)
    st.caption(plain(f"Failure rate minus that of {report.comparisons[0].against}, paired by item; below 0 is better."))
    st.dataframe(
        [
            {
                "Log": one.log,
                "Perspective": title_of(one.perspective),
                "Group": one.group,
                "Items": one.items,
                "Difference": one.difference,
                "From": one.low,
                "To": one.high,
            }
            for one in report.comparisons
            if one.items
        ],
        hide_index=True,
        key="log differences",
        column_config={name: st.column_config.NumberColumn(format="percent") for name in ("Difference", "From", "To")},
    )
