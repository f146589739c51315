"""`adr pictures`: measure the pictures of the dataset and find their faults."""

import argparse
from collections.abc import Iterator

from adr.cli.blocks import Block, headline, note, sentence, table
from adr.cli.opened import opened
from adr.embed.picture_check import PicturesReport, check_pictures
from adr.figures import counted, time_words
from adr.picture_faults import PICTURE_FAULTS
from adr.progress import Progress


def arguments(parser: argparse.ArgumentParser) -> None:
    """None besides the shared ones."""


def act(options: argparse.Namespace, progress: Progress) -> PicturesReport:
    """Read every picture that has not been read yet."""
    with opened(options) as (_, store):
        return check_pictures(store, progress)


def page(report: PicturesReport) -> Iterator[Block]:
    """How many pictures have each fault."""
    looked = report.pictures - report.missing
    yield headline(f"{counted(looked, 'picture')} looked at in {time_words(report.seconds)}.")
    if report.faults:
        yield table(
            ["fault", "what it means", "pictures", "instances"],
            [
                (fault, PICTURE_FAULTS[fault], f"{found.pictures:,}", f"{found.instances:,}")
                for fault, found in report.faults.items()
            ],
            words=(0, 1),
        )
        yield note(f"To list the instances: adr find {next(iter(report.faults))}")
    elif report.pictures > report.missing:
        yield sentence("None has a fault.")
    if report.missing:
        yield sentence(f"{report.missing:,} of {counted(report.pictures, 'picture')} are not on disk.")
