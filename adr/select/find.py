"""The instances that a filter finds: how many, a page of their positions, and what the first of them are.

Reads only; writes nothing.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from adr.errors import AdrError
from adr.perspectives import need_indexed
from adr.report import OnlyWhereThere
from adr.select.filter_sql import reads_text
from adr.select.filter_text import parse, to_text
from adr.select.filter_tree import (
    DecidedBy,
    DecidedFor,
    Filter,
    FromSource,
    HasAgreement,
    HasAny,
    HasEntity,
    HasLeak,
    HasPictureFault,
    HasPictureSize,
    HasTag,
    conditions,
)
from adr.select.filter_words import in_words
from adr.select.found_sql import found_sql
from adr.select.saved import written_out
from adr.select.word_table import words_report
from adr.store import Store

_FIRST_WORDS = 12


@dataclass(frozen=True)
class FoundPage:
    """count: instances that the filter finds; positions: those of the page, ascending."""

    count: int
    positions: tuple[int, ...]


@dataclass(frozen=True)
class FoundInstance:
    """An instance that was found. id: as JSON text; image: the path of its first image; question: its first words."""

    instance: int
    id: str | None
    image: str | None
    question: str


@dataclass(frozen=True)
class FindReport:
    """filter: as `parse` reads it; in_words: the same in a sentence; count: instances that it finds; instances: the
    first of them, by position; notice: entities that no instance has, where the filter names some; texts_read: every
    text was read for it, for want of the table of words (`adr.select.word_table`); recipe: the file into
    which they were written."""

    filter: str
    in_words: str
    count: int
    instances: list[FoundInstance]
    notice: OnlyWhereThere[str] = None
    texts_read: bool = False
    recipe: OnlyWhereThere[str] = None


def find(store: Store, text: str, limit: int = 20) -> FindReport:
    """What a filter finds. AdrError when it cannot be read, or names what the workspace does not have."""
    tree = parse(text)
    page = found_page(store, tree, 0, limit)
    first = _found_instances(store, page.positions)
    unknown = unknown_entities(store, tree) or None
    return FindReport(to_text(tree), in_words(tree), page.count, first, unknown, reads_every_text(store, tree))


def reads_every_text(store: Store, tree: Filter) -> bool:
    """Whether a filter reads texts although the table of words would answer it, or narrow it down, if it were there."""
    return any(map(reads_text, conditions(written_out(store, tree)))) and words_report(store) is None


def found_page(store: Store, tree: Filter, offset: int, limit: int) -> FoundPage:
    """A page of the positions that a filter finds, and how many it finds; AdrError as by `find`."""
    check(store, tree)
    found, bound = _found_sql(store, tree)
    row = store.row(
        f"""
        {found}
        select (select count(*) from found),
               (select list(instance order by instance)
                from (select instance from found order by instance limit $count offset $offset))""",
        {**bound, "count": limit, "offset": offset},
    )
    assert row is not None
    return FoundPage(int(row[0]), tuple(row[1] or ()))


def _found_sql(store: Store, tree: Filter | None) -> tuple[str, dict[str, Any]]:
    """The beginning of a query after which `found` has the positions that a filter finds (None: all), and its
    parameters."""
    if tree is None:
        return "with found as (select i.instance from instance i)", {}
    return found_sql(store, written_out(store, tree), words_report(store))


def found_positions(store: Store, tree: Filter | None) -> npt.NDArray[np.int32]:
    """The positions of all instances that a filter finds (None: all), ascending; AdrError as by `find`."""
    if tree is not None:
        check(store, tree)
    found, bound = _found_sql(store, tree)
    rows = store.arrays(f"{found} select instance from found", bound)
    return np.sort(np.asarray(rows["instance"], dtype=np.int32))


def before(store: Store, tree: Filter | None, instance: int) -> int | None:
    """How many instances that the filter finds (None: all) come before this one; None where it is not among them."""
    found, bound = _found_sql(store, tree)
    row = store.row(
        f"{found} select count(*) filter (instance < $wanted), count(*) filter (instance = $wanted) from found",
        {**bound, "wanted": instance},
    )
    assert row is not None
    return int(row[0]) if row[1] else None


def check(store: Store, tree: Filter) -> None:
    """AdrError when the filter names a perspective, run, reason, source, tag or saved filter that is not there, or asks
    about pictures that were not looked at or leaks that were not looked for."""
    named = list(conditions(written_out(store, tree)))
    need_indexed(store, {one.perspective for one in named if isinstance(one, HasAny | HasEntity)})
    for one in named:
        if isinstance(one, DecidedBy | DecidedFor):
            _need_run(store, one.run)
        if isinstance(one, DecidedFor):
            _need_reason(store, one)
        if isinstance(one, FromSource):
            _need_source(store, one.name)
        if isinstance(one, HasTag):
            _need_tag(store, one.tag)
        if isinstance(one, HasPictureFault | HasPictureSize):
            _need_pictures(store)
        if isinstance(one, HasAgreement):
            _need_agreement(store)
        if isinstance(one, HasLeak):
            _need_leaks(store)


def unknown_entities(store: Store, tree: Filter) -> str:
    """A sentence that names the entities of the filter that no instance has; '' when each occurs."""
    named = dict.fromkeys(one for one in conditions(written_out(store, tree)) if isinstance(one, HasEntity))
    unknown = [
        in_words(one)
        for one in named
        if not store.value(
            "select exists (select 1 from entity where perspective = perspective_number($1) and name = $2)",
            [one.perspective, one.name],
        )
    ]
    return f"No instance has {', '.join(unknown)}." if unknown else ""


def _need_run(store: Store, run: int) -> None:
    if not store.value("select exists (select 1 from run where run = $1)", [run]):
        raise AdrError(f"There is no run {run}.", "Look at the runs on the Rebalance page, or with adr runs.")


def _need_reason(store: Store, asked: DecidedFor) -> None:
    rows = store.rows("select distinct reason from decision where run = $1 order by reason", [asked.run])
    known = [reason for (reason,) in rows]
    if asked.reason not in known:
        raise AdrError(
            f"Run {asked.run} decides no instance for the reason {asked.reason!r}.",
            f"Its reasons are {', '.join(known)}.",
        )


def _need_source(store: Store, name: str) -> None:
    known = [one for (one,) in store.rows("select name from source where name is not null order by source")]
    if name not in known:
        raise AdrError(f"There is no source {name!r}.", f"The names of sources: {', '.join(known) or 'none'}.")


def _need_tag(store: Store, tag: str) -> None:
    known = [one for (one,) in store.rows("select distinct tag from tag_step where tag is not null order by tag")]
    if tag not in known:
        raise AdrError(f"There is no tag {tag!r}.", f"The tags: {', '.join(known) or 'none yet'}.")


def _need_pictures(store: Store) -> None:
    if not store.value("select exists (select 1 from pictures_in_force)"):
        raise AdrError(
            "The present pictures have not been looked at.",
            "Run `adr pictures`, or look at them under Faults on the Dataset page.",
        )


def _need_agreement(store: Store) -> None:
    if not store.value("select exists (select 1 from agreement_in_force)"):
        raise AdrError(
            "Pictures have not been compared with the present texts.",
            "Run `adr wrong-pairs`, or compare them under Faults on the Dataset page.",
        )


def _need_leaks(store: Store) -> None:
    if not store.value("select exists (select 1 from leaks_in_force)"):
        raise AdrError(
            "No benchmark has been compared with the present dataset.",
            "Run `adr leaks --against PATH`, or compare one under Faults on the Dataset page.",
        )


def _found_instances(store: Store, positions: tuple[int, ...]) -> list[FoundInstance]:
    rows = store.rows(
        """
        select instance, id, images[1], list_filter(turns, lambda turn: turn.role = 'human')[1].text from instance
        where instance in (select unnest($1::integer[])) order by instance""",
        [list(positions)],
    )
    return [FoundInstance(number, own_id, image, _first_words(text)) for number, own_id, image, text in rows]


def _first_words(text: str | None) -> str:
    words = (text or "").replace("<image>", " ").split()
    return " ".join(words[:_FIRST_WORDS]) + (" …" if len(words) > _FIRST_WORDS else "")
