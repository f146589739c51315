"""What a run over shards keeps, in numbers: what the stage `settle` writes as `settle.json`."""

from collections.abc import Mapping
from dataclasses import dataclass

from adr.rebalance.epochs import EpochReport, ExpectedSeen, SeenCounts
from adr.rebalance.preview import CapEffect, EachCapEffect, MixtureEffect
from adr.report import OnlyWhereThere, Unbounded, from_json
from adr.shards.baseline import Baseline
from adr.shards.shard_run import GLOBAL, ShardRun

FILE = "settle.json"


@dataclass(frozen=True)
class SettledEpochs:
    """What the epochs of a run keep. each, instances, expected: as in `adr.rebalance.epochs.EpochsReport`; rows: that
    leave of each shard, under 0 the instances that some epoch keeps, each once, and under e those of epoch e with
    copies."""

    each: tuple[EpochReport, ...]
    instances: SeenCounts
    expected: ExpectedSeen | None
    rows: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Settled:
    """As `adr.rebalance.runs.RebalanceReport` says it, with the bounds of random subsets. groups: {group: {instances,
    kept}}; rows: that leave, copies included, of each shard; baseline: as many instances as there are copies, beside a
    preview; kept_baseline: as are kept, beside an export; epochs: only of a recipe with several."""

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
    epochs: OnlyWhereThere[SettledEpochs] = None

    @classmethod
    def of(cls, run: ShardRun) -> "Settled":
        """That of a run whose stage `settle` is done."""
        return from_json(cls, run.file("settle", GLOBAL, FILE).read_text(encoding="utf-8"))
