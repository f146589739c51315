"""What a plan will bring and how long it will take: the tail when all is accepted, and a time from the measured speed.

Reads tables and sidecars; writes nothing.
"""

import functools
import heapq
import os
import statistics
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from adr.errors import AdrError
from adr.files import refuse_special
from adr.image_folder import ImageFolder
from adr.read_back import DamagedError, whole
from adr.store import Store
from adr.synthesize.plan import plan_folder
from adr.synthesize.plan_file import IMAGE_GENERATORS, PlanFolder, PlanSettings, candidate_key, names_in, read_failure
from adr.synthesize.prompts import style_of
from adr.synthesize.sidecar import read_sidecar
from adr.workspace import Workspace

_RECENT = 200
_SHOWN = 24  # candidates to show where no diary records their order


@dataclass(frozen=True)
class Projection:
    """The entities of a plan in one perspective, most frequent first. have: instances kept; target: instances wanted;
    then: instances with the plan's slots accepted (at a rate below 1, the expected number)."""

    perspective: str
    name: list[str]
    have: npt.NDArray[np.float64]
    target: npt.NDArray[np.float64]
    then: npt.NDArray[np.float64]

    @property
    def lacking_before(self) -> int:
        """Entities below their target without the plan."""
        return int((self.have < self.target).sum())

    @property
    def lacking_after(self) -> int:
        """Entities below their target with the plan's slots accepted."""
        return int((self.then < self.target).sum())


def projected(store: Store, plan: int, rate: float = 1.0) -> dict[str, Projection]:
    """{perspective: what becomes of the entities that lack instances} when the share `rate` of slots is accepted."""
    rows = store.frame(
        """
        select perspective_name(e.perspective) as perspective, e.name, w.have, w.target, w.quota
        from wanted w join named_entity e on e.entity = w.entity
        where w.plan = $plan order by e.perspective, w.have desc, e.name
        """,
        {"plan": plan},
    )
    found = {}
    for perspective, own in rows.groupby("perspective", sort=False):
        have, target, quota = (own[name].to_numpy(np.float64) for name in ("have", "target", "quota"))
        found[str(perspective)] = Projection(str(perspective), own["name"].tolist(), have, target, have + rate * quota)
    return found


def seconds_each(store: Store, workspace: Workspace, settings: PlanSettings) -> float | None:
    """Seconds per candidate with these settings, from the newest candidates of the same generator, model and size,
    scaled by the number of steps; None when nothing has been measured or the model is missing."""
    diffused = settings.generator in IMAGE_GENERATORS
    try:
        steps = settings.steps or (style_of(settings.model, settings.generator).steps if diffused else 1)
    except AdrError:
        return None
    measured = store.rows(
        """
        select seconds, coalesce(try_cast(parameters::json->>'steps' as integer), 1) from candidate
        where generator = $1 and model = $2 and seconds > 0 order by created_at desc limit $3
        """,
        [settings.generator, settings.model, _RECENT],
    )
    if not measured:
        for told in _newest(workspace):
            if (told["generator"], told["model"]) == (settings.generator, settings.model) and told.get("seconds"):
                made_in = told["parameters"].get("steps", 1)
                measured.append((told["seconds"], made_in if whole(made_in) else 1))
    return statistics.median(s * steps / n for s, n in measured if n) if measured else None


def _newest(workspace: Workspace) -> list[dict[str, Any]]:
    """Some of the sidecars of the newest plan that has any."""
    plans = sorted(
        (f for f in workspace.plans.glob("*/made") if f.parent.name.isdecimal()),
        key=lambda f: int(f.parent.name),
        reverse=True,
    )
    for made in plans:
        if found := _last_sidecars(PlanFolder(made.parent), 20):
            return found
    return []


ORDERS = {"to make": "w.quota desc, e.name", "lacking": "w.target - w.have desc, e.name", "name": "e.name"}


def planned(
    store: Store,
    plan: int,
    *,
    perspective: str | None = None,
    search: str = "",
    order: str = "to make",
    limit: int = 1000,
) -> pd.DataFrame:
    """The entities of a plan: entity (id), perspective, name, have, target, quota, parents (their number), leads (slots
    planned for it first). search: part of a name; at most `limit` rows."""
    return store.frame(
        f"""
        with slots as (
            select s.slot, s.parent, s.entity as lead, unnest(s.entities) as entity from slot s where s.plan = $plan
        ), made as (
            select entity, count(distinct parent) as parents, count(*) filter (where lead = entity) as leads
            from slots group by entity
        )
        select w.entity, perspective_name(e.perspective) as perspective, e.name, w.have, w.target, w.quota,
               coalesce(m.parents, 0) as parents, coalesce(m.leads, 0) as leads
        from wanted w
        join named_entity e on e.entity = w.entity
        left join made m on m.entity = w.entity
        where w.plan = $plan and ($perspective is null or perspective_name(e.perspective) = $perspective)
            and contains(e.name, lower($search))
        order by {ORDERS[order]} limit $limit
        """,
        {"plan": plan, "perspective": perspective, "search": search.strip(), "limit": limit},
    )


def quotas(store: Store, plan: int) -> dict[int, int]:
    """{entity: slots planned that add to it} of a plan, without those that get none."""
    return dict(store.rows("select entity, quota from wanted where plan = $1 and quota > 0 order by entity", [plan]))


@dataclass(frozen=True)
class PossibleParent:
    """An instance whose picture may be varied for an entity. slots: its slots in the plan for that entity; image: the
    path as the source gives it."""

    instance: int
    image: str
    slots: int


def possible_parents(store: Store, plan: int, entity: int, limit: int = 60) -> list[PossibleParent]:
    """Instances with the entity whose images are on disk and used by no other instance; those with slots first."""
    return [
        PossibleParent(*row)
        for row in store.rows(
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
        """,
            [plan, entity, limit],
        )
    ]


@dataclass(frozen=True)
class PlanStanding:
    """How far a plan is. failed: {reason: candidates}."""

    candidates: int
    finished: int
    failed: dict[str, int]

    @property
    def left(self) -> int:
        """Candidates neither made nor failed."""
        return max(0, self.candidates - self.finished - sum(self.failed.values()))


def standing(store: Store, workspace: Workspace, plan: int) -> PlanStanding:
    """How far plan `plan` is, according to its files."""
    total = int(store.value("select candidates from plan where plan = $1", [plan]) or 0)
    there = _looked(plan_folder(workspace, plan))
    return PlanStanding(total, there.finished, dict(sorted(Counter(reason for *_, reason, _ in there.failed).items())))


@dataclass(frozen=True)
class _There:
    """What is in a plan's folder. last: the highest (slot, alternative) finished; failed: as `failed_details`."""

    finished: int
    last: tuple[tuple[int, int], ...]
    failed: tuple[tuple[int, int, str, str], ...]


def _looked(folder: PlanFolder) -> _There:
    """The folder's files, each place listed once per change: a large plan has millions."""
    places = [_at(place) for place in folder.places()] if folder.made.is_dir() else []
    last = heapq.nlargest(_SHOWN, (key for there in places for key in there.last))
    return _There(
        sum(there.finished for there in places), tuple(last), tuple(one for there in places for one in there.failed)
    )


def _at(place: Path) -> _There:
    try:
        changed = os.stat(place).st_mtime_ns
    except FileNotFoundError:
        return _There(0, (), ())
    # A file written within the clock's resolution of the last one does not change the folder's time.
    settled = time.time_ns() - changed > 2_000_000_000
    return _listed(place, changed) if settled else _listed.__wrapped__(place, changed)


@functools.lru_cache(maxsize=8192)
def _listed(place: Path, changed: int) -> _There:
    names = names_in(place)
    stems = {name[:-5] for name in names if name.endswith(".json") and name.count(".") == 1}
    failed = []
    for stem in sorted(name[:-12] for name in names if name.endswith(".failed.json") and name[0] != "."):
        if stem not in stems and (key := candidate_key(stem)):
            failed.append((*key, *read_failure(place / f"{stem}.failed.json")))
    last = heapq.nlargest(_SHOWN, (key for stem in stems if (key := candidate_key(stem))))
    return _There(len(stems), tuple(last), tuple(failed))


@dataclass(frozen=True)
class Made:
    """A finished candidate, from its sidecar. image: its own, or the parent's, or None when the parent has none."""

    candidate: str
    entity: str
    image: Path | None
    prompt: str
    score: float | None
    flags: list[str]
    seconds: float


def newest_made(store: Store, workspace: Workspace, plan: int, count: int = 24) -> list[Made]:
    """The last `count` finished candidates of a plan, newest first. Reads only as many files as it returns, so that it
    can be called every second."""
    folder = plan_folder(workspace, plan)
    source = ImageFolder.beside(store)
    found = []
    for told in _last_sidecars(folder, count):
        shown = source.file(source.name_of(told["shown"])) if told["shown"] else None
        image = folder.place(told["slot"]) / told["image"] if told["image"] else shown
        found.append(
            Made(
                told["candidate"],
                told.get("name") or told["prompt"],
                image,
                told["prompt"],
                told.get("score"),
                list(told["flags"]),
                float(told["seconds"] or 0),
            )
        )
    return found


def _last_sidecars(folder: PlanFolder, count: int) -> list[dict[str, Any]]:
    """The sidecars of the last `count` candidates, newest first."""
    found = []
    for slot, alternative in _last_told(folder, count) or _looked(folder).last[:count]:
        try:
            found.append(read_sidecar(folder, slot, alternative))
        except DamagedError:  # it is set aside when it is collected
            continue
    return found


def _last_told(folder: PlanFolder, count: int) -> list[tuple[int, int]]:
    """(slot, alternative) of the diary's last lines, newest first; empty without a diary."""
    try:
        refuse_special(folder.diary)
        with folder.diary.open("rb") as diary:
            diary.seek(max(0, diary.seek(0, 2) - 40 * count))
            names = diary.read().decode("utf-8", "replace").split()
    except (OSError, AdrError):
        return []
    keys = (candidate_key(name.partition("-")[2]) for name in reversed(names) if name.startswith("p"))
    return list(dict.fromkeys(key for key in keys if key))[:count]


def failed_details(folder: PlanFolder) -> list[tuple[int, int, str, str]]:
    """(slot, alternative, reason, detail) of every candidate that could not be made."""
    return list(_looked(folder).failed)
