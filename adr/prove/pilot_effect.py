"""The smallest effect that an experiment will see, from two or more trainings of `original`, before other arms are run.

Reads pairs.parquet and trials/ of one folder.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from adr.prove.comparing import merged_kinds
from adr.prove.scores import GROUPS, read_columns, read_test_pairs, trial_name
from adr.prove.variance import detectable_from_pilot

TOO_LARGE = 3.0
"""Points: a test that cannot see an effect of this size is too small to tell."""
LEAST_PICTURES = 10


def known_detectable(folder: Path, design: Mapping[str, Any]) -> dict[str, float]:
    """{group: points} that the experiment can see: as written in its design, else as its first trainings tell."""
    return dict(design.get("detectable") or detectable_effects(folder, design))


def detectable_effects(folder: Path, design: Mapping[str, Any]) -> dict[str, float]:
    """{group: points} that the design's seeds will find in four of five cases; empty while fewer than two trainings of
    `original` with the first learning rate and budget have ended. A group with fewer than LEAST_PICTURES pictures is
    left out: the same answers twice would look like an experiment that sees everything."""
    rate, budget = float(design["learning_rates"][0]), str(design["budgets"][0])
    names = [trial_name("original", int(seed), rate, budget) for seed in design["seeds"]]
    done = [name for name in names if (folder / "trials" / f"{name}.json").is_file()]
    if len(done) < 2:
        return {}
    pairs = read_test_pairs(folder)
    tables = [read_columns(folder / "trials" / f"{name}.parquet", columns=["pair", "score"]) for name in done]
    scores = 100 * np.stack([one.sort_values("pair")["score"].to_numpy(np.float64) for one in tables])
    found = {}
    for group in GROUPS:
        mine = pairs.where(group) & ~np.isnan(scores[0])
        if len(np.unique(pairs.cluster[mine])) >= LEAST_PICTURES:
            kinds = merged_kinds(pairs.kind[mine])
            found[group] = detectable_from_pilot(scores[:, mine], pairs.cluster[mine], kinds, len(design["seeds"]))
    return found
