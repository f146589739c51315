"""`adr runs`: list the runs of the workspace."""

import argparse
from collections.abc import Iterator

from adr.cli.blocks import Block, headline, note, table
from adr.cli.opened import opened
from adr.cli.phrases import perspective_words, time_of
from adr.figures import counted, share_words
from adr.perspectives import PAPER_NAMES
from adr.progress import Progress
from adr.rebalance.runs import ListedRun, RunsReport, runs_report


def arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments."""


def act(options: argparse.Namespace, progress: Progress) -> RunsReport:
    """List them."""
    with opened(options) as (_, store):
        return runs_report(store)


def page(report: RunsReport) -> Iterator[Block]:
    """One line per run, newest first."""
    if not report.runs:
        yield headline("No run yet.")
        yield note("Apply a recipe: adr rebalance --recipe FILE")
        return
    yield headline(f"{counted(len(report.runs), 'run')}, newest first.")
    tails = [f"tail of\n{perspective_words(p)}" for p in PAPER_NAMES]
    yield table(["run", "name", "kept", "dropped", *tails, "plans"], map(_line, report.runs), words=(0, 1))
    for run in report.runs:
        yield note(f"Run {run.run}, {time_of(run.created_at)} UTC: {run.in_words}")


def _line(run: ListedRun) -> tuple[str, ...]:
    name = run.name + (" (outdated: the dataset was read or indexed again)" if run.outdated else "")
    tails = [share_words(run.tail_share[p]) for p in PAPER_NAMES]
    return str(run.run), name, f"{run.kept:,}", f"{run.dropped:,}", *tails, f"{run.plans:,}"
