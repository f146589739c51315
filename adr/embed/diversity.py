"""How varied the pictures of a run are, beside all pictures and a random subset of equal size. Reads only.

It says how widely the pictures are spread, and nothing about how good they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adr.draws import RANDOM_KEY, draws
from adr.embed.effective_rank import EffectiveRank, effective_rank
from adr.embed.features import instance_rows, load_features
from adr.errors import AdrError
from adr.knowledge import short_name
from adr.recipe import Recipe
from adr.report import OnlyWhereThere
from adr.settings import setting
from adr.store import Store
from adr.workspace import Workspace

STATES = ("before", "after", "random")


@dataclass(frozen=True)
class DiversityReport:
    """Of a run. dimensions: of the features of `model`; ranks: {'before', 'after', 'random': the effective rank of the
    features of their instances' first pictures}; pictures: {the same: how many different pictures, copies counted once,
    would be as varied as theirs if each occurred equally often: exp of the entropy}, where copies were looked for."""

    run: int
    model: str
    dimensions: int
    ranks: Mapping[str, EffectiveRank]
    pictures: OnlyWhereThere[Mapping[str, float]] = None


def diversity(store: Store, workspace: Workspace, run: int) -> DiversityReport:
    """By the features of ADR_SCORER_MODEL. AdrError for a run that is not there, or without features."""
    found = store.row("select recipe from run where run = $1", [run])
    if found is None:
        raise AdrError(f"There is no run {run}.", "`adr runs` lists the runs; `adr rebalance` writes one.")
    features = load_features(workspace.features, setting("ADR_SCORER_MODEL"))
    states = _states(store, run, Recipe.from_toml(found[0]).seed)
    pictured, rows = instance_rows(store, features)
    ranks = {state: effective_rank(features.vectors, rows[np.isin(pictured, own)]) for state, own in states.items()}
    return DiversityReport(
        run, short_name(features.model), features.vectors.shape[1], ranks, _different(store, pictured, states)
    )


def _states(store: Store, run: int, seed: int) -> dict[str, NDArray[np.int64]]:
    """The instances before, after, and of the random subset of equal size that the run is compared with."""
    decided = store.arrays("select instance, kept from decision where run = $1 order by instance", [run])
    everyone, kept = decided["instance"].astype(np.int64), decided["kept"].astype(bool)
    order = np.argsort(draws(seed, RANDOM_KEY, everyone), kind="stable")
    return dict(zip(STATES, (everyone, everyone[kept], everyone[order[: kept.sum()]]), strict=True))


def _different(
    store: Store, pictured: NDArray[np.int32], states: Mapping[str, NDArray[np.int64]]
) -> dict[str, float] | None:
    """The effective number of different pictures; None where copies have not been looked for."""
    if not store.value("select count(*) from copies_made, dataset_changed where made_at >= changed_at"):
        return None
    clusters = store.arrays("select instance, cluster from copy_cluster where kind = 'picture' order by instance")
    name = pictured.copy()  # an instance whose picture is like no other is a cluster by itself
    at = np.searchsorted(pictured, clusters["instance"])
    there = (at < len(pictured)) & (pictured[np.minimum(at, len(pictured) - 1)] == clusters["instance"])
    name[at[there]] = clusters["cluster"][there]
    return {state: _effective(name[np.isin(pictured, own)]) for state, own in states.items()}


def _effective(names: NDArray[np.int32]) -> float:
    """exp of the entropy of how often each name occurs; 0 of none."""
    if not len(names):
        return 0.0
    shares = np.unique(names, return_counts=True)[1] / len(names)
    return float(np.exp(-np.sum(shares * np.log(shares))))
