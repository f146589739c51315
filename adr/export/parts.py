"""The files of an export with weights: one for each value of the mixture's perspective. Knows no format.

The rows are those before the mixture. How often each is seen follows from the run: a value of which the mixture leaves
300 of 1,000 rows has a file of 1,000 rows, each of them seen 0.3 times where the run's own rows are seen once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FOLDER = "data"
VALUE, NO_VALUE, OTHERS, SYNTHETIC = "value", "no value", "other values", "synthetic"
"""What the rows of a file have in common."""


@dataclass(frozen=True, eq=False)
class Part:
    """One file of an export with weights. name: of the file, of letters, digits and _; value: in the perspective of the
    mixture, None for another kind; places: of its rows in the export's order; times: how often each of them is seen
    where the rows that the run keeps are seen once."""

    name: str
    value: str | None
    kind: str
    places: np.ndarray
    times: float

    @property
    def rows(self) -> int:
        """Rows in the file."""
        return len(self.places)

    @property
    def seen(self) -> float:
        """Rows that are seen where the rows that the run keeps are seen once."""
        return self.times * self.rows

    @property
    def data_set(self) -> str:
        """The name under which a trainer knows it."""
        return f"adr_{self.name}"

    @property
    def whole_and_rest(self) -> tuple[int, int]:
        """(how often the whole file is read, how many rows are read once more); at least one row in all, unless none is
        to be seen."""
        seen = max(1, round(self.seen)) if self.times else 0
        return seen // self.rows, seen % self.rows


@dataclass(frozen=True)
class Take:
    """How a trainer takes the rows of a file. setting: as it is written for the trainer; '' where it is left out; rows:
    that it then sees in an epoch, in expectation."""

    setting: str
    rows: float


def used(parts: Sequence[Part]) -> list[Part]:
    """The files of which a row is to be seen."""
    return [part for part in parts if part.times and part.rows]


def probabilities(parts: Sequence[Part]) -> list[float]:
    """The probability of drawing the next row from each of these files."""
    total = sum(part.seen for part in parts)
    return [part.seen / total for part in parts]


def written_probabilities(parts: Sequence[Part]) -> list[str]:
    """The same as texts with 12 digits: they have to sum to 1 for NumPy, which allows 1.5e-8."""
    return [f"{one:.12g}" for one in probabilities(parts)]


def interleaved(parts: Sequence[Part]) -> list[Take]:
    """What is taken by drawing from the files until each is exhausted: the rows of the file that is seen least often
    once, those of the others again and again."""
    chosen = used(parts)
    known = dict(zip((part.name for part in chosen), probabilities(chosen), strict=True))
    total = max((part.rows / known[part.name] for part in chosen), default=0.0)
    return [Take(f"{known[p.name]:.12g}", known[p.name] * total) if p.name in known else Take("", 0) for p in parts]


def by_number(parts: Sequence[Part]) -> list[Take]:
    """What is taken where a trainer reads whole files and numbers of rows."""
    takes = []
    for part in parts:
        whole, rest = part.whole_and_rest
        said = [
            *(["all"] if whole == 1 else [f"{whole} × all"] if whole else []),
            *([f"{rest:,} rows"] if rest else []),
        ]
        takes.append(Take(" and ".join(said), whole * part.rows + rest))
    return takes
