"""What caps and the mixture leave of the copies that the keep rule keeps, over the rows of all shards."""

from collections.abc import Sequence
from dataclasses import dataclass

from adr.rebalance.at_most import Bound, EachBound
from adr.rebalance.cap_effects import Cap, EachCap, cap_effects, each_cap_effects
from adr.rebalance.decider import within_caps
from adr.rebalance.marked_rows import Copies
from adr.rebalance.mixture import Mixed, Stock, capped_rows, mixed, stock_of, values_numbered
from adr.rebalance.mixture_effect import effect_of
from adr.rebalance.preview import CapEffect, EachCapEffect, MixtureEffect
from adr.recipe import Recipe
from adr.shards.entity_tables import decided_table
from adr.shards.shard_run import ShardRun
from adr.shards.shared_order import rows_in_order
from adr.shards.whole_rows import WholeRows


@dataclass(frozen=True)
class Left:
    """What is left of the copies by the keep rule: after caps (`capped`), and after the mixture too (`copies`)."""

    capped: Copies
    copies: Copies
    caps: tuple[CapEffect, ...]
    each: tuple[EachCapEffect, ...]
    mixture: MixtureEffect | None

    @property
    def binds(self) -> bool:
        """Whether caps or the mixture change what the keep rule keeps."""
        capped = any(one.binds for one in self.caps) or any(one.binds for one in self.each)
        return capped or (self.mixture is not None and self.mixture.binds)


def left_of(run: ShardRun, recipe: Recipe, rows: WholeRows, caps: Sequence[Cap], each: Sequence[EachCap]) -> Left:
    """What is left of the rows of one epoch."""
    bounds: list[Bound | EachBound] = [*(bound for _, _, bound in caps), *(bound for _, bound in each)]
    capped = copies = rows.by_rule
    if rows.place is not None:
        place = rows.place
        capped = copies = within_caps(rows.by_rule, lambda: place, bounds, rows.protected)
    mixture = None
    if recipe.mixture:
        stock, made = _mixed(run, recipe, rows, capped, bounds)
        copies, mixture = made.copies, effect_of(recipe.mixture, stock, made)
    effects = cap_effects(caps, rows.by_rule, copies), each_cap_effects(each, rows.by_rule, copies)
    return Left(capped, copies, *effects, mixture)


def _mixed(
    run: ShardRun, recipe: Recipe, rows: WholeRows, capped: Copies, bounds: list[Bound | EachBound]
) -> tuple[Stock, Mixed]:
    """What the mixture makes of the copies that keep rule and caps leave."""
    assert recipe.mixture is not None and rows.value is not None and rows.place is not None
    names = decided_table(run, recipe.mixture.perspective).names.to_pylist()
    of = rows.value
    of[of < 0] = len(names)
    order = rows_in_order(rows.place, capped)
    stock = stock_of(values_numbered(recipe.mixture.perspective, of, names), capped, order, rows.protected)
    caps = capped_rows(bounds, len(rows)) if recipe.mixture.repeat > 1 else capped_rows([], 0)
    return stock, mixed(recipe.mixture, stock, caps)
