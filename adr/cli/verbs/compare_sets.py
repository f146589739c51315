"""`adr compare-sets`: which entities differ between what two filters find."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

from adr.cli.arguments import count, perspective
from adr.cli.blocks import Block, headline, note, table
from adr.cli.opened import opened
from adr.explore.contrast import Contrast, Contrasted, contrast
from adr.figures import counted
from adr.perspectives import PAPER_NAMES, described
from adr.progress import Progress
from adr.select.filter_text import parse
from adr.select.filter_words import in_words
from adr.select.find import found_positions
from adr.store import Store


@dataclass(frozen=True)
class ComparedSets:
    """a, b: the two filters in words; contrast: what differs."""

    a: str
    b: str
    contrast: Contrast


def arguments(parser: argparse.ArgumentParser) -> None:
    """One or two filters, perspectives, and how many entities to list."""
    parser.add_argument("first", metavar="FILTER", help="the first set, as for adr find")
    parser.add_argument("second", nargs="?", metavar="FILTER", help="the second set [all other instances]")
    parser.add_argument(
        "--perspective", type=perspective, action="append", metavar="P", help="one perspective [the paper's four]"
    )
    parser.add_argument("--top", type=count, default=20, metavar="N", help="entities per perspective [%(default)s]")


def act(options: argparse.Namespace, progress: Progress) -> ComparedSets:
    """Find both and compare them."""
    with opened(options) as (_, store):
        return _compared(store, options)


def _compared(store: Store, options: argparse.Namespace) -> ComparedSets:
    first = parse(options.first)
    second = parse(options.second) if options.second else None
    found = contrast(
        store,
        found_positions(store, first),
        None if second is None else found_positions(store, second),
        tuple(options.perspective or PAPER_NAMES),
        top=options.top,
    )
    return ComparedSets(in_words(first), in_words(second) if second else "all other instances", found)


def page(report: ComparedSets) -> Iterator[Block]:
    """The sizes, then a table per perspective."""
    sizes = report.contrast
    yield headline(f"A: {counted(sizes.a, 'instance')}, {report.a}. B: {counted(sizes.b, 'instance')}, {report.b}.")
    if sizes.both:
        yield note(f"{counted(sizes.both, 'instance')} in both sets are left out of both.")
    for name, entities in sizes.perspectives.items():
        yield table([described(name).word, "in A", "in B", "lift", "95 %"], [_row(one) for one in entities], words=(0,))
    yield note("Lift: the share in A over the share in B. Where its interval holds 1, the difference may be chance.")


def _row(one: Contrasted) -> tuple[str, ...]:
    said = "chance" if one.by_chance else f"{one.low:.2f} to {one.high:.2f}"
    return one.entity, f"{one.a:,}", f"{one.b:,}", f"{one.lift:.2f}", said
