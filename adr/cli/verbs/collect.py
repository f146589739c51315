"""`adr collect`: take finished files in as candidates and look for near duplicates."""

import argparse
from collections.abc import Iterator

from adr.cli.arguments import count
from adr.cli.blocks import Block, headline, sentence, table
from adr.cli.opened import opened
from adr.cli.phrases import perspective_words, reasons
from adr.figures import counted
from adr.progress import Progress
from adr.synthesize.collect import CollectReport, collect


def arguments(parser: argparse.ArgumentParser) -> None:
    """A plan."""
    parser.add_argument("--plan", type=count, required=True, metavar="N", help="the number of the plan")


def act(options: argparse.Namespace, progress: Progress) -> CollectReport:
    """Take in what is finished."""
    with opened(options) as (workspace, store):
        return collect(store, workspace, options.plan, progress=progress)


def page(report: CollectReport) -> Iterator[Block]:
    """How many were taken in, their flags, and what the tail lacks before and after they are accepted."""
    yield headline(
        f"Plan {report.plan}: {counted(report.collected, 'candidate')} collected, {report.candidates:,} in all, "
        f"{report.chosen:,} of them the best of their slots."
    )
    if report.flags:
        yield sentence(f"Flags: {reasons(report.flags)}.")
    if report.set_aside:
        yield sentence(f"Set aside, and made again by `generate`: {reasons(report.set_aside)}.")
    if report.failed:
        yield sentence(f"Not made: {reasons(report.failed)}.")
    if report.tail:
        yield table(
            ["the tail lacks", "entities", "when all\nare accepted", "instances", "when all\nare accepted"],
            [
                (
                    perspective_words(p),
                    *(f"{n[name]:,}" for name in ("lacking", "lacking_after", "missing", "missing_after")),
                )
                for p, n in report.tail.items()
            ],
        )
