"""The folder that tells a process which pictures to lay over one another, and keeps what it found: WORKSPACE/pairs/.

A pair is known by the stamps of its two files, in their order. Safe to delete: then every pair is compared again. Knows
nothing of how pictures are compared.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from adr.files import whole_file

Pair = tuple[str, str]
"""The stamps of two pictures, the lesser first."""

_FOUND = pa.schema([("one", pa.string()), ("other", pa.string()), ("difference", pa.float32())])
_ASKED = pa.schema([("one", pa.string()), ("other", pa.string()), ("file", pa.string()), ("other_file", pa.string())])


class PairFolder:
    """One folder of pairs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def log(self) -> Path:
        """What the process writes on standard error."""
        return self.folder / "log.txt"

    def ask(self, pairs: Mapping[Pair, tuple[Path, Path]]) -> None:
        """Write down which pairs are wanted, each with its two files."""
        self.folder.mkdir(parents=True, exist_ok=True)
        rows = [(*pair, str(file), str(other)) for pair, (file, other) in pairs.items()]
        with whole_file(self.folder / "asked.parquet") as partial:
            pq.write_table(_table(rows, _ASKED), partial)

    def asked(self) -> dict[Pair, tuple[Path, Path]]:
        """The pairs that are wanted."""
        rows = zip(*pq.read_table(self.folder / "asked.parquet").to_pydict().values(), strict=True)
        return {(one, other): (Path(file), Path(other_file)) for one, other, file, other_file in rows}

    def known(self) -> dict[Pair, float]:
        """{pair: how much its pictures differ}. A damaged file is deleted: its pairs are compared again."""
        found: dict[Pair, float] = {}
        for path in sorted(self.folder.glob("[0-9]*.parquet")):
            try:
                columns = pq.read_table(path, schema=_FOUND).to_pydict()
            except (OSError, pa.ArrowInvalid):
                path.unlink(missing_ok=True)
                continue
            found |= {(one, other): apart for one, other, apart in zip(*columns.values(), strict=True)}
        return found

    def keep(self, found: Mapping[Pair, float]) -> None:
        """Add what was found, as one file."""
        last = max((int(path.stem) for path in self.folder.glob("[0-9]*.parquet")), default=-1)
        with whole_file(self.folder / f"{last + 1:06d}.parquet") as partial:
            pq.write_table(_table([(*pair, apart) for pair, apart in found.items()], _FOUND), partial)


def _table(rows: Sequence[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in schema]
    return pa.table(dict(zip(schema.names, columns, strict=True)), schema=schema)
