"""The distribution of one perspective: counts ranked, head and tail by the threshold rule, and numbers about them.

Reads `entity`; writes nothing. The mathematics stands in `adr.tail` and is offered here too.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from adr.errors import AdrError
from adr.recipe import PAPER_TAIL_SHARE, PERSPECTIVES
from adr.store import Store
from adr.tail import (
    Spectrum,
    TailRule,
    count_to_probability,
    effective_entities,
    gini,
    tail_rule,
    tail_share_to_tau,
    tau_to_tail_share,
)

__all__ = [
    "CurveReport", "Spectrum", "TailRule", "count_to_probability", "counts", "curve", "effective_entities", "gini",
    "tail_rule", "tail_share_to_tau", "tau_to_tail_share",
]


@dataclass(frozen=True)
class CurveReport:
    """One perspective at a glance. Counts are numbers of instances, shares are shares of postings."""

    perspective: str
    instances: int
    entities: int
    postings: int
    head_rank: int              # this many entities are head
    tau: int                    # count of the last head entity
    tail_share: float           # share of postings in the tail, as it came out; at most what was asked for
    tail_share_asked: float
    tail_entities: int
    head_share: float
    singletons: int
    gini: float
    effective_entities: float   # exp of the entropy of posting shares
    top: list[list[Any]]        # [[entity, n], ...] from the most frequent
    bottom: list[list[Any]]     # [[entity, n], ...] from the rarest


def counts(store: Store, perspective: str) -> npt.NDArray[np.int64]:
    """n(e) of all entities of a perspective, descending (ties by name); AdrError when nothing is indexed."""
    _check(store, perspective)
    found = store.arrays("select n from entity where perspective = $1::perspective order by n desc, name",
                         [perspective])["n"]
    return np.asarray(found, dtype=np.int64)


def curve(store: Store, perspective: str, *, tail_share: float | None = None, top: int = 20) -> CurveReport:
    """The distribution of `perspective`, split by the threshold rule at `tail_share` (default: the paper's).

    AdrError for an unknown perspective and when there are no postings yet.
    """
    array = counts(store, perspective)
    asked = PAPER_TAIL_SHARE[perspective] if tail_share is None else tail_share
    if not 0 <= asked <= 1:
        raise AdrError(f"The tail share is {asked!r}.", "Give a share from 0 to 1.")
    rule, spectrum = tail_rule(array, 1 - asked), Spectrum.of(array)
    return CurveReport(
        perspective=perspective,
        instances=int(store.value("select count(*) from instance")),
        entities=len(array), postings=int(array.sum()),
        head_rank=rule.head_rank, tau=rule.tau, tail_share=rule.tail_share, tail_share_asked=float(asked),
        tail_entities=rule.tail_entities, head_share=1 - rule.tail_share if len(array) else 0.0,
        singletons=spectrum.singletons, gini=spectrum.gini, effective_entities=spectrum.effective_entities,
        top=_named(store, "order by n desc, name", perspective, top),
        bottom=_named(store, "order by n, name", perspective, top),
    )


def _named(store: Store, order: str, perspective: str, limit: int) -> list[list[Any]]:
    rows = store.rows(f"select name, n from entity where perspective = $1::perspective {order} limit $2",
                      [perspective, limit])
    return [[name, int(n)] for name, n in rows]


def _check(store: Store, perspective: str) -> None:
    if perspective not in PERSPECTIVES:
        raise AdrError(f"There is no perspective {perspective!r}.", f"Choose one of {', '.join(PERSPECTIVES)}.")
    if not store.value("select 1 from entity limit 1"):
        raise AdrError("There are no postings yet.", "Build the index: `python -m adr index`, or on the Dataset page.")
