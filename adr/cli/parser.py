"""The verbs there are, and the parser of one command line.

A verb's module, and with it the stage that it calls, is imported only when that verb is asked for, so `--help` and
wrong usage are answered at once.
"""

import argparse
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast

from adr.progress import Progress
from adr.settings import SETTINGS, setting

if TYPE_CHECKING:
    from adr.cli.blocks import Block

# Verb → what it does, in the data's order. Each is a module of `adr.cli.verbs` with the functions of `VerbModule`.
VERBS = {
    "app": "open the app on the workspace, on this machine alone",
    "demo": "draw the demo world into the workspace and ingest it",
    "ingest": "read a dataset",
    "index": "build the postings of the four perspectives",
    "curve": "the distribution of one perspective",
    "suggest": "entities worth muting, each with the reason",
    "backwards": "which τ give a size, so many instances of an entity, or a tail share",
    "rebalance": "apply a recipe",
    "runs": "the runs of the workspace",
    "explain": "why an instance was kept or dropped",
    "compare": "what one recipe or run keeps and another does not",
    "plan": "what to synthesize",
    "plans": "the synthesis plans of the workspace, and how far they are",
    "generate": "make images and conversations of a plan; goes on where it stopped",
    "collect": "take finished files in as candidates",
    "candidates": "the review queue",
    "meters": "how far the concepts of a plan are filled",
    "verdicts": "reviews as CSV or JSON Lines, in and out",
    "export": "write the refined dataset",
    "exports": "the exports that were written",
    "report": "write the page of a run, before and after, as one HTML file",
    "run": "every stage, unattended; goes on where it stopped",
    "doctor": "check a workspace and what is installed",
}


class VerbModule(Protocol):
    """What a module of `adr.cli.verbs` holds. A verb whose `act` returns None prints nothing at its end."""

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add what the verb takes, beside the workspace, --json and --quiet."""

    def act(self, options: argparse.Namespace, progress: Progress) -> Any:
        """Do it; returns the report, whose type is annotated."""

    def page(self, report: Any) -> "Iterator[Block]":
        """The report for a person."""


def verb_module(name: str) -> VerbModule:
    """The module of a verb of VERBS."""
    return cast(VerbModule, import_module(f"adr.cli.verbs.{name}"))


def verb_parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """A parser that knows every verb by name, and the arguments of the one that these arguments begin with."""
    table = "\n".join(f"  {s.variable:24} {s.sentence} [{s.default or 'none'}]" for s in SETTINGS.values())
    parser = argparse.ArgumentParser(
        prog="adr",
        description="Adaptive Data Refinement for vision-language instruction data.",
        epilog=f"settings, read from the environment:\n{table}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    for name, says in VERBS.items():
        made = verbs.add_parser(name, help=says, description=says)
        made.set_defaults(verb=name)
        if arguments and arguments[0] == name:
            _shared_arguments(made)
            verb_module(name).arguments(made)
    return parser


def _shared_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-w",
        "--workspace",
        default=setting("ADR_WORKSPACE"),
        metavar="FOLDER",
        help="the workspace folder [%(default)s]",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON report on standard output")
    parser.add_argument("--quiet", action="store_true", help="no progress on standard error")
