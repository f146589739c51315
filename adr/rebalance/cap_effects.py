"""What caps do to the rows that the keep rule keeps, in numbers. Pure functions over arrays."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from adr.rebalance.at_most import Bound, EachBound
from adr.rebalance.preview import CapEffect, EachCapEffect

Copies = npt.NDArray[np.int8]
Cap = tuple[str, str, Bound]
"""(perspective, entity, its bound)"""
EachCap = tuple[str, EachBound]
"""(perspective, the bound of each of its entities that has no cap of its own)"""


def cap_effects(caps: Sequence[Cap], by_rule: Copies, copies: Copies) -> tuple[CapEffect, ...]:
    """The effect of each cap of one entity. by_rule: copies of each row before caps; copies: those that stay."""
    return tuple(
        CapEffect(
            perspective=perspective,
            entity=name,
            at_most=bound.most,
            by_rule=int(by_rule[bound.rows].sum(dtype=np.int64)),
            kept=int(copies[bound.rows].sum(dtype=np.int64)),
        )
        for perspective, name, bound in caps
    )


def each_cap_effects(caps: Sequence[EachCap], by_rule: Copies, copies: Copies) -> tuple[EachCapEffect, ...]:
    """The effect of each cap on all entities of a perspective."""
    return tuple(_each_effect(perspective, bound, by_rule, copies) for perspective, bound in caps)


def _each_effect(perspective: str, bound: EachBound, by_rule: Copies, copies: Copies) -> EachCapEffect:
    had, has = (np.bincount(bound.entities, weights=some[bound.rows]).astype(np.int64) for some in (by_rule, copies))
    over = had > bound.most
    return EachCapEffect(
        perspective=perspective,
        at_most=bound.most,
        entities=int(np.count_nonzero(had)),
        over=int(np.count_nonzero(over)),
        by_rule=int(had[over].sum()),
        kept=int(has[over].sum()),
    )
