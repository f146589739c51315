"""How much a recipe keeps over other seeds, counted: where a cap binds there is no closed form."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from adr.progress import Progress, silent
from adr.rebalance.engine import Engine
from adr.recipe import Recipe

SEEDS = 20


@dataclass(frozen=True)
class Estimate:
    """Size over seeds: its mean, its standard deviation, and per row the share of seeds that keep it."""

    expected: float
    expected_sd: float
    probability: npt.NDArray[np.float64]


def estimate(engine: Engine, recipe: Recipe, *, progress: Progress = silent) -> Estimate:
    """What the SEEDS seeds after the recipe's own keep."""
    apart = engine.excluding(recipe).sibling()
    times = np.zeros(engine.rows, dtype=np.int32)
    sizes = []
    for done in range(SEEDS):
        progress(done, SEEDS, "Trying other seeds")
        kept = apart.kept(replace(recipe, seed=(recipe.seed + 1 + done) % 2**63))
        times += kept
        sizes.append(int(np.count_nonzero(kept)))
    progress(SEEDS, SEEDS, "Trying other seeds")
    return Estimate(float(np.mean(sizes)), float(np.std(sizes, ddof=1)), times / SEEDS)
