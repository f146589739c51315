"""`adr with`: show which entities occur with one, and how much more often than by chance."""

import argparse
from collections.abc import Iterator
from pathlib import Path

import pyarrow.csv as arrow_csv

from adr.cli.arguments import count, path, path_or_none, perspective
from adr.cli.blocks import Block, headline, note, table
from adr.cli.opened import opened
from adr.cli.phrases import perspective_words
from adr.explore.company import ORDERS, CompanyReport, company, company_report, company_table
from adr.explore.entities import entity_named
from adr.figures import counted, share_words
from adr.files import whole_file
from adr.perspectives import is_known
from adr.progress import Progress
from adr.store import Store

ORDER_WORDS = {
    "always": "those that come most surely with it first (the lower end of the 95 % interval)",
    "together": "the most frequent together first",
    "lift": "those most above chance first",
    "frequent": "the most frequent first",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """An entity, and which others to list in which order."""
    parser.add_argument(
        "entity", type=_entity, metavar="PERSPECTIVE:ENTITY", help="the entity X, such as object:person"
    )
    parser.add_argument(
        "--perspective", type=perspective, metavar="PERSPECTIVE", help="the perspective of the others [that of X]"
    )
    parser.add_argument("--order", choices=tuple(ORDERS), default="always", help="which come first [%(default)s]")
    parser.add_argument(
        "--at-least", type=count, default=1, metavar="N", help="only those with X in N instances [%(default)s]"
    )
    parser.add_argument("--top", type=count, default=20, metavar="N", help="entities to list [%(default)s]")
    parser.add_argument("--csv", type=path, metavar="FILE", help="write all of them to a file")


def act(options: argparse.Namespace, progress: Progress) -> CompanyReport:
    """Count them."""
    of, name = options.entity
    other = options.perspective or of
    with opened(options) as (_, store):
        report = company_report(store, of, name, other, order=options.order, at_least=options.at_least, top=options.top)
        if file := path_or_none(options.csv):
            _write(store, report, file)
    return report


def page(report: CompanyReport) -> Iterator[Block]:
    """How many occur with it, and a table of the first of them."""
    x = report.entity
    yield headline(
        f"{counted(report.found, 'entity', 'entities')} of {perspective_words(report.with_perspective)} "
        f"{'occurs' if report.found == 1 else 'occur'} with {perspective_words(report.perspective)} “{x}”, "
        f"which {counted(report.n, 'instance has', 'instances have')}."
    )
    yield table(
        ["entity e", "instances", "together", "P(e | X)", "P(X | e)", "at least", "lift", "95 % bound"],
        [
            (
                one.entity,
                f"{one.n:,}",
                f"{one.together:,}",
                share_words(one.share_of_x),
                share_words(one.share_of_e),
                share_words(one.share_of_e_low),
                f"×{one.lift:,.2f}",
                "chance" if one.lift_bound == 1 else f"×{one.lift_bound:,.2f}",
            )
            for one in report.companions
        ],
        words=(0,),
    )
    yield note(
        f"X is “{x}”; {ORDER_WORDS[report.order]}. At least: the lower end of the 95 % interval of P(X | e). "
        "Bound: the end of the 95 % interval of the lift that is nearer to 1."
    )


def _entity(text: str) -> tuple[str, str]:
    """(perspective, name); the name of a column's value comes after the last colon, as a perspective has colons too."""
    of, _, name = text.rpartition(":") if text.startswith("column:") else text.partition(":")
    if not is_known(of) or not name:
        raise argparse.ArgumentTypeError("give PERSPECTIVE:ENTITY, such as object:person")
    return of, name


def _write(store: Store, report: CompanyReport, file: Path) -> None:
    """All entities that occur with it, as CSV."""
    found = company(store, entity_named(store, report.perspective, report.entity), report.with_perspective)
    with whole_file(file) as partial:
        arrow_csv.write_csv(company_table(found), str(partial))
