"""The sample of instances over which an engine is made where all of them take too much memory, and what it says of all.

The rows of a sample are decided as they are among all others: their postings have the counts n(e) of the whole dataset.
What is counted over these rows is scaled to the dataset. Writes nothing, knows nothing of recipes.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adr.draws import SAMPLE_KEY, draws
from adr.errors import AdrError
from adr.settings import setting

_SEED = 0
Counts = npt.NDArray[np.int32]


@dataclass(frozen=True)
class EngineSample:
    """How many rows an engine has in place of all, and of how many instances; excluded ones counted in neither."""

    rows: int
    of: int

    def scaled(self, count: float) -> float:
        """What `count` rows of the sample stand for in the whole dataset."""
        return count * self.of / max(1, self.rows)


def sample_rows(instances: int, needed: int) -> int | None:
    """How many instances fit into ADR_ENGINE_GB, rounded down to one digit and zeros; None where all of them do.

    needed: the bytes that all of them take.
    """
    limit = _engine_bytes_limit()
    if needed <= limit:
        return None
    fitting = max(1, int(instances * limit / needed))
    digit = int("1".ljust(len(str(fitting)), "0"))
    return fitting // digit * digit


def _engine_bytes_limit() -> float:
    said = setting("ADR_ENGINE_GB")
    try:
        return float(said) * 1e9
    except ValueError as error:
        wrong = f"ADR_ENGINE_GB is {said!r}, which is not a number."
        raise AdrError(wrong, "Set it to gigabytes, such as 9.") from error


def sampled(instances: npt.NDArray[np.int32], rows: int) -> npt.NDArray[np.int32]:
    """The `rows` instances with the smallest draws, ascending; the same for every recipe and on every machine."""
    if rows >= len(instances):
        return instances
    return np.sort(instances[np.argpartition(draws(_SEED, SAMPLE_KEY, instances), rows)[:rows]])


def estimated(n: Counts, inside: Counts, counts: Counts) -> Counts:
    """Counts in the whole dataset, n · counts / inside to whole numbers; `inside` and `counts`: in the sample.

    An entity that the sample lacks gets the share of those about as frequent as it is (n with as many binary digits),
    or of all entities where the sample lacks these too.
    """
    share = np.divide(counts, inside, out=np.zeros(len(n)), where=inside > 0)
    lacking = inside == 0
    digits = np.frexp(n.astype(np.float64))[1]
    held, left = (np.bincount(digits, weights=weights, minlength=33) for weights in (inside, counts))
    all_left = left.sum() / max(1.0, held.sum())
    alike = np.divide(left, held, out=np.full(len(held), all_left), where=held > 0)
    share[lacking] = alike[digits[lacking]]
    return np.rint(n * share).astype(np.int32)
