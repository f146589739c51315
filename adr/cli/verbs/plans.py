"""`adr plans`: list the synthesis plans of the workspace and how far each is."""

import argparse
from collections.abc import Iterator

from adr.cli.blocks import Block, headline, note, sentence, table
from adr.cli.opened import opened
from adr.cli.phrases import reasons
from adr.figures import counted
from adr.progress import Progress
from adr.synthesize.plan_list import ListedPlan, PlansReport, plans_report


def arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments."""


def act(options: argparse.Namespace, progress: Progress) -> PlansReport:
    """List them."""
    with opened(options) as (workspace, store):
        return plans_report(store, workspace)


def page(report: PlansReport) -> Iterator[Block]:
    """One line per plan, newest first."""
    if not report.plans:
        yield headline("No plan yet.")
        yield note("Plan what a run lacks: adr plan --run N")
        return
    yield headline(f"{counted(len(report.plans), 'plan')}, newest first.")
    heads = ["plan", "run", "generator", "entities", "candidates", "made", "left", "collected", "waiting", "accepted"]
    yield table(heads, map(_line, report.plans), words=(0, 1, 2))
    for plan in report.plans:
        if plan.failed:
            yield sentence(f"Not made in plan {plan.plan}: {reasons(plan.failed)}.")


def _line(plan: ListedPlan) -> tuple[str, ...]:
    numbers = (plan.candidates, plan.finished, plan.left, plan.collected, plan.waiting, plan.accepted)
    filled = f"{plan.entities:,} of {plan.lacking:,}"
    return str(plan.plan), str(plan.run), plan.generator, filled, *(f"{n:,}" for n in numbers)
