"""`adr report`: write the page of a run, before and after, as one HTML file."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from adr.cli.arguments import count, path
from adr.cli.blocks import Block, headline
from adr.cli.opened import opened
from adr.export.report import PageReport, write_report
from adr.figures import size_words
from adr.progress import Progress


def arguments(parser: argparse.ArgumentParser) -> None:
    """A run and a file."""
    parser.add_argument("--run", type=count, required=True, metavar="N", help="the number of the run")
    parser.add_argument(
        "--out", type=path, required=True, metavar="FILE", help="the HTML file; an existing one is replaced"
    )


def act(options: argparse.Namespace, progress: Progress) -> PageReport:
    """Write it."""
    with opened(options) as (workspace, store):
        return write_report(store, workspace, options.run, Path(options.out))


def page(report: PageReport) -> Iterator[Block]:
    """Where the file is."""
    yield headline(f"The page of run {report.run} is in {report.file} ({size_words(report.bytes)}).")
