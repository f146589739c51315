"""The entities of a whole dataset, as the stages over shards wrote them: what each shard looks its names up in."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from adr.shards.shard_run import GLOBAL, ShardRun


@dataclass(frozen=True)
class EntityTable:
    """The entities of one perspective that a recipe decides with, by n descending and then by name; the place of each
    is its number. rank: among all entities of the index (int32); n: instances that have it (int32)."""

    rank: npt.NDArray[np.int32]
    n: npt.NDArray[np.int32]
    names: pa.ChunkedArray

    def numbers(self, names: pa.Array | pa.ChunkedArray) -> npt.NDArray[np.int32]:
        """The number of each name; -1 for one that does not occur."""
        found = pc.fill_null(pc.index_in(names, value_set=self.names), -1)
        return np.asarray(found, dtype=np.int32)


def index_table(run: ShardRun, perspective: str) -> EntityTable:
    """All entities of a perspective, as the index has them."""
    return _read(run, "entities", perspective)


def decided_table(run: ShardRun, perspective: str) -> EntityTable:
    """The entities of a perspective that the run's recipe decides with: without the instances that it excludes."""
    return _read(run, "tau" if run.asked.exclude else "entities", perspective)


def _read(run: ShardRun, stage: str, perspective: str) -> EntityTable:
    found = pq.read_table(run.file(stage, GLOBAL, f"{perspective}.parquet"), columns=["rank", "n", "name"])
    rank, n = (np.asarray(found[column]).astype(np.int32) for column in ("rank", "n"))
    return EntityTable(rank, n, found["name"])
