"""The rows of one shard that a run keeps, as the export's own code reads them.

A store in memory has the shard's decisions and reads its instances where they are. What is the same for all shards is
there as on one machine: the sources with their folders of pictures, and the forms of all records.
"""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from adr.shards.shard_run import ShardRun
from adr.shards.shard_set import ShardSet
from adr.store import Store, Writer

RUN = 1
"""The number that the run has in the store of a shard."""
_READ = ("instance", "rejected", "oddity", "annotation", "image_link")


@contextmanager
def rows_of(shards: ShardSet, run: ShardRun, number: int) -> Iterator[Store]:
    """A store with the rows of a shard and what is decided about them, as run RUN."""
    read = run.file("read", number, "duckdb")
    with closing(Store.over(read, _READ)) as store:
        decided = pq.read_table(run.file("settle", number, "decision.parquet"))
        with store.atomic() as writer:
            writer.insert("decision", decided.append_column("run", pa.array([RUN] * len(decided), pa.int32())))
            _insert_epochs(writer, run, number)
            writer.execute("insert into run (run, recipe) values ($1, $2)", [RUN, run.recipe])
            writer.execute("insert into source by name (from other.source)")
            for one in shards.sources:
                writer.execute(
                    """
                    insert into source (source, name, path, images, image_prefix, layout)
                    select $1, $2, $3, $4, $5, $6 where $1 not in (select source from source)""",
                    [one.source, one.name, one.path, one.images, one.prefix, one.layout],
                )
            writer.execute("update source set form = $1", [form_of(shards, run)])
        yield store


def _insert_epochs(writer: Writer, run: ShardRun, number: int) -> None:
    """What the epochs after the first keep, as the table `epoch_kept` has it."""
    for epoch in range(2, run.asked.epochs + 1):
        kept = pq.read_table(run.file("settle", number, f"epoch-{epoch}.parquet"))
        kept = kept.append_column("run", pa.array([RUN] * len(kept), pa.int32()))
        writer.insert("epoch_kept", kept.append_column("epoch", pa.array([epoch] * len(kept), pa.uint8())))


def form_of(shards: ShardSet, run: ShardRun) -> str:
    """The forms of the records of all shards, with commas between."""
    forms = {form for shard in shards.shards for form in _forms(run, shard.number)}
    return ", ".join(sorted(forms)) or "llava"


def _forms(run: ShardRun, number: int) -> list[str]:
    done: Path = run.file("read", number, "done.json")
    figures = json.loads(done.read_text(encoding="utf-8"))["figures"]
    return [form for form in str(figures["form"] or "").split(", ") if form]
