"""`adr exports`: list the exports that were written."""

import argparse
from collections.abc import Iterator

from adr.cli.blocks import Block, headline, note, table
from adr.cli.opened import opened
from adr.cli.phrases import time_of
from adr.export.export import ExportsReport, WrittenExport, exports_report
from adr.figures import counted, size_words
from adr.progress import Progress


def arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments."""


def act(options: argparse.Namespace, progress: Progress) -> ExportsReport:
    """List them."""
    with opened(options) as (_, store):
        return exports_report(store)


def page(report: ExportsReport) -> Iterator[Block]:
    """One line per export, newest first."""
    if not report.exports:
        yield headline("Nothing has been written yet.")
        yield note("Write what a run keeps: adr export --run N --out DIR")
        return
    yield headline(f"{counted(len(report.exports), 'export')}, newest first.")
    heads = ["export", "run", "format", "rows", "synthetic", "size", "written (UTC)", "folder"]
    yield table(heads, map(_line, report.exports), words=(0, 1, 2, 7))


def _line(one: WrittenExport) -> tuple[str, ...]:
    return (
        str(one.export),
        str(one.run),
        one.format,
        f"{one.instances:,}",
        f"{one.synthetic:,}",
        size_words(one.bytes),
        time_of(one.created_at),
        one.folder if one.there else f"{one.folder} (missing)",
    )
