"""`adr ingest`: read a dataset into the workspace, or a second set as its reservoir."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from adr.cli.arguments import path, path_or_none
from adr.cli.blocks import Block, facts, headline, note, sentence, table
from adr.cli.opened import opened
from adr.errors import AdrError
from adr.figures import counted, size_words, time_words
from adr.ingest.ingest import IngestReport, ingest
from adr.ingest.oddities import WARNINGS
from adr.ingest.options import TARGETS, mapping_of
from adr.ingest.refusal import REASONS
from adr.progress import Progress
from adr.reservoir.read import ReservoirReport, read_reservoir

# What mends a warning, said after it.
_MENDED_BY = {
    "marker_mismatch": " Where a conversation has no marker at all, --place-markers places them.",
    "marker_spelled_otherwise": " --place-markers writes <image> in their place.",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """A source, its image folder, its object annotations, and how its records are read."""
    parser.add_argument("source", type=path, metavar="SOURCE", help="a JSON array or JSON Lines of conversations")
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
    parser.add_argument(
        "--reservoir",
        action="store_true",
        help="read a second set of real rows, from which `plan --generator retrieve` fills the tail; the dataset stays",
    )


def mapped_key(text: str) -> tuple[str, str]:
    """(target, key) from TARGET=KEY; anything else is an error that argparse reports."""
    try:
        return mapping_of(text)
    except AdrError as error:
        raise argparse.ArgumentTypeError(f"{error.sentence} {error.next_step}") from None


def act(options: argparse.Namespace, progress: Progress) -> IngestReport | ReservoirReport:
    """Read the source into the workspace."""
    with opened(options, create=not options.reservoir) as (workspace, store):
        if options.reservoir:
            return read_reservoir(
                store,
                workspace,
                Path(options.source),
                path_or_none(options.images),
                objects=path_or_none(options.objects),
                mapping=dict(options.map),
                place_markers=options.place_markers,
                replace=options.replace,
                progress=progress,
            )
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


def page(report: IngestReport | ReservoirReport) -> Iterator[Block]:
    """What was read, what was set aside, and what is odd about the dataset."""
    yield from _of_reservoir(report) if isinstance(report, ReservoirReport) else _of_dataset(report)


def _of_reservoir(report: ReservoirReport) -> Iterator[Block]:
    yield headline(f"{counted(report.instances, 'row')} of {Path(report.source).name} are the reservoir.")
    yield sentence(
        f"{report.with_image:,} of them have one picture on disk and can be retrieved; {report.copies:,} are copies of "
        f"the dataset, {report.repeated:,} repeated an earlier row and were left out."
    )
    yield facts(
        [
            ("source", report.source),
            ("images", report.images or "no image folder"),
            ("names that the dataset has too", ", ".join(f"{p} {n:,}" for p, n in report.known.items())),
            ("time", time_words(report.seconds)),
        ]
    )
    if report.rejected:
        yield _set_aside(report.rejected)
    yield note("Next: adr plan --run 1 --generator retrieve")


def _set_aside(rejected: dict[str, int]) -> Block:
    return table(["set aside because", "records"], [(REASONS.get(r, r), f"{n:,}") for r, n in rejected.items() if n])


def _of_dataset(report: IngestReport) -> Iterator[Block]:
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
        yield _set_aside(report.rejected)
    for kind, n in report.warnings.items():
        if n:
            says = WARNINGS.get(kind, kind)
            yield sentence(f"{says[:1].upper()}{says[1:]}: {n:,}.{_MENDED_BY.get(kind, '')}")
