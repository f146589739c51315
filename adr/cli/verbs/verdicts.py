"""`adr verdicts`: import or export verdicts as CSV or JSON Lines."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from adr.cli.arguments import path
from adr.cli.blocks import Block, headline, note, sentence
from adr.cli.opened import opened
from adr.cli.phrases import reasons
from adr.figures import counted
from adr.progress import Progress
from adr.review.exchange import ExchangeReport, export_verdicts, import_verdicts


def arguments(parser: argparse.ArgumentParser) -> None:
    """The direction and a file."""
    parser.add_argument("way", choices=("import", "export"), help="read verdicts from the file, or write them to it")
    parser.add_argument("file", type=path, metavar="FILE", help="CSV when it ends in .csv, else JSON Lines")


def act(options: argparse.Namespace, progress: Progress) -> ExchangeReport:
    """Import or export them."""
    with opened(options) as (_, store):
        exchange = import_verdicts if options.way == "import" else export_verdicts
        return exchange(store, Path(options.file))


def page(report: ExchangeReport) -> Iterator[Block]:
    """How many, and what was set aside."""
    known = f"; {report.known:,} were already there" if report.known else ""
    yield headline(f"{counted(report.verdicts, 'verdict')}{known}.")
    if report.refused:
        yield sentence(f"Set aside: {reasons(report.refused)}.")
    for example in report.examples:
        yield note(example)
