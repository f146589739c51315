"""`adr ingest`: read a dataset into the workspace."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from adr.cli.arguments import path, path_or_none
from adr.cli.blocks import Block, facts, headline, sentence, table
from adr.cli.opened import opened
from adr.figures import counted, size_words, time_words
from adr.ingest.ingest import IngestReport, ingest
from adr.ingest.oddities import WARNINGS
from adr.ingest.record import REASONS
from adr.progress import Progress


def arguments(parser: argparse.ArgumentParser) -> None:
    """A source, its image folder, and its object annotations."""
    parser.add_argument(
        "source",
        type=path,
        metavar="SOURCE",
        help="a LLaVA JSON array, JSON Lines or the messages form (gzip and zstd too), or Parquet, Arrow or tar shards",
    )
    parser.add_argument("--images", type=path, metavar="DIR", help="the folder that the image paths start from")
    parser.add_argument(
        "--objects", type=path, metavar="FILE", help='object annotations: JSON Lines of {"image": …, "objects": […]}'
    )
    parser.add_argument("--replace", action="store_true", help="replace what the workspace holds")


def act(options: argparse.Namespace, progress: Progress) -> IngestReport:
    """Read the source into the workspace."""
    with opened(options, create=True) as (_, store):
        return ingest(
            store,
            Path(options.source),
            path_or_none(options.images),
            objects=path_or_none(options.objects),
            replace=options.replace,
            progress=progress,
        )


def page(report: IngestReport) -> Iterator[Block]:
    """What was read, what was set aside, and what is odd about the dataset."""
    refused = sum(report.rejected.values())
    said = f"{counted(report.instances, 'instance')} read from {Path(report.source).name}"
    aside = f"; {counted(refused, 'record')} set aside." if refused else "; nothing set aside."
    yield headline(said + aside)
    yield facts(
        [
            ("source", report.source),
            ("images", report.images or "no image folder"),
            ("form", f"{report.form}, {report.layout}, {size_words(report.bytes)}"),
            ("text only", f"{report.text_only:,}"),
            ("objects named by annotations", f"{report.annotations:,}"),
            ("time", time_words(report.seconds)),
        ]
    )
    if refused:
        yield table(
            ["set aside because", "records"], [(REASONS.get(r, r), f"{n:,}") for r, n in report.rejected.items() if n]
        )
    for kind, n in report.warnings.items():
        if n:
            says = WARNINGS.get(kind, kind)
            yield sentence(f"{says[:1].upper()}{says[1:]}: {n:,}.")
