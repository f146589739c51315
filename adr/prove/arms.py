"""The arms of an experiment: what each of them trains on, for every seed.

Arms are decided anew on the training instances alone, by the rebalance engine over those instances. `random` is the
reference of every comparison; the control arms show whether the experiment could see an effect at all.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from adr.draws import draw_key, draws
from adr.prove.training_side import training_recipe
from adr.rebalance.engine import Engine
from adr.recipe import Recipe

CANDIDATE, REPEAT_KEY, COPY_KEY, PLANTED_KEY = (
    "prove candidate",
    draw_key("prove repeat", ""),
    draw_key("prove copy", ""),
    draw_key("prove planted", ""),
)
UNMIXED_KEY = draw_key("prove unmixed", "")
_PLANTED_PART = 3
COLUMNS = pa.schema(
    [("position", pa.int64()), ("candidate", pa.string()), ("copies", pa.int32()), ("picture", pa.string())]
)


@dataclass(frozen=True)
class Synthetic:
    """An accepted candidate that may be trained on. entities: numbers of the index; picture: SHA-256 of its file (of
    the parent's where only the conversation is new), None without one."""

    candidate: str
    entities: tuple[int, ...]
    picture: str | None
    questions: int


@dataclass(frozen=True)
class ArmRows:
    """What an arm trains on: instances with how often each counts, and candidates with the pictures that stand in for
    their own (None: their own)."""

    positions: NDArray[np.int64]
    copies: NDArray[np.int64]
    candidates: tuple[str, ...] = ()
    pictures: tuple[str | None, ...] = ()

    @property
    def instances(self) -> int:
        """Real rows, copies counted."""
        return int(self.copies.sum())

    @property
    def size(self) -> int:
        """All rows, copies counted."""
        return self.instances + len(self.candidates)

    def with_candidates(self, candidates: Sequence[Synthetic]) -> "ArmRows":
        """The same instances with these candidates, each with its own picture."""
        names = tuple(one.candidate for one in candidates)
        return ArmRows(self.positions, self.copies, names, (None,) * len(names))

    def table(self) -> pa.Table:
        """The table `arms/ARM-SEED.parquet`: instances by position, then candidates."""
        real, made = len(self.positions), len(self.candidates)
        columns = {
            "position": [*self.positions.tolist(), *[None] * made],
            "candidate": [*[None] * real, *self.candidates],
            "copies": [*self.copies.tolist(), *[1] * made],
            "picture": [*[None] * real, *self.pictures],
        }
        return pa.table(columns, schema=COLUMNS)


@dataclass(frozen=True)
class TrainingSide:
    """All that arms are made from. engine: over the training instances; share: the part of the dataset that they are;
    questions: of each row of the engine; planted: positions that only the planted arm trains on."""

    engine: Engine
    recipe: Recipe
    share: float
    questions: NDArray[np.int64]
    candidates: tuple[Synthetic, ...]
    planted: NDArray[np.int64]

    def rows(self, copies: NDArray[np.int64]) -> ArmRows:
        """The instances that have copies; one number per row of the engine."""
        there = np.flatnonzero(copies)
        return ArmRows(self.engine.instances[there].astype(np.int64), copies[there].astype(np.int64))

    def recipe_of(self, seed: int) -> Recipe:
        """The recipe of one repeat."""
        return training_recipe(self.recipe, self.share, seed)

    def kept(self, seed: int) -> NDArray[np.int64]:
        """How often the recipe keeps each row."""
        return self.engine.preview(self.recipe_of(seed)).copies.astype(np.int64)

    def first(self, seed: int, size: int) -> NDArray[np.int64]:
        """1 for each row of a uniform random subset of that size, else 0; a larger one contains the smaller."""
        copies = np.zeros(self.engine.rows, dtype=np.int64)
        copies[self.engine.baseline(self.recipe_of(seed).seed, size)] = 1
        return copies

    def drawn(self, seed: int, most: int) -> tuple[Synthetic, ...]:
        """At most so many of the candidates, in their order: those whose draws come first."""
        return tuple(self.candidates[at] for at in np.sort(self.order(seed)[:most]))

    def order(self, seed: int) -> NDArray[np.int64]:
        """The places of the candidates, by a draw."""
        keys = [draw_key(CANDIDATE, one.candidate) for one in self.candidates]
        return np.argsort(draws(seed, np.array(keys, dtype=np.uint64), 0), kind="stable")

    def added(self, seed: int) -> tuple[Synthetic, ...]:
        """The candidates that bring what the recipe keeps back to the volume of the training instances."""
        return self.drawn(seed, max(0, self.engine.rows - int(self.kept(seed).sum())))

    @cached_property
    def perspective(self) -> str:
        """The perspective in which rarity is measured: object, or token where no objects are known."""
        return "object" if len(self.engine.postings["object"].n) else "token"

    @cached_property
    def places(self) -> Mapping[int, tuple[str, int]]:
        """{number of an entity: (its perspective, its place in the engine)}."""
        return {
            int(entity): (perspective, place)
            for perspective, postings in self.engine.postings.items()
            for place, entity in enumerate(postings.ids)
        }


def original(side: TrainingSide, seed: int) -> ArmRows:
    """The training instances as they were read."""
    return side.rows(np.ones(side.engine.rows, dtype=np.int64))


def random(side: TrainingSide, seed: int) -> ArmRows:
    """A uniform random subset, as large as what the recipe keeps."""
    return side.rows(side.first(seed, int(side.kept(seed).sum())))


def random_questions(side: TrainingSide, seed: int) -> ArmRows:
    """The smallest uniform random subset with at least as many questions as what the recipe keeps."""
    wanted = int((side.kept(seed) * side.questions).sum())
    size = bisect_left(
        range(side.engine.rows), wanted, key=lambda rows: int((side.first(seed, rows) * side.questions).sum())
    )
    return side.rows(side.first(seed, size))


def refined(side: TrainingSide, seed: int) -> ArmRows:
    """What the recipe keeps of the training instances."""
    return side.rows(side.kept(seed))


def unmixed(side: TrainingSide, seed: int) -> ArmRows:
    """What the recipe keeps before its mixture, thinned at random to the size that the mixture leaves; all of it where
    the mixture repeats it to more."""
    pool = side.engine.preview(replace(side.recipe_of(seed), mixture=None)).copies
    copies = np.repeat(np.arange(side.engine.rows), pool)
    drawn = np.argsort(draws(seed, UNMIXED_KEY, np.arange(len(copies))), kind="stable")
    chosen = copies[drawn[: int(side.kept(seed).sum())]]
    return side.rows(np.bincount(chosen, minlength=side.engine.rows).astype(np.int64))


def refined_synthetic(side: TrainingSide, seed: int) -> ArmRows:
    """What the recipe keeps, filled up with candidates to the volume of the original."""
    return refined(side, seed).with_candidates(side.added(seed))


def random_synthetic(side: TrainingSide, seed: int) -> ArmRows:
    """The same candidates beside the random subset: tells what choosing adds to synthesis."""
    return random(side, seed).with_candidates(side.added(seed))


def refined_copies(side: TrainingSide, seed: int) -> ArmRows:
    """For each of the same candidates a copy of a kept instance that has one of its entities: weight without new
    pictures. Where no kept instance has one, an instance that holds a tail entity is copied."""
    copies = side.kept(seed)
    recipe = side.recipe_of(seed)
    kept = copies > 0
    tail = np.flatnonzero(kept & (side.engine.held(recipe, side.engine.tau(recipe)) > 0))
    spare = tail if len(tail) else np.flatnonzero(kept)
    order, added = draws(seed, COPY_KEY, side.engine.instances), np.zeros(side.engine.rows, dtype=np.int64)
    for one in side.added(seed):
        among = [row for rows in _holding(side, one) for row in rows[kept[rows]].tolist()] or spare.tolist()
        if among:
            added[min(among, key=lambda row: (added[row], order[row]))] += 1
    return side.rows(copies + added)


def _holding(side: TrainingSide, one: Synthetic) -> list[NDArray[np.int64]]:
    """The rows that have each of the candidate's entities."""
    return [side.engine.rows_of(*side.places[entity]) for entity in one.entities if entity in side.places]


def original_synthetic(side: TrainingSide, seed: int) -> ArmRows:
    """Nothing dropped, and every candidate added."""
    return original(side, seed).with_candidates(side.candidates)


def original_repeated(side: TrainingSide, seed: int) -> ArmRows:
    """Repeat factors (LVIS, arXiv 1908.03195): an instance counts sqrt(τ / n) times, n being the count of its rarest
    entity; the fraction is drawn."""
    tau = side.engine.tau(side.recipe_of(seed))[side.perspective]
    rarest = side.engine.postings[side.perspective].rarest().astype(np.float64)
    factor = np.sqrt(np.maximum(1.0, tau / rarest))
    whole = np.floor(factor)
    drawn = draws(seed, REPEAT_KEY, side.engine.instances) < factor - whole
    return side.rows(whole.astype(np.int64) + drawn)


def shuffled_synthetic(side: TrainingSide, seed: int) -> ArmRows:
    """Negative control: as `original_synthetic`, and every synthetic conversation stands on another one's picture, of
    another entity where no entity has more than half of the candidates."""
    by_entity: dict[tuple[int, ...], list[Synthetic]] = {}
    for at in side.order(seed).tolist():
        by_entity.setdefault(side.candidates[at].entities, []).append(side.candidates[at])
    ordered = [one for same in by_entity.values() for one in same]
    step = max(map(len, by_entity.values()), default=0)
    pictures = {one.candidate: ordered[(at + step) % len(ordered)].picture for at, one in enumerate(ordered)}
    names = tuple(one.candidate for one in side.candidates)
    whole = original(side, seed)
    return ArmRows(whole.positions, whole.copies, names, tuple(pictures[name] for name in names))


def planted(side: TrainingSide, seed: int) -> ArmRows:
    """Positive control: the original and the real instances that every other arm lacks."""
    positions = np.sort(np.concatenate([side.engine.instances.astype(np.int64), side.planted]))
    return ArmRows(positions, np.ones(len(positions), dtype=np.int64))


ARMS: Mapping[str, Callable[[TrainingSide, int], ArmRows]] = {
    "original": original,
    "random": random,
    "random_questions": random_questions,
    "refined": refined,
    "unmixed": unmixed,
    "refined_synthetic": refined_synthetic,
    "random_synthetic": random_synthetic,
    "refined_copies": refined_copies,
    "original_synthetic": original_synthetic,
    "original_repeated": original_repeated,
    "logit_adjusted": original,
    "shuffled_synthetic": shuffled_synthetic,
    "planted": planted,
}
"""`logit_adjusted` trains on the original; the model adjusts its answers by how common their words are there."""
QUICK = ("original", "random", "refined", "refined_synthetic", "random_synthetic")
REFERENCE = "random"
NEEDS_MIXTURE = ("unmixed",)
NEEDS_CANDIDATES = (*(name for name in ARMS if name.endswith("_synthetic")), "refined_copies")


def planted_positions(engine: Engine, perspective: str, recipe: Recipe, most: int) -> NDArray[np.int64]:
    """Real tail instances to keep from every arm but `planted`, ascending: of each tail entity (n < τ) at most a third
    of its instances, at most `most` in all, by a draw; the commonest tail entities first, which can spare them."""
    postings, tau = engine.postings[perspective], engine.tau(recipe)[perspective]
    drawn = draws(0, PLANTED_KEY, engine.instances)
    left, hidden = postings.n.astype(np.int64) // _PLANTED_PART, np.zeros(engine.rows, dtype=bool)
    tail, room = postings.n < tau, most
    for place in np.flatnonzero(tail).tolist():
        rows = postings.rows_of(place)
        for row in rows[np.argsort(drawn[rows], kind="stable")].tolist():
            of = [entity for entity in postings.of_row(row).tolist() if tail[entity]]
            if room and not hidden[row] and all(left[entity] > 0 for entity in of):
                hidden[row] = True
                left[of] -= 1
                room -= 1
    return engine.instances[hidden].astype(np.int64)
