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

from adr.errors import AdrError
from adr.files import clear_unfinished, sha256_of, whole_file
from adr.names import inside
from adr.progress import Progress, silent
from adr.read_back import DamagedError
from adr.store import Store, Writer
from adr.synthesize.duplicates import Nearest, nearer_sources, nearest_of_new
from adr.synthesize.images import FAULTS
from adr.synthesize.plan import plan_folder, plan_identity, settings_of
from adr.synthesize.plan_file import PlanFolder
from adr.synthesize.sidecar import SlotFacts, check_belongs, check_image, read_sidecar
from adr.workspace import Workspace

_AT_ONCE = 50
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
    "retrieved",
)


@dataclass(frozen=True)
class CollectReport:
    """What was taken in. collected: by this call; candidates: all of the plan; chosen: those that are the best of their
    slots; set_aside: {reason: finished candidates}, whose files do not fit and were moved to the folder `set_aside` of
    the plan (`generate` makes them again); tail: {perspective: {lacking, lacking_after, missing, missing_after}}, where
    'after' assumes that all chosen candidates are accepted."""

    plan: int
    collected: int
    candidates: int
    chosen: int
    failed: Mapping[str, int]
    set_aside: Mapping[str, int]
    flags: Mapping[str, int]
    tail: Mapping[str, Mapping[str, int]]


def collect(store: Store, workspace: Workspace, plan: int, *, progress: Progress = silent) -> CollectReport:
    """Turn the finished files of `plan` into rows of `candidate`, put new pictures among the workspace's images, choose
    the best candidate of each slot, and look for near duplicates. Existing rows keep everything but what they are
    nearest to; a slot with a verdict keeps its choice. Files that do not fit are set aside."""
    settings_of(store, plan)
    folder = plan_folder(workspace, plan)
    known = {(s, a) for s, a in store.rows("select slot, alternative from candidate where plan = $1", [plan])}
    clear_unfinished(workspace.images, folder.folder, *folder.places(), *workspace.folder.glob("embeddings/*/*"))
    left = [key for key in folder.finished() if key not in known]
    collected, aside = 0, Counter[str]()
    for start in range(0, len(left), _AT_ONCE):
        progress(start, len(left), "taking pictures in")
        taken = take_in(store, workspace, plan, left[start : start + _AT_ONCE])
        collected += taken.rows
        aside.update(taken.set_aside)
    failures = folder.failed()
    _note_failures(store, plan, failures)
    compare(store, workspace, plan, progress=progress)
    return _report(store, plan, collected, [reason for reason, _ in failures.values()], aside)


@dataclass(frozen=True)
class Taken:
    """What `take_in` did. rows: how many candidates are new; set_aside: {reason: files that do not fit}."""

    rows: int
    set_aside: Mapping[str, int]


def take_in(store: Store, workspace: Workspace, plan: int, keys: Sequence[tuple[int, int]]) -> Taken:
    """Turn the files of these (slot, alternative) into rows of `candidate` and choose the best of their slots; files
    that are damaged or of another plan are set aside. Its time depends on `keys` only, so it can run beside the
    workers: what the candidates are nearest to is for `compare`."""
    facts, folder = _slot_facts(store, plan), plan_folder(workspace, plan)
    records = []
    aside: Counter[str] = Counter()
    for key in keys:
        try:
            records.append(_taken(workspace, folder, key, facts.get(key)))
        except DamagedError as fault:
            folder.set_aside(*key, fault)
            aside[fault.reason] += 1
    records, odd = _one_size(records)
    for record in odd:
        short = DamagedError("embedding_damaged", "it is not as long as the others of its scorer")
        folder.set_aside(record["slot"], record["alternative"], short)
        aside[short.reason] += 1
    with store.atomic() as writer:  # a page and a job may take the same file in
        known = {c for (c,) in writer.rows("select candidate from candidate where plan = $1", [plan])}
        new = [record for record in records if record["candidate"] not in known]
        _insert(writer, new)
        _choose(writer, plan, sorted({record["slot"] for record in new}))
    return Taken(len(new), aside)


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


def _note_failures(store: Store, plan: int, failures: Mapping[tuple[int, int], tuple[str, str]]) -> None:
    with store.atomic() as writer:
        writer.execute("delete from failed where plan = $1", [plan])
        if failures:
            rows = [(plan, *key, *said) for key, said in failures.items()]
            writer.insert("failed", pd.DataFrame(rows, columns=["plan", "slot", "alternative", "reason", "detail"]))


def _slot_facts(store: Store, plan: int) -> dict[tuple[int, int], SlotFacts]:
    """{(slot, alternative): facts} of all candidates that the plan wants; AdrError when there is no such plan."""
    settings = settings_of(store, plan)
    identity = plan_identity(store, plan)
    rows = store.rows(
        "select s.slot, e.name, s.entity, s.entities, s.parent, s.prompt, s.retrieved "
        "from slot s left join named_entity e using (entity) where s.plan = $1",
        [plan],
    )
    return {
        (slot, alternative): SlotFacts(
            plan, settings.seed, name, entity, tuple(entities or ()), parent, prompt, identity, retrieved
        )
        for slot, name, entity, entities, parent, prompt, retrieved in rows
        for alternative in range(settings.per_slot)
    }


def _taken(workspace: Workspace, folder: PlanFolder, key: tuple[int, int], facts: SlotFacts | None) -> dict[str, Any]:
    """The record of a candidate whose picture is among the workspace's images; DamagedError when it does not fit.

    The slot says which entities the candidate adds to: an index that was made since has numbered them anew. One whose
    conversation alone is new adds to those that it says.
    """
    record = read_sidecar(folder, *key)
    own = check_belongs(record, facts, *key)
    record |= {"plan": own.plan, "entity": own.entity, "retrieved": own.retrieved}
    said = set(record["entities"])
    record["entities"] = [e for e in own.entities if e in said or record["image"]]
    if record["image"]:
        image = folder.place(key[0]) / record["image"]
        check_image(image, record["sha256"])
        record["image"] = _keep(image, workspace, record["candidate"], record["sha256"])
    return record


def _one_size(records: Sequence[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The records, without those whose embedding is not as long as most embeddings of its scorer; and these others."""
    sizes: dict[str | None, Counter[int]] = {}
    for record in records:
        if record.get("vector") is not None:
            sizes.setdefault(record["scorer"], Counter())[len(record["vector"])] += 1

    def fits(record: Mapping[str, Any]) -> bool:
        vector = record.get("vector")
        return vector is None or len(vector) == sizes[record["scorer"]].most_common(1)[0][0]

    return [record for record in records if fits(record)], [record for record in records if not fits(record)]


def _report(
    store: Store, plan: int, collected: int, failures: Sequence[str], aside: Mapping[str, int]
) -> CollectReport:
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
        "select w.entity, perspective_name(e.perspective), w.have, w.target from wanted w join named_entity e "
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
        failed=dict(sorted(Counter(failures).items())),
        set_aside=dict(sorted(aside.items())),
        flags=dict(flags),
        tail={perspective: dict(counts) for perspective, counts in tail.items()},
    )


def _keep(image: Path, workspace: Workspace, candidate: str, sha256: str) -> str:
    """Put the picture among the workspace's images, as a hard link where the disk allows, and return its path relative
    to the workspace. Another picture of that name, which a dataset before this one left, is set aside."""
    try:
        kept = inside(workspace.images, f"{candidate}{image.suffix}")
    except AdrError as error:
        raise DamagedError("target_outside", error.sentence) from error
    if kept.is_file() and sha256_of(kept) != sha256:
        workspace.set_aside(kept)
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
    more = ("image", "nearest", "nearest_score", "perceptual_distance")
    frame = pd.DataFrame(
        [
            {name: record.get(name) for name in (*_COLUMNS, *more)}
            | {"chosen": False, "parameters": json.dumps(record["parameters"]), "created_at": now}
            for record in records
        ]
    )
    for name in ("entity", "parent", "entity_rank", "retrieved"):
        frame[name] = frame[name].astype("Int32")
    for name in ("entity_score", "prompt_score", "parent_score", "score", "seconds"):
        frame[name] = frame[name].astype("Float64")
    for name in ("conversation_fault", "scorer", "image", "sha256"):
        frame[name] = frame[name].astype("string")
    writer.insert("candidate", frame)


def _choose(writer: Writer, plan: int, slots: Sequence[int]) -> None:
    """Choose the best of each slot: a conversation without a fault before one with, then the highest score, then a
    picture without a plain fault, then the lowest number."""
    writer.execute(
        """
        update candidate set chosen = ranked.place = 1
        from (
            select candidate, row_number() over (
                partition by slot order by conversation_fault is null desc, score desc nulls last,
                    list_has_any(flags, $3::varchar[]), alternative) as place
            from candidate
            where plan = $1 and slot in (select unnest($2::integer[])) and slot not in (
                select c.slot from candidate c join verdict v on v.candidate = c.candidate where c.plan = $1)
        ) as ranked
        where candidate.candidate = ranked.candidate
        """,
        [plan, list(slots), list(FAULTS)],
    )
