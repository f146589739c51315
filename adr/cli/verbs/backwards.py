"""`adr backwards`: find the τ that give a size, a number of instances of an entity, or a tail share; or try caps."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from adr.cli.arguments import count, path, perspective, recipe_file, share
from adr.cli.blocks import Block, headline, note, sentence, table, verbatim
from adr.cli.opened import opened
from adr.cli.phrases import perspective_words
from adr.figures import counted, number_words
from adr.files import named_file
from adr.perspectives import is_known
from adr.progress import Progress
from adr.rebalance.backwards import (
    BackwardsReport,
    FoundRecipe,
    backwards_report,
    for_bounds,
    for_size,
    for_tail_share,
    for_volume,
)
from adr.rebalance.engine import Engine
from adr.recipe import Recipe


def arguments(parser: argparse.ArgumentParser) -> None:
    """The recipe to start from, what is wanted, and which τ may move."""
    parser.add_argument(
        "--recipe", type=recipe_file, required=True, metavar="FILE", help="the recipe whose τ are moved"
    )
    wanted = parser.add_mutually_exclusive_group(required=True)
    wanted.add_argument("--size", type=count, metavar="N", help="keep N instances")
    wanted.add_argument(
        "--volume", type=_volume, metavar="PERSPECTIVE:ENTITY=N", help="keep N instances of an entity: object:dog=200"
    )
    wanted.add_argument(
        "--at-most",
        type=_volume,
        action="append",
        metavar="PERSPECTIVE:ENTITY=N",
        help="cap an entity at N instances; may be given several times",
    )
    wanted.add_argument(
        "--tail-share",
        type=_tail_share,
        metavar="PERSPECTIVE=R",
        help="reach this tail share in what is kept: object=0.15",
    )
    parser.add_argument(
        "--only",
        type=perspective,
        metavar="PERSPECTIVE",
        help="move only the τ of this perspective [all, in proportion]",
    )
    parser.add_argument("--out", type=path, metavar="FILE", help="write the recipe that was found to this file")


def act(options: argparse.Namespace, progress: Progress) -> BackwardsReport:
    """Find the τ by bisection over the engine's own decisions."""
    recipe = Recipe.from_file(options.recipe)
    with opened(options) as (_, store):
        engine = Engine(store, progress).excluding(recipe)
        progress(0, None, "Looking for τ")
        answer = _answer(engine, recipe, options)
        if options.out:
            with named_file(Path(options.out)) as partial:
                partial.write_text(answer.recipe.to_toml(), encoding="utf-8")
        return backwards_report(engine, answer, Path(options.out) if options.out else None)


def _answer(engine: Engine, recipe: Recipe, options: argparse.Namespace) -> FoundRecipe:
    if options.volume:
        return for_volume(engine, recipe, *options.volume, perspective=options.only)
    if options.at_most:
        bounds: dict[str, dict[str, int]] = {}
        for perspective, entity, most in options.at_most:
            bounds.setdefault(perspective, {})[entity] = most
        return for_bounds(engine, recipe, bounds)
    if options.tail_share:
        return for_tail_share(engine, recipe, *options.tail_share, perspective=options.only)
    return for_size(engine, recipe, options.size, perspective=options.only)


def page(report: BackwardsReport) -> Iterator[Block]:
    """The answer, its τ, and the recipe or the file it was written to."""
    yield headline(report.sentence)
    if report.scaled and report.kept != report.reached:
        yield sentence(f"The recipe keeps {counted(report.kept, 'instance')}.")
    yield table(
        ["perspective", "τ", ""],
        [
            (perspective_words(p), number_words(tau, 10), "moved" if p in report.scaled else "")
            for p, tau in report.tau.items()
        ],
        words=(0, 2),
    )
    if report.file:
        yield note(f"The recipe is in {report.file}.")
    else:
        yield verbatim(report.recipe)


def _volume(text: str) -> tuple[str, str, int]:
    """'object:dog=200' → (perspective, entity, instances)."""
    perspective, _, rest = text.partition(":")
    entity, _, number = rest.rpartition("=")
    if not is_known(perspective) or not entity:
        raise argparse.ArgumentTypeError("give PERSPECTIVE:ENTITY=N, such as object:dog=200")
    return perspective, entity, count(number)


def _tail_share(text: str) -> tuple[str, float]:
    """'object=0.15' → (perspective, share)."""
    perspective, _, number = text.partition("=")
    if not is_known(perspective):
        raise argparse.ArgumentTypeError("give PERSPECTIVE=R, such as object=0.15")
    return perspective, share(number)
