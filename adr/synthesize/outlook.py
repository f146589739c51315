"""What a plan will bring and how long it will take: the tail when all is accepted, and an estimate from measured speed.

Reads tables and sidecars; writes nothing.
"""

import json
import statistics
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from adr.store import Store
from adr.synthesize.generate import failures_by_reason
from adr.synthesize.plan import plan_folder
from adr.synthesize.plan_file import WITHOUT_PICTURE, PlanFolder, Settings
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
    steps = 1 if settings.generator in WITHOUT_PICTURE else \
        settings.steps or style_of(settings.model, settings.generator).steps
    measured = store.rows(
        """
        select seconds, coalesce((parameters::json->>'steps')::integer, 1) from candidate
        where generator = $1 and model = $2 and seconds > 0 order by created_at desc limit $3
        """, [settings.generator, settings.model, _RECENT])
    if not measured:
        for sidecar in _newest(workspace):
            told = json.loads(sidecar.read_text(encoding="utf-8"))
            if (told["generator"], told["model"]) == (settings.generator, settings.model) and told.get("seconds"):
                measured.append((told["seconds"], told["parameters"].get("steps", 1)))
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


ORDERS = {"to make": "w.quota desc, e.name", "lacking": "w.target - w.have desc, e.name", "name": "e.name"}


def planned(store: Store, plan: int, *, perspective: str | None = None, search: str = "", order: str = "to make",
            limit: int = 1000) -> pd.DataFrame:
    """The entities of a plan: entity (id), perspective, name, have, target, quota, parents (how many), leads (slots
    planned for it first). search: part of a name; at most `limit` rows."""
    return store.frame(
        f"""
        with slots as (
            select s.slot, s.parent, s.entity as lead, unnest(s.entities) as entity from slot s where s.plan = $plan
        ), made as (
            select entity, count(distinct parent) as parents, count(*) filter (where lead = entity) as leads
            from slots group by entity
        )
        select w.entity, e.perspective::varchar as perspective, e.name, w.have, w.target, w.quota,
               coalesce(m.parents, 0) as parents, coalesce(m.leads, 0) as leads
        from wanted w
        join entity e on e.entity = w.entity
        left join made m on m.entity = w.entity
        where w.plan = $plan and ($perspective is null or e.perspective::varchar = $perspective)
            and contains(e.name, lower($search))
        order by {ORDERS[order]} limit $limit
        """, {"plan": plan, "perspective": perspective, "search": search.strip(), "limit": limit})


@dataclass(frozen=True)
class PossibleParent:
    """An instance whose picture may be varied for an entity. slots: how many it has in the plan; image: as given."""

    instance: int
    image: str
    slots: int


def possible_parents(store: Store, plan: int, entity: int, limit: int = 60) -> list[PossibleParent]:
    """Instances with the entity whose images nobody else uses and are on disk; those in use first."""
    return [PossibleParent(*row) for row in store.rows(
        """
        with own as (
            select i.instance, i.images from instance i
            semi join (select instance from posting where entity = $2) p on p.instance = i.instance
            where len(i.images) > 0 and i.missing = 0
        ), shared as (
            select o.instance from (select instance, unnest(images) as image from own) o
            join (select instance, unnest(images) as image from instance) other
                on other.image = o.image and other.instance <> o.instance
        )
        select o.instance, o.images[1], (
            select count(*) from slot s where s.plan = $1 and s.parent = o.instance and list_contains(s.entities, $2)
        ) as slots
        from own o anti join shared s on s.instance = o.instance
        order by slots desc, o.instance limit $3
        """, [plan, entity, limit])]


@dataclass(frozen=True)
class Standing:
    """How far a plan is. failed: {reason: candidates}; left: neither made nor failed."""

    candidates: int
    finished: int
    failed: dict[str, int]

    @property
    def left(self) -> int:
        """Candidates still to be made."""
        return max(0, self.candidates - self.finished - sum(self.failed.values()))


def standing(store: Store, workspace: Workspace, plan: int) -> Standing:
    """How far plan `plan` is, by its files."""
    folder = plan_folder(workspace, plan)
    total = int(store.value("select candidates from plan where plan = $1", [plan]) or 0)
    return Standing(total, len(folder.finished()), failures_by_reason(folder))


@dataclass(frozen=True)
class Made:
    """A finished candidate as its sidecar tells it. picture: its own, or the parent's, which may have none."""

    candidate: str
    entity: str
    picture: Path | None
    prompt: str
    score: float | None
    flags: list[str]
    seconds: float


def newest_made(workspace: Workspace, plan: int, count: int = 24) -> list[Made]:
    """The last `count` candidates of a plan that were finished, newest first. Reads no more than it shows, so that it
    can be asked every second."""
    folder = plan_folder(workspace, plan)
    found = []
    for slot, alternative in _last_told(folder, count) or list(folder.finished())[:-count - 1:-1]:
        try:
            told = json.loads(folder.sidecar(slot, alternative).read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue
        picture = folder.made / told["image"] if told["image"] else Path(told["shown"]) if told["shown"] else None
        found.append(Made(told["candidate"], told.get("name") or told["prompt"], picture, told["prompt"],
                          told.get("score"), list(told["flags"]), float(told["seconds"])))
    return found


def _last_told(folder: PlanFolder, count: int) -> list[tuple[int, int]]:
    """(slot, alternative) of the last lines of the diary, newest first; empty without one."""
    try:
        with folder.diary.open("rb") as diary:
            diary.seek(max(0, diary.seek(0, 2) - 40 * count))
            names = diary.read().decode().split()
    except OSError:
        return []
    keys = [tuple(map(int, name.split("-")[1:])) for name in names if name.count("-") == 2 and name.startswith("p")]
    return [(slot, alternative) for slot, alternative in list(dict.fromkeys(reversed(keys)))[:count]]


def failed_details(folder: PlanFolder) -> list[tuple[int, int, str, str]]:
    """(slot, alternative, reason, detail) of every candidate that could not be made."""
    found = []
    for (slot, alternative), path in folder.failures().items():
        told = json.loads(path.read_text(encoding="utf-8"))
        found.append((slot, alternative, str(told["reason"]), str(told.get("detail", ""))))
    return found
