"""`adr suggest`: list entities worth muting, each with the reason."""

import argparse
from collections.abc import Iterator

from adr.cli.arguments import perspective
from adr.cli.blocks import Block, headline, note, table
from adr.cli.opened import opened
from adr.cli.phrases import perspective_words
from adr.figures import counted, share_words
from adr.perspectives import PAPER_NAMES
from adr.progress import Progress
from adr.rebalance.suggestions import SuggestReport, suggest_report


def arguments(parser: argparse.ArgumentParser) -> None:
    """One perspective, or all."""
    parser.add_argument("--perspective", type=perspective, metavar="PERSPECTIVE", help="only of this perspective [all]")


def act(options: argparse.Namespace, progress: Progress) -> SuggestReport:
    """Look for them."""
    with opened(options) as (_, store):
        return suggest_report(store, (options.perspective,) if options.perspective else PAPER_NAMES)


def page(report: SuggestReport) -> Iterator[Block]:
    """Each entity with its count and the reason; then the head with the caps it might have."""
    if report.suggestions:
        yield headline(f"{counted(len(report.suggestions), 'entity', 'entities')} may be worth muting.")
        yield note('To mute some, list them in the recipe\'s [rebalance.mute]: PERSPECTIVE = ["entity", …].')
        yield table(
            ["perspective", "entity", "instances", "why"],
            [(perspective_words(s.perspective), s.entity, f"{s.n:,}", s.sentence) for s in report.suggestions],
            words=(0, 1, 3),
        )
    else:
        yield headline("No entity seems worth muting.")
    if report.caps:
        yield headline(f"{counted(len(report.caps), 'entity', 'entities')} of the head may be worth a cap.")
        yield note("To cap one, write entity = N under [rebalance.at_most.PERSPECTIVE] in the recipe.")
        yield table(
            ["perspective", "entity", "instances", "of all", "cap at"],
            [
                (perspective_words(c.perspective), c.entity, f"{c.n:,}", share_words(c.share), f"{c.at_most:,}")
                for c in report.caps
            ],
            words=(0, 1),
        )
