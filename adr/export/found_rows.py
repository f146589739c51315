"""The rows in which the lint has found a fault: four bytes for each of them. Knows no faults."""

from array import array
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

EXAMPLES = 5


class Rows:
    """Rows with a fault, in the order in which they were found. examples: texts of the first of them."""

    def __init__(self, found: Iterable[tuple[int, str]] = (), most: int = EXAMPLES) -> None:
        self.examples: list[str] = []
        self._most = most
        self._numbers = array("i")
        for row, text in found:
            self.add(row, text)

    def __len__(self) -> int:
        return len(self._numbers)

    def add(self, row: int, text: str) -> None:
        """Add a row and its text as an example, which takes the place of the one before when that is of the same
        row."""
        again = bool(self._numbers) and self._numbers[-1] == row
        if not again:
            self._numbers.append(row)
        if len(self._numbers) <= self._most:
            self.examples[len(self._numbers) - 1 :] = [text]

    @property
    def numbers(self) -> npt.NDArray[np.int32]:
        """All rows."""
        return np.array(self._numbers, dtype=np.int32)
