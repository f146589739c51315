"""`adr curve`: show the distribution of one perspective."""

import argparse
from collections.abc import Iterator
from itertools import zip_longest

from adr.cli.arguments import count, perspective, share
from adr.cli.blocks import Block, facts, headline, sentence, table
from adr.cli.opened import opened
from adr.cli.phrases import perspective_words
from adr.explore.distribution import CurveReport, curve
from adr.figures import counted, share_words
from adr.progress import Progress


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which perspective, and where its tail begins."""
    parser.add_argument(
        "--perspective", type=perspective, metavar="PERSPECTIVE", required=True, help="the perspective to rank"
    )
    parser.add_argument("--tail-share", type=share, metavar="R", help="share of postings in the tail [the paper's]")
    parser.add_argument("--top", type=count, default=20, metavar="N", help="entities listed at each end [%(default)s]")


def act(options: argparse.Namespace, progress: Progress) -> CurveReport:
    """Rank its entities."""
    with opened(options) as (_, store):
        return curve(store, options.perspective, tail_share=options.tail_share, top=options.top)


def page(report: CurveReport) -> Iterator[Block]:
    """Head and tail in a sentence, numbers, and both ends of the curve."""
    name = perspective_words(report.perspective)
    yield headline(
        f"{name}: {counted(report.entities, 'entity', 'entities')} in {counted(report.instances, 'instance')}, "
        f"{counted(report.postings, 'posting')}."
    )
    yield sentence(
        f"The {_head(report.head_rank)} (head, τ = {report.tau:,}) {_has(report.head_rank)} "
        f"{share_words(report.head_share)} of the postings; the other {report.tail_entities:,} (tail) "
        f"{_has(report.tail_entities)} {share_words(report.tail_share)}."
    )
    yield facts(
        [
            ("Gini", f"{report.gini:.3f}"),
            ("effective entities", f"{report.effective_entities:,.0f}"),
            ("in one instance only", counted(report.singletons, "entity", "entities")),
        ]
    )
    yield table(
        ["most frequent", "instances", "rarest", "instances"],
        [(*_cells(one), *_cells(other)) for one, other in zip_longest(report.top, report.bottom)],
        words=(0, 2),
    )


def _head(entities: int) -> str:
    return "most frequent entity" if entities == 1 else f"{entities:,} most frequent entities"


def _has(entities: int) -> str:
    return "has" if entities == 1 else "have"


def _cells(entity: tuple[str, int] | None) -> tuple[str, str]:
    return ("", "") if entity is None else (entity[0], f"{entity[1]:,}")
