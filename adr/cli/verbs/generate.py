"""`adr generate`: make the images and conversations of a plan and collect them; continues where it stopped."""

import argparse
from collections.abc import Iterator

from adr.cli.arguments import add_cluster, cluster_of, count
from adr.cli.blocks import Block, headline, note, sentence
from adr.cli.opened import opened
from adr.cli.phrases import reasons
from adr.figures import counted, number_words, time_words
from adr.pipeline import embed_for
from adr.progress import Progress
from adr.synthesize.generate import GenerateReport, generate


def arguments(parser: argparse.ArgumentParser) -> None:
    """A plan, and how many workers."""
    parser.add_argument("--plan", type=count, required=True, metavar="N", help="the number of the plan")
    parser.add_argument("--generator", metavar="NAME", help="use this generator instead of the plan's")
    parser.add_argument("--workers", type=count, default=1, metavar="N", help="worker processes: one per GPU")
    add_cluster(parser)


def act(options: argparse.Namespace, progress: Progress) -> GenerateReport:
    """Make what is still missing, then embed the source's pictures, with which `adr collect` compares them."""
    with opened(options) as (workspace, store):
        report = generate(
            store,
            workspace,
            options.plan,
            generator=options.generator,
            workers=options.workers,
            on_ray=cluster_of(options),
            progress=progress,
        )
        embed_for(store, workspace, options.plan, progress=progress)
        return report


def page(report: GenerateReport) -> Iterator[Block]:
    """How many were made, how fast, and what is left."""
    pace = f", {number_words(report.seconds_each, 2)} s each" if report.seconds_each else ""
    yield headline(
        f"Plan {report.plan}: {counted(report.made, 'candidate')} made in {time_words(report.seconds)}{pace}; "
        f"{report.finished:,} of {report.candidates:,} are finished."
    )
    if report.collected:
        yield sentence(f"{counted(report.collected, 'candidate')} collected: they can be reviewed.")
    if report.failed:
        yield sentence(f"Not made: {reasons(report.failed)}.")
    if report.left:
        yield note(f"{report.left:,} left; the same command continues with them.")
    else:
        yield note(f"Next: adr collect --plan {report.plan} looks for near duplicates among them.")
