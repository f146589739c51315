"""`adr export`: write the refined dataset."""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from adr.cli.arguments import add_options, count, given, path
from adr.cli.blocks import Block, facts, headline, sentence, table
from adr.cli.opened import opened
from adr.cli.phrases import enumerated
from adr.export.export import ExportReport, export
from adr.export.formats import FORMATS
from adr.export.lint import SENTENCES
from adr.export.only import Only
from adr.export.options import ExportOptions
from adr.export.push import push, refuse_push
from adr.figures import counted, size_words
from adr.progress import Progress
from adr.prove.measured import measured
from adr.select.filter_text import parse
from adr.select.filter_words import in_words
from adr.select.find import found_positions
from adr.store import Store

MAIN = 3  # main files listed by name


def arguments(parser: argparse.ArgumentParser) -> None:
    """A run, a folder, and the options of an export."""
    parser.add_argument("--run", type=count, required=True, metavar="N", help="the run whose instances are written")
    parser.add_argument("--out", type=path, required=True, metavar="DIR", help="the folder to write")
    add_options(parser, ExportOptions)
    parser.add_argument("--only", metavar="FILTER", help="write only what this filter finds of the kept instances")
    parser.add_argument("--replace", action="store_true", help="overwrite an existing folder, or what --push finds")
    parser.add_argument(
        "--push", metavar="OWNER/NAME", help="send it to this dataset repository of the Hugging Face Hub"
    )


def act(options: argparse.Namespace, progress: Progress) -> ExportReport:
    """Write it, whole or not at all, and send it if asked."""
    with opened(options) as (workspace, store):
        if options.push:
            refuse_push(options.push, replace=options.replace)
        report = export(
            store,
            workspace,
            options.run,
            out=Path(options.out),
            replace=options.replace,
            measured=measured(store, workspace, options.run),
            only=_only(store, options.only),
            progress=progress,
            **given(options, ExportOptions),
        )
        if not options.push:
            return report
        address = push(Path(report.folder), options.push, replace=options.replace, progress=progress)
        return replace(report, pushed=address)


def _only(store: Store, text: str | None) -> Only | None:
    """What a filter finds, as what an export is limited to."""
    if text is None:
        return None
    tree = parse(text)
    return Only(in_words(tree), found_positions(store, tree))


def page(report: ExportReport) -> Iterator[Block]:
    """What was written where, its hash, and the findings of the lint."""
    yield headline(
        f"{counted(report.instances, 'row')} ({report.synthetic:,} synthetic) of run {report.run} written to "
        f"{report.folder}."
    )
    rows = [
        ("format", FORMATS[report.format].title),
        ("data", enumerated(report.main[:MAIN], len(report.main))),
        ("SHA-256", report.sha256),
        ("files", f"{len(report.files):,}, {size_words(report.bytes)}"),
    ]
    if report.images:
        rows.append(("images", f"{report.images:,} copied or linked"))
    yield facts(rows)
    if report.epochs:
        each = [(f"{one.epoch}", f"{one.seed}", f"{one.rows:,}", one.list) for one in report.epochs]
        yield table(["epoch", "seed", "rows", "list"], each, words=(3,))
    if report.pushed:
        yield sentence(f"It was sent to {report.pushed}.")
    if report.left_out:
        yield sentence(f"{counted(report.left_out, 'row')} with errors left out.")
    for kind, n in report.warnings.items():
        yield sentence(f"{SENTENCES.get(kind, kind)} ({counted(n, 'row')})")
