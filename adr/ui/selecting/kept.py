"""A selection that was kept to compare others with."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass
class KeptSelection:
    """positions: None where none was kept; words: where they come from."""

    positions: npt.NDArray[np.int32] | None = None
    words: str = ""

    def keep(self, positions: npt.NDArray[np.int32], words: str) -> None:
        """Keep these."""
        self.positions, self.words = positions, words
