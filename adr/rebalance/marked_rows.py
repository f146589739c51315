"""Rows and what is known of them besides their entities: text only, unread, excluded, protected.

What a recipe decides from these marks and a row's pass count is the same for all rows of a workspace, for the rows of
one shard, and for rows put together from shards. Pure functions over arrays; knows no postings and no tables.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adr.rebalance.preview import REASONS
from adr.recipe import Recipe

Marks = npt.NDArray[np.bool_]
Copies = npt.NDArray[np.int8]
_CODES = {name: np.int8(number) for number, name in enumerate(REASONS)}


@dataclass(frozen=True)
class MarkedRows:
    """Rows in the order of their positions (`instances`, int32, ascending), one mark of each kind per row."""

    instances: npt.NDArray[np.int32]
    text_only: Marks
    unread: Marks
    excluded: Marks
    protected: Marks

    def __len__(self) -> int:
        return len(self.instances)

    def enough(self, recipe: Recipe, passes: Copies) -> Marks:
        """Rows that pass: by their pass count, because they hold unread text and the recipe keeps it, or because they
        are protected. An excluded row never does."""
        enough: Marks = passes >= recipe.min_passes
        if recipe.unread == "keep":
            enough |= self.unread
        if recipe.protect_instances:
            enough |= self.protected
        return enough & ~self.excluded

    def survives(self, recipe: Recipe, last_draw: Callable[[], npt.NDArray[np.float64]]) -> Marks:
        """Rows whose last draw is below α, or that are protected. last_draw: makes the last draw of every row."""
        if recipe.alpha >= 1:
            return np.ones(len(self), dtype=bool)
        below: Marks = last_draw() < recipe.alpha
        return below | self.protected if recipe.protect_instances else below

    def overrule(self, recipe: Recipe, probability: npt.NDArray[np.float64]) -> None:
        """Set P(kept) of the rows that perspectives do not decide: α where unread text passes, 1 where protected, 0
        where excluded."""
        if recipe.unread == "keep":
            probability[self.unread] = float(recipe.alpha)
        if recipe.protect_instances:
            probability[self.protected] = 1.0
        if self.excluded.any():
            probability[self.excluded] = 0.0

    def reasons(
        self, recipe: Recipe, empty: Marks, passes: Copies, by_rule: Copies, capped: Copies, kept: Marks
    ) -> Copies:
        """The reason of every row, as an index into REASONS.

        empty: rows without an entity in any voting perspective; by_rule, capped: copies before and after caps; kept:
        rows that stay in the end, after the mixture too.
        """
        below = np.where(empty, _CODES["no_entities"], _CODES["below_min_passes"])
        stays = np.where(passes >= recipe.min_passes, _CODES["passes"], _CODES["unread"])
        if not recipe.min_passes:
            stays[:] = _CODES["keeps_all"]
        last = np.where(capped > 0, _CODES["mixture"], _CODES["over_cap"])
        dropped = np.where(by_rule > 0, last, np.where(self.enough(recipe, passes), _CODES["alpha"], below))
        reason = np.where(kept, stays, dropped).astype(np.int8)
        reason[self.excluded] = _CODES["excluded"]
        if recipe.protect_instances:
            reason[self.protected] = _CODES["protected"]
        return reason


def tally(reason: Copies) -> dict[str, int]:
    """How many rows have each reason that occurs."""
    counts = np.bincount(reason, minlength=len(REASONS)).tolist()
    return {name: count for name, count in zip(REASONS, counts, strict=True) if count}
