"""Answers for the Dataset page: what was read, what was set aside, what is odd, and what was made from it.

Reads only; writes nothing.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from adr.explore.instances import Instance
from adr.files import sha256_of_all
from adr.instance_kinds import INSTANCE_KINDS
from adr.store import Store

# What `instances` can return: all instances, or those of one kind of the view instance_kind.
KINDS = ("all", *INSTANCE_KINDS)


@dataclass(frozen=True)
class Source:
    """What was ingested, all sources together: their paths, folders and names of forms with commas. warnings: {kind:
    count}, the keys of adr.ingest.oddities.WARNINGS."""

    path: str
    images: str | None
    objects: str | None
    form: str
    layout: str
    bytes: int
    sha256: str
    instances: int
    rejected: int
    warnings: dict[str, int]
    ingested_at: datetime | None


@dataclass(frozen=True)
class IndexMade:
    """How the postings were made. counts: perspective → (entities, postings); notices: what its report says beside."""

    extractor: str
    spacy_model: str | None
    objects_from: str
    verified_by: str | None
    unread: int
    seconds: float
    indexed_at: datetime
    counts: dict[str, tuple[int, int]]
    notices: tuple[str, ...]


def source(store: Store) -> Source | None:
    """What the workspace's dataset was read from; None when nothing has been read."""
    rows = store.rows(
        "select path, images, objects, form, layout, coalesce(bytes, 0), coalesce(sha256, ''), instances, "
        "rejected, coalesce(warnings, '{}'), ingested_at from source order by source"
    )
    if not rows:
        return None
    path, images, objects, form, layout, size, sha256, taken, set_aside, warnings, ingested_at = zip(*rows, strict=True)
    counted: Counter[str] = Counter()
    for one in warnings:
        counted.update(json.loads(one))
    return Source(
        ", ".join(path),
        _listed(images) or None,
        _listed(objects) or None,
        _listed([one for both in form if both for one in both.split(", ")]),
        _listed(layout),
        sum(size),
        sha256_of_all(sha256),
        sum(taken),
        sum(set_aside),
        dict(counted),
        max((time for time in ingested_at if time), default=None),
    )


def _listed(values: Sequence[str | None]) -> str:
    return ", ".join(dict.fromkeys(value for value in values if value))


def kinds(store: Store, source: int | None = None, language: str | None = None) -> dict[str, int]:
    """How many instances there are of each kind in KINDS, or of those of one source or with a turn in one language;
    kinds without any are left out."""
    found = dict(
        store.rows(
            """
            with chosen as (
                select instance from instance where ($1::smallint is null or source = $1) and ($2::varchar is null
                    or instance in (select instance from turn_language where language = $2)))
            select kind, count(*) from instance_kind semi join chosen using (instance) group by kind
            union all select 'all', count(*) from chosen""",
            [source, language],
        )
        if source is not None or language is not None
        else store.rows("""
            select kind, count(*) from instance_kind group by kind union all select 'all', count(*) from instance""")
    )
    return {kind: int(found[kind]) for kind in KINDS if found.get(kind)}


def instances(
    store: Store, kind: str, offset: int, count: int, source: int | None = None, language: str | None = None
) -> list[Instance]:
    """At most `count` instances of a kind (of one source, with a turn in a language), by position, after the first
    `offset` of them."""
    of_kind = "instance_kind where kind = $kind" if kind in KINDS[1:] else "instance where $kind is not null"
    chosen = [
        number
        for (number,) in store.rows(
            f"select instance from {of_kind} and ($source::smallint is null or instance in "
            "(select instance from instance where source = $source)) and ($language::varchar is null or instance in "
            "(select instance from turn_language where language = $language)) "
            "order by instance limit $count offset $offset",
            {"kind": kind, "count": count, "offset": offset, "source": source, "language": language},
        )
    ]
    rows = store.rows(
        """
        select instance, id, images, coalesce(missing, 0), list_transform(turns, lambda turn: [turn.role, turn.text])
        from instance where instance in (select unnest($1::integer[])) order by instance""",
        [chosen],
    )
    return [
        Instance(number, own_id, images, missing, [(role, text) for role, text in turns])
        for number, own_id, images, missing, turns in rows
    ]


def raw_record(store: Store, number: int) -> str:
    """The record of an instance as it stands in the source; '' when there is no such instance."""
    return str(store.value("select raw from instance where instance = $1", [number]) or "")


def rejected_reasons(store: Store) -> dict[str, int]:
    """How many records were set aside for each reason, most first."""
    return {
        reason: int(n)
        for reason, n in store.rows(
            "select reason, count(*) from rejected group by reason order by count(*) desc, reason"
        )
    }


def rejected(store: Store, reason: str | None, offset: int = 0, count: int | None = None) -> pd.DataFrame:
    """Records that were set aside, by position: columns position, reason, detail, excerpt."""
    return store.frame(
        """
        select position, reason, detail, excerpt from rejected
        where $reason is null or reason = $reason order by position limit $count offset $offset""",
        {"reason": reason, "count": 1 << 40 if count is None else count, "offset": offset},
    )


def index_made(store: Store) -> IndexMade | None:
    """How the postings were made; None without an index."""
    row = store.row(
        "select extractor, spacy_model, objects_from, verified_by, coalesce(unread, 0), seconds, "
        "indexed_at, report from index_made"
    )
    if row is None:
        return None
    extractor, spacy_model, objects_from, verified_by, unread, seconds, indexed_at, report = row
    counts = {
        name: (int(entities), int(postings))
        for name, entities, postings in store.rows(
            "select perspective_name(perspective), count(*), sum(n) from entity group by perspective "
            "order by perspective"
        )
    }
    notices = tuple(json.loads(report).get("notices", ())) if report else ()
    return IndexMade(extractor, spacy_model, objects_from, verified_by, unread, seconds, indexed_at, counts, notices)


def made_of_it(store: Store) -> dict[str, int]:
    """What a new dataset would clear: name → how many there are, without zeros."""
    row = store.row("""
        select (select count(*) from posting), (select count(*) from run), (select count(*) from plan),
               (select count(*) from candidate), (select count(*) from verdict), (select count(*) from export),
               (select count(*) from reservoir_instance)""")
    assert row is not None
    names = ("postings", "runs", "plans", "candidates", "verdicts", "records of exports", "rows of the reservoir")
    return {name: int(n) for name, n in zip(names, row, strict=True) if n}


def has_annotations(store: Store) -> bool:
    """Whether the dataset names objects itself."""
    return bool(store.value("select exists (select 1 from annotation)"))
