"""The accepted candidates of a run that an experiment may train on, and those that it must leave out."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from adr.conversation import questions
from adr.errors import AdrError
from adr.export.leaving import leaving
from adr.prove.picture_facts import KnownPictures, PictureFacts
from adr.prove.proof_folder import digest
from adr.prove.source_rows import PictureSet, SourceRows
from adr.recipe import Recipe
from adr.store import Store
from adr.workspace import Workspace

PARENT_IN_TEST, NEAR_TEST_PICTURE = "parent_in_test", "near_test_picture"


@dataclass(frozen=True)
class AcceptedTalk:
    """An accepted candidate with its conversation after the latest edit. image: its own picture, None when only the
    conversation is new."""

    candidate: str
    parent: int | None
    entities: tuple[int, ...]
    image: Path | None
    questions: tuple[tuple[str, str], ...]


def accepted(store: Store, workspace: Workspace, run: int, plan: int | None, recipe: Recipe) -> list[AcceptedTalk]:
    """What an export of the run would add, of one plan or of all, in the export's order; AdrError without the run."""
    known = {
        name: (parent, of_plan) for name, parent, of_plan in store.rows("select candidate, parent, plan from candidate")
    }
    if plan is not None and not store.value("select 1 from plan where plan = $1 and run = $2", [plan, run]):
        raise AdrError(f"Plan {plan} is not a plan of run {run}.", "`adr plans` lists the plans with their runs.")
    above = recipe.export.get("accept_above")
    return [
        AcceptedTalk(
            one.candidate,
            known[one.candidate][0],
            one.entities,
            one.image,
            tuple(questions([{"role": role, "text": text} for role, text in one.turns])),
        )
        for one in leaving(store, workspace, run, accept_above=above).accepted
        if plan is None or known[one.candidate][1] == plan
    ]


def identity(found: Iterable[AcceptedTalk]) -> str:
    """What changes when a verdict, or a conversation of an accepted candidate, changes."""
    return digest((one.candidate, one.entities, one.questions) for one in found)


@dataclass(frozen=True)
class Usable:
    """The candidates that may be trained on; facts: of their own pictures, by candidate; left_out: {reason: n}."""

    candidates: list[AcceptedTalk]
    facts: dict[str, PictureFacts]
    left_out: dict[str, int]


def usable(found: list[AcceptedTalk], test: SourceRows, in_test: set[int], known: KnownPictures) -> Usable:
    """Without those whose parent is in the test or whose picture is that of a test row. test: the rows held out;
    in_test: positions of the dataset that are."""
    by_path = known.of(one.image for one in found if one.image is not None)
    facts = {one.candidate: by_path[one.image] for one in found if one.image is not None and one.image in by_path}
    held_out = PictureSet(test.facts)

    def fault(one: AcceptedTalk) -> str | None:
        if one.parent in in_test:
            return PARENT_IN_TEST
        return NEAR_TEST_PICTURE if held_out.copy_of(facts.get(one.candidate)) is not None else None

    faults = {one.candidate: fault(one) for one in found}
    left_out = Counter(reason for reason in faults.values() if reason)
    return Usable([one for one in found if not faults[one.candidate]], facts, dict(sorted(left_out.items())))
