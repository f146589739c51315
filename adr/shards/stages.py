"""The stages of a run over shards: their order, what each reads, and which part of the recipe each depends on.

The module of a stage, and with it the program's stage that it calls, is imported only when that stage runs.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from adr.errors import AdrError
from adr.recipe import Recipe
from adr.shards.shard_run import ShardRun
from adr.shards.shard_set import ShardSet

Make = Callable[[ShardSet, ShardRun, int, Path], dict[str, Any]]
"""(shards, run, number of the shard or GLOBAL, an empty folder) → figures: writes the files of one task."""


@dataclass(frozen=True)
class ShardStage:
    """A stage. whole: whether one task does all shards at once; reads: the stages whose files it reads; recipe: the
    tables of the recipe that matter to it; words: whether the lexicon does."""

    name: str
    whole: bool = False
    reads: tuple[str, ...] = ()
    recipe: tuple[str, ...] = ()
    words: bool = False
    module: str = ""

    @property
    def _module(self) -> Any:
        return import_module(self.module or f"adr.shards.{self.name}")

    @property
    def make(self) -> Make:
        """What does one task of it."""
        return cast(Make, self._module.make)

    @property
    def version(self) -> int:
        """A number that changes when the stage makes something else from the same files."""
        return int(self._module.VERSION)

    def asked(self, run: ShardRun) -> dict[str, Any]:
        """What the run asks for that matters to it."""
        recipe = run.asked
        found: dict[str, Any] = {table: _table(recipe, table) for table in self.recipe}
        if "export" in self.recipe:
            found["format"] = run.format
        if self.name == "join":
            found["out"] = run.out
        return found


STAGES: tuple[ShardStage, ...] = (
    ShardStage("read", recipe=("ingest",)),
    ShardStage("labels", whole=True, reads=("read",), recipe=("index",), words=True),
    ShardStage("extract", reads=("read", "labels"), recipe=("index",), words=True),
    ShardStage("entities", whole=True, reads=("extract",), recipe=("index",)),
    ShardStage("tau", whole=True, reads=("extract", "entities"), recipe=("rebalance",)),
    ShardStage("decide", reads=("read", "extract", "tau"), recipe=("rebalance",)),
    ShardStage("settle", whole=True, reads=("entities", "tau", "decide"), recipe=("rebalance",)),
    ShardStage("write", reads=("read", "extract", "tau", "decide", "settle"), recipe=("rebalance", "export")),
    ShardStage("join", whole=True, reads=("extract", "entities", "settle", "write"), recipe=("rebalance", "export")),
)
"""In the order in which they run."""
EXPORTING = ("write", "join")
"""The stages that a run without an export leaves out."""
NEEDS_RECIPE = ("tau", "decide", "settle", *EXPORTING)
"""The stages whose files lie apart for each recipe, and what is made of them."""


def stage_named(name: str, stages: Iterable[ShardStage] = STAGES) -> ShardStage:
    """The stage of this name; AdrError when no stage has it."""
    known = {one.name: one for one in stages}
    if name not in known:
        raise AdrError(f"There is no stage {name}.", f"The stages are {', '.join(known)}.")
    return known[name]


def _table(recipe: Recipe, table: str) -> Any:
    return recipe.fingerprint if table == "rebalance" else dict(getattr(recipe, table))
