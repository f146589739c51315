"""Does refinement help on the demo world? Twelve arms and five seeds, on a world thinned to a long tail.

    python -m tests.bench.evidence [--folder F] [--seed 100] [--recipe paper] [--quick] [--seeds N] [--processes N]

The world `seed` is drawn and thinned, rebalanced by a recipe of RECIPES, and its tail is filled by the starters: 300
slots, of which those stay whose thing the scorer ranks first. The test is a balanced one, of another draw. What is in
the folder already is not made again. Prints Markdown and writes it to FOLDER/evidence-RECIPE.md.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from adr.demo.exam import draw_exam
from adr.demo.long_tail import INSTANCES, draw_long_tail
from adr.errors import AdrError
from adr.figures import signed
from adr.index.index import index
from adr.ingest.ingest import ingest
from adr.prove.design import DesignOptions, design
from adr.prove.proof import run_proof
from adr.prove.scores import GROUPS
from adr.prove.summary import ARM_TITLES, GROUP_TITLES, Summary, summarize
from adr.rebalance.backwards import for_size
from adr.rebalance.engine import Engine
from adr.rebalance.runs import rebalance, same_run
from adr.recipe import Recipe
from adr.review.rules import Rule, apply
from adr.store import Store
from adr.synthesize.collect import collect
from adr.synthesize.generate import generate
from adr.synthesize.plan import plan
from adr.workspace import Workspace

SLOTS = 300
PRIMARY = (("refined_synthetic", "random_synthetic", "tail"), ("refined_synthetic", "original", "tail"))
ACCEPT = Rule("accept", "entity_rank", "<=", 1)


def paper(store: Store) -> Recipe:
    """The paper's rule: one of four perspectives must pass."""
    return Recipe(name="paper")


def object_alone(store: Store) -> Recipe:
    """The object perspective alone decides, with the paper's τ."""
    return Recipe(name="object alone", perspectives=("object",))


def quarter(store: Store) -> Recipe:
    """The object perspective alone, with τ lowered until a quarter of the instances stays."""
    engine = Engine(store)
    return for_size(engine, object_alone(store), engine.rows // 4, perspective="object").recipe


RECIPES: Mapping[str, Callable[[Store], Recipe]] = {"paper": paper, "object": object_alone, "quarter": quarter}


@dataclass(frozen=True)
class Evidence:
    """What was measured, with what it cost in seconds by the clock."""

    world: int
    recipe: str
    kept: int
    instances: int
    made: int
    accepted: int
    summary: Summary
    seconds: float


def told(done: int, total: int | None, message: str) -> None:
    """Progress on standard error."""
    print(f"{message} {done}{f' of {total}' if total else ''}", end="\r", file=sys.stderr, flush=True)


def make_world(folder: Path, seed: int, instances: int) -> tuple[Store, Workspace, Path]:
    """A workspace with the thinned world and its index, and the JSON of the test, whose pictures lie beside it."""
    drawn, test = folder / "drawn", folder / "test"
    if not (drawn / "thinned.json").exists():
        draw_long_tail(drawn, seed, instances, told)
    if not (test / "exam.json").exists():
        draw_exam(test, seed + 1, progress=told)
    workspace = Workspace.at(folder / "workspace")
    store = Store(workspace.database)
    if not store.value("select count(*) from instance"):
        ingest(store, drawn / "thinned.json", images=drawn / "images", objects=drawn / "objects.jsonl", progress=told)
        index(store, progress=told)
    return store, workspace, test / "exam.json"


def refine(store: Store, workspace: Workspace, recipe: Recipe) -> int:
    """The run of a recipe, with accepted candidates for its tail."""
    known = same_run(store, recipe)
    number = rebalance(store, recipe, progress=told).run if known is None else known
    planned = store.value("select max(plan) from plan where run = $1", [number])
    if planned is None:
        planned = plan(store, workspace, number, budget=SLOTS, per_slot=1, progress=told).plan
    generate(store, workspace, int(planned), progress=told)
    collect(store, workspace, int(planned))
    apply(store, ACCEPT, "rule")
    return number


def measure(given: argparse.Namespace) -> Evidence:
    """Everything from the drawing to the last training."""
    began = time.monotonic()
    store, workspace, test = make_world(given.folder, given.seed, given.instances)
    number = refine(store, workspace, RECIPES[given.recipe](store))
    options = DesignOptions(
        run=number,
        test=test,
        test_images=test.parent / "images",
        leave_out_copies=True,
        arms=tuple(given.arms.split(",")) if given.arms else None,
        quick=given.quick,
        seeds=given.seeds,
        primary=PRIMARY,
    )
    proof, _ = design(store, workspace, options, told)
    run_proof(store, workspace, proof, processes=given.processes, progress=told)
    kept, dropped = store.row("select kept, dropped from run where run = $1", [number]) or (0, 0)
    of_run = "from candidate c join plan p using (plan) where p.run = $1"
    return Evidence(
        world=given.seed,
        recipe=given.recipe,
        kept=kept,
        instances=kept + dropped,
        made=int(store.value(f"select count(*) {of_run}", [number])),
        accepted=int(
            store.value(
                f"select count(*) {of_run} and c.candidate in "
                "(select candidate from current_verdict where judgement = 'accept')",
                [number],
            )
        ),
        summary=summarize(workspace.proofs / str(proof)),
        seconds=time.monotonic() - began,
    )


def page(found: Evidence) -> Iterator[str]:
    """The tables in Markdown."""
    summary = found.summary
    yield (
        f"World {found.world}, recipe *{found.recipe}*: {found.kept:,} of {found.instances:,} instances kept, "
        f"{found.accepted:,} of {found.made:,} pictures accepted, {len(summary.design['seeds'])} seeds, "
        f"{summary.design['steps']} steps; {found.seconds / 60:.0f} minutes in all."
    )
    yield f"\n{summary.gate.sentence} {summary.in_words()}"
    if not summary.comparisons:
        return
    yield from accuracies(summary)
    yield from differences(summary, "random")
    yield from differences(summary, "original")
    yield from kinds(summary)
    yield from controls(summary)


def accuracies(summary: Summary) -> Iterator[str]:
    """Accuracy per arm and group, with its standard deviation over the seeds."""
    groups = [group for group in GROUPS if any(group in arm.accuracy for arm in summary.arms)]
    yield f"\n| arm | instances | synthetic | {' | '.join(GROUP_TITLES[g] for g in groups)} |"
    yield "|---|---|---|" + "---|" * len(groups)
    for arm in summary.arms:
        cells = [f"{mean:.1f} ({spread or 0:.1f})" for mean, spread in (arm.accuracy[group] for group in groups)]
        yield f"| {ARM_TITLES[arm.arm]} | {arm.instances:,.0f} | {arm.synthetic:,.0f} | {' | '.join(cells)} |"


def differences(summary: Summary, against: str) -> Iterator[str]:
    """Differences to one arm at the first learning rate and equal steps, in points; the word is of all rates."""
    groups = [group for group in ("all", "head", "mid", "tail", "few") if group in GROUPS]
    yield f"\nAgainst *{ARM_TITLES[against]}*, points (95 %):\n"
    yield f"| arm | {' | '.join(GROUP_TITLES[g] for g in groups)} | at the tail |"
    yield "|---|" + "---|" * (len(groups) + 1)
    budget = summary.design["budgets"][0]
    found = {
        (one.arm, one.group): one
        for one in summary.comparisons
        if (one.against, one.kind, one.metric, one.budget) == (against, "", "accuracy", budget)
    }
    for arm in dict.fromkeys(arm for arm, _ in found):
        cells = [difference(found[arm, g].main) if (arm, g) in found else "" for g in groups]
        word = found[arm, "tail"].word if (arm, "tail") in found else ""
        yield f"| {ARM_TITLES[arm]} | {' | '.join(cells)} | {word} |"


def difference(one: object) -> str:
    """A difference with its interval."""
    mean, low, high = (getattr(one, name) for name in ("mean", "low", "high"))
    return f"{signed(mean)}" if low is None else f"{signed(mean)} ({signed(low)} to {signed(high)})"


def kinds(summary: Summary) -> Iterator[str]:
    """What moves at the tail, kind of question by kind of question, for the arms of the primary questions."""
    budget = summary.design["budgets"][0]
    pairs = [("refined_synthetic", "original"), ("refined_synthetic", "random_synthetic"), ("refined", "random")]
    found = {
        (one.arm, one.against, one.kind): one
        for one in summary.comparisons
        if one.group == "tail" and one.kind and (one.metric, one.budget) == ("accuracy", budget)
    }
    asked = list(dict.fromkeys(kind for _, _, kind in found))
    yield f"\nAt the tail, by kind of question, points (95 %):\n\n| arms | {' | '.join(asked)} |"
    yield "|---|" + "---|" * len(asked)
    for arm, against in pairs:
        cells = [difference(found[arm, against, k].main) if (arm, against, k) in found else "" for k in asked]
        yield f"| {ARM_TITLES[arm]} − {ARM_TITLES[against]} | {' | '.join(cells)} |"


def controls(summary: Summary) -> Iterator[str]:
    """Whether the controls did what they must, and what could have been seen."""
    yield ""
    for one in summary.controls:
        must = "must help" if one.must_help else "must not help"
        yield f"* {ARM_TITLES[one.arm]}, {must}: {one.word} ({'as it must' if one.good else 'not as it must'})."
    if summary.nothing:
        share = 100 * summary.nothing.covered / summary.nothing.splits
        yield f"* One arm against itself, seeds split: {share:.0f} % of {summary.nothing.splits} intervals hold zero."
    if summary.detectable:
        seen = ", ".join(f"{GROUP_TITLES[group]} {points:.1f}" for group, points in summary.detectable.items())
        yield f"* Smallest effect that is found in four of five experiments, in points: {seen}."


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, help="where the world and the workspace are made [a new folder]")
    parser.add_argument("--seed", type=int, default=100, help="of the drawn world [%(default)s]")
    parser.add_argument("--instances", type=int, default=INSTANCES)
    parser.add_argument("--recipe", choices=tuple(RECIPES), default="paper")
    parser.add_argument("--quick", action="store_true", help="five arms, three seeds")
    parser.add_argument("--arms", metavar="A,B,…", help="only these arms")
    parser.add_argument("--seeds", type=int)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    given = parser.parse_args()
    given.folder = given.folder or Path(tempfile.mkdtemp(prefix="adr-evidence-"))
    try:
        text = "\n".join(page(measure(given)))
    except AdrError as error:
        sys.exit(f"{error.sentence} {error.next_step}")
    (given.folder / f"evidence-{given.recipe}.md").write_text(text + "\n", encoding="utf-8")
    print(f"\n{text}\n\nThe report with charts: {given.folder / 'workspace' / 'prove'}")


if __name__ == "__main__":
    main()
