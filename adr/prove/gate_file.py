"""`gate.json`: whether the model has learned enough for its results to be compared, from an experiment's trials."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from adr.prove.gate import Gate, commonest_answers, gate, score_of
from adr.prove.proof_folder import ProofFolder, TrialKey, write_json
from adr.prove.trials import BLIND
from adr.report import plain

_PASSED = "The model has learned enough to compare training sets."
_UNKNOWN = " Whether its loss has levelled is not known: it was trained elsewhere."


def write_gate(folder: ProofFolder, found: Mapping[str, Any]) -> Gate | None:
    """Write it, from the trials of `original` and of its blind twin at the first learning rate; None, and no file,
    while some of them are missing."""
    keys = {
        arm: [TrialKey(arm, seed, found["learning_rates"][0], found["budgets"][0]) for seed in found["seeds"]]
        for arm in ("original", BLIND)
    }
    if not all(folder.report(key).is_file() for of_arm in keys.values() for key in of_arm):
        return None
    pairs = folder.read("pairs", ["side", "position", "kind", "answer", "rarity"])
    asked = pairs.filter(_is(pairs, "test"))
    kinds = asked["kind"].to_pylist()
    outside = found["model"]["kind"] == "external"  # a log of answers has no likelihoods
    told = gate(
        _mean_score(folder, keys["original"]),
        _mean_score(folder, keys[BLIND]),
        score_of(_commonest(folder, pairs, kinds), asked["answer"].to_pylist()),
        kinds,
        np.array([rarity == "head" for rarity in asked["rarity"].to_pylist()]),
        None if outside else _mean_curve(folder, keys["original"]),
    )
    figures = {name: value for name, value in vars(told).items() if name != "why_not"}
    sentence = told.why_not or _PASSED + (_UNKNOWN if outside else "")
    write_json(folder.folder / "gate.json", plain({"passed": told.passed, "sentence": sentence, "figures": figures}))
    return told


def _is(pairs: Any, side: str) -> list[bool]:
    return [one == side for one in pairs["side"].to_pylist()]


def _mean_score(folder: ProofFolder, keys: Sequence[TrialKey]) -> NDArray[np.float64]:
    """The score of each test pair, as the mean over the seeds."""
    scores = [pq.read_table(folder.scores(key), columns=["score"])["score"].to_numpy() for key in keys]
    return np.asarray(np.mean(scores, axis=0), dtype=np.float64)


def _mean_curve(folder: ProofFolder, keys: Sequence[TrialKey]) -> list[tuple[int, float]]:
    """(step, dev nats per word), as the mean over the seeds."""
    curves = [json.loads(folder.report(key).read_text(encoding="utf-8"))["dev_nll"] for key in keys]
    return [(int(points[0][0]), float(np.mean([nll for _, nll in points]))) for points in zip(*curves, strict=True)]


def _commonest(folder: ProofFolder, pairs: Any, kinds: Sequence[str]) -> list[str]:
    """The commonest answer of the original's training pairs to the kind of each test question."""
    there = set(folder.read("arms/original-0", ["position"])["position"].to_pylist())
    trained = pairs.filter([position in there for position in pairs["position"].to_pylist()])
    answers = trained["answer"].to_pylist()
    return commonest_answers(trained["kind"].to_pylist(), answers, np.ones(len(answers)), kinds)
