"""τ of a run over shards and what its recipe says of single entities, by their numbers: what the stage `tau` writes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from adr.recipe import Recipe
from adr.report import from_json
from adr.shards.shard_run import GLOBAL, ShardRun

FILE = "tau.json"


@dataclass(frozen=True)
class AskedCap:
    """A cap of one entity, by its name and number, or of each entity of a perspective (both None)."""

    perspective: str
    most: int
    entity: str | None = None
    number: int | None = None


@dataclass(frozen=True)
class Limits:
    """tau: of every perspective of the index, in its order; numbers: {perspective: {name: its number}} of the entities
    that the recipe names and that occur, numbered as in `adr.shards.entity_tables`."""

    tau: Mapping[str, float]
    numbers: Mapping[str, Mapping[str, int]]

    @classmethod
    def of(cls, run: ShardRun) -> "Limits":
        """Those of a run whose stage `tau` is done."""
        return from_json(cls, run.file("tau", GLOBAL, FILE).read_text(encoding="utf-8"))

    def own(self, recipe: Recipe, perspective: str) -> dict[int, float]:
        """{number of an entity: what replaces its τ}."""
        numbers = self.numbers.get(perspective, {})
        return {numbers[name]: value for name, value in recipe.limits(perspective).items() if name in numbers}

    def caps(self, recipe: Recipe) -> list[AskedCap]:
        """The caps of entities that occur, then those of each entity of a perspective."""
        named = [
            AskedCap(perspective, most, name, self.numbers[perspective][name])
            for perspective, wanted in recipe.at_most.items()
            for name, most in wanted.items()
            if name in self.numbers[perspective]
        ]
        return [*named, *(AskedCap(perspective, most) for perspective, most in recipe.at_most_each.items())]

    def capped_by_name(self, recipe: Recipe, perspective: str) -> list[int]:
        """Numbers of the entities that have a cap of their own."""
        numbers = self.numbers.get(perspective, {})
        return [numbers[name] for name in recipe.at_most.get(perspective, {}) if name in numbers]

    def unused(self, recipe: Recipe) -> list[str]:
        """What the recipe sets for entities that do not occur, as "object: unicorn"."""
        return [
            f"{perspective}: {name}"
            for perspective in self.tau
            for name in named_in(recipe, perspective)
            if name not in self.numbers.get(perspective, {})
        ]


def named_in(recipe: Recipe, perspective: str) -> list[str]:
    """The entities of a perspective that the recipe names, each once."""
    mixture = recipe.mixture
    values = mixture.named if mixture and mixture.perspective == perspective else ()
    return list(dict.fromkeys((*recipe.limits(perspective), *recipe.at_most.get(perspective, {}), *values)))


def indexed_perspectives(run: ShardRun) -> dict[str, int]:
    """{perspective: number of its entities} of the index over the shards, in its order."""
    said = json.loads(run.file("entities", GLOBAL, "entities.json").read_text(encoding="utf-8"))
    return {perspective: int(found["entities"]) for perspective, found in said.items()}
