"""Recipe A against recipe B: sizes, what only one of them keeps, and the entities that fare differently.

Part of the rebalance stage; knows arrays and names, writes nothing.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adr.rebalance.engine import Engine, RecipePreview
from adr.recipe import Recipe


@dataclass(frozen=True)
class Comparison:
    """Two previews of one engine. Counts are instances; the arrays are positions in the source, ascending."""

    a: RecipePreview
    b: RecipePreview
    both: int
    neither: int
    only_a: npt.NDArray[np.int32]
    only_b: npt.NDArray[np.int32]

    @property
    def agreement(self) -> float:
        """Share of the instances that either keeps which both keep (Jaccard), 0..1; 1 when neither keeps any."""
        either = self.both + len(self.only_a) + len(self.only_b)
        return self.both / either if either else 1.0


@dataclass(frozen=True)
class Difference:
    """One entity under A and under B: n instances before, then what each leaves of it."""

    entity: str
    n: int
    a: int
    b: int


def compare(engine: Engine, a: Recipe, b: Recipe) -> Comparison:
    """What A and B keep, side by side."""
    left, right = engine.preview(a), engine.preview(b)
    return Comparison(
        left,
        right,
        both=int(np.count_nonzero(left.kept & right.kept)),
        neither=int(np.count_nonzero(~left.kept & ~right.kept)),
        only_a=engine.instances[left.kept & ~right.kept],
        only_b=engine.instances[right.kept & ~left.kept],
    )


def differences(engine: Engine, comparison: Comparison, perspective: str, *, top: int = 20) -> list[Difference]:
    """Entities of which A and B leave the most different numbers of instances, the largest difference first."""
    a, b = comparison.a.after[perspective], comparison.b.after[perspective]
    apart = np.abs(a.astype(np.int64) - b)
    chosen = np.argsort(-apart, kind="stable")[:top]
    chosen = chosen[apart[chosen] > 0]
    n = engine.postings[perspective].n
    return [
        Difference(name, int(n[e]), int(a[e]), int(b[e]))
        for name, e in zip(engine.names(perspective, chosen), chosen.tolist(), strict=True)
    ]
