"""The rows of `epoch_kept`: what the epochs of a run after the first keep. Decides nothing."""

import numpy as np
import pyarrow as pa

from adr.draws import epoch_seed
from adr.errors import AdrError
from adr.rebalance.engine import Engine
from adr.rebalance.epochs import Epoch, Epochs
from adr.recipe import Recipe
from adr.store import Store, Writer


def write_epochs(writer: Writer, run: int, engine: Engine, epochs: Epochs) -> None:
    """A row per instance that an epoch after the first keeps."""
    for one in epochs.draws[1:]:
        kept = np.flatnonzero(one.copies)
        writer.insert(
            "epoch_kept",
            pa.table(
                {
                    "run": pa.array(np.full(len(kept), run, dtype=np.int32)),
                    "epoch": pa.array(np.full(len(kept), one.epoch, dtype=np.uint8)),
                    "instance": engine.instances[kept],
                    "copies": one.copies[kept],
                }
            ),
        )


def read_epochs(store: Store, run: int, recipe: Recipe, engine: Engine) -> Epochs:
    """The epochs of a run as they were written, without what is expected; AdrError when the dataset has changed since.

    recipe: of the run.
    """
    draws = []
    for epoch in range(1, recipe.epochs + 1):
        found = store.arrays(
            "select instance, copies from kept_in where run = $1 and epoch = $2 order by instance", [run, epoch]
        )
        draws.append(Epoch(epoch, epoch_seed(recipe.seed, epoch), _spread(engine, found)))
    return Epochs(recipe, tuple(draws), None)


def _spread(engine: Engine, found: dict[str, np.ndarray]) -> np.ndarray:
    """The copies of every row of the engine, from those that are kept."""
    at = np.searchsorted(engine.instances, found["instance"])
    if len(at) and (at[-1] >= engine.rows or not np.array_equal(engine.instances[at], found["instance"])):
        raise AdrError("The run names instances that are not in the dataset.", "Apply its recipe again.")
    copies = np.zeros(engine.rows, dtype=np.int8)
    copies[at] = found["copies"]
    return copies
