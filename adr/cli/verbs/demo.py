"""`adr demo`: draw the demo world into the workspace and ingest it."""

import argparse
from collections.abc import Iterator

from adr import pipeline
from adr.cli.arguments import count
from adr.cli.blocks import Block
from adr.cli.opened import opened
from adr.cli.verbs import ingest
from adr.ingest.ingest import IngestReport
from adr.progress import Progress


def arguments(parser: argparse.ArgumentParser) -> None:
    """How many instances, and the seed they are drawn from."""
    parser.add_argument("--instances", type=count, default=3000, metavar="N", help="instances to draw [%(default)s]")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="seed of the drawing [%(default)s]")
    parser.add_argument("--replace", action="store_true", help="replace what the workspace holds")


def act(options: argparse.Namespace, progress: Progress) -> IngestReport:
    """Draw and ingest."""
    with opened(options, create=True) as (workspace, store):
        return pipeline.demo(
            store, workspace, instances=options.instances, seed=options.seed, replace=options.replace, progress=progress
        )


def page(report: IngestReport) -> Iterator[Block]:
    """The page of `adr ingest`."""
    yield from ingest.page(report)
