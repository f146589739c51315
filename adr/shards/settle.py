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
from adr.rebalance.epochs import SeenSums
from adr.rebalance.expected import RangeSums
from adr.rebalance.marked_rows import MarkedRows, Marks, tally
from adr.rebalance.preview import REASONS
from adr.recipe import FROZEN, Recipe
from adr.recipe_frozen import positions_of
from adr.report import to_json
from adr.shards.baseline import baseline_of
from adr.shards.left import Left, left_of
from adr.shards.limits import Limits
from adr.shards.settle_epochs import rows_of_shards, settled_epochs
from adr.shards.settled import FILE, Settled
from adr.shards.shard_run import ShardRun
from adr.shards.shard_set import ShardSet
from adr.shards.whole_rows import WholeRows, caps_of

VERSION = 3


@dataclass
class _Totals:
    """What is counted while the shards' decisions are written."""

    reasons: Counter[str]
    groups: dict[str, Counter[str]]
    sums: RangeSums
    seen: SeenSums


def make(shards: ShardSet, run: ShardRun, number: int, folder: Path) -> dict[str, Any]:
    """Write `decision.parquet` of every shard (instance, pass_count, kept, copies, reason, and probability, which is
    null where caps or the mixture bind), for each epoch from the second on `epoch-E.parquet` of every shard (instance
    and copies of those it keeps), and `settle.json` (see `adr.shards.settled`); returns {"kept", "dropped"}."""
    recipe, limits = run.asked, Limits.of(run)
    rows = WholeRows.read(shards, run, recipe)
    caps = caps_of(shards, run, limits.caps(recipe), rows)
    left = left_of(run, recipe, rows, *caps)
    groups: dict[str, Counter[str]] = {name: Counter() for name in ("text_only", "unread", "no_entities")}
    totals = _Totals(Counter(), groups, RangeSums(), SeenSums(recipe.epochs))
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
        rows=rows_of_shards(shards, rows, left.copies),
        baseline=baseline_of(recipe.seed, min(copies, rows.counted), rows.instances, rows.excluded),
        kept_baseline=baseline_of(recipe.seed, kept, rows.instances, rows.excluded),
        epochs=settled_epochs(shards, run, rows, caps, left, totals.seen, folder) if recipe.epochs > 1 else None,
    )
    write_whole(folder / FILE, to_json(settled).encode())
    return {"kept": kept, "dropped": settled.dropped}


def _decisions(run: ShardRun, recipe: Recipe, number: int, rows: WholeRows, left: Left, totals: _Totals) -> pa.Table:
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
        if recipe.epochs > 1:
            totals.seen.add(instances, chance)
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
