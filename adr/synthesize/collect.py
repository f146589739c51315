"""Takes finished files in as candidates. The only writer of `candidate` and `failed`; running it again is harmless."""

import json
import os
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from adr.files import whole_file
from adr.progress import Progress, silent
from adr.store import Store, Writer
from adr.synthesize.duplicates import compare_again, find_nearest
from adr.synthesize.plan import plan_folder, settings_of
from adr.synthesize.plan_file import PlanFolder
from adr.workspace import Workspace

_COLUMNS = (
    "candidate",
    "plan",
    "slot",
    "alternative",
    "entity",
    "entities",
    "parent",
    "generator",
    "model",
    "seed",
    "prompt",
    "negative_prompt",
    "sha256",
    "turns",
    "caption",
    "conversation_by",
    "conversation_fault",
    "scorer",
    "entity_rank",
    "entity_score",
    "prompt_score",
    "parent_score",
    "score",
    "flags",
    "seconds",
)


@dataclass(frozen=True)
class CollectReport:
    """What was taken in. collected: by this call; candidates: all of the plan; chosen: those that are the best of their
    slots; tail: {perspective: {lacking, lacking_after, missing, missing_after}}, where 'after' assumes that all chosen
    candidates are accepted."""

    plan: int
    collected: int
    candidates: int
    chosen: int
    failed: Mapping[str, int]
    flags: Mapping[str, int]
    tail: Mapping[str, Mapping[str, int]]


def collect(store: Store, workspace: Workspace, plan: int, *, progress: Progress = silent) -> CollectReport:
    """Turn the finished files of `plan` into rows of `candidate`, put new pictures among the workspace's images, and
    choose the best candidate of each slot. Existing rows stay as they are; a slot with a verdict keeps its choice."""
    settings_of(store, plan)
    folder = plan_folder(workspace, plan)
    known = {(s, a) for s, a in store.rows("select slot, alternative from candidate where plan = $1", [plan])}
    sidecars = {key: path for key, path in folder.finished().items() if key not in known}
    records = []
    for done, (key, path) in enumerate(sidecars.items()):
        if done % 50 == 0:
            progress(done, len(sidecars), "taking pictures in")
        record = json.loads(path.read_text(encoding="utf-8"))
        if record["image"]:
            record["image"] = _keep(folder.image(*key), workspace, record["candidate"])
            record["vector"] = _vector(folder, key)
        records.append(record)
    progress(len(sidecars), len(sidecars), "looking for near duplicates")
    find_nearest(store, workspace, [record for record in records if record["image"]])
    failures = [json.loads(path.read_text(encoding="utf-8")) for path in folder.failures().values()]
    with store.atomic() as writer:
        compare_again(store, writer, workspace, plan)
        _insert(writer, records)
        _choose(writer, plan, sorted({record["slot"] for record in records}))
        writer.execute("delete from failed where plan = $1", [plan])
        if failures:
            writer.insert(
                "failed",
                pd.DataFrame(
                    [
                        {"plan": plan} | {name: f[name] for name in ("slot", "alternative", "reason", "detail")}
                        for f in failures
                    ]
                ),
            )
    return _report(store, plan, len(records), failures)


def _report(store: Store, plan: int, collected: int, failures: Sequence[Mapping[str, Any]]) -> CollectReport:
    total, chosen = store.rows(
        "select count(*), count(*) filter (where chosen) from candidate where plan = $1", [plan]
    )[0]
    flags = store.rows(
        "select flag, count(*) from (select unnest(flags) as flag from candidate where plan = $1) "
        "group by flag order by flag",
        [plan],
    )
    filled = dict(
        store.rows(
            """
            select entity, count(*) from (select unnest(entities) as entity from candidate where plan = $1 and chosen)
            group by entity
            """,
            [plan],
        )
    )
    tail: dict[str, Counter[str]] = {}
    for entity, perspective, have, target in store.rows(
        "select w.entity, e.perspective::varchar, w.have, w.target from wanted w join entity e "
        "on e.entity = w.entity where w.plan = $1 order by e.perspective",
        [plan],
    ):
        counts = tail.setdefault(perspective, Counter(lacking=0, lacking_after=0, missing=0, missing_after=0))
        for suffix, n in (("", have), ("_after", have + filled.get(entity, 0))):
            counts[f"lacking{suffix}"] += int(n < target)
            counts[f"missing{suffix}"] += max(0, int(np.ceil(target - n)))
    return CollectReport(
        plan=plan,
        collected=collected,
        candidates=int(total),
        chosen=int(chosen),
        failed=dict(sorted(Counter(f["reason"] for f in failures).items())),
        flags=dict(flags),
        tail={perspective: dict(counts) for perspective, counts in tail.items()},
    )


def _keep(image: Path, workspace: Workspace, candidate: str) -> str:
    """Put the picture among the workspace's images, as a hard link where the disk allows, and return its path relative
    to the workspace."""
    kept = workspace.images / f"{candidate}.png"
    with whole_file(kept) as partial:
        try:
            os.link(image, partial)
        except OSError:
            shutil.copyfile(image, partial)
    return kept.relative_to(workspace.folder).as_posix()


def _vector(folder: PlanFolder, key: tuple[int, int]) -> "np.ndarray | None":
    try:
        found: np.ndarray = np.load(folder.embedding(*key), allow_pickle=False)
    except (OSError, ValueError):
        return None
    return found


def _insert(writer: Writer, records: Sequence[Mapping[str, Any]]) -> None:
    if not records:
        return
    now = datetime.now(UTC).replace(tzinfo=None)
    more = ("image", "nearest", "nearest_score", "perceptual_distance")
    frame = pd.DataFrame(
        [
            {name: record.get(name) for name in (*_COLUMNS, *more)}
            | {"chosen": False, "parameters": json.dumps(record["parameters"]), "created_at": now}
            for record in records
        ]
    )
    for name in ("parent", "entity_rank", "perceptual_distance"):
        frame[name] = frame[name].astype("Int32")
    for name in ("entity_score", "prompt_score", "parent_score", "score", "nearest_score", "seconds"):
        frame[name] = frame[name].astype("Float64")
    for name in ("conversation_fault", "scorer", "nearest", "image", "sha256"):
        frame[name] = frame[name].astype("string")
    writer.insert("candidate", frame)


def _choose(writer: Writer, plan: int, slots: Sequence[int]) -> None:
    """Choose the best of each slot: a conversation without a fault before one with, then the highest score, then the
    lowest number."""
    writer.execute(
        """
        update candidate set chosen = ranked.place = 1
        from (
            select candidate, row_number() over (
                partition by slot order by conversation_fault is null desc, score desc nulls last, alternative) as place
            from candidate
            where plan = $1 and slot in (select unnest($2::integer[])) and slot not in (
                select c.slot from candidate c join verdict v on v.candidate = c.candidate where c.plan = $1)
        ) as ranked
        where candidate.candidate = ranked.candidate
        """,
        [plan, list(slots)],
    )
