"""The rows of all shards put together, as far as caps and a mixture need them: a few bytes per row, and no postings."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from adr.draws import epoch_seed
from adr.rebalance.at_most import Bound, EachBound, place_in_order
from adr.rebalance.cap_effects import Cap, EachCap
from adr.rebalance.decider import cap_draws
from adr.rebalance.marked_rows import Copies, Marks
from adr.recipe import Recipe
from adr.shards.limits import AskedCap
from adr.shards.shard_run import ShardRun
from adr.shards.shard_set import ShardSet

_KINDS = {
    "instance": np.int32,
    "by_rule": np.int8,
    "held": np.int8,
    "protected": np.bool_,
    "excluded": np.bool_,
    "value": np.int32,
}


@dataclass(frozen=True)
class WholeRows:
    """Columns of the stage decide, one element per row of the dataset; without those that the recipe has no use for.

    begins: the first row of each shard, and the number of all rows. place: in the order of caps.
    """

    begins: list[int]
    instances: npt.NDArray[np.int32]
    by_rule: Copies
    held: Copies | None
    protected: Marks | None
    excluded: Marks | None
    value: npt.NDArray[np.int32] | None
    place: npt.NDArray[np.uint64] | None

    @classmethod
    def read(cls, shards: ShardSet, run: ShardRun, recipe: Recipe) -> "WholeRows":
        """Those of a run whose stage `decide` is done."""
        files = [run.file("decide", shard.number, "rows.parquet") for shard in shards.shards]
        begins = np.cumsum([0, *(pq.read_metadata(file).num_rows for file in files)]).tolist()
        ordered = recipe.capped or recipe.mixture is not None
        wanted = {
            "instance": True,
            "by_rule": True,
            "held": ordered,
            "protected": bool(recipe.protect_instances),
            "excluded": bool(recipe.exclude),
            "value": recipe.mixture is not None,
        }
        columns = [name for name, needed in wanted.items() if needed]
        arrays = {name: np.empty(begins[-1], dtype=_KINDS[name]) for name in columns}
        place = np.empty(begins[-1], dtype=np.uint64) if ordered else None
        for file, begin, end in zip(files, begins, begins[1:], strict=False):
            found = pq.read_table(file, columns=columns)
            for name, array in arrays.items():
                array[begin:end] = found[name]
        if place is not None:
            _put_in_order(recipe.seed, arrays["instance"], arrays["held"], begins, place)
        held, protected, excluded, value = (arrays.get(name) for name in ("held", "protected", "excluded", "value"))
        return cls(begins, arrays["instance"], arrays["by_rule"], held, protected, excluded, value, place)

    def of_epoch(self, shards: ShardSet, run: ShardRun, epoch: int) -> "WholeRows":
        """The same rows with what the draws of an epoch from the second on make of them."""
        by_rule, place = np.empty(len(self), np.int8), self.place
        for shard in shards.shards:
            file, name = run.file("decide", shard.number, "rows.parquet"), f"by_rule_{epoch}"
            by_rule[self.of_shard(shard.number)] = pq.read_table(file, columns=[name])[name]
        if place is not None and self.held is not None:
            place = np.empty(len(self), np.uint64)
            seed = epoch_seed(run.asked.seed, epoch)
            _put_in_order(seed, self.instances, self.held, self.begins, place)
        return replace(self, by_rule=by_rule, place=place)

    def __len__(self) -> int:
        return len(self.instances)

    @property
    def counted(self) -> int:
        """Number of rows that are not excluded."""
        return len(self) - (0 if self.excluded is None else int(np.count_nonzero(self.excluded)))

    def has(self, positions: npt.NDArray[np.int32]) -> Marks:
        """Whether there is an instance at each of these positions."""
        at = np.searchsorted(self.instances, positions)
        found = np.zeros(len(positions), dtype=bool)
        within = at < len(self)
        found[within] = self.instances[at[within]] == positions[within]
        return found

    def of_shard(self, number: int) -> slice:
        """The rows of a shard."""
        return slice(self.begins[number], self.begins[number + 1])


def _put_in_order(
    seed: int, instances: npt.NDArray[np.int32], held: Copies, begins: list[int], place: npt.NDArray[np.uint64]
) -> None:
    """Fill the places of rows in the order of caps, shard by shard."""
    for begin, end in pairwise(begins):
        place[begin:end] = place_in_order(held[begin:end], cap_draws(seed, instances[begin:end]))


def caps_of(shards: ShardSet, run: ShardRun, asked: list[AskedCap], rows: WholeRows) -> tuple[list[Cap], list[EachCap]]:
    """(caps of one entity, caps of each entity of a perspective) with the rows that they hold for."""
    if not asked:
        return [], []
    parts = [pq.read_table(run.file("decide", shard.number, "capped.parquet")) for shard in shards.shards]
    cap, instance, entity = (
        np.concatenate([np.empty(0, np.int32), *(np.asarray(part[name]) for part in parts)])
        for name in ("cap", "instance", "entity")
    )
    at = np.searchsorted(rows.instances, instance)
    named: list[Cap] = []
    each: list[EachCap] = []
    for number, one in enumerate(asked):
        own = np.flatnonzero(cap == number)
        if one.entity is not None:
            named.append((one.perspective, one.entity, Bound(at[own], one.most)))
        else:
            each.append((one.perspective, EachBound(at[own], entity[own], one.most)))
    return named, each
