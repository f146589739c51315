"""`adr ingest`: read a dataset into the workspace."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from adr.cli.arguments import path, path_or_none
from adr.cli.blocks import Block, facts, headline, sentence, table
from adr.cli.opened import opened
from adr.errors import AdrError
from adr.figures import counted, size_words, time_words
from adr.ingest.ingest import IngestReport, ingest
from adr.ingest.oddities import WARNINGS
from adr.ingest.options import TARGETS, mapping_of
from adr.ingest.refusal import REASONS
from adr.progress import Progress

# What mends a warning, said after it.
_MENDED_BY = {
    "marker_mismatch": " Where a conversation has no marker at all, --place-markers places them.",
    "marker_spelled_otherwise": " --place-markers writes <image> in their place.",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """A source, its image folder, its object annotations, and how its records are read."""
    parser.add_argument(
        "source",
        type=path,
        metavar="SOURCE",
        help="a JSON array or JSON Lines of conversations (gzip and zstd too), or Parquet, Arrow or tar shards",
    )
    parser.add_argument("--images", type=path, metavar="DIR", help="the folder that the image paths start from")
    parser.add_argument(
        "--objects", type=path, metavar="FILE", help='object annotations: JSON Lines of {"image": …, "objects": […]}'
    )
    parser.add_argument(
        "--map",
        action="append",
        type=mapped_key,
        default=[],
        metavar="TARGET=KEY",
        help=f"which key of a record holds what; may be given several times. Targets: {', '.join(TARGETS)}",
    )
    parser.add_argument(
        "--place-markers",
        action="store_true",
        help="put <image> at the start of the first human turn where a record has images and no marker",
    )
    parser.add_argument("--replace", action="store_true", help="replace what the workspace holds")


def mapped_key(text: str) -> tuple[str, str]:
    """(target, key) from TARGET=KEY; anything else is an error that argparse reports."""
    try:
        return mapping_of(text)
    except AdrError as error:
        raise argparse.ArgumentTypeError(f"{error.sentence} {error.next_step}") from None


def act(options: argparse.Namespace, progress: Progress) -> IngestReport:
    """Read the source into the workspace."""
    with opened(options, create=True) as (_, store):
        return ingest(
            store,
            Path(options.source),
            path_or_none(options.images),
            objects=path_or_none(options.objects),
            mapping=dict(options.map),
            place_markers=options.place_markers,
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
            yield sentence(f"{says[:1].upper()}{says[1:]}: {n:,}.{_MENDED_BY.get(kind, '')}")
