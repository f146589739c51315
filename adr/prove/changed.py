"""The test pairs whose answers changed most between two arms, with what both said.

Reads pairs.parquet, pictures.parquet and trials/ of one folder. Knows nothing of intervals.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from adr.prove.scores import ItemScores, Setting, read_columns, trial_name

MOST = 20


@dataclass(frozen=True)
class ChangedPair:
    """One question with its answer, and what the two arms say most often over the seeds. gain: points, mean over the
    seeds; likelihood: nats; picture: the place of its file, '' without one."""

    question: str
    answer: str
    kind: str
    rarity: str
    entity: str
    picture: str
    said: str
    said_before: str
    gain: float
    likelihood: float


def changed_most(folder: Path, scores: ItemScores, arm: Setting, against: Setting) -> list[ChangedPair]:
    """At most 20 test pairs, those first whose accuracy differs most, then by likelihood; both directions.

    Of the pairs of one kind about one entity only the first is listed, since they tend to change together.
    """
    if arm not in scores.values or against not in scores.values:
        return []
    gain = np.nan_to_num(scores.difference(arm, against, "accuracy").mean(axis=0))
    nats = np.nan_to_num(scores.difference(arm, against, "likelihood").mean(axis=0))
    order = np.lexsort((scores.pairs.pair, -np.abs(nats), -np.abs(gain)))
    order = order[(gain[order] != 0) | (nats[order] != 0)]
    asked = _asked(folder, scores.pairs.pair[order]).loc[scores.pairs.pair[order]]
    alike = asked.duplicated(["entity", "kind"]) & asked["entity"].notna()
    order = order[~alike.to_numpy()][:MOST]
    after, before = (_said(folder, scores, one, scores.pairs.pair[order]) for one in (arm, against))
    return [
        _row(asked.loc[pair], after.get(pair, ""), before.get(pair, ""), float(gain[place]), float(nats[place]))
        for place, pair in zip(order.tolist(), scores.pairs.pair[order].tolist(), strict=True)
    ]


def _row(asked: Any, said: str, before: str, gain: float, nats: float) -> ChangedPair:
    texts = {name: _text(asked[name]) for name in ("question", "answer", "kind", "rarity", "entity", "path")}
    return ChangedPair(
        texts["question"],
        texts["answer"],
        texts["kind"],
        texts["rarity"],
        texts["entity"],
        texts["path"],
        said,
        before,
        gain,
        nats,
    )


def _asked(folder: Path, pairs: NDArray[np.int64]) -> pd.DataFrame:
    """Questions, answers and places of pictures of these pairs, by pair."""
    columns = ["pair", "question", "answer", "kind", "rarity", "entity", "picture"]
    found = read_columns(folder / "pairs.parquet", columns=columns)
    found = found[found["pair"].isin(pairs)]
    pictures = read_columns(folder / "pictures.parquet", columns=["picture", "path"])
    pictures = pictures.drop_duplicates("picture")
    return found.merge(pictures, on="picture", how="left").set_index("pair")


def _said(folder: Path, scores: ItemScores, setting: Setting, pairs: NDArray[np.int64]) -> Mapping[int, str]:
    """{pair: the answer that most seeds gave; of equally many the first in the alphabet}."""
    arm, rate, budget = setting
    answers: dict[int, Counter[str]] = {int(pair): Counter() for pair in pairs}
    for seed in scores.seeds:
        path = folder / "trials" / f"{trial_name(arm, seed, rate, budget)}.parquet"
        said = read_columns(path, columns=["pair", "said"])
        for pair, text in said[said["pair"].isin(pairs)].itertuples(index=False):
            answers[int(pair)][_text(text)] += 1
    return {pair: _commonest(told) for pair, told in answers.items() if told}


def _commonest(told: Counter[str]) -> str:
    return min(told, key=lambda text: (-told[text], text))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
