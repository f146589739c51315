"""The scores of an experiment as arrays: one row per seed and one column per test pair, for each arm.

Reads design.json, pairs.parquet, items.parquet and trials/ of one folder. A trial of another design is named and not
used. A trial that lacks test pairs is refused, since a mean over what is there favours whatever lost its hard
questions. Knows nothing of statistics.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from adr.errors import AdrError

METRICS = ("accuracy", "likelihood", "entity_likelihood")
RARITIES = ("unseen", "few", "tail", "mid", "head")
GROUPS: dict[str, tuple[str, ...]] = {
    "all": (*RARITIES, ""),
    "head": ("head",),
    "mid": ("mid",),
    "tail": ("few", "tail"),
    "few": ("few",),
    "unseen": ("unseen",),
}
"""{group of test pairs: the rarities in it}; the tail holds those with few training instances as well, and
'all' also what asks about no entity."""

Setting = tuple[str, float, str]
"""(arm, learning rate, budget)."""


@dataclass(frozen=True)
class TestPairs:
    """The questions that every trial answers, by column."""

    pair: NDArray[np.int64]
    cluster: NDArray[np.int64]
    kind: NDArray[np.str_]
    rarity: NDArray[np.str_]

    def where(self, group: str, kind: str = "") -> NDArray[np.bool_]:
        """Which pairs belong to a group, of one kind of question or of all."""
        mine = np.isin(self.rarity, GROUPS[group])
        return mine & (self.kind == kind) if kind else mine


@dataclass(frozen=True)
class ItemScores:
    """values: {(arm, learning rate, budget): {metric: seeds × pairs}} of the settings whose seeds are all there, in
    points and nats (more is better); unfinished, other: names of trials that are missing, and of another design."""

    pairs: TestPairs
    seeds: tuple[int, ...]
    values: Mapping[Setting, Mapping[str, NDArray[np.float64]]]
    unfinished: tuple[str, ...]
    other: tuple[str, ...]

    def difference(self, arm: Setting, against: Setting, metric: str) -> NDArray[np.float64]:
        """Seeds × pairs: the arm's value less the other's, paired by seed; NaN where the metric is not defined."""
        return self.values[arm][metric] - self.values[against][metric]


def read_design(folder: Path) -> dict[str, Any]:
    """The design of an experiment; AdrError when the folder holds none."""
    try:
        found: dict[str, Any] = json.loads((folder / "design.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AdrError(f"{folder} holds no experiment.", "Design one with `python -m adr prove design`.") from None
    except ValueError as error:
        raise AdrError(f"{folder / 'design.json'} cannot be read: {error}.", "Design the experiment again.") from error
    return found


def trial_name(arm: str, seed: int, rate: float, budget: str) -> str:
    """The name of a trial's files."""
    return f"{arm}-{seed}-{rate:g}-{budget}"


def read_told(path: Path) -> dict[str, Any]:
    """What a JSON file of an experiment says; AdrError when it is damaged."""
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AdrError(f"{path} is missing or damaged.", "Delete it and run the experiment again.") from error
    return found


def read_columns(path: Path, columns: list[str]) -> pd.DataFrame:
    """Columns of a table of an experiment; AdrError when its file is missing or damaged."""
    try:
        return pd.read_parquet(path, columns=columns)
    except (OSError, ValueError) as error:
        raise AdrError(f"{path} is missing or damaged.", "Run the experiment again, or make a new design.") from error


def read_scores(folder: Path, design: Mapping[str, Any]) -> ItemScores:
    """All trials of the experiment that are as designed; AdrError when one of them lacks test pairs."""
    pairs = read_test_pairs(folder)
    finished, other = _finished(folder, str(design["fingerprint"]))
    items = _items(folder)
    by_trial = items.groupby(["arm", "seed", "learning_rate", "budget"], sort=False)
    tables = {_key(key): rows for key, rows in by_trial}
    seeds = tuple(int(seed) for seed in design["seeds"])
    values: dict[Setting, dict[str, NDArray[np.float64]]] = {}
    unfinished: list[str] = []
    for arm in design["arms"]:
        for rate in design["learning_rates"]:
            for budget in design["budgets"]:
                keys = [(str(arm), seed, float(rate), str(budget)) for seed in seeds]
                missing = [trial_name(*key) for key in keys if key not in finished]
                unfinished += missing
                if not missing:
                    rows = [_whole(tables.get(key), pairs, trial_name(*key)) for key in keys]
                    values[(str(arm), float(rate), str(budget))] = _metrics(rows)
    _refuse_holes(values)
    return ItemScores(pairs, seeds, values, tuple(unfinished), tuple(other))


def _key(key: Any) -> tuple[str, int, float, str]:
    arm, seed, rate, budget = key
    return str(arm), int(seed), float(rate), str(budget)


def read_test_pairs(folder: Path) -> TestPairs:
    """The test pairs of an experiment, by number."""
    found = read_columns(folder / "pairs.parquet", columns=["pair", "side", "kind", "rarity", "cluster"])
    test = found[found["side"] == "test"].sort_values("pair")
    return TestPairs(
        test["pair"].to_numpy(np.int64),
        test["cluster"].to_numpy(np.int64),
        test["kind"].to_numpy().astype(str),
        test["rarity"].fillna("").to_numpy().astype(str),
    )


def _items(folder: Path) -> pd.DataFrame:
    columns = ["arm", "seed", "learning_rate", "budget", "pair", "score", "nll", "entity_nll"]
    path = folder / "items.parquet"
    return read_columns(path, columns=columns) if path.is_file() else pd.DataFrame(columns=columns)


def _finished(folder: Path, fingerprint: str) -> tuple[set[tuple[str, int, float, str]], list[str]]:
    """The trials of this design that have ended, and the names of those of another."""
    mine, other = set(), []
    for path in sorted((folder / "trials").glob("*.json")):
        parts = path.stem.rsplit("-", 3)
        if len(parts) != 4:
            continue
        told = read_told(path)
        if told.get("fingerprint") == fingerprint:
            mine.add((parts[0], int(parts[1]), float(parts[2]), parts[3]))
        else:
            other.append(path.stem)
    return mine, other


def _whole(rows: pd.DataFrame | None, pairs: TestPairs, name: str) -> pd.DataFrame:
    """The rows of one trial in the order of the pairs; AdrError when some are missing, repeated or unknown."""
    got = np.empty(0, np.int64) if rows is None else rows["pair"].to_numpy(np.int64)
    missing = len(pairs.pair) - len(np.intersect1d(pairs.pair, got))
    if rows is None or missing or len(got) != len(pairs.pair):
        here = f"lacks {missing:,}" if missing else f"has {len(got):,}"
        raise AdrError(
            f"The trial {name} {here} of the {len(pairs.pair):,} test pairs, so its mean cannot be compared.",
            "Delete its files in trials and run the experiment again, or join its results again.",
        )
    return rows.sort_values("pair")


def _metrics(rows: list[pd.DataFrame]) -> dict[str, NDArray[np.float64]]:
    """{metric: seeds × pairs}, more is better."""

    def stacked(column: str, times: float) -> NDArray[np.float64]:
        return np.stack([one[column].to_numpy(np.float64) * times for one in rows])

    return {
        "accuracy": stacked("score", 100.0),
        "likelihood": stacked("nll", -1.0),
        "entity_likelihood": stacked("entity_nll", -1.0),
    }


def _refuse_holes(values: Mapping[Setting, Mapping[str, NDArray[np.float64]]]) -> None:
    """AdrError when a metric is defined for a pair in one trial and not in another."""
    for metric in METRICS:
        holes = [np.isnan(one[metric]) for one in values.values()]
        if holes and any((one != holes[0][0]).any() for one in holes):
            raise AdrError(
                f"Some trials have no {metric.replace('_', ' ')} for test pairs that others have it for.",
                "Delete the files of these trials and run the experiment again.",
            )
