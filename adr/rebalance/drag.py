"""What a slider shows while it is dragged: the curves at a coarse grid of one perspective's τ, exact at these values.

Part of the rebalance stage. Without caps and mixture, what is kept at one τ is kept at every larger one, so the whole
grid costs one pass over the postings. Copies of repeated instances are not counted here; the preview on release counts
them.
"""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from adr.rebalance import loops
from adr.rebalance.engine import Engine
from adr.recipe import Recipe


@dataclass(frozen=True)
class DragGrid:
    """Sizes, curves and tail shares at each of the grid's τ (ascending); curves are counts at the given ranks."""

    perspective: str
    tau: npt.NDArray[np.float64]
    sizes: npt.NDArray[np.int64]
    curves: dict[str, npt.NDArray[np.int64]]  # {perspective: (τ, rank)}
    tail_shares: dict[str, npt.NDArray[np.float64]]  # {perspective: (τ,)}


def drag_grid(
    engine: Engine, recipe: Recipe, perspective: str, ranks: dict[str, npt.NDArray[np.int64]], points: int = 24
) -> DragGrid:
    """The grid for a slider from 1 to the largest count of `perspective`, all else as in `recipe`."""
    recipe, n = engine.decided(recipe), engine.postings[perspective].n
    tau = np.unique(np.round(np.geomspace(1, max(2, int(n[0]) + 1 if len(n) else 2), points)))
    if recipe.capped or recipe.mixture:
        return _each_by_itself(engine, recipe, perspective, ranks, tau)
    first = _first_kept(engine, recipe, perspective, tau)
    order = np.argsort(first, kind="stable")
    edges = np.searchsorted(first[order], np.arange(len(tau) + 1))

    def one(other: str) -> tuple[str, npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        postings = engine.postings[other]
        counts = engine.count(other, (first == 0).astype(np.int8))
        scratch = np.zeros(int(postings.n[0]) + 1 if len(postings.n) else 1, dtype=np.int64)
        curves, shares = np.zeros((len(tau), len(ranks[other])), dtype=np.int64), np.zeros(len(tau))
        for step in range(len(tau)):
            if step:
                loops.add_listed(postings.offsets, postings.entities, order[edges[step] : edges[step + 1]], 1, counts)
            said = engine.estimated(other, counts)
            shares[step] = loops.counts_at(said, ranks[other], engine.head_rank(other), scratch, curves[step])
        return other, curves, shares

    made = engine.together([lambda p=p: one(p) for p in engine.perspectives])  # type: ignore[misc]
    sizes = np.array([engine.scaled(int(size)) for size in edges[1:]], dtype=np.int64)
    return DragGrid(perspective, tau, sizes, {p: c for p, c, _ in made}, {p: s for p, _, s in made})


def _each_by_itself(
    engine: Engine,
    recipe: Recipe,
    perspective: str,
    ranks: dict[str, npt.NDArray[np.int64]],
    tau: npt.NDArray[np.float64],
) -> DragGrid:
    """The grid where caps or a mixture may bind: what is kept is not nested then, so each τ is decided by itself."""
    sizes = np.zeros(len(tau), dtype=np.int64)
    curves = {p: np.zeros((len(tau), len(ranks[p])), dtype=np.int64) for p in engine.perspectives}
    shares = {p: np.zeros(len(tau)) for p in engine.perspectives}
    limits = engine.tau(recipe)

    def one(other: str, step: int, kept: npt.NDArray[np.int8]) -> None:
        n = engine.postings[other].n
        scratch = np.zeros(int(n[0]) + 1 if len(n) else 1, dtype=np.int64)
        counts = engine.count(other, kept)
        shares[other][step] = loops.counts_at(
            counts, ranks[other], engine.head_rank(other), scratch, curves[other][step]
        )

    for step, value in enumerate(tau.tolist()):
        kept = engine.kept(replace(recipe, tau={**limits, perspective: value})).astype(np.int8)
        sizes[step] = np.count_nonzero(kept)
        engine.together([partial(one, p, step, kept) for p in engine.perspectives])
    return DragGrid(perspective, tau, sizes, curves, shares)


def _first_kept(engine: Engine, recipe: Recipe, perspective: str, tau: npt.NDArray[np.float64]) -> npt.NDArray[np.int8]:
    """For every row the first step of the grid at which it is kept; len(tau) when it never is."""
    limits, own = engine.tau(recipe), engine.own(recipe)
    passes = np.zeros(engine.rows, dtype=np.int8)
    for other in recipe.perspectives:
        if other != perspective:
            passes += limits[other] > engine.critical(recipe, other, own[other]).tau
    never = len(tau)
    if perspective in recipe.perspectives:
        reached = np.searchsorted(tau, engine.critical(recipe, perspective, own[perspective]).tau, side="right")
    else:
        reached = np.full(engine.rows, never)
    first = np.where(engine.enough(recipe, passes), 0, np.where(passes + 1 >= recipe.min_passes, reached, never))
    return np.where(engine.survives(recipe), first, never).astype(np.int8)
