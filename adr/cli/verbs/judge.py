"""`adr judge`: ask a judge about candidates, compare it with people, and let its accepts count."""

import argparse
from collections.abc import Iterator

from adr.cli.arguments import count
from adr.cli.blocks import Block, facts, headline, note, sentence, table
from adr.cli.opened import opened
from adr.figures import counted
from adr.judge.ask import BY, ask
from adr.judge.standing import JudgeReport, judge_report
from adr.progress import Progress
from adr.review.calibration import FIRST, PRECISION, Calibration
from adr.review.judge_rule import SHARE, set_rule, withdraw


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which judge, about which plan, and whether its accepts count."""
    parser.add_argument("--by", choices=BY, default="url", help="the model behind ADR_JUDGE_URL, or the scorer [url]")
    parser.add_argument("--plan", type=count, metavar="P", help="only candidates of this plan [all plans]")
    parser.add_argument("--limit", type=count, metavar="N", help="ask about N candidates at most")
    parser.add_argument(
        "--precision", type=float, default=PRECISION, metavar="P", help="share of its accepts that must be right [0.97]"
    )
    parser.add_argument(
        "--trust",
        metavar="NAME",
        help=f"let its accepts count from the confidence on that reaches the precision; NAME is yours. "
        f"{FIRST} candidates must have been judged by a person as well",
    )
    parser.add_argument(
        "--share", type=float, default=SHARE, metavar="S", help="of these accepts, still shown to a person [0.1]"
    )
    parser.add_argument("--withdraw", metavar="RULE", help="end a rule and take its accepts back")


def act(options: argparse.Namespace, progress: Progress) -> JudgeReport:
    """Ask, then set or end a rule."""
    with opened(options) as (workspace, store):
        if options.withdraw:
            withdraw(store, options.withdraw)
        asked = ask(store, workspace, options.by, plan=options.plan, limit=options.limit, progress=progress)
        if options.trust:
            set_rule(
                store, asked.judge, options.trust, precision=options.precision, share=options.share, plan=options.plan
            )
        return judge_report(store, asked, options.precision)


def page(report: JudgeReport) -> Iterator[Block]:
    """What it was asked, how it compares with people, its accepts by concept, and the rules."""
    asked, found = report.asked, report.calibration
    said = ", ".join(f"{n:,} {word}" for word, n in asked.opinions.items()) or "no opinion yet"
    yield headline(f"{asked.judge}: {counted(asked.asked, 'candidate')} asked about; {said}.")
    yield facts(_compared(found))
    if found.concepts:
        yield table(
            ["entity", "accepts", "right", "precision", "95 %"],
            [
                (c.name, f"{c.accepts:,}", f"{c.right:,}", f"{c.precision:.0%}", f"{c.low:.0%} to {c.high:.0%}")
                for c in found.concepts[:20]
            ],
        )
    for rule in report.rules:
        state = rule.state + (f" ({rule.why})" if rule.why else "")
        yield sentence(f"{rule.rule}: {state}; {counted(rule.accepted, 'accept')} in force.")
    if not found.ready:
        yield note(f"Next: judge candidates in the order “sample” until {FIRST} are compared")
    elif not any(rule.state == "active" for rule in report.rules):
        yield note("Next: adr judge --trust NAME")


def _compared(found: Calibration) -> list[tuple[str, str]]:
    rows = [("compared with people", f"{found.compared:,} (needed: {FIRST})")]
    if found.agreement is not None:
        kappa = "" if found.kappa is None else f", kappa {found.kappa:.2f}"
        rows.append(("agreement", f"{found.agreement:.0%}{kappa}"))
    if found.precision is not None:
        of = f"{found.right:,} of {found.accepts:,}; 95 %: {found.low:.0%} to {found.high:.0%}"
        rows.append(("precision of its accepts", f"{found.precision:.1%} ({of})"))
    where = "reached nowhere" if found.threshold is None else f"reached from confidence {found.threshold:g} on"
    rows.append((f"precision {found.wanted:g}", where))
    rows.append(("waiting", f"{found.waiting:,}, of which it would accept {found.would:,}"))
    return rows
