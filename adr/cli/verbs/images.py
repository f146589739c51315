"""`adr images`: set or change the image folder of the dataset, without reading the dataset again."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from adr.cli.blocks import Block, headline, note
from adr.cli.opened import opened
from adr.figures import counted
from adr.ingest.change_images import ImagesReport, change_images
from adr.progress import Progress


def arguments(parser: argparse.ArgumentParser) -> None:
    """A folder, or none."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("folder", metavar="DIR", nargs="?", help="the folder that the image paths start from")
    which.add_argument("--none", action="store_true", help="use no image folder")
    parser.add_argument("--name", metavar="NAME", help="the source, where they have image folders of their own")


def act(options: argparse.Namespace, progress: Progress) -> ImagesReport:
    """Change the folder."""
    with opened(options) as (_, store):
        return change_images(
            store, None if options.none else Path(options.folder), name=options.name, progress=progress
        )


def page(report: ImagesReport) -> Iterator[Block]:
    """The folder, and how many instances lack an image in it."""
    if report.images is None:
        yield headline("The dataset has no image folder: no picture can be shown or be a parent.")
        return
    yield headline(f"Image paths start from {report.images}.")
    there = report.with_images - report.missing
    yield note(f"{there:,} of {counted(report.with_images, 'instance')} with images have all of them there.")
