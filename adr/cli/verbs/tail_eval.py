"""`adr tail-eval`: where a model fails, by how rare in training what is asked is."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from adr.cli.arguments import count, path
from adr.cli.blocks import Block, headline, note, sentence, table, verbatim
from adr.cli.opened import opened
from adr.cli.phrases import optional_share, perspective_words
from adr.figures import counted, share_words
from adr.progress import Progress
from adr.tail_eval.evaluate import RULES, TOP, LogEvaluation, TailEvaluation, tail_eval


def arguments(parser: argparse.ArgumentParser) -> None:
    """The logs, and by which rule they are grouped."""
    parser.add_argument(
        "logs", nargs="+", type=path, metavar="LOG", help="a log, or the folder of one model; further ones are compared"
    )
    parser.add_argument(
        "--questions",
        type=path,
        action="append",
        default=[],
        metavar="FILE",
        help="what was asked; again: what is right, such as a label file",
    )
    parser.add_argument("--rule", choices=RULES, default=RULES[0], help="how items are grouped [%(default)s]")
    parser.add_argument("--run", type=count, metavar="N", help="the run whose τ ends the tail [the latest]")
    parser.add_argument("--top", type=count, default=TOP, metavar="N", help="concepts per perspective [%(default)s]")


def act(options: argparse.Namespace, progress: Progress) -> TailEvaluation:
    """Read the logs and join them to the counts of the index."""
    with opened(options) as (_, store):
        return tail_eval(
            store,
            [Path(one) for one in options.logs],
            questions=[Path(one) for one in options.questions],
            rule=options.rule,
            run=options.run,
            top=options.top,
            progress=progress,
        )


def page(report: TailEvaluation) -> Iterator[Block]:
    """Per log the failure rate of each group and the concepts that fail most; then the differences."""
    for log in report.logs:
        yield from _log(report, log)
    if report.comparisons:
        yield headline(f"Differences in failure rate from {report.comparisons[0].against}, in points.")
        yield table(
            ["log", "perspective", "group", "items", "difference", "95 % interval"],
            [
                (
                    one.log,
                    perspective_words(one.perspective),
                    one.group,
                    f"{one.items:,}",
                    _points(one.difference),
                    "–" if one.low is None else f"{_points(one.low)} to {_points(one.high)}",
                )
                for one in report.comparisons
                if one.items
            ],
            words=(0, 1, 2),
        )
    for notice in report.notices:
        yield sentence(notice)
    if report.plan:
        yield note("To plan for what fails most:")
        yield verbatim(report.plan)


def _log(report: TailEvaluation, log: LogEvaluation) -> Iterator[Block]:
    yield headline(
        f"{log.name} ({log.form}): {share_words(log.failure)} of {counted(log.items, 'item')} about "
        f"{counted(log.pictures, 'picture')} fail."
    )
    yield sentence(_limits(report))
    yield table(
        ["perspective", "group", "items", "pictures", "fail", "95 % interval"],
        [
            (
                perspective_words(one.perspective),
                one.group,
                f"{one.items:,}",
                f"{one.pictures:,}",
                optional_share(one.rate),
                _interval(one.low, one.high),
            )
            for one in log.groups
            if one.items
        ],
        words=(0, 1),
    )
    if log.concepts:
        yield sentence("What fails most:")
        yield table(
            ["perspective", "concept", "in training", "items", "fail", "95 % interval"],
            [
                (
                    perspective_words(one.perspective),
                    one.entity,
                    f"{one.n:,}",
                    f"{one.items:,}",
                    share_words(one.rate),
                    _interval(one.low, one.high),
                )
                for one in log.concepts
            ],
            words=(0, 1),
        )
    for notice in log.notices:
        yield sentence(notice)


def _limits(report: TailEvaluation) -> str:
    if report.rule == "vlmlt":
        return (
            "By the rule vlmlt: tail@k is the part of the questions whose mean rank is past 1 − k/100 of the postings."
        )
    said = ", ".join(
        f"{perspective_words(name)} {tail:,} and {head:,}" for name, (_, tail, head) in report.limits.items()
    )
    whose = "ImageNet-LT's limits" if report.run is None else f"τ of run {report.run}"
    return (
        "By the rarest entity asked about. Few: 1 to 5 training instances. "
        f"The tail ends and the head begins at ({whose}): {said}."
    )


def _interval(low: float | None, high: float | None) -> str:
    return "–" if low is None or high is None else f"{share_words(low)} to {share_words(high)}"


def _points(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:+.1f}"
