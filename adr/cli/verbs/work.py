"""`adr work`: one worker on the folder of a plan, beside others on other machines."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from adr.cli.arguments import count, path
from adr.cli.blocks import Block, headline, note, sentence
from adr.cli.phrases import reasons
from adr.figures import counted, time_words
from adr.progress import Progress
from adr.synthesize.work import WorkReport, work


def arguments(parser: argparse.ArgumentParser) -> None:
    """The folder of a plan, and the device."""
    parser.add_argument("folder", type=path, metavar="PLAN_FOLDER", help="the folder of a plan: WORKSPACE/plans/N")
    parser.add_argument("--device", metavar="D", help="cpu, cuda, cuda:1 …; ADR_DEVICE when it is left out")
    parser.add_argument("--limit", type=count, metavar="N", help="stop after about this many candidates")


def act(options: argparse.Namespace, progress: Progress) -> WorkReport:
    """Make what no other worker has made or holds."""
    return work(Path(options.folder), device=options.device, limit=options.limit, progress=progress)


def page(report: WorkReport) -> Iterator[Block]:
    """How many this worker made, and what is left of the plan."""
    yield headline(
        f"{counted(report.made, 'candidate')} made in {time_words(report.seconds)}; {report.finished:,} of "
        f"{report.candidates:,} are finished."
    )
    if report.failed:
        yield sentence(f"Not made: {reasons(report.failed)}.")
    if report.left:
        yield note(f"{report.left:,} left, of which other workers may hold some; the same command continues.")
    else:
        yield note("Next: adr collect takes them in, in the workspace of the plan.")
