"""What columns the records have beside picture and conversation, as far as a sample of them shows. Reads only."""

import json

from adr.store import Store

SAMPLE = 500
_KNOWN = ("id", "image", "images", "video", "videos", "conversations", "messages", "texts", "system", "tools")


def columns(store: Store) -> tuple[str, ...]:
    """Keys of SAMPLE records, evenly chosen, without those that hold pictures and turns; most frequent first."""
    rows = store.rows(
        """
        select raw from instance
        where raw is not null and instance % greatest(1, (select count(*) from instance) // $1) = 0
        order by instance limit $1""",
        [SAMPLE],
    )
    found: dict[str, int] = {}
    for (raw,) in rows:
        record = json.loads(raw)
        for key in record if isinstance(record, dict) else ():
            if key not in _KNOWN:
                found[key] = found.get(key, 0) + 1
    return tuple(sorted(found, key=lambda key: (-found[key], key)))
