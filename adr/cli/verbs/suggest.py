"""`adr suggest`: list entities worth muting, each with the reason."""

import argparse
from collections.abc import Iterator

from adr.cli.blocks import Block, headline, note, table
from adr.cli.opened import opened
from adr.cli.phrases import perspective_words
from adr.figures import counted
from adr.progress import Progress
from adr.rebalance.suggestions import SuggestReport, suggest_report
from adr.recipe import PERSPECTIVES


def arguments(parser: argparse.ArgumentParser) -> None:
    """One perspective, or all."""
    parser.add_argument("--perspective", choices=PERSPECTIVES, help="only of this perspective [all]")


def act(options: argparse.Namespace, progress: Progress) -> SuggestReport:
    """Look for them."""
    with opened(options) as (_, store):
        return suggest_report(store, (options.perspective,) if options.perspective else PERSPECTIVES)


def page(report: SuggestReport) -> Iterator[Block]:
    """Each entity with its count and the reason."""
    if not report.suggestions:
        yield headline("No entity seems worth muting.")
        return
    yield headline(f"{counted(len(report.suggestions), 'entity', 'entities')} may be worth muting.")
    yield note("To mute one, give it a cap of 0 under [rebalance.caps.PERSPECTIVE] in the recipe.")
    yield table(
        ["perspective", "entity", "instances", "why"],
        [(perspective_words(s.perspective), s.entity, f"{s.n:,}", report.says[s.reason]) for s in report.suggestions],
        words=(0, 1, 3),
    )
