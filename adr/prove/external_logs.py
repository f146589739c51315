"""Reads the logs of arms that an outside trainer has trained: `logs/ARM-SEED/` → the experiment's trials.

Writes `trials/ARM-SEED-1-steps.{json,parquet}` as a worker would, and the experiment's results anew. Answers are judged
here, by one rule; a log has no likelihoods, so those columns are empty.
"""

import json
import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from adr import __version__
from adr.errors import AdrError
from adr.progress import Progress, silent
from adr.prove.departures import refuse_changed
from adr.prove.external import INFO, TEST
from adr.prove.external_scripts import TASK
from adr.prove.gate_file import write_gate
from adr.prove.proof import proof_folder, write_results
from adr.prove.proof_folder import ProofFolder, write_json, write_table
from adr.prove.trials import Trial, trials_of
from adr.prove.words import normalised
from adr.store import Store
from adr.tail_eval.comparable import check_comparable
from adr.tail_eval.log import BenchmarkLog
from adr.tail_eval.read import read_log
from adr.tail_eval.scoring import is_yes_or_no, score_of
from adr.workspace import Workspace


@dataclass(frozen=True)
class ReadTrial:
    """One log that was read. score: mean over the test set, 0..1."""

    arm: str
    seed: int
    items: int
    score: float


@dataclass(frozen=True)
class ExternalResults:
    """What was read. missing: ARM-SEED without a log; one_seed: arms with one seed only, which are points without an
    interval."""

    experiment: int
    trials: tuple[ReadTrial, ...]
    missing: tuple[str, ...]
    one_seed: tuple[str, ...]
    notices: tuple[str, ...]


@dataclass(frozen=True)
class _Judged:
    """The answers of one log, in the order of the test set."""

    score: list[float]
    said: list[str]


def read_results(store: Store, workspace: Workspace, logs: Path, *, progress: Progress = silent) -> ExternalResults:
    """Read every log below `logs`, which lies in a folder of exported arms; all of them, or nothing is written.

    AdrError when the folder is not one of exported arms, when its design is another one than the experiment's, when a
    folder is no arm and seed, when a log lacks items, or when two logs are not of the same questions and versions.
    """
    info, test = _exported(logs.absolute().parent)
    number, folder = proof_folder(store, workspace, info["experiment"])
    found = refuse_changed(folder)
    if found["fingerprint"] != info["fingerprint"]:
        raise AdrError(
            f"The arms were exported from another design than that of experiment {number}.",
            "Read them in the workspace that they come from, or export them again.",
        )
    trials = {f"{one.arm}-{one.seed}": one for one in trials_of(folder, found) if _is_read(one, info["arms"])}
    folders = sorted(path for path in logs.iterdir() if path.is_dir()) if logs.is_dir() else []
    if not folders:
        raise AdrError(f"{logs} holds no logs.", "Run train.sh and eval.sh first.")
    read, notices = _read(folders, trials, progress)
    judged = {log.name: _judged(log, test) for log in read}
    for name, answers in judged.items():
        _write(folder, trials[name], answers, test, found, logs / name)
    write_results(store, number, folder, found)
    write_gate(folder, found)
    return _report(number, info["arms"], trials, judged, notices)


def _is_read(trial: Trial, exported: Sequence[str]) -> bool:
    return trial.learning_rate == 1 and "steps" in trial.budgets and f"{trial.arm}-{trial.seed}" in exported


def _exported(folder: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """(what the folder of exported arms says of itself, its test set)."""
    try:
        info = json.loads((folder / INFO).read_text(encoding="utf-8"))
        lines = (folder / TEST).read_text(encoding="utf-8").splitlines()
        return dict(info), [json.loads(line) for line in lines]
    except (OSError, ValueError, TypeError) as error:
        raise AdrError(
            f"{folder} is no folder of exported arms.", "Give the folder `logs` inside what `adr prove export` wrote."
        ) from error


def _read(
    folders: Sequence[Path], trials: Mapping[str, Trial], progress: Progress
) -> tuple[list[BenchmarkLog], list[str]]:
    """(the logs of the held-out task, all of the same items, notices)."""
    logs: list[BenchmarkLog] = []
    others: Counter[str] = Counter()
    for done, path in enumerate(folders):
        progress(done, len(folders), "Reading logs")
        if path.name not in trials:
            raise AdrError(f"{path} is no arm and seed of the experiment.", f"Its names are {', '.join(trials)}.")
        log = read_log(path, name=path.name)
        others.update({item.task for item in log.items} - {TASK})
        log = replace(log, items=[item for item in log.items if item.task == TASK])
        if not log.items:
            raise AdrError(f"{path} has no log of the task {TASK}.", "Evaluate with eval.sh.")
        logs.append(check_comparable(logs[0], log) if logs else log)
    return logs, [f"{task} was left aside: `adr tail-eval` reads it." for task in sorted(others)]


def _judged(log: BenchmarkLog, test: Sequence[Mapping[str, Any]]) -> _Judged:
    """The answers, judged by one rule. In lmms-eval an item is a line of the test set; in our own form it is its id."""
    names = [str(place) if log.form == "lmms-eval" else str(row["item"]) for place, row in enumerate(test)]
    by_item = {item.item: item for item in log.items}
    if set(by_item) != set(names):
        lacking = [name for name in names if name not in by_item]
        raise AdrError(
            f"The log of {log.name} has {len(by_item):,} items and the test set {len(names):,}; it lacks "
            f"{len(lacking):,} of them.",
            "A score over what is there would mislead; evaluate again.",
        )
    items = [by_item[name] for name in names]
    changed = [row["item"] for item, row in zip(items, test, strict=True) if item.target not in (None, row["target"])]
    if changed:
        raise AdrError(
            f"The log of {log.name} was asked other questions: item {changed[0]} has another right answer.",
            "Evaluate again with the test set of this folder.",
        )
    scores = [
        float(item.score or 0.0) if item.prediction is None else _score(item.prediction, row["target"])
        for item, row in zip(items, test, strict=True)
    ]
    return _Judged(scores, [item.prediction or "" for item in items])


def _score(said: str, target: str) -> float:
    """Whether an answer is right: as the models inside this program are judged, and a yes or no in its sentence."""
    return score_of(said, target) if is_yes_or_no(target) else float(normalised(said) == normalised(target))


def _write(
    folder: ProofFolder,
    trial: Trial,
    judged: _Judged,
    test: Sequence[Mapping[str, Any]],
    found: Mapping[str, Any],
    source: Path,
) -> None:
    """Write the scores, then the report, as a worker does."""
    table = _scores(folder, judged, test)
    for key in trial.keys:
        write_table(folder.scores(key), table)
        write_json(
            folder.report(key),
            {
                "arm": key.arm,
                "seed": key.seed,
                "learning_rate": key.learning_rate,
                "budget": key.budget,
                "fingerprint": found["fingerprint"],
                "steps": trial.steps,
                "seconds": None,
                "loss": [],
                "dev_nll": [],
                "device": "external",
                "versions": {"adr": __version__, "python": platform.python_version()},
                "read_from": str(source),
                "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
            },
        )


def _scores(folder: ProofFolder, judged: _Judged, test: Sequence[Mapping[str, Any]]) -> pa.Table:
    """The table of a trial: a row per test pair, NaN for the score of an answer that is not short."""
    pairs = folder.read("pairs", ["pair", "side"])
    every = pairs.filter(pc.equal(pairs["side"], "test"))["pair"].to_pylist()
    scores = dict(zip((row["item"] for row in test), judged.score, strict=True))
    said = dict(zip((row["item"] for row in test), judged.said, strict=True))
    nothing = np.full(len(every), np.nan)
    return pa.table(
        {
            "pair": pa.array(every, pa.int64()),
            "score": pa.array([scores.get(pair, np.nan) for pair in every], pa.float64()),
            "nll": pa.array(nothing, pa.float64()),
            "entity_nll": pa.array(nothing, pa.float64()),
            "said": pa.array([said.get(pair, "") for pair in every], pa.string()),
        }
    )


def _report(
    experiment: int,
    exported: Sequence[str],
    trials: Mapping[str, Trial],
    judged: Mapping[str, _Judged],
    notices: Sequence[str],
) -> ExternalResults:
    made = tuple(
        ReadTrial(trials[name].arm, trials[name].seed, len(answers.score), float(np.mean(answers.score)))
        for name, answers in judged.items()
    )
    seeds = Counter(one.arm for one in made)
    return ExternalResults(
        experiment,
        made,
        tuple(name for name in exported if name not in judged),
        tuple(arm for arm, count in seeds.items() if count == 1),
        tuple(notices),
    )
