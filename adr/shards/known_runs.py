"""Which runs a folder of shards has seen: each leaves a file that says what it was asked for."""

import json
from dataclasses import asdict
from pathlib import Path

from adr.files import write_whole
from adr.shards.shard_run import ShardRun

_FILE = "run.json"


def remember(run: ShardRun) -> None:
    """Write down what a run was asked for, for whoever looks at the folder."""
    run.own.mkdir(parents=True, exist_ok=True)
    write_whole(run.own / _FILE, json.dumps(asdict(run), ensure_ascii=False).encode())


def known_runs(folder: Path) -> list[ShardRun]:
    """The runs of a folder of shards, the one begun last first. A file that cannot be read is left out."""
    found = []
    for path in folder.glob(f"runs/*/{_FILE}"):
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
            found.append((path.stat().st_mtime, ShardRun(**{**said, "folder": str(folder)})))
        except (OSError, ValueError, TypeError):
            continue
    return [run for _, run in sorted(found, key=lambda one: -one[0])]
