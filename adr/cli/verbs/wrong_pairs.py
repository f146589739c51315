"""`adr wrong-pairs`: find instances whose picture does not belong to their text."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

from adr.cli.arguments import count, model_name
from adr.cli.blocks import Block, headline, note, table
from adr.cli.opened import opened
from adr.embed.wrong_pairs import DOUBTED, AgreementReport, Pair, doubted_pairs, find_wrong_pairs
from adr.figures import counted, time_words
from adr.progress import Progress


@dataclass(frozen=True)
class WrongPairsReport:
    """pairs: those that agree least, the worst first."""

    agreement: AgreementReport
    pairs: list[Pair]


def arguments(parser: argparse.ArgumentParser) -> None:
    """The model, and how many pairs to list."""
    parser.add_argument("--model", type=model_name, metavar="MODEL", help="whose features [ADR_SCORER_MODEL]")
    parser.add_argument("--limit", type=count, default=20, metavar="N", help="pairs to list [%(default)s]")


def act(options: argparse.Namespace, progress: Progress) -> WrongPairsReport:
    """Compare every picture with its text."""
    with opened(options) as (workspace, store):
        report = find_wrong_pairs(store, workspace, options.model, progress)
        return WrongPairsReport(report, doubted_pairs(store, 0, options.limit))


def page(report: WrongPairsReport) -> Iterator[Block]:
    """How many are doubted, and the worst."""
    found = report.agreement
    yield headline(
        f"{counted(found.compared, 'instance')} compared in {time_words(found.seconds)}, by "
        f"{counted(found.things, 'object')} "
        f"and the features of {found.model}: {found.doubted:,} with an agreement below {DOUBTED}."
    )
    yield table(
        ["position", "agreement", "says", "shows rather"],
        [(f"{one.instance:,}", f"{one.agreement:.3f}", one.weakest, one.instead) for one in report.pairs],
        words=(2, 3),
    )
    yield note(f"To list them: adr find 'agreement<{DOUBTED}'")
