"""Selection only: which positions of the source are kept and why, to apply to one's own copy of the source.

It holds no text and no pictures, so it is small and raises no question of licences.
"""

import pyarrow.parquet as pq

from adr.export.lint import Rules
from adr.export.work import Format, Work

PARQUET = "selection.parquet"
LINES = "selection.jsonl"
_COLUMNS = """
    select d.instance as position, i.id::json->>'$' as id, d.kept, d.copies::integer as copies,
           d.pass_count::integer as pass_count, d.reason, round(d.probability::double, 6) as probability
    from decision d join instance i using (instance)
    where d.run = $1 and d.instance between $2 and $3 order by d.instance
    """
STEP = 100_000


def write(work: Work) -> list[str]:
    """Write one row per instance of the source, as Parquet and as JSON Lines; returns [PARQUET, LINES]."""
    last = int(work.store.value("select coalesce(max(instance), -1) from decision where run = $1", [work.leave.run]))
    writer: pq.ParquetWriter | None = None
    with work.file(LINES) as out:
        for start in range(0, last + 1, STEP):
            work.progress(start, last + 1, "Writing")
            bounds = [work.leave.run, start, start + STEP - 1]
            table = work.store.arrow(_COLUMNS, bounds)
            if writer is None:
                writer = pq.ParquetWriter(work.folder / PARQUET, table.schema, compression="zstd")
            writer.write_table(table)
            for batch in work.store.batches(f"select to_json(s)::varchar from ({_COLUMNS}) s", bounds, size=50_000):
                out.write(("\n".join(text for (text,) in batch) + "\n").encode())
    if writer is not None:
        writer.close()
    return [PARQUET, LINES] if writer is not None else [LINES]


FORMAT = Format(
    name="selection",
    title="Selection only",
    sentence="Position, kept, reason and probability of every instance, to apply to your own copy of the source.",
    setting="keep the records at the positions with kept = true",
    rules=Rules(conversation=False, carries_ids=False),
    images=("reference",),
    write=write,
    keeps=lambda form: True,
    part="decisions",
)
