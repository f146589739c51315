"""Trains the trials of an experiment, one after the other: `python -m adr.prove.worker FOLDER`, as often as one likes.

Each trial is claimed, so that several workers share the work, on one machine or on several; its scores are written
first and its report last. Never opens the database. One thread per process: more of them wait for each other.
"""

import argparse
import platform
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from adr import __version__
from adr.process import Event, exit_status, tell
from adr.prove.model import Fitted, Model, Pairs, load_model
from adr.prove.proof_folder import ProofFolder, write_json, write_table
from adr.prove.steps import MOST, Steps, choose_steps
from adr.prove.trials import BLIND, Trial, is_done, trials_of
from adr.prove.words import adjustment
from adr.synthesize.claims import Claims

LOGIT_ADJUSTED = "logit_adjusted"
_COLUMNS = ["pair", "side", "position", "candidate", "picture", "question", "answer", "entity_words"]


def work(folder: ProofFolder, model: Model, say: Callable[[Event], object] = tell, device: str = "cpu") -> int:
    """Train what is left and nobody else holds; returns how many trials this worker finished."""
    found = folder.read_design()
    trials, claims, made = trials_of(folder, found), Claims(folder.claims), 0
    material = _Material(folder)
    for number, trial in enumerate(trials):
        if is_done(folder, trial, found["fingerprint"]) or not claims.take(number):
            continue
        try:
            if is_done(folder, trial, found["fingerprint"]):  # by another worker, a moment ago
                continue
            fitted = _fit(material, model, trial, found)
            _write(folder, trial, fitted, found, device)
            made += 1
        finally:
            claims.release(number)
        say({"event": "trial", "arm": trial.arm, "seed": trial.seed, "message": _said(trial, fitted)})
    return made


def choose(folder: ProofFolder, model: Model) -> Steps:
    """Write `pilot.json`: the number of steps after which `original` has learned what it will."""
    found, material = folder.read_design(), _Material(folder)
    train = material.arm("original", 0)
    most = MOST[found["model"]["kind"]]
    chosen = choose_steps(model, train, material.dev, material.features, most=most, batch=found["batch"])
    write_json(folder.pilot, vars(chosen))
    return chosen


def _said(trial: Trial, fitted: Fitted) -> str:
    return f"trained {trial.arm}, seed {trial.seed}, learning rate {trial.learning_rate:g} in {fitted.seconds:.1f} s"


class _Material:
    """What the trials of one experiment learn from and are asked."""

    def __init__(self, folder: ProofFolder) -> None:
        self._folder = folder
        self._pairs = folder.read("pairs", _COLUMNS).to_pydict()
        pictures = folder.read("pictures").to_pydict()
        self._row = dict(zip(pictures["picture"], pictures["row"], strict=True))
        self._of: dict[Any, list[int]] = defaultdict(list)
        sides: dict[str, list[int]] = {"train": [], "dev": [], "test": []}
        columns = (self._pairs[name] for name in ("side", "position", "candidate"))
        for at, (side, position, candidate) in enumerate(zip(*columns, strict=True)):
            sides[side].append(at)
            self._of[position if candidate is None else candidate].append(at)
        self.dev, self.test = self._taken(sides["dev"]), self._taken(sides["test"])
        self.features: NDArray[np.float32] = np.load(folder.features, mmap_mode="r", allow_pickle=False)

    def arm(self, name: str, seed: int) -> Pairs:
        """What an arm trains on, in the order of its table."""
        rows = self._folder.read(f"arms/{name}-{seed}").to_pydict()
        at: list[int] = []
        weight: list[float] = []
        pictures: list[str | None] = []
        for position, candidate, copies, picture in zip(*(rows[c] for c in _ARM), strict=True):
            found = self._of.get(position if candidate is None else candidate, ())
            at += found
            weight += [float(copies)] * len(found)
            pictures += [picture] * len(found)
        return self._taken(at, weight, pictures)

    def _taken(
        self, at: Sequence[int], weight: Sequence[float] | None = None, pictures: Sequence[str | None] | None = None
    ) -> Pairs:
        """Pairs by their place in the table. pictures: those that stand in for a pair's own."""
        column: Mapping[str, list[Any]] = {name: [values[i] for i in at] for name, values in self._pairs.items()}
        shown = [other or own for other, own in zip(pictures or [None] * len(at), column["picture"], strict=True)]
        return Pairs(
            np.array(column["pair"], dtype=np.int64),
            np.array([self._row.get(picture, -1) for picture in shown], dtype=np.int64),
            column["question"],
            column["answer"],
            column["entity_words"],
            np.array(weight if weight is not None else [1.0] * len(at), dtype=np.float64),
        )


_ARM = ("position", "candidate", "copies", "picture")


def _fit(material: _Material, model: Model, trial: Trial, found: Mapping[str, Any]) -> Fitted:
    train = material.arm(trial.trains_on, trial.seed)
    return model.fit(
        train,
        material.dev,
        material.test,
        material.features,
        steps=trial.steps,
        batch=found["batch"],
        learning_rate=trial.learning_rate,
        seed=trial.seed,
        adjust=adjustment(train.answer, train.weight) if trial.arm == LOGIT_ADJUSTED else None,
        blind=trial.arm == BLIND,
    )


def _write(folder: ProofFolder, trial: Trial, fitted: Fitted, found: Mapping[str, Any], device: str) -> None:
    """Write the scores, then the report, under the name of every budget that the trial answers for."""
    scored = fitted.scored
    table = pa.table(
        {
            "pair": pa.array(scored.pair, pa.int64()),
            "score": pa.array(scored.score, pa.float64()),
            "nll": pa.array(scored.nll, pa.float64()),
            "entity_nll": pa.array(scored.entity_nll, pa.float64()),
            "said": pa.array(scored.said, pa.string()),
        }
    )
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
                "seconds": round(fitted.seconds, 3),
                "loss": fitted.loss,
                "dev_nll": fitted.dev_nll,
                "device": device,
                "versions": {"adr": __version__, "python": platform.python_version(), "numpy": np.__version__},
                "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
            },
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status of a worker process."""
    parser = argparse.ArgumentParser(prog="python -m adr.prove.worker", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="the folder of the experiment, WORKSPACE/prove/N")
    parser.add_argument("--pilot", action="store_true", help="choose the number of steps, and train nothing else")
    parser.add_argument("--device", default="cpu", help="cpu or cuda [%(default)s]")
    options = parser.parse_args(arguments)
    return exit_status(lambda: _work_alone(ProofFolder(options.folder), options.device, options.pilot))


def _work_alone(folder: ProofFolder, device: str, pilot: bool) -> None:
    import torch

    torch.set_num_threads(1)
    found = folder.read_design()["model"]
    weights = Path(found["features"]) if found["kind"] == "finetune" and found["features"] else None
    model = load_model(found["kind"], weights, device)
    if pilot:
        choose(folder, model)
    else:
        work(folder, model, device=device)


if __name__ == "__main__":
    raise SystemExit(main())
