"""What the mixture did to one instance: its place among the rows of its value, and how many of them stay."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from adr.figures import counted
from adr.perspectives import described
from adr.rebalance.engine import Engine
from adr.rebalance.preview import RecipePreview
from adr.store import Store, Writer


@dataclass(frozen=True)
class MixtureRank:
    """An instance among those of its value (null: no value). rank: its place, from 1, among the `of` copies that keep
    rule and caps keep, in the order of caps; most: how many there are after the mixture; copies: of this instance."""

    perspective: str
    value: str | None
    rank: int
    of: int
    most: int
    copies: int

    @property
    def in_words(self) -> str:
        """What the mixture does to it and what would bring it back, as sentences."""
        of = described(self.perspective).called
        rows = f"rows of {of} “{self.value}”" if self.value is not None else f"rows without {of}"
        if self.most >= self.of:
            return f"The mixture makes {self.most:,} of the {self.of:,} {rows} that are kept."
        place = f"{self.rank:,} of the {self.of:,} {rows} that are kept, of which {self.most:,} stay"
        if self.copies:
            return f"The mixture takes some of its copies: the first is number {place}."
        return f"It is number {place}; with {counted(self.rank, 'row')} it would stay."


def mixture_rank(engine: Engine, preview: RecipePreview, instance: int) -> MixtureRank | None:
    """What the mixture of a preview's recipe does to an instance; None where it changes nothing."""
    row = engine.row(instance)
    if not preview.recipe.mixture:
        return None
    stock = engine.stock(preview.recipe, preview.recipe.mixture.perspective)
    if preview.copies[row] == stock.pool[row]:
        return None
    number = stock.values.of[row]
    same = stock.order[stock.values.of[stock.order] == number]
    before = int(stock.pool[same[: int(np.flatnonzero(same == row)[0])]].sum(dtype=np.int64))
    return MixtureRank(
        stock.values.perspective,
        stock.values.names[number],
        before + 1,
        int(stock.counts[number]),
        int(preview.copies[same].sum(dtype=np.int64)),
        int(preview.copies[row]),
    )


def written_rank(store: Store, perspective: str, run: int, instance: int, copies: int) -> MixtureRank | None:
    """What the mixture of a run did to an instance that has `copies` in it, as it was written; None where nothing."""
    found = store.row(
        """
        select e.name, o.rank, o.of, o.most from over_share o left join entity e using (entity)
        where o.run = $1 and o.instance = $2""",
        [run, instance],
    )
    if found is None:
        return None
    value, rank, of, most = found
    return MixtureRank(perspective, value, int(rank), int(of), int(most), copies)


def write_over_share(writer: Writer, run: int, engine: Engine, preview: RecipePreview) -> None:
    """Write a row per instance of which the mixture changes the copies."""
    if not preview.mixture or not preview.mixture.binds:
        return
    stock = engine.stock(preview.recipe, preview.mixture.perspective)
    values, order = stock.values, stock.order
    by_value = order[np.argsort(values.of[order], kind="stable")]
    number, times = values.of[by_value], stock.pool[by_value].astype(np.int64)
    running = np.cumsum(times) - times
    starts = np.cumsum(stock.counts) - stock.counts
    given = np.bincount(number, weights=preview.copies[by_value], minlength=len(values.names))
    changed = preview.copies[by_value] != times
    number = number[changed]
    ids = engine.postings[values.perspective].ids
    writer.insert(
        "over_share",
        pa.table(
            {
                "run": pa.array(np.full(len(number), run, dtype=np.int32)),
                "instance": engine.instances[by_value[changed]],
                "entity": pa.array(np.append(ids, np.int32(0))[number], mask=number == len(ids)),
                "rank": (running[changed] - starts[number] + 1).astype(np.int32),
                "of": stock.counts[number].astype(np.int32),
                "most": given[number].astype(np.int32),
                "copies": times[changed].astype(np.int8),
            }
        ),
    )
