"""What the stage extract wrote of one shard, perspective by perspective: its postings and its names."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from adr.shards.shard_run import ShardRun

Numbers = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Extracted:
    """The files postings and names of a shard, each read once."""

    postings: pa.Table
    names: pa.Table

    @classmethod
    def of(cls, run: ShardRun, number: int, instances: Numbers | None = None) -> "Extracted":
        """Those of a shard; with `instances` only the postings of these."""
        chosen = None if instances is None else pc.field("instance").isin(pa.array(instances))
        return cls(
            _read(run, number, "postings", ["perspective", "instance", "name"], chosen),
            _read(run, number, "names", ["perspective", "number", "name", "draw_key"]),
        )

    def postings_of(self, perspective: str) -> tuple[Numbers, Numbers]:
        """(instance, number of a name) of every posting in a perspective."""
        found = _in(self.postings, perspective)
        return _numbers(found["instance"]), _numbers(found["name"])

    def names_of(self, perspective: str) -> pa.Table:
        """The names of a perspective, by their number: number, name, draw_key."""
        return _in(self.names, perspective).sort_by("number")


def places_of(numbers: Numbers, asked: Numbers) -> Numbers:
    """The place in `numbers` of each number asked for, which must be among them."""
    place = np.zeros(int(numbers.max(initial=-1)) + 1, dtype=np.int32)
    place[numbers] = np.arange(len(numbers), dtype=np.int32)
    return place[asked]


def _read(run: ShardRun, number: int, name: str, columns: list[str], chosen: pc.Expression | None = None) -> pa.Table:
    file = run.file("extract", number, f"{name}.parquet")
    table = pq.read_table(file, columns=columns, filters=chosen)
    return table.set_column(0, "perspective", _encoded(table["perspective"]))


def _encoded(column: pa.ChunkedArray) -> pa.Array:
    """The column as one dictionary array."""
    whole = column.combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.unify_dictionaries().chunks) if whole.num_chunks else pa.array([], whole.type)
    return whole if pa.types.is_dictionary(whole.type) else whole.dictionary_encode()


def _in(table: pa.Table, perspective: str) -> pa.Table:
    """The rows of one perspective."""
    codes = table["perspective"].combine_chunks()
    codes = codes.chunk(0) if isinstance(codes, pa.ChunkedArray) else codes
    code = codes.dictionary.index(pa.scalar(perspective, codes.dictionary.type)).as_py()
    return table.filter(pc.equal(codes.indices, code))


def _numbers(column: pa.ChunkedArray) -> Numbers:
    return np.asarray(column).astype(np.int32, copy=False)
