"""The bytes of a Parquet file do not depend on the pieces in which its rows lie in memory."""

import random

import pyarrow as pa

from adr.export import parquet


def test_parquet_files__rows_in_one_piece_or_in_three(tmp_path):
    letters, columns = random.Random(1), parquet.columns_of(tools=False)
    texts = ["".join(letters.choices("abcdefgh ", k=900)) for _ in range(3000)]  # more than a page of 1 MB
    rows = [
        {"id": "1", "images": [], "messages": [{"role": "user", "content": [{"type": "text", "text": text}]}]}
        for text in texts
    ]
    whole = pa.Table.from_pylist(rows, schema=columns.schema)
    made = []
    for table in (whole, pa.concat_tables([whole.slice(0, 777), whole.slice(777, 900), whole.slice(1677)])):
        files = parquet.ParquetFiles(tmp_path / str(len(made)), parquet.schema_of(columns, inside=False), "data")
        files.write(table)
        files.close()
        made.append((tmp_path / str(len(made)) / files.named()[0]).read_bytes())
    assert made[0] == made[1]
