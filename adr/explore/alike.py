"""The rows that are like one row: its copies, those of the same picture, those of the same conversation.

Reads what `adr.embed.copies` wrote; without it, rows that name the same pictures. Reads only.
"""

from dataclasses import dataclass

from adr.store import Store

WAYS = ("copy", "picture", "text")  # the kinds of `copy_cluster`, the strongest first

_CLUSTERED = """
    select other.instance, other.kind
    from copy_cluster mine join copy_cluster other using (kind, cluster)
    where mine.instance = $instance and other.instance <> $instance"""
_SAME_PATHS = """
    select instance, 'picture' as kind from instance
    where len(images) > 0 and instance <> $instance
      and images = (select images from instance where instance = $instance)"""


@dataclass(frozen=True)
class AlikeRow:
    """Another row that is like the one asked about. way: the strongest of WAYS that holds."""

    instance: int
    way: str


@dataclass(frozen=True)
class Alike:
    """The rows that are like one. counts: {way: rows for which it is the strongest}; rows: the first of them, the
    strongest way first, then by position; compared: whether copies were looked for in the present sources. Where they
    were not, only rows that name the same pictures are known."""

    counts: dict[str, int]
    rows: list[AlikeRow]
    compared: bool

    @property
    def total(self) -> int:
        """How many rows are like it."""
        return sum(self.counts.values())


def alike(store: Store, instance: int, limit: int = 12) -> Alike:
    """The rows that are like `instance`, at most `limit` of them by position."""
    compared = bool(store.value("select count(*) > 0 from copies_made, dataset_changed where made_at >= changed_at"))
    found = store.rows(
        f"""
        select instance, min(list_position($ways::varchar[], kind)) as way
        from ({_CLUSTERED if compared else _SAME_PATHS}) group by instance order by way, instance""",
        {"instance": instance, "ways": list(WAYS)},
    )
    rows = [AlikeRow(int(other), WAYS[int(way) - 1]) for other, way in found]
    counts = {way: sum(row.way == way for row in rows) for way in WAYS}
    return Alike({way: n for way, n in counts.items() if n}, rows[:limit], compared)
