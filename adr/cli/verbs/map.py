"""`adr map`: place every picture, or every conversation, on a map of the dataset."""

import argparse
from collections.abc import Iterator

from adr.cli.blocks import Block, headline, note, sentence
from adr.cli.opened import opened
from adr.embed.map import MapReport, make_map
from adr.figures import counted, time_words
from adr.maps import CONVERSATIONS, MAPS, PICTURES
from adr.progress import Progress

_ONE = {PICTURES: "picture", CONVERSATIONS: "different conversation"}
_LACKED = {PICTURES: "picture", CONVERSATIONS: "text"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Whose features, and of what, decide what lies near what."""
    parser.add_argument("--of", choices=MAPS, default=PICTURES, help=f"what is to lie near its like [{PICTURES}]")
    parser.add_argument("--model", metavar="NAME", help="model that has embedded them (adr embed) [ADR_SCORER_MODEL]")
    parser.add_argument("--seed", type=int, default=0, help="another seed gives another layout [0]")


def act(options: argparse.Namespace, progress: Progress) -> MapReport:
    """Make the map anew."""
    with opened(options) as (workspace, store):
        return make_map(store, workspace, options.model, shows=options.of, seed=options.seed, progress=progress)


def page(report: MapReport) -> Iterator[Block]:
    """How many instances are on the map, and which are not."""
    placed = counted(report.placed, _ONE[report.shows])
    yield headline(
        f"{counted(report.instances, 'instance')} with {placed} placed in "
        f"{time_words(report.seconds)}, by features of {report.model}."
    )
    if report.laid_out < report.placed:
        yield sentence(f"A sample of {report.laid_out:,} {report.shows} was laid out; the others were put among them.")
    if report.without:
        yield sentence(f"{report.without:,} without a {_LACKED[report.shows]} that has features are not on the map.")
    yield note(f"Look at it on the Explore page, under Map, {report.shows.capitalize()}.")
