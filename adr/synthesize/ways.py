"""What each way to share a budget would give, before a plan is made. Writes no plan and loads no model."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from adr.progress import silent
from adr.store import Store
from adr.synthesize.allocation import EQUAL, LEVEL, SHORTAGE
from adr.synthesize.plan import choices_of, drafted, pool_of, wanted_tail
from adr.synthesize.plan_file import RETRIEVE
from adr.synthesize.suited import known_tail
from adr.synthesize.tail import run_facts

COMPARED = (LEVEL, EQUAL, SHORTAGE)


@dataclass(frozen=True)
class Shared:
    """The entities of one perspective that lack instances, fewest instances first. have: instances kept; wanted: their
    target; then: {way: instances with all slots accepted}."""

    name: list[str]
    have: npt.NDArray[np.float64]
    wanted: npt.NDArray[np.float64]
    then: dict[str, npt.NDArray[np.float64]]


def ways(store: Store, run: int, **options: Any) -> dict[str, Shared]:
    """{perspective: what each way of `COMPARED` gives} for a plan with these options, which makes pictures. AdrError
    when nothing lacks instances or an option is unknown."""
    draft = {way: drafted(store, run, **{**options, "allocation": way}) for way in COMPARED}
    settings = draft[LEVEL]
    tail = wanted_tail(store, run_facts(store, run), settings)
    if settings.generator != RETRIEVE:
        tail, _ = known_tail(tail, settings.model)
    parents, things = pool_of(store, tail, settings)
    slots = {}
    for way in COMPARED:
        chosen = choices_of(tail, parents, draft[way], things, silent)
        slots[way] = np.bincount([e for choice in chosen for e in choice.entities], minlength=len(tail))
    found = {}
    for perspective in dict.fromkeys(tail.perspective):
        own = np.flatnonzero(np.array([p == perspective for p in tail.perspective]))
        own = own[np.argsort(tail.have[own], kind="stable")]
        then = {way: tail.have[own] + slots[way][own] for way in COMPARED}
        found[perspective] = Shared([tail.name[e] for e in own], tail.have[own], tail.target[own], then)
    return found
