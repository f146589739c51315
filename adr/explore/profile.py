"""What the dataset is like: its sources side by side, and how long its conversations are.

Reads only; writes nothing.
"""

from dataclasses import dataclass

from adr.store import Store


@dataclass(frozen=True)
class SourceProfile:
    """One source. pictures: different image paths; turns: of a mean instance; words: of the median instance, in all
    turns; None where words have not been counted since the sources changed."""

    name: str
    form: str
    instances: int
    text_only: int
    pictures: int
    turns: float
    words: float | None


@dataclass(frozen=True)
class PictureLooks:
    """The pictures on disk. width, height: of the median picture, in pixels; smallest, largest: of the shorter side;
    faulty: with a fault of `adr.picture_faults`, or that cannot be opened."""

    width: int
    height: int
    smallest: int
    largest: int
    faulty: int


@dataclass(frozen=True)
class Profile:
    """sources: in their order; turns, words: {number: how many instances have so many}, ascending; words is empty where
    they have not been counted; pictures: different image paths; shared: of these, in two or more instances; most: the
    largest number of instances of one picture; looks: None where pictures have not been looked at since they changed.
    """

    sources: tuple[SourceProfile, ...]
    turns: dict[int, int]
    words: dict[int, int]
    pictures: int
    shared: int
    most: int
    looks: PictureLooks | None


def profile(store: Store) -> Profile:
    """What the dataset is like; words are those that the table of words has counted."""
    counted = bool(
        store.value(
            "select exists (select 1 from words_made w, dataset_changed d "
            "where w.changed_at is not distinct from d.changed_at)"
        )
    )
    turns = store.rows("select coalesce(len(turns), 0) as n, count(*) from instance group by n order by n")
    words = store.rows("select words as n, count(*) from instance_size group by n order by n") if counted else []
    pictures = store.row("""
        select count(*), count(*) filter (instances > 1), coalesce(max(instances), 0)
        from (select path, count(distinct instance) as instances
              from (select instance, unnest(images) as path from instance) group by path)""")
    assert pictures is not None
    different, shared, most = map(int, pictures)
    return Profile(_sources(store, counted), dict(turns), dict(words), different, shared, most, _looks(store))


def _looks(store: Store) -> PictureLooks | None:
    row = store.row("""
        select median(width)::integer, median(height)::integer, min(least(width, height)), max(least(width, height)),
               count(*) filter (len(faults) > 0 or unreadable is not null)
        from picture_fact where exists (select 1 from pictures_in_force)""")
    return PictureLooks(*map(int, row)) if row and None not in row else None


def _sources(store: Store, counted: bool) -> tuple[SourceProfile, ...]:
    medians = _median_words(store) if counted else {}
    rows = store.rows("""
        select s.source, coalesce(s.name, ''), s.form, count(i.instance),
               count(*) filter (len(i.images) = 0 and len(i.videos) = 0), coalesce(avg(len(i.turns)), 0)
        from source s join instance i using (source) group by s.source, s.name, s.form order by s.source""")
    pictures = dict(
        store.rows(
            "select source, count(distinct path) from (select source, unnest(images) as path from instance) "
            "group by source"
        )
    )
    return tuple(
        SourceProfile(name, form or "", instances, text_only, pictures.get(source, 0), turns, medians.get(source))
        for source, name, form, instances, text_only, turns in rows
    )


def _median_words(store: Store) -> dict[int, float]:
    rows = store.rows(
        "select i.source, median(z.words) from instance i join instance_size z using (instance) group by i.source"
    )
    return {source: float(median) for source, median in rows}
