"""`adr meters`: show how far the concepts of a plan are filled."""

import argparse
from collections.abc import Iterator

from adr.cli.arguments import count
from adr.cli.blocks import Block, headline, note, sentence, table
from adr.cli.opened import opened
from adr.cli.phrases import optional_share, perspective_words
from adr.figures import counted, number_words
from adr.progress import Progress
from adr.review.meters import Meter, MetersReport, meters_report


def arguments(parser: argparse.ArgumentParser) -> None:
    """A plan, or all."""
    parser.add_argument("--plan", type=count, metavar="N", help="only of this plan [all]")


def act(options: argparse.Namespace, progress: Progress) -> MetersReport:
    """Count what fills each concept."""
    with opened(options) as (_, store):
        return meters_report(store, options.plan)


def page(report: MetersReport) -> Iterator[Block]:
    """How far the review is, and one line per concept."""
    if not report.meters:
        yield headline("No plan names concepts to fill yet.")
        yield note("Plan what a run lacks: adr plan --run N")
        return
    filled = sum(meter.state == "filled" for meter in report.meters)
    yield headline(f"{filled:,} of {counted(len(report.meters), 'concept')} filled.")
    pace = f" at {number_words(report.rate, 2)} per minute" if report.rate else ""
    yield sentence(
        f"{counted(report.candidates, 'candidate')}: {report.accepted:,} accepted, {report.rejected:,} rejected, "
        f"{report.unsure:,} unsure, {report.left:,} left{pace}."
    )
    heads = ["entity", "perspective", "have", "accepted", "rejected", "waiting", "wanted", "rate", "state", "plan"]
    yield table(heads, map(_line, report.meters), words=(0, 1, 8))


def _line(meter: Meter) -> tuple[str, ...]:
    numbers = (meter.have, meter.accepted, meter.rejected, meter.waiting)
    return (
        meter.name,
        perspective_words(meter.perspective),
        *(f"{n:,}" for n in numbers),
        number_words(meter.target),
        optional_share(meter.rate),
        meter.state,
        str(meter.plan),
    )
