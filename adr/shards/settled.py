"""What a run over shards keeps, in numbers: what the stage `settle` writes as `settle.json`."""

from collections.abc import Mapping
from dataclasses import dataclass

from adr.rebalance.preview import CapEffect, EachCapEffect, MixtureEffect
from adr.report import OnlyWhereThere, Unbounded, from_json
from adr.shards.baseline import Baseline
from adr.shards.shard_run import GLOBAL, ShardRun

FILE = "settle.json"


@dataclass(frozen=True)
class Settled:
    """As `adr.rebalance.runs.RebalanceReport` says it, with the bounds of random subsets. groups: {group: {instances,
    kept}}; rows: that leave, copies included, of each shard; baseline: as many instances as there are copies, beside a
    preview; kept_baseline: as are kept, beside an export."""

    tau: Mapping[str, Unbounded]
    kept: int
    dropped: int
    repeated: int
    expected: float | None
    expected_sd: float | None
    reasons: Mapping[str, int]
    groups: Mapping[str, Mapping[str, int]]
    caps: tuple[CapEffect, ...]
    caps_each: tuple[EachCapEffect, ...]
    unused: tuple[str, ...]
    rows: tuple[int, ...]
    baseline: Baseline
    kept_baseline: Baseline
    mixture: OnlyWhereThere[MixtureEffect] = None

    @classmethod
    def of(cls, run: ShardRun) -> "Settled":
        """That of a run whose stage `settle` is done."""
        return from_json(cls, run.file("settle", GLOBAL, FILE).read_text(encoding="utf-8"))
