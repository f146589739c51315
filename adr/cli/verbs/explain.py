"""`adr explain`: show why an instance was kept or dropped."""

import argparse
import math
from collections.abc import Iterator

from adr.cli.arguments import count
from adr.cli.blocks import Block, headline, note, sentence, table
from adr.cli.opened import opened
from adr.cli.phrases import perspective_words
from adr.figures import counted, number_words, share_words
from adr.progress import Progress
from adr.rebalance.explain import EntityDraw, Explanation, Pass, explain

MOST = 6  # entities listed per perspective, those nearest to passing first


def arguments(parser: argparse.ArgumentParser) -> None:
    """A run and a position in the source."""
    parser.add_argument("--run", type=count, required=True, metavar="N", help="the number of the run")
    parser.add_argument("--instance", type=int, required=True, metavar="N", help="its position in the source, from 0")


def act(options: argparse.Namespace, progress: Progress) -> Explanation:
    """Look it up."""
    with opened(options) as (_, store):
        return explain(store, options.run, options.instance)


def page(report: Explanation) -> Iterator[Block]:
    """The decision, how each perspective decided, and the draws of its entities."""
    yield headline(report.in_words)
    yield sentence(
        f"Instance {report.instance:,} in run {report.run}: {counted(report.pass_count, 'perspective')} "
        f"{'passes' if report.pass_count == 1 else 'pass'}, {report.min_passes} needed. "
        f"{_chance(report)}"
    )
    yield table(
        ["perspective", "passes", "τ", "from τ", "by", "chance"],
        [
            (
                perspective_words(one.perspective),
                "yes" if one.passed else "no",
                number_words(one.tau),
                _from(one),
                one.entity or "",
                share_words(one.probability),
            )
            for one in report.passes
        ],
        words=(0, 1, 4),
    )
    draws = [row for one in report.passes for row in _draws(one)]
    if draws:
        yield table(["perspective", "entity", "instances", "τ", "probability", "draw", "from τ"], draws, words=(0, 1))
    hidden = sum(max(0, len(one.entities) - MOST) for one in report.passes)
    if hidden:
        yield note(f"{counted(hidden, 'more entity', 'more entities')} with --json.")


def _chance(report: Explanation) -> str:
    if report.probability is None:
        return (
            "Caps or the mixture bind, so how often other seeds keep it is not known; "
            "`rebalance --expected` estimates it."
        )
    return f"Over all seeds it is kept with a probability of {share_words(report.probability)}."


def _from(one: Pass) -> str:
    if one.critical_tau < 0:
        return "always"
    return "never" if math.isinf(one.critical_tau) else number_words(one.critical_tau)


def _draws(one: Pass) -> Iterator[tuple[str, ...]]:
    """The entities of a perspective that are nearest to passing."""
    nearest = sorted(one.entities, key=lambda drawn: (not drawn.passed, drawn.product))
    for number, drawn in enumerate(nearest[:MOST]):
        yield "" if number else perspective_words(one.perspective), *_drawn(drawn)


def _drawn(drawn: EntityDraw) -> tuple[str, ...]:
    by_hand = {"own_tau": " (own τ)", "mute": " (muted)", "protect": " (protected)"}.get(drawn.by_hand, "")
    return (
        drawn.entity,
        f"{drawn.n:,}",
        f"{number_words(drawn.limit)}{by_hand}",
        share_words(drawn.probability),
        f"{drawn.draw:.3f}",
        number_words(drawn.product),
    )
