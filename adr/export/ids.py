"""Makes ids unique, for tools that join by id. Only rows whose id repeats an earlier one are changed."""

import json
from collections import Counter
from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from adr.export.leaving import Leaving
from adr.store import Store


def repaired_ids(store: Store, leave: Leaving) -> dict[int, str]:
    """{place: new id as JSON text} for the rows whose id occurs earlier in the export.

    The number 7 and the text "7" count as the same id. The first row keeps it; the others get "ID-2", "ID-3" …,
    skipping ids that are taken. Holds the rows with repeated ids only.
    """
    repeated = {
        name
        for (name,) in store.rows(
            """
        select trim(id, '"') from instance join kept_in using (instance)
        where run = $1 and epoch = $2 and id is not null group by all having sum(copies) > 1
        """,
            leave.which,
        )
    }
    repeated |= _repeated_by_rows_of_reservoir(store, leave)
    if not repeated:
        return {}
    rows = _rows_with(store, leave, repeated)
    return new_ids(rows, _taken(store, {plain(id) for _, id in rows}))


def new_ids(rows: Iterable[tuple[int, str]], taken: set[str]) -> dict[int, str]:
    """{row: new id as JSON text} for the rows whose id an earlier one has. rows: (row, id as JSON text) of those with
    repeated ids, in the order of the export; taken: ids that no row may get, to which the new ones are added."""
    met: dict[str, int] = {}
    new: dict[int, str] = {}
    for row, id in rows:
        name = id.strip('"')
        met[name] = met.get(name, 0) + 1
        if met[name] == 1:
            continue
        number = met[name]
        while f"{plain(id)}-{number}" in taken:
            number += 1
        taken.add(f"{plain(id)}-{number}")
        new[row] = json.dumps(f"{plain(id)}-{number}", ensure_ascii=False)
    return new


def plain(id: str) -> str:
    """The text of an id that is given as JSON text."""
    return str(json.loads(id or '""'))


NUMBERED = """regexp_extract(trim(id, '"'), '(?s)^(.*)-[0-9]+$', 1)"""
"""In SQL, what an id begins with that ends in a hyphen and a number: it may be one that a repeated id would get."""


def _taken(store: Store, plains: set[str]) -> set[str]:
    """The ids of the dataset that a row with one of these repeated ids could get."""
    found = store.arrays(
        f"""
        select distinct trim(id, '"') as name from instance
        where id is not null and contains(id, '-') and {NUMBERED} in (select name from repeated_ids)
        """,
        repeated_ids=pa.table({"name": pa.array(sorted(plains), pa.string())}),
    )
    return set(found["name"])


def _rows_with(store: Store, leave: Leaving, repeated: set[str]) -> list[tuple[int, str]]:
    """(place, id as JSON text) of the rows with these ids, in the order of the export."""
    found = store.arrays(
        """
        select instance, id from instance join kept_in using (instance)
        where run = $1 and epoch = $2 and trim(id, '"') in (select name from repeated_ids) order by instance
        """,
        leave.which,
        repeated_ids=pa.table({"name": pa.array(sorted(repeated), pa.string())}),
    )
    ids: dict[int, str] = dict(zip(found["instance"].tolist(), found["id"].tolist(), strict=True))
    ids |= {row: one.id for row in set(leave.candidate_rows) if (one := leave.candidate(row)).id.strip('"') in repeated}
    places = np.flatnonzero(np.isin(leave.order, np.fromiter(ids, np.int32, len(ids))))
    return [(place, ids[row]) for place, row in zip(places.tolist(), leave.order[places].tolist(), strict=True)]


def _repeated_by_rows_of_reservoir(store: Store, leave: Leaving) -> set[str]:
    """The ids of rows of the reservoir that a kept instance or another such row has too."""
    own = Counter(one.own_id.strip('"') for row in leave.candidate_rows if (one := leave.candidate(row)).own_id)
    met = store.rows(
        """
        select distinct trim(id, '"') from instance join kept_in using (instance)
        where run = $1 and epoch = $2 and trim(id, '"') in (select unnest($3::varchar[]))
        """,
        [*leave.which, list(own)],
    )
    return {name for (name,) in met} | {name for name, count in own.items() if count > 1}
