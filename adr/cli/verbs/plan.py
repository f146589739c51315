"""`adr plan`: plan what to synthesize."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from adr.cli.arguments import count, model_name, path
from adr.cli.blocks import Block, facts, headline, note, sentence
from adr.cli.opened import opened
from adr.errors import AdrError
from adr.figures import counted
from adr.progress import Progress
from adr.synthesize.allocation import ALLOCATIONS, LEVEL
from adr.synthesize.made_things import VOCABULARIES, names_in, vocabulary
from adr.synthesize.plan import PlanReport, plan
from adr.synthesize.plan_file import CONVERSATIONS, GENERATORS, RETRIEVE

# Arguments that are options of a plan; the plan decides those that are not given.
OPTIONS = (
    *(
        "budget",
        "generator",
        "model",
        "target",
        "per_slot",
        "per_parent",
        "few_parents",
        "conversations",
        "steps",
        "alone",
    ),
    *("scorer", "model_anyway", "allocation", "quotas", "also"),
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """A run, and the options of a plan."""
    parser.add_argument("--run", type=count, required=True, metavar="N", help="the run whose tail is filled")
    parser.add_argument("--budget", type=count, metavar="N", help="at most N slots [as many as the run dropped]")
    parser.add_argument(
        "--target", type=float, metavar="N", help="instances wanted per tail entity [τ of its perspective in the run]"
    )
    parser.add_argument(
        "--allocation", metavar="WAY", help=f"how the budget is shared: {', '.join(ALLOCATIONS)} [{LEVEL}]"
    )
    parser.add_argument(
        "--make", dest="quotas", action=_Quotas, metavar="NAME=N", help="N slots for this entity; repeat for others"
    )
    parser.add_argument(
        "--also",
        type=_things,
        metavar="NAMES",
        help="things to make that no instance has: names with commas, a file of names, or "
        f"{', '.join(VOCABULARIES)} (text-to-image)",
    )
    parser.add_argument("--per-slot", type=count, metavar="N", help="candidates per slot [2]")
    parser.add_argument("--per-parent", type=count, metavar="K", help="at most K variations of one parent")
    parser.add_argument(
        "--few-parents",
        type=count,
        metavar="F",
        help="an object with fewer than F parents gets as many slots as F would give, where a parent is needed [4]",
    )
    parser.add_argument(
        "--generator",
        metavar="NAME",
        help=f"{', '.join(GENERATORS)} (language makes no image, retrieve takes rows of the reservoir) [text-to-image]",
    )
    parser.add_argument("--model", type=model_name, help="folder or hub id of the diffusion model")
    parser.add_argument("--steps", type=count, help="denoising steps")
    parser.add_argument(
        "--alone",
        action="store_true",
        default=None,
        help="also fill objects and pairs that no parent shows, from a prompt alone (text-to-image)",
    )
    parser.add_argument(
        "--scorer", type=model_name, help="open_clip model that scores images, or none [the default if it suits them]"
    )
    parser.add_argument(
        "--model-anyway",
        action="store_true",
        default=None,
        help="score with a model that was made for other images; it is recorded",
    )
    parser.add_argument("--conversations", metavar="WAY", help=f"{', '.join(CONVERSATIONS)} [template]")


class _Quotas(argparse.Action):
    """Collects NAME=N as {NAME: N}."""

    def __call__(self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, value: Any, *rest: Any) -> None:
        """Add one."""
        name, _, number = str(value).rpartition("=")
        if not name or not number.isdecimal():
            parser.error(f"argument --make: {value!r} is not NAME=N, such as harp=5")
        namespace.quotas = (namespace.quotas or {}) | {name: int(number)}


def _things(text: str) -> list[str]:
    """The names in `--also`: those of a vocabulary where one has this name, else the text's own."""
    is_file = Path(text).suffix in (".txt", ".csv", ".json") or "/" in text
    try:
        return (
            vocabulary(text if text in VOCABULARIES else path(text))
            if is_file or text in VOCABULARIES
            else names_in(text)
        )
    except AdrError as error:
        raise argparse.ArgumentTypeError(f"{error.sentence} {error.next_step}") from error


def act(options: argparse.Namespace, progress: Progress) -> PlanReport:
    """Make the plan."""
    given = {name: value for name in OPTIONS if (value := getattr(options, name)) is not None}
    with opened(options) as (workspace, store):
        return plan(store, workspace, options.run, progress=progress, **given)


def page(report: PlanReport) -> Iterator[Block]:
    """How many candidates, how much of the tail they fill, and what makes them."""
    lacking = counted(report.lacking, "tail entity that lacks", "tail entities that lack")
    yield headline(
        f"Plan {report.plan}: {counted(report.candidates, 'candidate')} in {counted(report.slots, 'slot')} for "
        f"{report.entities:,} of {lacking} instances."
    )
    yield sentence(
        f"They add {report.filled:,} of {counted(report.missing, 'instance')} that the tail of run {report.run} lacks."
    )
    yield facts(
        [
            ("budget", counted(report.budget, "slot")),
            ("rows", f"{report.slots:,} of {report.pool:,} that could be retrieved")
            if report.generator == RETRIEVE
            else ("parents", f"{report.parents:,} of {report.pool:,} in the pool"),
            ("generator", report.generator),
            ("model", report.model),
        ]
    )
    for notice in report.notices:
        yield sentence(notice)
    yield note(f"Next: adr generate --plan {report.plan}")
