"""What a recipe does, as values: a preview, its numbers and its words. Knows nothing of how they are computed."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adr.recipe import Recipe
from adr.report import Unbounded
from adr.tail import Spectrum

BELOW_K = 5  # "entities that fall below k": the k shown unless another is asked for
REASON_WORDS = {
    "passes": "enough perspectives pass",
    "keeps_all": "the recipe keeps everything",
    "below_min_passes": "too few perspectives pass",
    "no_entities": "no entity in any perspective",
    "alpha": "the last draw (α)",
    "over_cap": "a cap",
    "mixture": "the mixture",
    "unread": "text that was not read passes",
    "protected": "protected by hand",
    "excluded": "excluded by hand",
}
REASONS = tuple(REASON_WORDS)
GROUP_WORDS = {
    "text_only": "text only",
    "unread": "text that was not read",
    "no_entities": "no entities",
    "no_token": "no token",
    "no_object": "no object",
    "no_co_occurrence": "no pair",
    "no_interrogation": "no question form",
}


@dataclass(frozen=True)
class Numbers:
    """One perspective of one dataset in numbers. Head and tail are split by the paper's rule on the counts before, so
    that the numbers of any two recipes compare. Counts are numbers of instances, shares are of postings."""

    entities: int  # with at least one instance
    postings: int
    head_share: float
    tail_share: float
    gini: float  # over the entities there were before
    effective_entities: float  # exp of the entropy of posting shares
    singletons: int
    losing: int  # entities with fewer instances than before
    lost: int  # entities with none left
    below_k: int  # entities that had k instances or more and now have fewer


@dataclass(frozen=True)
class Columns:
    """A perspective before, after, and under a uniform random subset of equal size."""

    tau: Unbounded
    head_rank: int
    before: Numbers
    after: Numbers
    random: Numbers


@dataclass(frozen=True)
class CapEffect:
    """A cap and what it does. by_rule: instances with the entity that the keep rule keeps, copies counted; kept: those
    that stay. Other caps may drop some of them too."""

    perspective: str
    entity: str
    at_most: int
    by_rule: int
    kept: int

    @property
    def binds(self) -> bool:
        """Whether the keep rule keeps more than the cap lets stay."""
        return self.by_rule > self.at_most


@dataclass(frozen=True)
class EachCapEffect:
    """A cap on every entity of a perspective. entities: how many have a row that the keep rule keeps; over: how many of
    these have more copies than the cap lets stay; by_rule: these copies, counted once per entity; kept: those that
    stay."""

    perspective: str
    at_most: int
    entities: int
    over: int
    by_rule: int
    kept: int

    @property
    def binds(self) -> bool:
        """Whether the keep rule keeps more of some entity than the cap lets stay."""
        return self.over > 0


@dataclass(frozen=True)
class ValueEffect:
    """One value of a mixture's perspective, or instances without one (value null). before: instances that have it as
    their value; pool: copies that keep rule and caps keep; wanted: those that the mixture is to keep; given: that it
    keeps. named: whether the mixture says what it is to have."""

    value: str | None
    named: bool
    before: int
    pool: int
    wanted: int
    given: int


@dataclass(frozen=True)
class MixtureEffect:
    """What a mixture does. size: copies wanted in all; values: those that are named, then the others from the most
    frequent; unlisted: how many more there are, which have `unlisted_pool` copies before the mixture and
    `unlisted_given` after it. binds: whether any copy is dropped or given again."""

    perspective: str
    size: int
    values: tuple[ValueEffect, ...]
    unlisted: int
    unlisted_pool: int
    unlisted_given: int
    notices: tuple[str, ...]
    binds: bool


@dataclass(frozen=True)
class RecipePreview:
    """What a recipe does. Arrays have one element per row; row r is instance `engine.instances[r]`."""

    recipe: Recipe
    tau: Mapping[str, float]  # of every perspective of the index
    kept: npt.NDArray[np.bool_]
    pass_count: npt.NDArray[np.int8]
    copies: npt.NDArray[np.int8]  # 0 dropped, 1 kept, more: repeated
    by_rule: npt.NDArray[np.int8]  # the copies that the keep rule keeps, before caps
    reason: npt.NDArray[np.int8]  # an index into REASONS
    probability: npt.NDArray[np.float64] | None  # P(kept) over all seeds, closed form; None where caps or mixture bind
    expected: float | None  # expected number of kept instances, over all seeds; None where they bind
    expected_sd: float | None
    reasons: Mapping[str, int]
    groups: Mapping[str, Mapping[str, int]]  # {group: {instances, kept}}
    after: Mapping[str, npt.NDArray[np.int32]]  # count of each entity; a repeated instance counts each time
    random: Mapping[str, npt.NDArray[np.int32]]
    spectra: Mapping[str, Mapping[str, Spectrum]]  # {perspective: {before, after, random}}
    perspectives: Mapping[str, Columns]
    caps: tuple["CapEffect", ...]
    caps_each: tuple["EachCapEffect", ...]
    mixture: MixtureEffect | None
    unused: tuple[str, ...]  # "object: unicron": capped, but no such entity
    size: int = 0
    repeated: int = 0  # copies beyond the first
    total: int = 0

    @property
    def dropped(self) -> int:
        """Number of instances that are dropped."""
        return self.total - self.size


@dataclass(frozen=True)
class Critical:
    """Critical τ of every row in one perspective, and the entity (numbered as in PostingRows) that decides, or −1."""

    tau: npt.NDArray[np.float64]
    decider: npt.NDArray[np.int32]
