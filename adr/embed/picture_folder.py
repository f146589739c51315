"""A folder that tells a process which pictures to read, and keeps what it found in numbered files.

A picture is known by its stamp (`adr.embed.hash_folder.stamp_of`), so what was found stays true when others come or go.
Safe to delete: then every picture is read again. Knows nothing of what is found.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any, Generic, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from adr.files import whole_file, write_whole

Found = TypeVar("Found")


class PictureFolder(Generic[Found]):
    """One folder. kind: the dataclass of what is found in a picture; columns: the types of its fields, by name."""

    def __init__(self, folder: Path, kind: type[Found], columns: Mapping[str, pa.DataType]) -> None:
        self.folder = folder
        self._kind = kind
        self._schema = pa.schema([("stamp", pa.string()), *columns.items()])

    @property
    def log(self) -> Path:
        """What the process writes on standard error."""
        return self.folder / "log.txt"

    def ask(self, files: Sequence[Path]) -> None:
        """Write down which pictures are wanted."""
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole(self.folder / "asked.json", json.dumps([str(file) for file in files]).encode())

    def asked(self) -> list[Path]:
        """The pictures that are wanted."""
        return [Path(path) for path in json.loads((self.folder / "asked.json").read_text(encoding="utf-8"))]

    def known(self) -> dict[str, Found]:
        """{stamp: what was found}. A damaged file is deleted: what it held is read again."""
        found: dict[str, Found] = {}
        for path in sorted(self.folder.glob("[0-9]*.parquet")):
            try:
                block = pq.read_table(path, schema=self._schema)
            except (OSError, pa.ArrowInvalid):
                path.unlink(missing_ok=True)
                continue
            columns = [block[name].to_pylist() for name in self._schema.names]
            found |= {stamp: self._kind(*rest) for stamp, *rest in zip(*columns, strict=True)}
        return found

    def keep(self, found: Mapping[str, Any]) -> None:
        """Add what was found, as one file."""
        last = max((int(path.stem) for path in self.folder.glob("[0-9]*.parquet")), default=-1)
        columns = [list(found), *map(list, zip(*map(astuple, found.values()), strict=True))]
        with whole_file(self.folder / f"{last + 1:06d}.parquet") as partial:
            pq.write_table(pa.table(dict(zip(self._schema.names, columns, strict=True)), schema=self._schema), partial)
