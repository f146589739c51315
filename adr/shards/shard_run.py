"""What a run over shards was asked for, and where each of its stages keeps its files.

A run is plain values, so that it can be sent to another process or machine. Knows nothing of what stages do.
"""

from dataclasses import dataclass
from pathlib import Path

from adr.recipe import Recipe

GLOBAL = -1
"""In place of the number of a shard: a task over all shards."""


@dataclass(frozen=True)
class ShardRun:
    """One run over shards. folder: of the shards; recipe: as TOML text; out: the folder of the export, if one is to be
    written; replace: whether it takes the place of an export that is there."""

    folder: str
    recipe: str
    out: str | None = None
    format: str = "llava"
    replace: bool = False

    @property
    def asked(self) -> Recipe:
        """The recipe; AdrError when it is not one."""
        return Recipe.from_toml(self.recipe, "the recipe")

    def place(self, stage: str) -> Path:
        """The folder of a stage's files. What depends on the recipe's [rebalance] lies apart for each of them."""
        folder = Path(self.folder)
        if stage in ("decide", "settle", "write"):
            folder = folder / "runs" / self.asked.fingerprint[:12]
        return folder / (f"write-{self.format}" if stage == "write" else stage)

    def file(self, stage: str, number: int, name: str) -> Path:
        """A file of a stage: 00017.postings.parquet of a shard, labels.json of a task over all shards."""
        return self.place(stage) / (name if number == GLOBAL else f"{number:05d}.{name}")


@dataclass(frozen=True)
class Task:
    """One piece of a run: a stage, for one shard or for all of them (GLOBAL)."""

    stage: str
    shard: int
