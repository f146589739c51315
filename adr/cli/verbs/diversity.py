"""`adr diversity`: how varied the pictures of a run are, beside all of them and a random subset."""

import argparse
from collections.abc import Iterator

from adr.cli.arguments import count
from adr.cli.blocks import Block, headline, note, table
from adr.cli.opened import opened
from adr.embed.diversity import DiversityReport, diversity
from adr.embed.effective_rank import EffectiveRank
from adr.progress import Progress


def arguments(parser: argparse.ArgumentParser) -> None:
    """A run."""
    parser.add_argument("--run", type=count, required=True, metavar="N", help="the number of the run")


def act(options: argparse.Namespace, progress: Progress) -> DiversityReport:
    """Compute it from the features that `adr embed` has made."""
    with opened(options) as (workspace, store):
        return diversity(store, workspace, options.run)


def page(report: DiversityReport) -> Iterator[Block]:
    """The effective rank of each state with its band, and how many different pictures it is worth."""
    by = f"{report.model} ({report.dimensions:,} dimensions)"
    yield headline(f"Run {report.run}: how varied its pictures are, by {by}.")
    different = report.pictures or {}
    heads = ["", "instances", "effective rank", "95 %", *["different pictures"] * bool(different)]
    rows = [
        (state, *_rank(rank), *[f"{different[state]:,.0f}"] * bool(different)) for state, rank in report.ranks.items()
    ]
    yield table(heads, rows)
    yield note("Effective rank: RankMe. It says how widely pictures are spread, not how good they are.")


def _rank(rank: EffectiveRank) -> tuple[str, str, str]:
    return f"{rank.rows:,}", f"{rank.rank:,.1f}", f"{rank.low:,.1f} to {rank.high:,.1f}"
