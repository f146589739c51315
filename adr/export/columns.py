"""Which keys the rows of an export have, so that every row of a file gets the same ones. Knows no format."""

from dataclasses import dataclass

from adr.export.leaving import Leaving
from adr.export.said import REJECTED_KEYS
from adr.store import Store

KEPT = "from instance i join kept_in d using (instance) where d.run = $1 and d.epoch = $2"
"""With the parameters `Leaving.which`."""


@dataclass(frozen=True)
class KeySet:
    """The keys that `rows` records have in this order, the first of which is at position `first`."""

    listed: tuple[str, ...]
    rows: int
    first: int

    @property
    def keys(self) -> frozenset[str]:
        """The keys without their order."""
        return frozenset(self.listed)


@dataclass(frozen=True)
class RowColumns:
    """What the rows hold: whether any has pictures, videos, tools or a system text, and whether each rejects an
    answer."""

    images: bool = False
    videos: bool = False
    tools: bool = False
    system: bool = False
    rejected: bool = False

    @property
    def media(self) -> tuple[str, ...]:
        """The lists that every row has."""
        return tuple(name for name, there in (("images", self.images), ("videos", self.videos)) if there)


def key_sets(store: Store, leave: Leaving) -> list[KeySet]:
    """The sets of keys that the kept records have, most frequent first."""
    found = store.rows(
        f"""
        select json_keys(raw) as keys, count(*) as n, min(i.instance) {KEPT} group by keys order by n desc, keys
        """,
        leave.which,
    )
    return [KeySet(tuple(keys or ()), int(rows), int(first)) for keys, rows, first in found]


def columns(store: Store, leave: Leaving) -> RowColumns:
    """What the rows that leave hold."""
    keys = frozenset().union(*(one.keys for one in key_sets(store, leave)))
    images, videos = store.row(
        f"select bool_or(len(i.images) > 0), bool_or(len(i.videos) > 0) {KEPT}", leave.which
    ) or (False, False)
    return RowColumns(
        images=bool(images) or any(leave.candidate(row).images for row in leave.candidate_rows),
        videos=bool(videos),
        tools="tools" in keys,
        system="system" in keys,
        rejected=bool(keys.intersection(REJECTED_KEYS)) and all_reject(store, leave),
    )


def all_reject(store: Store, leave: Leaving) -> bool:
    """Whether every row rejects an answer; a candidate never does."""
    if leave.synthetic or not leave.instances:
        return False
    rejects = " or ".join(f"coalesce(json_type(raw, '$.{key}'), 'NULL') <> 'NULL'" for key in REJECTED_KEYS)
    return not store.value(f"select count(*) {KEPT} and not ({rejects})", leave.which)
