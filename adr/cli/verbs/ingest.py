"""`adr ingest`: read a dataset into the workspace, or a second set as its reservoir."""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from adr.cli.arguments import path, path_or_none
from adr.cli.blocks import Block, facts, headline, note, sentence, table
from adr.cli.opened import opened
from adr.errors import AdrError
from adr.figures import counted, size_words, time_words
from adr.ingest.ingest import IngestReport, ingest, ingest_report
from adr.ingest.oddities import WARNINGS
from adr.ingest.options import TARGETS, IngestOptions, mapping_of
from adr.ingest.refusal import REASONS
from adr.ingest.sources import Given, removal_words, remove_source
from adr.progress import Progress
from adr.reservoir.read import ReservoirReport, read_reservoir

# What mends a warning, said after it.
_MENDED_BY = {
    "marker_mismatch": " Where a conversation has no marker at all, --place-markers places them.",
    "marker_spelled_otherwise": " --place-markers writes <image> in their place.",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Sources, their image folder and object annotations; how records are read; or a source to take out."""
    parser.add_argument(
        "source",
        type=path,
        nargs="*",
        metavar="SOURCE",
        help="a dataset (docs/formats.md), or a trainer's list of datasets",
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
    parser.add_argument(
        "--name",
        metavar="NAME",
        help="what to call the source (default: its file's name); of a list, the entry to read",
    )
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--add", action="store_true", help="read the sources beside those that the workspace holds")
    way.add_argument("--replace", action="store_true", help="replace what the workspace holds")
    way.add_argument("--remove", metavar="NAME", help="take a source out again; its positions are not used again")
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
    """Read the sources into the workspace, or take one out."""
    with opened(options, create=not options.reservoir) as (workspace, store):
        if options.remove is not None:
            _refuse(bool(options.source), "--remove NAME takes a source out, and no file is read with it.")
            removed = remove_source(store, options.remove)
            return replace(ingest_report(store), removed=removed)
        _refuse(not options.source, "No dataset is named.")
        _refuse(len(options.source) > 1 and options.name is not None, "--name names one source, and there are several.")
        how = IngestOptions(dict(options.map), options.place_markers)
        given = [
            Given(Path(source), path_or_none(options.images), path_or_none(options.objects), options.name, how)
            for source in options.source
        ]
        if options.reservoir:
            _refuse(options.add, "A reservoir is read whole: --add adds to the dataset only.")
            return read_reservoir(store, workspace, given, replace=options.replace, progress=progress)
        return ingest(store, given, replace=options.replace, add=options.add, progress=progress)


def _refuse(wrong: bool, sentence: str) -> None:
    if wrong:
        raise AdrError(sentence, "Write `adr ingest SOURCE…`, or `adr ingest --remove NAME`.")


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
    if report.removed is not None:
        yield headline(removal_words(report.removed))
        yield from _sources(report)
        return
    refused = sum(report.rejected.values())
    said = f"{counted(report.instances, 'instance')} read from {_names(report)}"
    aside = f"; {counted(refused, 'record')} set aside." if refused else "; nothing set aside."
    yield headline(said + aside)
    if len(report.sources) > 1:
        yield from _sources(report)
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


def _names(report: IngestReport) -> str:
    paths = [one.path for one in report.sources] or [report.source]
    return ", ".join(Path(path).name for path in paths)


def _sources(report: IngestReport) -> Iterator[Block]:
    """A row for each source."""
    yield table(
        ["source", "instances", "set aside", "positions", "image folder", "its list takes"],
        [
            (
                one.name,
                f"{one.instances:,}",
                f"{one.rejected:,}",
                f"{one.first:,} – {one.first + one.records - 1:,}",
                one.images or "none",
                one.taken or "all",
            )
            for one in report.sources
        ],
    )
