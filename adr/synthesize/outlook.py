"""What a plan will bring and how long it will take: the tail when all is accepted, and an estimate from measured speed.

Reads tables and sidecars; writes nothing.
"""

import json
import statistics
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from adr.store import Store
from adr.synthesize.plan_file import Settings
from adr.synthesize.prompts import style_of
from adr.workspace import Workspace

_RECENT = 200


@dataclass(frozen=True)
class Projection:
    """The entities of a plan in one perspective, from the most frequent. have: instances kept; target: wanted;
    then: with the plan's slots accepted (at a rate below 1: the expected number)."""

    perspective: str
    name: list[str]
    have: npt.NDArray[np.float64]
    target: npt.NDArray[np.float64]
    then: npt.NDArray[np.float64]

    @property
    def lacking_before(self) -> int:
        """Entities below their target now."""
        return int((self.have < self.target).sum())

    @property
    def lacking_after(self) -> int:
        """Entities below their target then."""
        return int((self.then < self.target).sum())


def projected(store: Store, plan: int, rate: float = 1.0) -> dict[str, Projection]:
    """{perspective: what becomes of the entities that lacked something} when the share `rate` of slots is accepted."""
    found = {}
    rows = store.rows(
        """
        select e.perspective::varchar, e.name, w.have, w.target, w.quota
        from wanted w join entity e on e.entity = w.entity
        where w.plan = $1 order by e.perspective, w.have desc, e.name
        """, [plan])
    for perspective in dict.fromkeys(row[0] for row in rows):
        own = [row for row in rows if row[0] == perspective]
        have, target, quota = (np.array([row[i] for row in own], np.float64) for i in (2, 3, 4))
        found[perspective] = Projection(perspective, [row[1] for row in own], have, target, have + rate * quota)
    return found


def seconds_each(store: Store, workspace: Workspace, settings: Settings) -> float | None:
    """Seconds a candidate of these settings takes, from the newest ones of the same generator, model and size, scaled
    by the number of steps; None when nothing has been measured."""
    steps = settings.steps or style_of(settings.model, settings.generator).steps
    measured = store.rows(
        """
        select seconds, (parameters::json->>'steps')::integer from candidate
        where generator = $1 and model = $2 and seconds > 0 order by created_at desc limit $3
        """, [settings.generator, settings.model, _RECENT])
    if not measured:
        for sidecar in _newest(workspace):
            told = json.loads(sidecar.read_text(encoding="utf-8"))
            if (told["generator"], told["model"]) == (settings.generator, settings.model) and told.get("seconds"):
                measured.append((told["seconds"], told["parameters"]["steps"]))
    return statistics.median(s * steps / n for s, n in measured if n) if measured else None


def _newest(workspace: Workspace) -> list[Path]:
    """Sidecars of the newest plan that has any, a handful of them."""
    plans = sorted((f for f in workspace.plans.glob("*/made") if f.parent.name.isdigit()),
                   key=lambda f: int(f.parent.name), reverse=True)
    for folder in plans:
        found = sorted(f for f in folder.glob("*.json") if not f.name.endswith(".failed.json"))
        if found:
            return found[-20:]
    return []
