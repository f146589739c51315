"""Recipe A against recipe B: sizes, what only one of them keeps, and the entities that fare differently.

Part of the rebalance stage; knows arrays and names, writes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adr.rebalance.engine import Engine
from adr.rebalance.preview import Numbers, RecipePreview
from adr.recipe import Recipe
from adr.report import Unbounded


@dataclass(frozen=True)
class Comparison:
    """Two previews from one engine. Counts are instances; the arrays are positions in the source, ascending."""

    a: RecipePreview
    b: RecipePreview
    both: int
    neither: int
    only_a: npt.NDArray[np.int32]
    only_b: npt.NDArray[np.int32]

    @property
    def agreement(self) -> float:
        """Of the instances that either keeps, the share that both keep (Jaccard), 0..1; 1 when neither keeps any."""
        either = self.both + len(self.only_a) + len(self.only_b)
        return self.both / either if either else 1.0


@dataclass(frozen=True)
class Difference:
    """One entity under A and under B: n instances before, then how many each of them leaves."""

    entity: str
    n: int
    a: int
    b: int


def compare(engine: Engine, a: Recipe, b: Recipe) -> Comparison:
    """What A and B keep, side by side."""
    left, right = (engine.excluding(one).preview(one) for one in (a, b))
    return Comparison(
        left,
        right,
        both=int(np.count_nonzero(left.kept & right.kept)),
        neither=int(np.count_nonzero(~left.kept & ~right.kept)),
        only_a=engine.instances[left.kept & ~right.kept],
        only_b=engine.instances[right.kept & ~left.kept],
    )


def differences(engine: Engine, comparison: Comparison, perspective: str, *, top: int = 20) -> list[Difference]:
    """The `top` entities whose numbers of instances under A and under B differ most, the largest difference first."""
    engine = engine.whole
    a, b = (_after(engine, one, perspective) for one in (comparison.a, comparison.b))
    apart = np.abs(a.astype(np.int64) - b)
    chosen = np.argsort(-apart, kind="stable")[:top]
    chosen = chosen[apart[chosen] > 0]
    n = engine.postings[perspective].n
    return [
        Difference(name, int(n[e]), int(a[e]), int(b[e]))
        for name, e in zip(engine.names(perspective, chosen), chosen.tolist(), strict=True)
    ]


def _after(engine: Engine, preview: RecipePreview, perspective: str) -> npt.NDArray[np.int32]:
    """Count of each entity after, numbered as in an engine in which nothing is excluded."""
    return engine.count(perspective, preview.copies) if preview.recipe.exclude else preview.after[perspective]


@dataclass(frozen=True)
class ComparedRecipe:
    """A or B. Counts are instances; perspectives: those that decide; expected, expected_sd: size over all seeds,
    None where a cap binds."""

    fingerprint: str
    in_words: str
    perspectives: tuple[str, ...]
    kept: int
    repeated: int
    expected: float | None
    expected_sd: float | None


@dataclass(frozen=True)
class ComparedPerspective:
    """A perspective before, under A and under B, and the entities whose numbers of instances differ most."""

    tau_a: Unbounded
    tau_b: Unbounded
    before: Numbers
    a: Numbers
    b: Numbers
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class ComparisonReport:
    """A against B in numbers of instances. agreement: of the instances that either keeps, the share that both keep.
    examples_a and examples_b: the first instances in the source that only A, or only B, keeps."""

    a: ComparedRecipe
    b: ComparedRecipe
    both: int
    neither: int
    only_a: int
    only_b: int
    agreement: float
    examples_a: tuple[int, ...]
    examples_b: tuple[int, ...]
    perspectives: Mapping[str, ComparedPerspective]


def comparison_report(engine: Engine, a: Recipe, b: Recipe, *, top: int = 20) -> ComparisonReport:
    """What A and B keep, side by side, with `top` differences per perspective and at most `top` examples of each."""
    found = compare(engine, a, b)
    return ComparisonReport(
        a=_compared(found.a),
        b=_compared(found.b),
        both=found.both,
        neither=found.neither,
        only_a=len(found.only_a),
        only_b=len(found.only_b),
        agreement=found.agreement,
        examples_a=tuple(found.only_a[:top].tolist()),
        examples_b=tuple(found.only_b[:top].tolist()),
        perspectives={p: _side_by_side(engine, found, p, top) for p in engine.perspectives},
    )


def _compared(preview: RecipePreview) -> ComparedRecipe:
    return ComparedRecipe(
        fingerprint=preview.recipe.fingerprint,
        in_words=preview.recipe.in_words(),
        perspectives=preview.recipe.perspectives,
        kept=preview.size,
        repeated=preview.repeated,
        expected=preview.expected,
        expected_sd=preview.expected_sd,
    )


def _side_by_side(engine: Engine, found: Comparison, perspective: str, top: int) -> ComparedPerspective:
    one, two = found.a.perspectives[perspective], found.b.perspectives[perspective]
    return ComparedPerspective(
        tau_a=one.tau,
        tau_b=two.tau,
        before=one.before,
        a=one.after,
        b=two.after,
        differences=tuple(differences(engine, found, perspective, top=top)),
    )
