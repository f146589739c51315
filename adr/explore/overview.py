"""What the Overview shows beside the counts: the source, a few instances, the newest runs and exports.

Reads only; writes nothing.
"""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from adr.store import Store


@dataclass(frozen=True)
class SourceRead:
    """What was ingested, all sources together. file: their names; warnings: {kind: number of records}."""

    file: str
    form: str
    bytes: int
    instances: int
    rejected: int
    warnings: dict[str, int]
    ingested_at: datetime | None


@dataclass(frozen=True)
class RunMade:
    """One run in short. expected: how many instances the recipe keeps on average over seeds."""

    run: int
    name: str
    kept: int
    dropped: int
    expected: float | None
    created_at: datetime | None


@dataclass(frozen=True)
class ExportMade:
    """One export in short; instances include the synthetic ones."""

    export: int
    run: int
    format: str
    folder: str
    instances: int
    synthetic: int
    created_at: datetime | None


def source_read(store: Store) -> SourceRead | None:
    """What the workspace holds; None when nothing has been ingested."""
    rows = store.rows("""
        select path, coalesce(form, ''), coalesce(bytes, 0), coalesce(instances, 0), coalesce(rejected, 0),
               coalesce(warnings, '{}'), ingested_at
        from source order by source
    """)
    if not rows:
        return None
    paths, forms, sizes, instances, rejected, warnings, times = zip(*rows, strict=True)
    found = sum((Counter({kind: int(n) for kind, n in json.loads(one).items() if n}) for one in warnings), Counter())
    return SourceRead(
        ", ".join(Path(path).name for path in paths),
        ", ".join(sorted({form for both in forms for form in both.split(", ")})),
        sum(sizes),
        sum(instances),
        sum(rejected),
        dict(found),
        max((time for time in times if time), default=None),
    )


def newest_runs(store: Store, limit: int = 4) -> list[RunMade]:
    """The newest runs, newest first."""
    return [
        RunMade(*row)
        for row in store.rows(
            """
        select run, coalesce(nullif(name, ''), 'run ' || run), coalesce(kept, 0), coalesce(dropped, 0),
               expected, created_at
        from run order by run desc limit $1
    """,
            [limit],
        )
    ]


def newest_exports(store: Store, limit: int = 4) -> list[ExportMade]:
    """The newest exports, newest first."""
    return [
        ExportMade(*row)
        for row in store.rows(
            """
        select export, run, format, folder, coalesce(instances, 0), coalesce(synthetic, 0), created_at
        from export order by export desc limit $1
    """,
            [limit],
        )
    ]


def a_few_instances(store: Store, number: int = 10) -> list[int]:
    """Positions of some instances with an image on disk, spread evenly over the source; the same at every call."""
    return [
        position
        for (position,) in store.rows(
            """
        with reach as (select coalesce(max(instance), 0) + 1 as last from instance),
        place as (select cast(floor(last * (i + 0.5) / $1) as integer) as wanted from reach, range($1) as r(i))
        select distinct found from place, lateral (
            select min(instance) as found from instance
            where instance between wanted and wanted + 2000 and len(images) > 0 and coalesce(missing, 0) = 0)
        where found is not null order by found
    """,
            [number],
        )
    ]
