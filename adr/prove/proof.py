"""An experiment from its design to its table of results, and where it stands.

Writes the tables `proof_arm` and `proof_result`; the trainings are done by `adr.prove.worker`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from adr.errors import AdrError
from adr.progress import Progress, silent
from adr.prove.comparing import ArmComparison
from adr.prove.departures import departures, refuse_changed
from adr.prove.gate_file import write_gate
from adr.prove.proof_folder import ProofFolder
from adr.prove.proof_report import write_report
from adr.prove.summary import summarize, write_summary
from adr.prove.trial_features import write_features
from adr.prove.trials import arm_counts, join, left, run_trials, trials_of
from adr.store import Store
from adr.workspace import Workspace


@dataclass(frozen=True)
class ProofArm:
    """The mean size of one arm over the seeds; copies counted."""

    arm: str
    instances: float
    synthetic: float
    questions: float


@dataclass(frozen=True)
class ProofReport:
    """Where an experiment stands. trials: trainings of the design, of which `finished` have results and `made` were
    trained by this call; departures: what is not as designed, a sentence each; untestable: {perspective: entities too
    rare for the test}; left_out: {reason: accepted candidates}; passed: the gate, None before it is known;
    comparisons: of the results so far."""

    proof: int
    folder: str
    fingerprint: str
    created: str
    run: int
    plan: int | None
    model: str
    seeds: int
    arms: tuple[ProofArm, ...]
    test_questions: int
    planted: int
    untestable: Mapping[str, int]
    left_out: Mapping[str, int]
    trials: int
    finished: int
    made: int
    departures: tuple[str, ...]
    in_words: str
    passed: bool | None
    comparisons: tuple[ArmComparison, ...]


def proof_folder(store: Store, workspace: Workspace, proof: int | None = None) -> tuple[int, ProofFolder]:
    """An experiment's number and folder, by default the latest; AdrError if it does not exist."""
    found = store.value("select max(proof) from proof where $1::integer is null or proof = $1", [proof])
    if found is None:
        raise AdrError(
            "There is no experiment yet." if proof is None else f"There is no experiment {proof}.",
            "Make a design with `adr prove design --run N`.",
        )
    return int(found), ProofFolder(workspace.proofs / str(found))


def run_proof(
    store: Store,
    workspace: Workspace,
    proof: int | None = None,
    *,
    processes: int | None = None,
    device: str = "cpu",
    progress: Progress = silent,
) -> ProofReport:
    """Train what is left of an experiment and write its results. A cancel keeps finished trials; the next call goes on.

    AdrError when its files are not those that were designed, and as `run_trials`.
    """
    number, folder = proof_folder(store, workspace, proof)
    found = refuse_changed(folder)
    if found["model"]["kind"] == "external":
        raise AdrError(
            "The model of this experiment is trained elsewhere.", "Use `adr prove export`, then `adr prove read`."
        )
    write_features(store, workspace, folder, found, progress)
    try:
        made = run_trials(folder, found, processes=processes, progress=progress, device=device)
    finally:  # what is finished shows, whatever ended the trainings
        write_results(store, number, folder, found)
        write_gate(folder, found)
    write_report(folder.folder, write_summary(folder.folder))
    return proof_report(store, workspace, number, made)


def write_results(store: Store, proof: int, folder: ProofFolder, found: Mapping[str, Any]) -> None:
    """Join the trials into `items.parquet` and write `proof_arm` and `proof_result` anew."""
    items = join(folder, found)
    counts = arm_counts(folder, found)
    with store.atomic() as writer:
        writer.execute("delete from proof_arm where proof = $1", [proof])
        writer.execute("delete from proof_result where proof = $1", [proof])
        columns = [(one.arm, one.seed, one.instances, one.synthetic, one.questions) for one in counts]
        names = ("arm", "seed", "instances", "synthetic", "questions")
        sizes = pa.table({name: list(values) for name, values in zip(names, zip(*columns, strict=True), strict=True)})
        writer.register("arm_size", sizes)
        writer.execute(f"insert into proof_arm select {proof}, {', '.join(names)} from arm_size order by arm, seed")
        writer.register("item", items)
        writer.execute(f"""
            insert into proof_result
            select {proof}, arm, seed, learning_rate, budget, rarity, kind, count(*),
                   avg(score) filter (not isnan(score)), avg(nll) filter (not isnan(nll))
            from item group by all order by all""")


def proof_report(store: Store, workspace: Workspace, proof: int | None = None, made: int = 0) -> ProofReport:
    """Where an experiment stands, by default the latest; AdrError if it does not exist."""
    number, folder = proof_folder(store, workspace, proof)
    found = folder.read_design()
    trials, missing = trials_of(folder, found), left(folder, found)
    asked = folder.read("pairs", ["side"])["side"].to_pylist()
    summary = summarize(folder.folder) if folder.items.is_file() else None
    return ProofReport(
        proof=number,
        folder=str(folder.folder),
        fingerprint=found["fingerprint"],
        created=found["created"],
        run=found["run"],
        plan=found["plan"],
        model=found["model"]["kind"],
        seeds=len(found["seeds"]),
        arms=_arms(folder, found),
        test_questions=asked.count("test"),
        planted=found["planted"],
        untestable=found["untestable"],
        left_out=found["left_out"],
        trials=len(trials),
        finished=len(trials) - len(missing),
        made=made,
        departures=departures(store, workspace, folder),
        in_words=summary.in_words() if summary else "",
        passed=summary.gate.passed if summary else None,
        comparisons=summary.comparisons if summary else (),
    )


def _arms(folder: ProofFolder, found: Mapping[str, Any]) -> tuple[ProofArm, ...]:
    counts = arm_counts(folder, found)

    def mean(arm: str, name: str) -> float:
        return float(np.mean([getattr(one, name) for one in counts if one.arm == arm]))

    return tuple(
        ProofArm(arm, *(mean(arm, name) for name in ("instances", "synthetic", "questions"))) for arm in found["arms"]
    )
