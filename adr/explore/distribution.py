"""The distribution of one perspective: counts ranked, head and tail by the threshold rule, and numbers about them.

Reads `entity`; the mathematics is in `adr.tail`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adr.errors import AdrError
from adr.explore.entities import known_perspective
from adr.index_needed import need_index
from adr.perspectives import indexed, need_indexed, perspective_of
from adr.store import Store
from adr.tail import Spectrum, tail_rule


@dataclass(frozen=True)
class CurveReport:
    """One perspective at a glance. Counts are numbers of instances, shares are shares of postings."""

    perspective: str
    instances: int
    entities: int
    postings: int
    head_rank: int  # this many entities are head
    tau: int  # count of the last head entity
    tail_share: float  # share of postings in the tail; at most the share that was asked for
    tail_share_asked: float
    tail_entities: int
    head_share: float
    singletons: int
    gini: float
    effective_entities: float  # exp of the entropy of posting shares
    top: list[tuple[str, int]]  # [(entity, n), ...] from the most frequent
    bottom: list[tuple[str, int]]  # [(entity, n), ...] from the rarest


def counts(store: Store, perspective: str) -> npt.NDArray[np.int64]:
    """n(e) of all entities of a perspective, descending (ties by name); AdrError when nothing is indexed."""
    _check(store, perspective)
    found = store.arrays(
        "select n from entity where perspective = perspective_number($1) order by n desc, name", [perspective]
    )["n"]
    return np.asarray(found, dtype=np.int64)


def curve(store: Store, perspective: str, *, tail_share: float | None = None, top: int = 20) -> CurveReport:
    """The distribution of `perspective`, split by the threshold rule at `tail_share` (default: the paper's).

    AdrError for an unknown perspective and when there are no postings yet.
    """
    array = counts(store, perspective)
    asked = indexed(store)[perspective].tail_share if tail_share is None else tail_share
    if not 0 <= asked <= 1:
        raise AdrError(f"The tail share is {asked!r}.", "Give a share from 0 to 1.")
    rule, spectrum = tail_rule(array, 1 - asked), Spectrum.of(array)
    return CurveReport(
        perspective=perspective,
        instances=int(store.value("select count(*) from instance")),
        entities=len(array),
        postings=int(array.sum()),
        head_rank=rule.head_rank,
        tau=rule.tau,
        tail_share=rule.tail_share,
        tail_share_asked=float(asked),
        tail_entities=rule.tail_entities,
        head_share=1 - rule.tail_share if len(array) else 0.0,
        singletons=spectrum.singletons,
        gini=spectrum.gini,
        effective_entities=spectrum.effective_entities,
        top=_named(store, "order by n desc, name", perspective, top),
        bottom=_named(store, "order by n, name", perspective, top),
    )


def _named(store: Store, order: str, perspective: str, limit: int) -> list[tuple[str, int]]:
    rows = store.rows(
        f"select name, n from entity where perspective = perspective_number($1) {order} limit $2", [perspective, limit]
    )
    return [(str(name), int(n)) for name, n in rows]


def _check(store: Store, perspective: str) -> None:
    need_index(store)
    need_indexed(store, [perspective_of(perspective).name])


def spectrum(store: Store, perspective: str) -> Spectrum:
    """How many entities of a perspective have each count."""
    found = store.arrays(
        """
        select n::bigint as n, count(*) as entities
        from entity where perspective = perspective_number($1)
        group by all order by n
    """,
        [known_perspective(perspective)],
    )
    return Spectrum(np.asarray(found["n"], np.int64), np.asarray(found["entities"], np.int64))


def breakpoints(
    counts: Spectrum, points: int = 1500, also: Sequence[int] = ()
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """(ranks, counts): where the rank–frequency curve of ALL entities changes, both ends of every plateau.

    Above `points`, plateaus that fall into the same thousandth or so of the logarithmic rank axis are drawn as one:
    that is narrower than a pixel, and the tail's wide plateaus (counts 1, 2, 3 …) always stay. The first rank, the last
    rank, and those ranks of `also` that exist are always included.
    """
    alive = counts.values > 0
    values, entities = counts.values[alive][::-1], counts.entities[alive][::-1]
    if not len(values):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    ends = np.cumsum(entities)
    starts = ends - entities + 1
    ranks, heights = np.column_stack([starts, ends]).ravel(), np.repeat(values, 2)
    new = np.append(True, np.diff(ranks) > 0)  # a plateau of one entity is one point
    ranks, heights = ranks[new], heights[new]
    if len(ranks) > points:
        position = np.log(ranks) / max(np.log(ranks[-1]), 1e-9)
        cell = np.floor(position * (points // 2 - 1)).astype(np.int64)
        first = np.append(True, np.diff(cell) > 0)
        last = np.append(np.diff(cell) > 0, True)
        ranks, heights = ranks[first | last], heights[first | last]
    more = [rank for rank in also if 1 <= rank <= ends[-1]]
    ranks, place = np.unique(np.append(ranks, more).astype(np.int64), return_index=True)
    return ranks, np.append(heights, values[np.searchsorted(ends, more)])[place].astype(np.int64)


def cumulative_share(counts: Spectrum, ranks: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """The share of all postings that the entities up to each rank have."""
    values, entities = counts.values[::-1], counts.entities[::-1]
    ends, postings = np.cumsum(entities), np.cumsum(values * entities)
    if not len(ends) or not postings[-1]:
        return np.zeros(len(ranks))
    plateau = np.searchsorted(ends, ranks)
    reached: npt.NDArray[np.float64] = (postings[plateau] - (ends[plateau] - ranks) * values[plateau]) / postings[-1]
    return reached
