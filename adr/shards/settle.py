"""What the keep rule makes of every row → what caps and the mixture leave of it: the decisions of a run over shards."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from adr.figures import counted
from adr.files import write_whole
from adr.rebalance.at_most import Bound, EachBound
from adr.rebalance.cap_effects import cap_effects, each_cap_effects
from adr.rebalance.decider import within_caps
from adr.rebalance.expected import RangeSums
from adr.rebalance.marked_rows import Copies, MarkedRows, Marks, tally
from adr.rebalance.mixture import Mixed, Stock, capped_rows, mixed, stock_of, values_numbered
from adr.rebalance.mixture_effect import effect_of
from adr.rebalance.preview import REASONS, CapEffect, EachCapEffect, MixtureEffect
from adr.recipe import FROZEN, Recipe
from adr.recipe_frozen import positions_of
from adr.report import to_json
from adr.shards.baseline import baseline_of
from adr.shards.entity_tables import decided_table
from adr.shards.limits import Limits
from adr.shards.settled import FILE, Settled
from adr.shards.shard_run import ShardRun
from adr.shards.shard_set import ShardSet
from adr.shards.shared_order import rows_in_order
from adr.shards.whole_rows import WholeRows, caps_of

VERSION = 2


@dataclass(frozen=True)
class _Left:
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


@dataclass
class _Totals:
    """What is counted while the shards' decisions are written."""

    reasons: Counter[str]
    groups: dict[str, Counter[str]]
    sums: RangeSums


def make(shards: ShardSet, run: ShardRun, number: int, folder: Path) -> dict[str, Any]:
    """Write `decision.parquet` of every shard (instance, pass_count, kept, copies, reason, and probability, which is
    null where caps or the mixture bind) and `settle.json` (see `adr.shards.settled`); returns {"kept", "dropped"}."""
    recipe, limits = run.asked, Limits.of(run)
    rows = WholeRows.read(shards, run, recipe)
    left = _left(shards, run, recipe, limits, rows)
    totals = _Totals(Counter(), {name: Counter() for name in ("text_only", "unread", "no_entities")}, RangeSums())
    for shard in shards.shards:
        decisions = _decisions(run, recipe, shard.number, rows, left, totals)
        pq.write_table(decisions, folder / run.file("settle", shard.number, "decision.parquet").name)
    kept, copies = int(np.count_nonzero(left.copies)), int(left.copies.sum(dtype=np.int64))
    expected, deviation = (None, None) if left.binds else totals.sums.expected
    settled = Settled(
        tau=limits.tau,
        kept=kept,
        dropped=len(rows) - kept,
        repeated=copies - kept,
        expected=expected,
        expected_sd=deviation,
        reasons={name: totals.reasons[name] for name in REASONS if totals.reasons[name]},
        groups={name: dict(counts) for name, counts in totals.groups.items()},
        caps=left.caps,
        caps_each=left.each,
        mixture=left.mixture,
        unused=(*limits.unused(recipe), *_without_instance(recipe, rows)),
        rows=tuple(int(left.copies[rows.of_shard(one.number)].sum(dtype=np.int64)) for one in shards.shards),
        baseline=baseline_of(recipe.seed, min(copies, rows.counted), rows.instances, rows.excluded),
        kept_baseline=baseline_of(recipe.seed, kept, rows.instances, rows.excluded),
    )
    write_whole(folder / FILE, to_json(settled).encode())
    return {"kept": kept, "dropped": settled.dropped}


def _left(shards: ShardSet, run: ShardRun, recipe: Recipe, limits: Limits, rows: WholeRows) -> _Left:
    caps, each = caps_of(shards, run, limits.caps(recipe), rows)
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
    return _Left(capped, copies, *effects, mixture)


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


def _decisions(run: ShardRun, recipe: Recipe, number: int, rows: WholeRows, left: _Left, totals: _Totals) -> pa.Table:
    """The decisions of one shard, which are added to the totals."""
    found = pq.read_table(run.file("decide", number, "rows.parquet"))
    instances, passes, empty = (np.asarray(found[name]) for name in ("instance", "passes", "empty"))
    marked = MarkedRows(
        instances, *(np.asarray(found[name]) for name in ("text_only", "unread", "excluded", "protected"))
    )
    own = rows.of_shard(number)
    copies, by_rule = left.copies[own], rows.by_rule[own]
    kept = copies > 0
    reason = marked.reasons(recipe, empty, passes, by_rule, left.capped[own], kept)
    totals.reasons.update(tally(reason))
    groups = {"text_only": marked.text_only, "unread": marked.unread, "no_entities": empty}
    _count_groups(totals, groups, ~marked.excluded, kept)
    probability = pa.nulls(len(instances), pa.float32())
    if not left.binds:
        chance: npt.NDArray[np.float64] = np.asarray(found["probability"])
        totals.sums.add(instances, chance)
        probability = pa.array(chance.astype(np.float32))
    return pa.table(
        {
            "instance": instances,
            "pass_count": passes,
            "kept": kept,
            "copies": copies,
            "reason": pa.DictionaryArray.from_arrays(pa.array(reason), pa.array(REASONS)).cast(pa.string()),
            "probability": probability,
        }
    )


def _count_groups(totals: _Totals, groups: dict[str, Marks], counts: Marks, kept: Marks) -> None:
    for name, members in groups.items():
        totals.groups[name]["instances"] += int(np.count_nonzero(members & counts))
        totals.groups[name]["kept"] += int(np.count_nonzero(members & kept))


def _without_instance(recipe: Recipe, rows: WholeRows) -> list[str]:
    """What the recipe sets apart by positions that no instance has."""
    said = []
    for key in FROZEN:
        asked = positions_of(getattr(recipe, key))
        gone = asked[~rows.has(asked)]
        said += [f"{key}: {counted(len(gone), 'position')} from {gone[0]}"] if len(gone) else []
    return said
