"""The lists of an export with epochs over shards: the numbers of each epoch's rows in the main file.

All rows are looked at, in about 25 bytes per row of the main file; one epoch after another is in memory.
"""

from collections.abc import Iterator, Sequence
from typing import IO

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from adr.draws import epoch_seed
from adr.shards.shard_run import ShardRun
from adr.shards.shard_set import ShardSet
from adr.shards.shared_order import PIECE, rows_in_order
from adr.shards.shuffled import drawn

Numbers = npt.NDArray[np.int32]
Instances = npt.NDArray[np.int32]
Kept = tuple[Instances, npt.NDArray[np.int8]]
"""(instances that an epoch keeps, copies of each)."""


def lists_of(shards: ShardSet, run: ShardRun, gone: Sequence[int], *, shuffled: bool) -> Iterator[Numbers]:
    """The list of every epoch. gone: instances that are left out; shuffled: as the rows are in the export."""
    recipe, left_out = run.asked, np.array(gone, dtype=np.int32)
    main = np.concatenate([_some(run, one.number, recipe.epochs) for one in shards.shards])
    order = _ordered(recipe.seed, _stay(main, left_out), shuffled=shuffled)
    number = np.full(len(main), -1, dtype=np.int32)
    number[order] = np.arange(len(order), dtype=np.int32)
    for epoch in range(1, recipe.epochs + 1):
        found = [number[np.searchsorted(main, _rows(run, one.number, epoch))] for one in shards.shards]
        own = np.concatenate(found)
        seed = epoch_seed(recipe.seed, epoch)
        yield own[_ordered(seed, (own >= 0).astype(np.int8), shuffled=shuffled)]


def write_list(out: IO[bytes], numbers: Numbers) -> None:
    """Write a list as JSON."""
    out.write(b"[")
    for begin in range(0, len(numbers), PIECE):
        text = ", ".join(map(str, numbers[begin : begin + PIECE].tolist()))
        out.write((", " if begin else "").encode() + text.encode())
    out.write(b"]\n")


def _ordered(seed: int, stay: npt.NDArray[np.int8], *, shuffled: bool) -> Numbers:
    """The rows that stay, in the order of the export."""
    if not shuffled:
        return np.flatnonzero(stay).astype(np.int32)
    draws = np.empty(len(stay), dtype=np.uint64)
    for begin in range(0, len(stay), PIECE):
        end = min(begin + PIECE, len(stay))
        draws[begin:end] = drawn(seed, np.arange(begin, end, dtype=np.int64))
    return rows_in_order(draws, stay)


def _stay(instances: Instances, gone: Instances) -> npt.NDArray[np.int8]:
    stay = np.ones(len(instances), dtype=np.int8)
    stay[np.isin(instances, gone)] = 0
    return stay


def _some(run: ShardRun, number: int, epochs: int) -> Instances:
    """The instances of a shard that some epoch keeps."""
    kept = [_kept(run, number, epoch)[0] for epoch in range(1, epochs + 1)]
    return np.unique(np.concatenate(kept)).astype(np.int32)


def _rows(run: ShardRun, number: int, epoch: int) -> Instances:
    """The instance of each row of an epoch, in the source's order."""
    return np.repeat(*_kept(run, number, epoch))


def _kept(run: ShardRun, number: int, epoch: int) -> Kept:
    """What an epoch keeps of a shard."""
    name = "decision" if epoch == 1 else f"epoch-{epoch}"
    found = pq.read_table(run.file("settle", number, f"{name}.parquet"), columns=["instance", "copies"])
    instances, copies = (np.asarray(found[column]) for column in ("instance", "copies"))
    kept = copies > 0
    return instances[kept], copies[kept]
