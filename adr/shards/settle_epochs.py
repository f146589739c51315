"""Settle, for a recipe with several epochs: what each of them keeps of the rows of all shards. One epoch after another
is in memory.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from adr.draws import epoch_seed
from adr.rebalance.cap_effects import Cap, EachCap
from adr.rebalance.epochs import EpochReport, SeenSums, seen_of
from adr.rebalance.marked_rows import Copies
from adr.shards.left import Left, left_of
from adr.shards.settled import SettledEpochs
from adr.shards.shard_run import ShardRun
from adr.shards.shard_set import ShardSet
from adr.shards.whole_rows import WholeRows

Caps = tuple[Sequence[Cap], Sequence[EachCap]]
"""(caps of one entity, caps of each entity of a perspective), with the rows that they hold for."""


def settled_epochs(
    shards: ShardSet, run: ShardRun, rows: WholeRows, caps: Caps, first: Left, seen: SeenSums, folder: Path
) -> SettledEpochs:
    """Write `epoch-E.parquet` of every shard; returns what all epochs keep. first: what epoch 1 leaves of `rows`; seen:
    sums over P(kept), where first does not bind."""
    recipe = run.asked
    only_rule = not first.binds and np.array_equal(first.copies, rows.by_rule)
    each, of_shards = [EpochReport.of(1, recipe.seed, first.copies)], [rows_of_shards(shards, rows, first.copies)]
    times = (first.copies > 0).astype(np.int16)
    for epoch in range(2, recipe.epochs + 1):
        drawn = rows.of_epoch(shards, run, epoch)
        copies = left_of(run, recipe, drawn, *caps).copies
        only_rule = only_rule and np.array_equal(copies, drawn.by_rule)
        times += copies > 0
        each.append(EpochReport.of(epoch, epoch_seed(recipe.seed, epoch), copies))
        of_shards.append(rows_of_shards(shards, rows, copies))
        _write(shards, run, rows, epoch, copies, folder)
    some = rows_of_shards(shards, rows, (times > 0).astype(np.int8))
    expected = seen.expected if only_rule else None
    return SettledEpochs(tuple(each), seen_of(times, recipe.epochs), expected, (some, *of_shards))


def rows_of_shards(shards: ShardSet, rows: WholeRows, copies: Copies) -> tuple[int, ...]:
    """How many rows leave of each shard, copies included."""
    return tuple(int(copies[rows.of_shard(one.number)].sum(dtype=np.int64)) for one in shards.shards)


def _write(shards: ShardSet, run: ShardRun, rows: WholeRows, epoch: int, copies: Copies, folder: Path) -> None:
    for shard in shards.shards:
        own = rows.of_shard(shard.number)
        kept = np.flatnonzero(copies[own])
        table = pa.table({"instance": rows.instances[own][kept], "copies": copies[own][kept]})
        pq.write_table(table, folder / run.file("settle", shard.number, f"epoch-{epoch}.parquet").name)
