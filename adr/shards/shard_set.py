"""The shards of a dataset: which records each holds, and where they lie. Knows nothing of what is made of them."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from adr.errors import AdrError
from adr.files import write_whole

FILE = "shards.json"
VERSION = 1


@dataclass(frozen=True)
class RecordShard:
    """Consecutive records of one source. first: the position of its first record in the whole dataset; records:
    those that are set aside included. path: of the file that holds them, in the folder of the shards where it is
    relative; begin, end: the bytes of that file, where it holds other records too; layout: how they lie in it."""

    number: int
    source: int
    first: int
    records: int
    path: str
    layout: str
    begin: int | None = None
    end: int | None = None


@dataclass(frozen=True)
class CutSource:
    """A source that was cut. images: the folder of its pictures; objects: the file of its annotations; first: the
    position of its first record; sha256: of the whole source; prefix: of its picture paths (see adr.ingest.sources);
    options: how its records are read, as adr.ingest.options writes them; changed: when the file had changed last, in
    nanoseconds; taken: as in `Given`; kept_objects: the file that its annotations were copied to, in the folder of the
    shards."""

    source: int
    name: str
    path: str
    layout: str
    bytes: int
    sha256: str
    first: int
    records: int
    images: str | None = None
    objects: str | None = None
    prefix: str = ""
    options: dict[str, Any] | None = None
    changed: int = 0
    taken: str = ""
    objects_sha256: str | None = None
    kept_objects: str | None = None


@dataclass(frozen=True)
class ShardSet:
    """All shards of a dataset, in order, and the sources that they were cut from."""

    folder: Path
    sources: tuple[CutSource, ...]
    shards: tuple[RecordShard, ...]

    @property
    def records(self) -> int:
        """Records of all shards, those that are set aside included."""
        return sum(one.records for one in self.shards)

    def path_of(self, shard: RecordShard) -> Path:
        """The file that holds a shard's records."""
        return self.folder / shard.path

    @classmethod
    def at(cls, folder: Path) -> "ShardSet":
        """The shards in a folder; AdrError when it holds none."""
        try:
            said = json.loads((folder / FILE).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise AdrError(f"{folder} holds no shards.", f"Make them: adr shards cut SOURCE --out {folder}.") from error
        return cls(
            folder,
            tuple(CutSource(**one) for one in said["sources"]),
            tuple(RecordShard(**one) for one in said["shards"]),
        )

    def write(self) -> None:
        """Write the list of the shards to their folder."""
        said = {
            "version": VERSION,
            "sources": [asdict(one) for one in self.sources],
            "shards": [asdict(one) for one in self.shards],
        }
        write_whole(self.folder / FILE, json.dumps(said, ensure_ascii=False, indent=1).encode())
