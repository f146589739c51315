"""`adr embed`: let a model look at every picture of the dataset, or read every conversation."""

import argparse
from collections.abc import Iterator

from adr.cli.arguments import add_cluster, cluster_of, count
from adr.cli.blocks import Block, headline, note, sentence
from adr.cli.opened import opened
from adr.embed.embed import EmbedReport, embed
from adr.embed.read_conversations import ConversationsReport, read_conversations
from adr.errors import AdrError
from adr.figures import counted, time_words
from adr.maps import CONVERSATIONS, MAPS, PICTURES
from adr.progress import Progress


def arguments(parser: argparse.ArgumentParser) -> None:
    """What is embedded, by which model."""
    parser.add_argument("--of", choices=MAPS, default=PICTURES, help=f"what the model looks at or reads [{PICTURES}]")
    parser.add_argument(
        "--model", metavar="NAME", help="open_clip model: a folder, NAME/PRETRAINED_TAG or a hub id [ADR_SCORER_MODEL]"
    )
    add_cluster(parser)
    parser.add_argument("--workers", type=count, default=1, metavar="N", help="with ray: at most so many at a time")


def act(options: argparse.Namespace, progress: Progress) -> EmbedReport | ConversationsReport:
    """Embed what is not embedded yet."""
    if options.of == CONVERSATIONS and options.engine != "local":
        raise AdrError("A cluster embeds pictures only.", "Leave out --engine, or --of conversations.")
    with opened(options) as (workspace, store):
        if options.of == CONVERSATIONS:
            return read_conversations(store, workspace, options.model, progress=progress)
        return embed(store, workspace, options.model, on_ray=cluster_of(options), progress=progress)


def page(report: EmbedReport | ConversationsReport) -> Iterator[Block]:
    """How many pictures, or conversations, have features, and why the others have none."""
    yield from _pictures(report) if isinstance(report, EmbedReport) else _conversations(report)


def _conversations(report: ConversationsReport) -> Iterator[Block]:
    yield headline(
        f"{report.embedded:,} of {counted(report.different, 'different conversation')} in "
        f"{counted(report.conversations, 'instance')} have features of {report.model}, {report.dimensions:,} numbers "
        "each."
    )
    if report.rate:
        taken = f"{counted(report.new, 'conversation')} embedded in {time_words(report.seconds)}"
        yield sentence(f"{taken}, {report.rate:,.0f} per second.")
    if report.without:
        yield sentence(f"{counted(report.without, 'instance')} without text.")
    yield note("adr map --of conversations places them.")


def _pictures(report: EmbedReport) -> Iterator[Block]:
    yield headline(
        f"{report.embedded:,} of {counted(report.pictures, 'picture')} have features of {report.model}, "
        f"{report.dimensions:,} numbers each."
    )
    if report.rate:
        taken = f"{counted(report.new, 'picture')} embedded in {time_words(report.seconds)}"
        yield sentence(f"{taken}, {report.rate:,.0f} per second.")
    if report.missing or report.unreadable:
        yield sentence(f"{report.missing:,} are not on disk, and {report.unreadable:,} files cannot be decoded.")
