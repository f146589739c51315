"""Tags: names that people put on instances. Every step is kept, with who made it; an undo is another step.

Writes `tag_step` and `tag_step_instance`; `current_tag` says what stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from adr.errors import AdrError
from adr.store import Store, Writer

Action = Literal["tag", "untag"]
LONGEST = 60
"""Characters of a tag."""


@dataclass(frozen=True)
class UndoneStep:
    """A step that was taken back: what it did, with which tag, and to how many instances."""

    action: str
    tag: str
    instances: int


def tag(
    store: Store, name: str, positions: Sequence[int] | npt.NDArray[np.int32], reviewer: str, *, words: str = ""
) -> int:
    """Put a tag on instances; returns how many did not have it before. words: where the instances come from.

    AdrError, with nothing written, for a name that is no tag, a missing reviewer, or a position without an instance.
    """
    return _step(store, "tag", name, positions, reviewer, words)


def untag(
    store: Store, name: str, positions: Sequence[int] | npt.NDArray[np.int32], reviewer: str, *, words: str = ""
) -> int:
    """Take a tag off instances; returns how many had it. AdrError as by `tag`."""
    return _step(store, "untag", name, positions, reviewer, words)


def undo(store: Store, reviewer: str) -> UndoneStep | None:
    """Take back the reviewer's last step that still stands; None where none does."""
    who = _reviewer(reviewer)
    with store.atomic() as writer:
        last = writer.rows(
            """
            select step, action, tag, (select count(*) from tag_step_instance i where i.step = s.step) from tag_step s
            where reviewer = $1 and action <> 'undo'
              and not exists (select 1 from tag_step u where u.action = 'undo' and u.undoes = s.step)
            order by step desc limit 1""",
            [who],
        )
        if not last:
            return None
        step, action, name, instances = last[0]
        writer.execute(
            "insert into tag_step (tag, action, reviewer, undoes, made_at) values ($1, 'undo', $2, $3, $4)",
            [name, who, step, _now()],
        )
    return UndoneStep(action, name, instances)


def tags(store: Store) -> dict[str, int]:
    """{tag: instances that have it}, by name; tags that no instance has any more are left out."""
    return dict(store.rows("select tag, count(*) from current_tag group by tag order by tag"))


def tags_of(store: Store, instance: int) -> list[str]:
    """The tags of one instance, by name."""
    return [name for (name,) in store.rows("select tag from current_tag where instance = $1 order by tag", [instance])]


def tags_among(store: Store, positions: npt.NDArray[np.int32]) -> dict[str, int]:
    """{tag: how many of these instances have it}, by name."""
    rows = store.rows("select tag, list(instance) from current_tag group by tag order by tag")
    counted = {name: int(np.isin(np.asarray(has, np.int32), positions).sum()) for name, has in rows}
    return {name: count for name, count in counted.items() if count}


def _step(
    store: Store, action: Action, name: str, positions: Sequence[int] | npt.NDArray[np.int32], reviewer: str, words: str
) -> int:
    tag_name, who = _tag_name(name), _reviewer(reviewer)
    with store.atomic() as writer:
        writer.register("wanted", pa.table({"instance": pa.array(np.unique(np.asarray(positions, np.int32)))}))
        _known(writer)
        changed = writer.arrow(
            f"select instance from wanted {'anti' if action == 'tag' else 'semi'} join "
            "(select instance from current_tag where tag = $1) using (instance) order by instance",
            [tag_name],
        )
        if not changed.num_rows:
            return 0
        step = writer.value("select nextval('tag_step_number')")
        writer.execute(
            "insert into tag_step (step, tag, action, reviewer, words, made_at) values ($1, $2, $3, $4, $5, $6)",
            [step, tag_name, action, who, words, _now()],
        )
        numbers = pa.array(np.full(changed.num_rows, step, np.int64))
        writer.insert("tag_step_instance", pa.table({"step": numbers, "instance": changed["instance"]}))
    return int(changed.num_rows)


def _known(writer: Writer) -> None:
    missing = writer.rows("select instance from wanted anti join instance using (instance) limit 1")
    if missing:
        raise AdrError(f"There is no instance {missing[0][0]}.", "Positions count from 0.")


def _tag_name(name: str) -> str:
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > LONGEST or not tidy.isprintable():
        raise AdrError(
            f"{name!r} cannot be a tag.", f"A tag has 1 to {LONGEST} characters, such as: hard, to check, leak."
        )
    return tidy


def _reviewer(name: str) -> str:
    if not name.strip():
        raise AdrError("A tag is kept with the name of whoever gave it.", "Give your name.")
    return name.strip()


def _now() -> Any:
    return datetime.now(UTC).replace(tzinfo=None)
