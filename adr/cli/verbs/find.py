"""`adr find`: find instances by a filter."""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from adr.cli.arguments import count, path
from adr.cli.blocks import Block, headline, note, table
from adr.cli.opened import opened
from adr.figures import counted
from adr.progress import Progress
from adr.select.find import FindReport, find
from adr.select.saved import save_filter
from adr.select.set_apart import set_apart
from adr.settings import setting


def arguments(parser: argparse.ArgumentParser) -> None:
    """A filter in one argument, a name for it, and how many instances to list."""
    parser.add_argument("filter", metavar="FILTER", help="what to find, in one argument: 'object:dog and turns>4'")
    parser.add_argument("--save", metavar="NAME", help="keep the filter under this name, for filter:NAME")
    apart = parser.add_mutually_exclusive_group()
    for name, says in (("exclude", "count nowhere"), ("protect", "are always kept")):
        apart.add_argument(
            f"--{name}",
            type=path,
            metavar="RECIPE",
            help=f"write what is found into this recipe file, as instances that {says}; a new file is made if needed",
        )
    parser.add_argument("--limit", type=count, default=20, metavar="N", help="instances to list [%(default)s]")


def act(options: argparse.Namespace, progress: Progress) -> FindReport:
    """Look for them; keep the filter if asked."""
    with opened(options) as (_, store):
        if options.save:
            save_filter(store, options.save, options.filter, setting("ADR_REVIEWER"))
        report = find(store, options.filter, options.limit)
        if options.exclude:
            return replace(report, recipe=set_apart(store, options.filter, "exclude", Path(options.exclude)))
        if options.protect:
            return replace(report, recipe=set_apart(store, options.filter, "protect", Path(options.protect)))
        return report


def page(report: FindReport) -> Iterator[Block]:
    """The filter in a sentence, how many it finds, and the first of them."""
    yield headline(f"{counted(report.count, 'instance')} found: {report.in_words}.")
    if report.notice:
        yield note(report.notice)
    if report.recipe:
        yield note(f"They are in the recipe {report.recipe}, by their positions.")
    if report.instances:
        rows = [(f"{one.instance:,}", one.id or "", one.image or "", one.question) for one in report.instances]
        yield table(["position", "id", "image", "question"], rows, words=(1, 2, 3))
    if report.count > len(report.instances):
        yield note(f"The first {len(report.instances):,} are listed; --limit lists more.")
    if report.texts_read:
        yield note("Texts were read for this. adr words reads them once, after which they are found faster.")
