"""The concepts about which questions fail most, and the command that plans pictures for them."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adr.tail_eval.asked import AskedEntities
from adr.tail_eval.interval import rate_of

LEAST_ITEMS = 3
"""A concept that fewer questions ask about is not listed."""
EACH = 10
"""At most so many slots are planned for a concept."""


@dataclass(frozen=True)
class FailingConcept:
    """An entity that questions ask about. n: training instances that have it; rate, low, high: how often these
    questions fail, 0..1, with a 95 % interval by picture."""

    perspective: str
    entity: str
    n: int
    items: int
    pictures: int
    rate: float
    low: float | None
    high: float | None


def failing(
    perspective: str, about: AskedEntities, failures: npt.NDArray[np.float64], clusters: npt.NDArray[np.int64], top: int
) -> list[FailingConcept]:
    """The `top` entities of a perspective with the highest failure rates, rarer ones first where these are equal."""
    if not len(about.names):
        return []
    items = np.bincount(about.entity, minlength=len(about.names))
    rates = np.bincount(about.entity, weights=failures[about.item], minlength=len(about.names)) / np.maximum(items, 1)
    order = np.lexsort((about.count, -items, -rates))
    chosen = [place for place in order.tolist() if items[place] >= LEAST_ITEMS and rates[place] > 0][:top]
    return [_concept(perspective, about, place, failures, clusters) for place in chosen]


def _concept(
    perspective: str,
    about: AskedEntities,
    place: int,
    failures: npt.NDArray[np.float64],
    clusters: npt.NDArray[np.int64],
) -> FailingConcept:
    there = about.item[about.entity == place]
    found = rate_of(failures[there], clusters[there])
    return FailingConcept(
        perspective,
        about.names[place],
        int(about.count[place]),
        found.items,
        found.pictures,
        float(found.rate or 0.0),
        found.low,
        found.high,
    )


def to_plan(concepts: Sequence[FailingConcept], failure: float, tail: int) -> dict[str, int]:
    """{object: slots} for the objects that fail more often than the whole log does and that fewer than `tail` training
    instances have: as many as they lack, at most EACH."""
    return {
        one.entity: min(EACH, tail - one.n)
        for one in concepts
        if one.perspective == "object" and one.n < tail and one.rate > failure
    }


def plan_command(concepts: Sequence[FailingConcept], failure: float, run: int | None, tail: int) -> str:
    """The command that plans for these; '' where there is nothing to plan or no run to plan for."""
    wanted = to_plan(concepts, failure, tail)
    if run is None or not wanted:
        return ""
    unseen = [one.entity for one in concepts if one.perspective == "object" and not one.n and one.entity in wanted]
    words = ["adr", "plan", "--run", str(run)]
    for name, slots in wanted.items():
        words += ["--make", f"{name}={slots}"]
    return shlex.join([*words, *(["--also", ",".join(unseen)] if unseen else [])])
