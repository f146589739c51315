"""Stages of a run over shards that are quick to do and show what an engine does: each writes who did it, and where."""

import json
import os
import time
from functools import partial
from pathlib import Path
from typing import Any

from adr.errors import AdrError
from adr.shards.shard_run import ShardRun
from adr.shards.shard_set import ShardSet
from adr.shards.stages import ShardStage
from adr.shards.tasks import perform

VERSION = 1


def make(shards: ShardSet, run: ShardRun, number: int, folder: Path) -> dict[str, Any]:
    """Write the process and its Ray node. Beside the shards, `kills` names shards that end the process, `refused` those
    that cannot be read, `slow` how many seconds each takes."""
    wish = json.loads((shards.folder / "wish.json").read_text())
    with (shards.folder / "begun.txt").open("a") as begun:
        begun.write(f"{number}\n")
    time.sleep(wish.get("slow", 0))
    if number in wish.get("kills", []):
        os._exit(1)
    if number in wish.get("refused", []):
        raise AdrError(f"Shard {number} cannot be read.", "Cut it again.")
    import ray

    node = ray.get_runtime_context().get_node_id()
    (folder / f"{number:05d}.json").write_text(json.dumps({"pid": os.getpid(), "node": node}))
    return {"instances": shards.shards[number].records}


STANDING = (ShardStage("standing", module="tests.worlds.standing_stages"),)
work = partial(perform, stages=STANDING)
