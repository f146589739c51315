"""Exporting only some of the instances that a run keeps, such as those that a filter finds.

While such an export is prepared, its instances stand in `export_only` under a number in the place of an epoch, so that
all that reads `kept_in` sees them and no others.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from adr.errors import AdrError
from adr.recipe_frozen import ranges_text
from adr.store import Store


@dataclass(frozen=True)
class Only:
    """words: which instances these are; positions: theirs."""

    words: str
    positions: npt.NDArray[np.int32]

    def as_json(self, kept: int) -> dict[str, Any]:
        """What the manifest says; kept: how many of them the run keeps."""
        return {
            "words": self.words,
            "instances": len(self.positions),
            "kept": kept,
            "positions": ranges_text(self.positions),
        }


@contextmanager
def narrowed(store: Store, run: int, only: Only | None, epoch: int) -> Iterator[int]:
    """The number under which `kept_in` has these instances of a run while the block lasts; `epoch` without any."""
    if only is None:
        yield epoch
        return
    with store.atomic() as writer:
        number = int(writer.value("select least(min(epoch), -1) - 1 from export_only"))
        writer.register("only_these", pa.table({"instance": pa.array(np.unique(only.positions))}))
        writer.execute(
            "insert into export_only select run, $2, instance, copies from decision semi join only_these "
            "using (instance) where run = $1 and kept",
            [run, number],
        )
    try:
        yield number
    finally:
        store.execute("delete from export_only where run = $1 and epoch = $2", [run, number])


def refuse_only(part: str, title: str, *, weights: bool, epochs: bool) -> None:
    """AdrError where an export of only some instances does not go with a format or with the other options."""
    if part != "all":
        raise AdrError(
            f"{title} cannot hold only some of the instances.", "Choose another format, or leave out --only."
        )
    if weights or epochs:
        raise AdrError(
            f"Only some instances and {'weights' if weights else 'epochs'} do not go together.",
            "Leave out --only, --epochs or --mixture weights.",
        )


def decided_at(store: Store, run: int) -> str:
    """When a run was made and the sources changed last, as text; while it stays, so does what an export would write."""
    return str(store.row("select created_at, changed_at from run, dataset_changed where run = $1", [run]))
