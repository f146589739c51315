"""What the stage write says of one shard, beside its files: its rows, and what `join` has to know of them."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from adr.files import write_whole
from adr.shards.part_writers import Pieces
from adr.shards.shard_run import ShardRun

_FILE = "lint.json"


@dataclass(frozen=True)
class WrittenRows:
    """The rows of a shard in one set of main files. epoch: as in `Leaving`; rows: with copies, without those that are
    left out; tools: whether a record has tools; pieces: {number of a range: files with its rows}."""

    epoch: int
    rows: int
    tools: bool
    pieces: Pieces


@dataclass(frozen=True)
class WrittenShard:
    """What is known of the rows of a shard. main: in the main files of the export; epochs: in those of each epoch,
    where these are written; kept: instances; instances, rejected: records of the shard; reasons: instances for each
    reason of a decision; left_out: positions that were left out because of an error; findings, facts: for the lint;
    source: what the table `source` says of the shard's source."""

    main: WrittenRows
    epochs: list[WrittenRows]
    kept: int
    instances: int
    rejected: int
    reasons: dict[str, int]
    left_out: list[int]
    findings: list[dict[str, Any]]
    facts: dict[str, Any]
    source: dict[str, Any]

    @classmethod
    def of(cls, run: ShardRun, number: int) -> "WrittenShard":
        """What was said of a shard."""
        said = json.loads(run.file("write", number, _FILE).read_text(encoding="utf-8"))
        rows = {"main": WrittenRows(**said["main"]), "epochs": [WrittenRows(**one) for one in said["epochs"]]}
        return cls(**{**said, **rows})

    def write(self, folder: Path, run: ShardRun, number: int) -> None:
        """Say it of a shard whose files are in `folder`."""
        said = json.dumps(asdict(self), ensure_ascii=False)
        write_whole(folder / run.file("write", number, _FILE).name, said.encode())
