"""`adr compare`: show what one recipe or run keeps and another does not."""

import argparse
from collections.abc import Iterator

from adr.cli.arguments import count, recipe_file
from adr.cli.blocks import Block, headline, sentence, table
from adr.cli.opened import opened
from adr.cli.phrases import enumerated, perspective_words
from adr.figures import number_words, share_words
from adr.progress import Progress
from adr.rebalance.compare import ComparedPerspective, ComparisonReport, comparison_report
from adr.rebalance.engine import Engine
from adr.rebalance.runs import run_recipe
from adr.recipe import Recipe
from adr.store import Store

EXAMPLES = 10


def arguments(parser: argparse.ArgumentParser) -> None:
    """A and B, and how many entities to list."""
    for name in ("a", "b"):
        parser.add_argument(
            name, type=_run_or_recipe, metavar=name.upper(), help="the number of a run, or a recipe file"
        )
    parser.add_argument(
        "--top", type=count, default=10, metavar="N", help="entities that differ most, per perspective [%(default)s]"
    )


def act(options: argparse.Namespace, progress: Progress) -> ComparisonReport:
    """Preview both on the index of the workspace."""
    with opened(options) as (_, store):
        a, b = _recipe(store, options.a), _recipe(store, options.b)
        return comparison_report(Engine(store, progress), a, b, top=options.top)


def _recipe(store: Store, named: str) -> Recipe:
    return run_recipe(store, int(named)) if named.isdecimal() else Recipe.from_file(named)


def _run_or_recipe(text: str) -> str:
    return text if text.isdecimal() else recipe_file(text)


def page(report: ComparisonReport) -> Iterator[Block]:
    """Sizes, each perspective under A and B, the entities that differ most, and instances that only one keeps."""
    yield headline(
        f"A keeps {report.a.kept:,} and B keeps {report.b.kept:,} instances; both keep {report.both:,}, "
        f"only A {report.only_a:,}, only B {report.only_b:,}."
    )
    yield sentence(f"They agree on {share_words(report.agreement)} of what either keeps.")
    yield sentence(f"A: {report.a.in_words}")
    yield sentence(f"B: {report.b.in_words}")
    yield _sides(report)
    rows = [row for p, found in report.perspectives.items() for row in _differences(p, found)]
    if rows:
        yield table(["perspective", "entity", "before", "A", "B", "B − A"], rows, words=(0, 1))
    else:
        yield sentence("A and B leave the same number of instances of every entity.")
    for name, number, examples in (("A", report.only_a, report.examples_a), ("B", report.only_b, report.examples_b)):
        if number:
            yield sentence(f"Instances that only {name} keeps: {enumerated(examples[:EXAMPLES], number)}.")


def _sides(report: ComparisonReport) -> Block:
    """The numbers of each perspective before, under A and under B side by side."""
    rows = []
    for perspective, found in report.perspectives.items():
        tau_a = number_words(found.tau_a) if perspective in report.a.perspectives else "not used"
        tau_b = number_words(found.tau_b) if perspective in report.b.perspectives else "not used"
        states = (found.before, found.a, found.b)
        rows += [
            (perspective_words(perspective), "τ", "", tau_a, tau_b),
            ("", "tail share", *(share_words(state.tail_share) for state in states)),
            ("", "effective entities", *(f"{state.effective_entities:,.0f}" for state in states)),
            ("", "entities lost", *(f"{state.lost:,}" for state in states)),
            ("",) * 5,
        ]
    return table(["perspective", "", "before", "A", "B"], rows[:-1], words=(0, 1))


def _differences(perspective: str, found: ComparedPerspective) -> Iterator[tuple[str, ...]]:
    for number, one in enumerate(found.differences):
        name = "" if number else perspective_words(perspective)
        yield name, one.entity, f"{one.n:,}", f"{one.a:,}", f"{one.b:,}", f"{one.b - one.a:+,}".replace("-", "−")
