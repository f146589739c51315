"""`adr doctor`: check the workspace and what is installed."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from adr.cli.blocks import Block, facts, gap, headline, sentence
from adr.cli.opened import opened
from adr.doctor import DoctorReport, Problem, doctor
from adr.errors import WorkspaceInUse
from adr.figures import counted, size_words
from adr.owner import holder
from adr.progress import Progress
from adr.workspace import Workspace


def arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments."""


def act(options: argparse.Namespace, progress: Progress) -> DoctorReport:
    """Look at everything."""
    if "shared" in options:
        with opened(options) as (workspace, store):
            return doctor(workspace.folder, store)
    workspace = Workspace(Path(options.workspace).resolve())
    if (owner := holder(workspace)) is not None:
        raise WorkspaceInUse(workspace.database, owner.pid)
    return doctor(Path(options.workspace))


def status(report: DoctorReport) -> int:
    """1 when there are problems."""
    return 1 if report.problems else 0


def page(report: DoctorReport) -> Iterator[Block]:
    """Problems, advice, and what was found."""
    problems = counted(len(report.problems), "problem") if report.problems else "No problems"
    yield headline(f"{problems} in {report.workspace}.")
    yield from _listed(report.problems)
    if report.advice:
        yield gap()
        yield sentence("Advice:")
        yield from _listed(report.advice)
    yield facts(_rows(report))


def _listed(found: Sequence[Problem]) -> Iterator[Block]:
    for problem in found:
        yield sentence(f"• {problem.sentence} {problem.next_step}".rstrip())


def _rows(report: DoctorReport) -> Iterator[tuple[str, str]]:
    if report.holds:
        yield "rows", ", ".join(f"{table} {n:,}" for table, n in report.holds.items())
    yield "device", report.device or "unknown"
    if report.free_bytes is not None:
        yield "free disk space", size_words(report.free_bytes)
    there = sum(version is not None for version in report.installed.values())
    yield "packages", f"{there:,} of {len(report.installed):,} installed"
    for name, where in report.models.items():
        yield name, where or "not found"
