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
from adr.synthesize.duplicates import Nearest, nearer_sources, nearest_of_new
from adr.synthesize.plan import plan_folder, settings_of
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
    "image",
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
_AT_ONCE = 50


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
    """Turn the finished files of `plan` into rows of `candidate`, put new pictures among the workspace's images, choose
    the best candidate of each slot, and look for near duplicates. Existing rows keep everything but what they are
    nearest to; a slot with a verdict keeps its choice."""
    settings_of(store, plan)
    folder = plan_folder(workspace, plan)
    known = {(s, a) for s, a in store.rows("select slot, alternative from candidate where plan = $1", [plan])}
    left = [key for key in folder.finished() if key not in known]
    collected = 0
    for start in range(0, len(left), _AT_ONCE):
        progress(start, len(left), "taking pictures in")
        collected += take_in(store, workspace, plan, left[start : start + _AT_ONCE])
    failures = [json.loads(path.read_text(encoding="utf-8")) for path in folder.failures().values()]
    _note_failures(store, plan, failures)
    compare(store, workspace, plan, progress=progress)
    return _report(store, plan, collected, failures)


def take_in(store: Store, workspace: Workspace, plan: int, keys: Sequence[tuple[int, int]]) -> int:
    """Turn the files of these (slot, alternative) into rows of `candidate` and choose the best of their slots; returns
    how many rows are new. Its time depends on `keys` only, so it can run beside the workers: what the candidates are
    nearest to is for `compare`."""
    folder = plan_folder(workspace, plan)
    records = [json.loads(folder.sidecar(*key).read_text(encoding="utf-8")) for key in keys]
    for key, record in zip(keys, records, strict=True):
        if record["image"]:
            record["image"] = _keep(folder.image(*key), workspace, record["candidate"])
    with store.atomic() as writer:  # a page and a job may take the same file in
        known = {c for (c,) in writer.rows("select candidate from candidate where plan = $1", [plan])}
        new = [record for record in records if record["candidate"] not in known]
        _insert(writer, new)
        _choose(writer, plan, sorted({record["slot"] for record in new}))
    return len(new)


def compare(store: Store, workspace: Workspace, plan: int, *, progress: Progress = silent) -> int:
    """Find what is nearest to the candidates of `plan` that have not been compared yet, and to the others among source
    pictures embedded since; flag near duplicates. Returns how many rows changed. Computes outside of transactions, so
    that reviewers can judge meanwhile."""
    changed = 0
    for found in (*nearer_sources(store, workspace, plan), *nearest_of_new(store, workspace, plan, progress)):
        if not found:
            continue
        changed += len(found)
        with store.atomic() as writer:
            _note_nearest(writer, found)
    return changed


def _note_nearest(writer: Writer, found: Sequence[Nearest]) -> None:
    frame = pd.DataFrame([vars(one) for one in found])
    frame["nearest"] = frame["nearest"].astype("string")
    frame["score"] = frame["score"].astype("Float64")
    writer.register("found", frame)
    writer.execute(
        """
        update candidate set nearest = f.nearest, nearest_score = f.score, perceptual_distance = f.bits, flags = f.flags
        from found f where candidate.candidate = f.candidate
        """
    )


def _note_failures(store: Store, plan: int, failures: Sequence[Mapping[str, Any]]) -> None:
    with store.atomic() as writer:
        writer.execute("delete from failed where plan = $1", [plan])
        if failures:
            names = ("slot", "alternative", "reason", "detail")
            writer.insert(
                "failed", pd.DataFrame([{"plan": plan} | {name: f[name] for name in names} for f in failures])
            )


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


def _insert(writer: Writer, records: Sequence[Mapping[str, Any]]) -> None:
    if not records:
        return
    now = datetime.now(UTC).replace(tzinfo=None)
    frame = pd.DataFrame(
        [
            {name: record.get(name) for name in _COLUMNS}
            | {"chosen": False, "parameters": json.dumps(record["parameters"]), "created_at": now}
            for record in records
        ]
    )
    for name in ("parent", "entity_rank"):
        frame[name] = frame[name].astype("Int32")
    for name in ("entity_score", "prompt_score", "parent_score", "score", "seconds"):
        frame[name] = frame[name].astype("Float64")
    for name in ("conversation_fault", "scorer", "image", "sha256"):
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
