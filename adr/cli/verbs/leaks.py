"""`adr leaks`: find pictures and questions of benchmarks in the dataset and among synthetic pictures."""

import argparse
from collections.abc import Iterator

from adr.cli.arguments import path, path_or_none
from adr.cli.blocks import Block, headline, note, sentence, table
from adr.cli.opened import opened
from adr.figures import counted, time_words
from adr.leaks.leaks import LeaksReport, find_leaks
from adr.progress import Progress


def arguments(parser: argparse.ArgumentParser) -> None:
    """The benchmarks, and where their pictures lie."""
    parser.add_argument(
        "--against",
        type=path,
        nargs="+",
        required=True,
        metavar="PATH",
        help="benchmarks: files that ingest reads, folders of shards, or folders of pictures",
    )
    parser.add_argument(
        "--images",
        type=path,
        metavar="DIR",
        help="the folder that image paths of benchmark files start from [the file's]",
    )


def act(options: argparse.Namespace, progress: Progress) -> LeaksReport:
    """Compare each of them with the dataset."""
    with opened(options) as (workspace, store):
        against = [found for one in options.against if (found := path_or_none(one))]
        return find_leaks(store, workspace, against, path_or_none(options.images), progress)


def page(report: LeaksReport) -> Iterator[Block]:
    """What of each benchmark was found, and how many instances and candidates have it."""
    yield headline(
        f"{counted(report.pictures, 'picture')} compared with {counted(len(report.benchmarks), 'benchmark')} in "
        f"{time_words(report.seconds)}."
    )
    yield table(
        ["benchmark", "pictures", "found", "questions", "too short\nto compare", "found"],
        [
            (
                one.name,
                f"{one.pictures:,}",
                f"{one.pictures_found:,}",
                f"{one.questions:,}",
                f"{one.short:,}",
                f"{one.questions_found:,}",
            )
            for one in report.benchmarks
        ],
    )
    if missing := sum(one.missing for one in report.benchmarks):
        yield sentence(f"{counted(missing, 'picture')} of benchmarks are not on disk; --images names their folder.")
    yield sentence(
        f"{counted(report.instances, 'instance')} and {counted(report.candidates, 'candidate')} have something of them."
    )
    if not report.looks:
        yield note("Cropped pictures are found only after adr embed.")
    if report.leaks:
        yield note("Look at them under Faults on the Dataset page; to list the instances: adr find leaked")
