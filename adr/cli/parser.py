"""The list of verbs, and the parser for one command line.

The module of a verb, and with it the stage it calls, is imported only when that verb runs, so `--help` and wrong usage
are answered at once.
"""

import argparse
from collections.abc import Iterator, Sequence
from importlib import import_module
from keyword import iskeyword
from typing import TYPE_CHECKING, Any, Protocol, cast

from adr.cli.arguments import path
from adr.progress import Progress
from adr.settings import SETTINGS, setting

if TYPE_CHECKING:
    from adr.cli.blocks import Block

# Verb → what it does, in the data's order. Each is a module of `adr.cli.verbs` with the functions of `VerbModule`.
VERBS = {
    "app": "open the app on the workspace, for this machine only",
    "demo": "draw the demo world into the workspace and ingest it",
    "ingest": "read a dataset into the workspace",
    "images": "set or change the image folder, without reading the dataset again",
    "index": "build the postings, or add perspectives",
    "embed": "let a model look at every picture, or read every conversation; continues where it stopped",
    "map": "place every picture, or every conversation, on a map, near others that are alike",
    "copies": "find copies inside the dataset: the same picture, the same conversation, both",
    "pictures": "find faults of the pictures: blank, dark, blurred, tiny, of odd aspect, not opening",
    "wrong-pairs": "find instances whose picture does not belong to their text",
    "leaks": "find pictures and questions of benchmarks in the dataset and among synthetic pictures",
    "curve": "show the distribution of one perspective",
    "with": "show which entities occur with one, how often each comes with the other, and what chance explains",
    "words": "read all texts once, so that find answers at once",
    "find": "find instances by a filter: entities, words, decisions, kinds",
    "tag": "put a tag on what a filter finds, take it off, undo, or list the tags",
    "misspelt": "list names that are probably a frequent one misspelt, to be merged into it",
    "suggest": "list entities worth muting, each with the reason",
    "backwards": "find the τ that give a size, a number of instances of an entity, or a tail share",
    "rebalance": "apply a recipe: write a run",
    "runs": "list the runs of the workspace",
    "explain": "show why an instance was kept or dropped",
    "compare": "show what one recipe or run keeps and another does not",
    "diversity": "show how varied the pictures of a run are, beside all of them and a random subset",
    "compare-sets": "show which entities differ between what two filters find",
    "plan": "plan what to synthesize",
    "plans": "list the synthesis plans of the workspace and how far each is",
    "generate": "make the images and conversations of a plan; continues where it stopped",
    "work": "work on the folder of a plan, beside workers on other machines",
    "collect": "take finished files in as candidates",
    "candidates": "list the review queue",
    "judge": "ask a model that sees pictures, or the scorer, about candidates; compare it with people, let it count",
    "meters": "show how far the concepts of a plan are filled",
    "verdicts": "import or export verdicts as CSV or JSON Lines",
    "export": "write the refined dataset",
    "exports": "list the exports that were written",
    "prove": "measure whether refinement helps: arms, seeds, intervals; continues where it stopped",
    "report": "write the page of a run, before and after, as one HTML file",
    "tail-eval": "show where a model fails, by how rare in training what is asked is",
    "run": "run every stage, unattended; continues where it stopped",
    "shards": "cut a large dataset into shards, and do the stages shard by shard, here or on a cluster",
    "doctor": "check the workspace and what is installed",
}


class VerbModule(Protocol):
    """The functions of each module of `adr.cli.verbs`. A verb whose `act` returns None prints no report. A module may
    also have `status(report)`, the exit status of a verb that was done (default: 0)."""

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the arguments of the verb, besides --workspace, --json and --quiet."""

    def act(self, options: argparse.Namespace, progress: Progress) -> Any:
        """Run the verb; returns its report. The annotation names the type of the report."""

    def page(self, report: Any) -> "Iterator[Block]":
        """The report as a person reads it."""


def verb_module(name: str) -> VerbModule:
    """The module of a verb of VERBS; one that would be called like a keyword of Python ends in an underscore."""
    module = name.replace("-", "_") + ("_" if iskeyword(name) else "")
    return cast(VerbModule, import_module(f"adr.cli.verbs.{module}"))


def verb_parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """A parser that knows the name of every verb, and the arguments of the verb that the command line begins with."""
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
        type=path,
        default=setting("ADR_WORKSPACE"),
        metavar="FOLDER",
        help="the workspace folder [%(default)s]",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON report on standard output")
    parser.add_argument("--quiet", action="store_true", help="no progress on standard error")
