"""`adr misspelt`: list names that are probably a frequent one misspelt, to be merged into it."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

from adr.cli.blocks import Block, headline, note, table
from adr.cli.opened import opened
from adr.cli.phrases import perspective_words
from adr.figures import counted
from adr.index.misspelt import Misspelt, misspelt_names
from adr.index_needed import need_index
from adr.progress import Progress

SHOWN = 50


@dataclass(frozen=True)
class MisspeltReport:
    """names: all proposals, the surest first."""

    names: list[Misspelt]


def arguments(parser: argparse.ArgumentParser) -> None:
    """None besides the shared ones."""


def act(options: argparse.Namespace, progress: Progress) -> MisspeltReport:
    """Compare the names of the index."""
    with opened(options) as (_, store):
        need_index(store)
        return MisspeltReport(misspelt_names(store))


def page(report: MisspeltReport) -> Iterator[Block]:
    """Each name with the one that it probably stands for."""
    if not report.names:
        yield headline("No name is near to a much more frequent one.")
        return
    yield headline(f"{counted(len(report.names), 'name')} may be a frequent one misspelt.")
    yield note('To merge some, write "name" = "other" for each under [index.merge] in the recipe, then index again.')
    yield table(
        ["perspective", "name", "instances", "other", "instances", "why"],
        [
            (perspective_words(one.perspective), one.name, f"{one.n:,}", one.other, f"{one.other_n:,}", one.why)
            for one in report.names[:SHOWN]
        ],
        words=(0, 1, 3, 5),
    )
    if len(report.names) > SHOWN:
        yield note(f"The first {SHOWN} are listed; --json has all.")
