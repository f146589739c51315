"""Gain against dose: how much the test pairs of an entity gain, by how many synthetic instances the arm has of it.

Reads pairs.parquet and arms/ of one folder.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adr.prove.comparing import measured
from adr.prove.scores import ItemScores, Setting, read_columns
from adr.prove.variance import PairedDifference

DOSES: tuple[tuple[int, int | None], ...] = ((0, 0), (1, 2), (3, 5), (6, 10), (11, 20), (21, None))
"""Ranges of synthetic instances per entity, both ends included."""


@dataclass(frozen=True)
class DosePoint:
    """The tail entities with `least` to `most` synthetic instances in the arm. mean: synthetic instances per entity."""

    least: int
    most: int | None
    entities: int
    mean: float
    gain: PairedDifference


def dose_curve(folder: Path, scores: ItemScores, arm: Setting, against: Setting) -> list[DosePoint]:
    """The gain in accuracy at the tail in each range of doses that has test pairs."""
    if arm not in scores.values or against not in scores.values:
        return []
    asked = _entities(folder, scores)
    doses = _doses(folder, arm[0], scores.seeds)
    dose = np.array([doses.get(entity, 0.0) for entity in asked])
    values = scores.difference(arm, against, "accuracy")
    tail = scores.pairs.where("tail") | scores.pairs.where("unseen")
    points = []
    for least, most in DOSES:
        mine = tail & (np.rint(dose) >= least) & (np.rint(dose) <= (np.inf if most is None else most))
        gain = measured(scores, values, mine)
        if gain is not None:
            each = {entity: doses.get(entity, 0.0) for entity in asked[mine].tolist()}
            points.append(DosePoint(least, most, len(each), float(np.mean(list(each.values()))), gain))
    return points


def _entities(folder: Path, scores: ItemScores) -> NDArray[np.str_]:
    """The entity that each test pair asks about, by column; '' for none."""
    found = read_columns(folder / "pairs.parquet", columns=["pair", "entity"]).set_index("pair")
    return np.asarray(found.loc[scores.pairs.pair, "entity"].fillna("").to_numpy(), dtype=np.str_)


def _doses(folder: Path, arm: str, seeds: tuple[int, ...]) -> Mapping[str, float]:
    """{entity: synthetic instances of it in the arm, mean over the seeds}."""
    pairs = read_columns(folder / "pairs.parquet", columns=["candidate", "entity"]).dropna().drop_duplicates()
    total: dict[str, float] = {}
    for seed in seeds:
        rows = read_columns(folder / "arms" / f"{arm}-{seed}.parquet", columns=["candidate", "copies"]).dropna()
        there = pairs.merge(rows, on="candidate")
        for entity, copies in there.groupby("entity")["copies"].sum().items():
            total[str(entity)] = total.get(str(entity), 0.0) + float(copies) / len(seeds)
    return total
