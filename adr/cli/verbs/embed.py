"""`adr embed`: let a model look at every picture of the dataset."""

import argparse
from collections.abc import Iterator

from adr.cli.arguments import add_cluster, cluster_of, count
from adr.cli.blocks import Block, headline, sentence
from adr.cli.opened import opened
from adr.embed.embed import EmbedReport, embed
from adr.figures import counted, time_words
from adr.progress import Progress


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which model looks."""
    parser.add_argument(
        "--model", metavar="NAME", help="open_clip model: a folder, NAME/PRETRAINED_TAG or a hub id [ADR_SCORER_MODEL]"
    )
    add_cluster(parser)
    parser.add_argument("--workers", type=count, default=1, metavar="N", help="with ray: at most so many at a time")


def act(options: argparse.Namespace, progress: Progress) -> EmbedReport:
    """Embed what is not embedded yet."""
    with opened(options) as (workspace, store):
        return embed(store, workspace, options.model, on_ray=cluster_of(options), progress=progress)


def page(report: EmbedReport) -> Iterator[Block]:
    """How many pictures have features, and why the others have none."""
    yield headline(
        f"{report.embedded:,} of {counted(report.pictures, 'picture')} have features of {report.model}, "
        f"{report.dimensions:,} numbers each."
    )
    if report.rate:
        taken = f"{counted(report.new, 'picture')} embedded in {time_words(report.seconds)}"
        yield sentence(f"{taken}, {report.rate:,.0f} per second.")
    if report.missing or report.unreadable:
        yield sentence(f"{report.missing:,} are not on disk, and {report.unreadable:,} files cannot be decoded.")
