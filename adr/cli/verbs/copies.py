"""`adr copies`: find copies inside the dataset, and put the clusters into the index."""

import argparse
from collections.abc import Iterator

from adr.cli.arguments import share
from adr.cli.blocks import Block, headline, note, sentence, table
from adr.cli.opened import opened
from adr.embed.copies import CopiesReport
from adr.embed.overlaid import SAME_DIFFERENCE
from adr.figures import counted, time_words
from adr.perspectives import perspective_of
from adr.pipeline import copies_and_index
from adr.progress import Progress


def arguments(parser: argparse.ArgumentParser) -> None:
    """Whether pictures are compared by their looks."""
    parser.add_argument(
        "--looks",
        action="store_true",
        help="take pictures for the same that look the same (resized, encoded again and, after adr embed, cropped), "
        "too; reads every picture once",
    )
    parser.add_argument(
        "--difference",
        type=share,
        default=SAME_DIFFERENCE,
        metavar="D",
        help="with --looks: pictures that differ by at most this, of 0 to 1, are the same [%(default)s]",
    )


def act(options: argparse.Namespace, progress: Progress) -> CopiesReport:
    """Find the clusters; where there is an index, it has them as perspectives afterwards."""
    with opened(options) as (_, store):
        return copies_and_index(store, looks=options.looks, same_difference=options.difference, progress=progress)


def page(report: CopiesReport) -> Iterator[Block]:
    """How many clusters there are of each kind, and what a cap of one per cluster would drop."""
    yield headline(f"{counted(report.instances, 'instance')} compared in {time_words(report.seconds)}.")
    yield table(
        ["perspective", "clusters of", "clusters", "instances", "largest", "beyond one per cluster"],
        [
            (kind, perspective_of(kind).sentence, *(f"{n:,}" for n in (k.clusters, k.instances, k.largest, k.beyond)))
            for kind, k in report.kinds.items()
        ],
        words=(0, 1),
    )
    if report.unread_pictures:
        yield sentence(
            f"{report.unread_pictures:,} of {counted(report.pictures, 'picture')} cannot be read; they are the same "
            "only where their paths are."
        )
    if report.overlaid is not None:
        pairs = counted(report.overlaid, "pair")
        yield sentence(f"{pairs} of pictures laid over one another; the same up to {report.same_difference:g}.")
    elif report.looks:
        yield note("adr embed first, and cropped copies are found, too.")
    if report.mirrored:
        pairs = counted(len(report.mirrored), "pair")
        yield sentence(f"{pairs} of pictures where one mirrors the other: no copies; --json lists them.")
    yield note("To keep one of each cluster of copies, write copy = 1 under [rebalance.at_most_each] in the recipe.")
