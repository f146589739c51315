"""Mixtures to start from: shares of values, from how many rows each has.

Pure functions. pool: {value: copies that keep rule and caps keep}; without: copies without a value, which keep their
share of the whole in every preset. Values without copies are left out.
"""

import math
from collections.abc import Mapping

import numpy as np

from adr.rebalance.engine import Engine
from adr.rebalance.mixture import Stock
from adr.rebalance.preview import RecipePreview

Shares = dict[str, float]

# DataComp-VLM (arXiv 2606.28551): the mixture of DCVLM-Baseline, in shares of training samples, as the dataset card of
# mlfoundations/dcvlm-baseline-200b gives it.
DATACOMP_VLM = {"instruction": 0.70, "text": 0.15, "captioning": 0.10, "documents": 0.05}


def as_it_is(pool: Mapping[str, int], without: int = 0) -> Shares:
    """The shares that the values have."""
    return _scaled({value: float(rows) for value, rows in pool.items() if rows}, pool, without)


def all_equal(pool: Mapping[str, int], without: int = 0) -> Shares:
    """The same share for every value."""
    return _scaled({value: 1.0 for value, rows in pool.items() if rows}, pool, without)


def square_root(pool: Mapping[str, int], without: int = 0) -> Shares:
    """Shares in proportion to the square root of the rows: between as it is and all equal."""
    return _scaled({value: math.sqrt(rows) for value, rows in pool.items() if rows}, pool, without)


def by_tail(pool: Mapping[str, int], tail: Mapping[str, int], without: int = 0) -> Shares:
    """Shares in proportion to the copies that hold a tail entity, given by `tail`; as it is where none does."""
    weights = {value: float(tail.get(value, 0)) for value, rows in pool.items() if rows}
    return _scaled(weights, pool, without) if any(weights.values()) else as_it_is(pool, without)


def datacomp_vlm(pool: Mapping[str, int], kinds: Mapping[str, str], without: int = 0) -> Shares | None:
    """The mixture of DataComp-VLM, with the shares of kinds that are not there left out of the whole; None where fewer
    than two of its kinds are there.

    kinds: {value: a kind of DATACOMP_VLM}; values of one kind share it in proportion to their rows, and values of no
    kind have no share.
    """
    rows = dict.fromkeys(DATACOMP_VLM, 0)
    for value, kind in kinds.items():
        rows[kind] += pool.get(value, 0)
    if sum(1 for there in rows.values() if there) < 2:
        return None
    weights = {value: DATACOMP_VLM[kind] * pool[value] / rows[kind] for value, kind in kinds.items() if pool.get(value)}
    return _scaled(weights, pool, without)


def _scaled(weights: Mapping[str, float], pool: Mapping[str, int], without: int) -> Shares:
    """Shares in proportion to the weights, which leave the rows without a value their share; empty without rows."""
    total, rows = math.fsum(weights.values()), sum(pool.values())
    return {value: weight / total * (rows / (rows + without)) for value, weight in weights.items()} if total else {}


def pool_of(stock: Stock) -> tuple[dict[str, int], int]:
    """(copies of each value that has some, copies without a value) of a stock, for the presets."""
    return _by_name(stock, stock.counts.tolist())


def tail_of(engine: Engine, preview: RecipePreview, stock: Stock) -> dict[str, int]:
    """{value: copies that hold a tail entity or a protected one in some perspective of the recipe}."""
    holding = stock.order[engine.held(preview.recipe, preview.tau)[stock.order] > 0]
    counts = np.bincount(stock.values.of[holding], weights=stock.pool[holding], minlength=len(stock.values.names))
    return _by_name(stock, counts.astype(int).tolist())[0]


def _by_name(stock: Stock, counts: list[int]) -> tuple[dict[str, int], int]:
    found = {name: n for name, n in zip(stock.values.names, counts, strict=True) if name is not None and n}
    return found, counts[-1]
