"""`adr rebalance`: apply a recipe: write a run."""

import argparse
from collections.abc import Iterator
from dataclasses import replace

from adr.cli.arguments import count, recipe_file
from adr.cli.blocks import Block, headline, note, sentence, table
from adr.cli.opened import opened
from adr.cli.phrases import perspective_words, reasons
from adr.figures import counted, number_words, share_words
from adr.progress import Progress
from adr.rebalance.epochs import EpochsReport, ExpectedSeen, SeenCounts
from adr.rebalance.preview import BELOW_K, GROUP_WORDS, REASON_WORDS, EachCapEffect, MixtureEffect, Numbers
from adr.rebalance.runs import CLOSED_FORM, RebalanceReport, rebalance
from adr.recipe import Recipe

MOST_VALUES = 20
"""Values of a mixture that are listed."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """A recipe, and the name of the run."""
    parser.add_argument("--recipe", type=recipe_file, required=True, metavar="FILE", help="the recipe to apply (TOML)")
    parser.add_argument(
        "--epochs", type=count, metavar="E", help="draw the recipe E times, once per epoch [the recipe's]"
    )
    parser.add_argument("--name", help="a name for the run [the recipe's]")
    parser.add_argument(
        "--expected", action="store_true", help="where caps or a mixture bind, estimate the size over 20 other seeds"
    )


def act(options: argparse.Namespace, progress: Progress) -> RebalanceReport:
    """Write a run."""
    recipe = Recipe.from_file(options.recipe)
    if options.epochs:
        recipe = replace(recipe, epochs=options.epochs)
    with opened(options) as (_, store):
        return rebalance(store, recipe, name=options.name, expected=options.expected, progress=progress)


def page(report: RebalanceReport) -> Iterator[Block]:
    """What the run keeps and why, and each perspective before, after and in a random subset."""
    total = report.kept + report.dropped
    which = "further copies" if report.mixture else "copies of rare ones"
    copies = f", and {report.repeated:,} {which}" if report.repeated else ""
    yield headline(
        f"Run {report.run} keeps {report.kept:,} of {counted(total, 'instance')}{copies}{_expected(report)}."
    )
    yield sentence(report.in_words)
    yield sentence(f"Why: {reasons(report.reasons, REASON_WORDS)}.")
    yield _states(report)
    yield note("Random: a uniform subset of the same size. Tail: the tail before rebalancing (the paper's rule).")
    few = [
        f"{GROUP_WORDS[name]} {group['kept']:,} of {group['instances']:,}"
        for name, group in report.groups.items()
        if group["instances"]
    ]
    if few:
        yield sentence(f"Kept by group: {', '.join(few)}.")
    if report.caps:
        yield _caps(report)
    for each in report.caps_each:
        yield sentence(_each(each))
    if report.mixture:
        yield from _mixture(report.mixture)
    if report.epochs:
        yield from _epochs(report.epochs)
    if report.unused:
        yield sentence(f"In the recipe but not in this dataset: {', '.join(report.unused)}.")


def _expected(report: RebalanceReport) -> str:
    if report.expected is None or report.expected_sd is None:
        return ""
    over = "all seeds" if report.expected_by == CLOSED_FORM else f"the next {report.expected_by}"
    return f" (expected {report.expected:,.0f} ± {report.expected_sd:,.0f} over {over})"


def _caps(report: RebalanceReport) -> Block:
    """Each cap, with what the keep rule keeps and what stays."""
    rows = [
        (perspective_words(cap.perspective), cap.entity, f"{cap.at_most:,}", f"{cap.by_rule:,}", f"{cap.kept:,}")
        for cap in report.caps
    ]
    return table(["perspective", "entity", "at most", "by the keep rule", "kept"], rows, words=(0, 1))


def _each(cap: EachCapEffect) -> str:
    """What a cap on every entity of a perspective does."""
    said = f"At most {cap.at_most:,} per entity of {perspective_words(cap.perspective)}"
    if not cap.binds:
        return f"{said}: none of {cap.entities:,} has more."
    return f"{said}: {cap.over:,} of {cap.entities:,} have more, {cap.by_rule:,} together, of which {cap.kept:,} stay."


def _mixture(told: MixtureEffect) -> Iterator[Block]:
    """Each value with what it has and gets, and what should be known of it."""
    in_all = max(1, sum(value.given for value in told.values) + told.unlisted_given)
    rows = [
        (
            "(none)" if value.value is None else value.value,
            f"{value.before:,}",
            f"{value.pool:,}",
            f"{value.wanted:,}",
            f"{value.given:,}",
            share_words(value.given / in_all),
        )
        for value in told.values[:MOST_VALUES]
    ]
    yield table([perspective_words(told.perspective), "before", "kept", "wanted", "given", "share"], rows, words=(0,))
    if more := len(told.values) - len(rows) + told.unlisted:
        yield note(f"{counted(more, 'more value')} with --json.")
    for said in told.notices:
        yield sentence(said)


def _epochs(epochs: EpochsReport) -> Iterator[Block]:
    """What each epoch keeps, and how much is in every one, in one or more, and in none."""
    number = len(epochs.each)
    yield sentence(f"{number} epochs; epoch 1 is the run itself.")
    yield table(["epoch", "seed", "kept"], [(f"{e.epoch}", f"{e.seed}", f"{e.kept:,}") for e in epochs.each])
    told = epochs.instances
    rows = [("instances", *_seen(told))]
    if epochs.expected:
        rows.append(("expected over all seeds", *_seen(epochs.expected)))
    for perspective, seen in epochs.entities.items():
        rows.append((f"entities, {perspective_words(perspective)}", *_seen(seen)))
        rows.append(("  of the tail", *_seen(epochs.tail_entities[perspective])))
    yield table(["", "in every epoch", "at least once", "never"], rows)


def _seen(seen: SeenCounts | ExpectedSeen) -> tuple[str, str, str]:
    return f"{seen.in_every:,.0f}", f"{seen.at_least_once:,.0f}", f"{seen.never:,.0f}"


def _states(report: RebalanceReport) -> Block:
    """Four numbers per perspective: before, after and in a random subset, side by side."""
    rows = []
    for perspective, columns in report.perspectives.items():
        used = f"no_{perspective}" in report.groups  # each perspective that decides has a group
        tau = f"τ = {number_words(columns.tau)}" if used else "not used"
        names = (perspective_words(perspective), tau, "", "")
        cells = zip(*map(_numbers, (columns.before, columns.after, columns.random)), strict=True)
        measures = ("tail share", "effective entities", f"fall below {BELOW_K}", "entities lost")
        rows += [(name, measure, *cell) for name, measure, cell in zip(names, measures, cells, strict=True)]
        rows.append(("",) * 5)
    return table(["perspective", "", "before", "after", "random"], rows[:-1], words=(0, 1))


def _numbers(numbers: Numbers) -> tuple[str, str, str, str]:
    """The cells of one column."""
    return (
        share_words(numbers.tail_share),
        f"{numbers.effective_entities:,.0f}",
        f"{numbers.below_k:,}",
        f"{numbers.lost:,}",
    )
