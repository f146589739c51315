"""Epochs: E draws of one recipe, and what a trainer sees of the dataset over all of them (DESIGN §2, "epochs").

Epoch 1 is the run itself; the others have the seeds that `adr.draws.epoch_seed` derives from the recipe's own. Where no
epoch loses anything but by the keep rule, what will be seen has a closed form: an instance that is kept with
probability p is in every epoch with p^E and in none with (1 - p)^E, and an entity is seen E · Σ p times. Writes no
tables.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from adr.draws import epoch_seed
from adr.progress import Progress, silent
from adr.rebalance import loops
from adr.rebalance.engine import Engine
from adr.rebalance.expected import RangeSums
from adr.rebalance.preview import RecipePreview
from adr.recipe import Recipe

Copies = npt.NDArray[np.int8]
Chances = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Epoch:
    """One draw of a recipe. copies: how many times each row of the engine stays."""

    epoch: int  # 1..
    seed: int
    copies: Copies


@dataclass(frozen=True)
class Epochs:
    """All epochs of a recipe. chance: P(kept) of each row in any one epoch; None where caps or the
    mixture change, in some epoch, what the keep rule keeps."""

    recipe: Recipe
    draws: tuple[Epoch, ...]
    chance: Chances | None


@dataclass(frozen=True)
class SeenCounts:
    """How many instances, or entities, are in every epoch, in one or more of them, and in none."""

    in_every: int
    at_least_once: int
    never: int


@dataclass(frozen=True)
class ExpectedSeen:
    """The same in expectation over all seeds."""

    in_every: float
    at_least_once: float
    never: float


@dataclass(frozen=True)
class EpochReport:
    """One epoch. kept: instances; repeated: copies beyond the first."""

    epoch: int
    seed: int
    kept: int
    repeated: int

    @classmethod
    def of(cls, epoch: int, seed: int, copies: Copies) -> "EpochReport":
        """What an epoch keeps, from the copies of every row."""
        kept = int(np.count_nonzero(copies))
        return cls(epoch, seed, kept, int(copies.sum(dtype=np.int64)) - kept)


@dataclass(frozen=True)
class EpochsReport:
    """What the epochs of a run keep. expected: of instances, in closed form; null where caps or mixture
    change, in some epoch, what the keep rule keeps. entities, tail_entities: by perspective; the tail is that of the
    counts before, by the paper's rule."""

    each: tuple[EpochReport, ...]
    instances: SeenCounts
    expected: ExpectedSeen | None
    entities: Mapping[str, SeenCounts]
    tail_entities: Mapping[str, SeenCounts]


@dataclass(frozen=True)
class EntitiesSeen:
    """How often the entities of one perspective are seen over all epochs, numbered as in PostingRows; copies count.

    expected: over all seeds, in closed form, or None as `Epochs.chance`; times: with the seeds of the epochs;
    epochs: in how many epochs each is seen.
    """

    expected: npt.NDArray[np.float64] | None
    times: npt.NDArray[np.int64]
    epochs: npt.NDArray[np.int16]


def draw_epochs(engine: Engine, first: RecipePreview, progress: Progress = silent) -> Epochs:
    """Every epoch of the recipe of a preview, which is epoch 1."""
    recipe = first.recipe
    apart = engine.sibling()
    draws = [Epoch(1, recipe.seed, first.copies)]
    only_rule = np.array_equal(first.copies, first.by_rule)
    for epoch in range(2, recipe.epochs + 1):
        progress(epoch - 1, recipe.epochs, "Drawing epochs")
        seed = epoch_seed(recipe.seed, epoch)
        by_rule, copies = apart.copies(replace(recipe, seed=seed))
        only_rule = only_rule and np.array_equal(copies, by_rule)
        draws.append(Epoch(epoch, seed, copies))
    return Epochs(recipe, tuple(draws), first.probability if only_rule else None)


def epochs_report(engine: Engine, epochs: Epochs) -> EpochsReport:
    """What the epochs keep, in numbers."""
    each = tuple(EpochReport.of(one.epoch, one.seed, one.copies) for one in epochs.draws)
    number = len(epochs.draws)
    seen = {p: seen_entities(engine, epochs, p).epochs for p in engine.postings}
    return EpochsReport(
        each=each,
        instances=seen_of(times_kept(epochs), number),
        expected=None if epochs.chance is None else expected_of(engine.instances, epochs.chance, number),
        entities={p: seen_of(found, number) for p, found in seen.items()},
        tail_entities={p: seen_of(found[engine.head_rank(p) :], number) for p, found in seen.items()},
    )


def times_kept(epochs: Epochs) -> npt.NDArray[np.int16]:
    """In how many epochs each row is kept."""
    kept = np.zeros(len(epochs.draws[0].copies), dtype=np.int16)
    for one in epochs.draws:
        kept += one.copies > 0
    return kept


def seen_of(times: npt.NDArray[np.int16], epochs: int) -> SeenCounts:
    """times: in how many of `epochs` epochs each instance, or entity, is."""
    never = int(np.count_nonzero(times == 0))
    return SeenCounts(int(np.count_nonzero(times == epochs)), len(times) - never, never)


@dataclass
class SeenSums:
    """Σ p^E and Σ (1 - p)^E over rows that come in pieces, in the order of their positions; sums are made as in
    `RangeSums`. rows: so far."""

    epochs: int
    rows: int = 0
    every: RangeSums = field(default_factory=RangeSums)
    none: RangeSums = field(default_factory=RangeSums)

    def add(self, positions: npt.NDArray[np.int32], chance: Chances) -> None:
        """Add rows that follow those before."""
        self.rows += len(positions)
        self.every.add(positions, chance**self.epochs)
        self.none.add(positions, (1 - chance) ** self.epochs)

    @property
    def expected(self) -> ExpectedSeen:
        """Σ p^E, Σ 1 - (1 - p)^E and Σ (1 - p)^E over all rows."""
        never = self.none.expected[0]
        return ExpectedSeen(self.every.expected[0], self.rows - never, never)


def expected_of(positions: npt.NDArray[np.int32], chance: Chances, epochs: int) -> ExpectedSeen:
    """The expectation over the instances at these positions, each of which is kept with probability p."""
    sums = SeenSums(epochs)
    sums.add(positions, chance)
    return sums.expected


def seen_entities(engine: Engine, epochs: Epochs, perspective: str) -> EntitiesSeen:
    """How often each entity of a perspective is seen: E · Σ p · copies in expectation, and with the epochs' seeds."""
    counts = engine.together([partial(engine.count, perspective, one.copies) for one in epochs.draws])
    expected = None
    if epochs.chance is not None:
        postings = engine.postings[perspective]
        expected = np.zeros(len(postings.n))
        each = epochs.chance * engine.copies_if_kept(epochs.recipe)
        loops.add_chances(postings.offsets, postings.entities, each, expected)
        expected *= len(epochs.draws)
    return EntitiesSeen(
        expected,
        np.sum(counts, axis=0, dtype=np.int64),
        np.sum([count > 0 for count in counts], axis=0, dtype=np.int16),
    )
