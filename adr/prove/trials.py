"""The trainings of an experiment, which of them are left, and what comes out of all of them.

Runs worker processes and relays their progress; trains nothing itself. A trial is finished when its report is on disk,
so a killed run goes on where it stopped.
"""

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from adr.errors import AdrError
from adr.files import clear_unfinished
from adr.process import Command, Event, how, relay
from adr.progress import Progress, silent
from adr.prove.proof_folder import ProofFolder, TrialKey, write_table

BLIND = "blind"
"""The name of the trials whose model trains on the original and sees no picture."""
ITEM_COLUMNS = (
    ("arm", pa.string()),
    ("seed", pa.int32()),
    ("learning_rate", pa.float64()),
    ("budget", pa.string()),
    ("pair", pa.int64()),
    ("cluster", pa.int64()),
    ("kind", pa.string()),
    ("rarity", pa.string()),
    ("score", pa.float64()),
    ("nll", pa.float64()),
    ("entity_nll", pa.float64()),
)


@dataclass(frozen=True)
class Trial:
    """One training, and the budgets that it answers for: where equal epochs are equal steps, both."""

    arm: str
    seed: int
    learning_rate: float
    steps: int
    budgets: tuple[str, ...]

    @property
    def keys(self) -> tuple[TrialKey, ...]:
        """The names under which its results are kept."""
        return tuple(TrialKey(self.arm, self.seed, self.learning_rate, budget) for budget in self.budgets)

    @property
    def trains_on(self) -> str:
        """The arm whose rows it trains on."""
        return "original" if self.arm == BLIND else self.arm


@dataclass(frozen=True)
class ArmCount:
    """How large an arm is with one seed; all counts with copies."""

    arm: str
    seed: int
    instances: int
    synthetic: int
    questions: int


def arm_counts(folder: ProofFolder, found: Mapping[str, Any]) -> list[ArmCount]:
    """The size of every arm with every seed."""
    pairs = folder.read("pairs", ["position", "candidate"])
    by_position = _tally(pairs["position"])
    by_candidate = _tally(pairs["candidate"])
    counts = []
    for arm in found["arms"]:
        for seed in found["seeds"]:
            rows = folder.read(f"arms/{arm}-{seed}").to_pydict()
            asked = sum(
                copies * (by_position.get(position, 0) if candidate is None else by_candidate.get(candidate, 0))
                for position, candidate, copies in zip(rows["position"], rows["candidate"], rows["copies"], strict=True)
            )
            real = sum(c for c, name in zip(rows["copies"], rows["candidate"], strict=True) if name is None)
            counts.append(ArmCount(arm, seed, real, sum(rows["copies"]) - real, asked))
    return counts


def _tally(column: pa.ChunkedArray) -> dict[Any, int]:
    return {one["values"]: one["counts"] for one in pc.value_counts(column).to_pylist() if one["values"] is not None}


def trials_of(folder: ProofFolder, found: Mapping[str, Any]) -> list[Trial]:
    """Every training of the design, in a fixed order: seed by seed, the arms beside one another. Two of `original` come
    first, since they tell which effects the experiment can see."""
    asked = {(count.arm, count.seed): count.questions for count in arm_counts(folder, found)}
    trials = []
    for seed in found["seeds"]:
        for rate in found["learning_rates"]:
            for arm in found["arms"]:
                steps = _steps(found, asked[arm, seed] / max(1, asked.get(("original", seed), asked[arm, seed])))
                trials += [
                    Trial(arm, seed, rate, count, tuple(b for b in found["budgets"] if steps[b] == count))
                    for count in dict.fromkeys(steps.values())
                ]
            if "original" in found["arms"]:
                trials.append(Trial(BLIND, seed, rate, found["steps"], (found["budgets"][0],)))
    first = {("original", seed, found["learning_rates"][0]) for seed in found["seeds"][:2]}
    return sorted(trials, key=lambda one: (one.arm, one.seed, one.learning_rate) not in first)


def _steps(found: Mapping[str, Any], volume: float) -> dict[str, int]:
    """{budget: steps} of an arm with `volume` times the questions of the original: equal steps for all, or as many
    epochs as the original has in them."""
    equal = {"steps": found["steps"], "epochs": max(1, round(found["steps"] * volume))}
    return {budget: equal[budget] for budget in found["budgets"]}


def is_done(folder: ProofFolder, trial: Trial, fingerprint: str) -> bool:
    """Whether a trial's results are there, of this design."""
    for key in trial.keys:
        try:
            report = json.loads(folder.report(key).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        if report.get("fingerprint") != fingerprint or not folder.scores(key).is_file():
            return False
    return True


def left(folder: ProofFolder, found: Mapping[str, Any]) -> list[Trial]:
    """The trials that have no results yet."""
    return [trial for trial in trials_of(folder, found) if not is_done(folder, trial, found["fingerprint"])]


def run_trials(
    folder: ProofFolder,
    found: Mapping[str, Any],
    *,
    processes: int | None = None,
    progress: Progress = silent,
    module: str = "adr.prove.worker",
    device: str = "cpu",
) -> int:
    """Train what is left in several processes; returns how many trials this call finished. What `progress` raises goes
    through, and finished trials are kept. AdrError when the workers end before all is done."""
    waiting = left(folder, found)
    if not waiting:
        return 0
    clear_unfinished(folder.folder, folder.folder / "trials", folder.claims)
    size = max(1, min(processes or max(1, (os.cpu_count() or 2) - 1), len(waiting)))
    done, message, began = 0, "training", time.monotonic()

    def hear(event: Event) -> None:
        nonlocal done, message
        if event.get("event") == "trial":
            done += 1
            message = f"{event['message']}; {(time.monotonic() - began) / done:,.1f} s each"
        progress(done, len(waiting), message)

    logs = [folder.folder / f"worker-{number}.log" for number in range(size)]
    codes = relay([Command(module, [str(folder.folder), "--device", device], log) for log in logs], hear)
    missing = left(folder, found)
    if missing:
        lost = next((code for code in codes if code), 0)
        raise AdrError(
            f"{len(missing)} of {len(waiting)} trainings are not finished ({how(lost)}). Finished ones are kept.",
            f"Start it again. If it happens again, read {logs[0]}.",
        )
    return len(waiting)


def join(folder: ProofFolder, found: Mapping[str, Any]) -> pa.Table:
    """Write `items.parquet` from all finished trials, in the order of arms, seeds, rates, budgets and pairs; returns
    it. The same results give the same table."""
    pairs = folder.read("pairs", ["pair", "side", "cluster", "kind", "rarity"])
    asked = pairs.filter(pc.equal(pairs["side"], "test"))
    parts = []
    for trial in sorted(trials_of(folder, found), key=lambda one: (one.arm, one.seed, -one.learning_rate)):
        if is_done(folder, trial, found["fingerprint"]):
            parts += [_items(key, pa.parquet.read_table(folder.scores(key)), asked) for key in trial.keys]
    items = pa.concat_tables(parts) if parts else pa.schema(ITEM_COLUMNS).empty_table()
    write_table(folder.items, items)
    return items


def _items(key: TrialKey, scores: pa.Table, asked: pa.Table) -> pa.Table:
    """The results of one trial with what is known of its pairs."""
    at = pc.index_in(scores["pair"], asked["pair"].combine_chunks())
    rows = asked.take(at)
    size = len(scores)
    columns = {
        "arm": pa.array([key.arm] * size, pa.string()),
        "seed": pa.array(np.full(size, key.seed), pa.int32()),
        "learning_rate": pa.array(np.full(size, key.learning_rate), pa.float64()),
        "budget": pa.array([key.budget] * size, pa.string()),
        **{name: scores[name] for name in ("pair", "score", "nll", "entity_nll")},
        **{name: rows[name] for name in ("cluster", "kind", "rarity")},
    }
    return pa.table([columns[name] for name, _ in ITEM_COLUMNS], schema=pa.schema(ITEM_COLUMNS))
