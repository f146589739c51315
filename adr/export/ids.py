"""Makes ids unique, for tools that join by id. Only rows whose id repeats an earlier one are changed."""

import json
from collections import Counter

from adr.export.leaving import Leaving, batches
from adr.store import Store


def repaired_ids(store: Store, leave: Leaving) -> dict[int, str]:
    """{place: new id as JSON text} for the rows whose id occurs earlier in the export.

    The number 7 and the text "7" count as the same id. The first row keeps it; the others get "ID-2", "ID-3" …,
    skipping ids that are taken.
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
    taken = {name for (name,) in store.rows("select distinct trim(id, '\"') from instance where id is not null")}
    met: dict[str, int] = {}
    new: dict[int, str] = {}
    for batch in batches(store, leave, raw=False):
        for row in batch:
            name = row.id.strip('"') if row.id is not None else ""
            if name not in repeated:
                continue
            met[name] = met.get(name, 0) + 1
            if met[name] == 1:
                continue
            plain = str(json.loads(row.id or '""'))
            number = met[name]
            while f"{plain}-{number}" in taken:
                number += 1
            taken.add(f"{plain}-{number}")
            new[row.place] = json.dumps(f"{plain}-{number}", ensure_ascii=False)
    return new


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
