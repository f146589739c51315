"""The files of one experiment, `WORKSPACE/prove/N/`, and what identifies their content.

Knows nothing of what they say.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from adr.errors import AdrError
from adr.files import whole_file, write_whole


@dataclass(frozen=True)
class TrialKey:
    """One training: its arm (or 'blind'), seed, learning rate (a factor of the model's own) and budget."""

    arm: str
    seed: int
    learning_rate: float
    budget: str

    @property
    def name(self) -> str:
        """Its name in file names: ARM-SEED-LR-BUDGET."""
        return f"{self.arm}-{self.seed}-{self.learning_rate:g}-{self.budget}"


class ProofFolder:
    """The paths of an experiment, and its tables."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def design(self) -> Path:
        """What was fixed before the first training."""
        return self.folder / "design.json"

    @property
    def items(self) -> Path:
        """The results of all trials in one table."""
        return self.folder / "items.parquet"

    @property
    def features(self) -> Path:
        """The features of `pictures.parquet`, a row each, as the model wants them; made before the first trial."""
        return self.folder / "features.npy"

    @property
    def pilot(self) -> Path:
        """How the number of steps was chosen."""
        return self.folder / "pilot.json"

    @property
    def claims(self) -> Path:
        """Which worker holds which trial."""
        return self.folder / "claims"

    def table(self, name: str) -> Path:
        """The path of 'split', 'pairs', 'pictures', or 'arms/ARM-SEED'."""
        return self.folder / f"{name}.parquet"

    def report(self, trial: TrialKey) -> Path:
        """What a finished trial says of itself; written last."""
        return self.folder / "trials" / f"{trial.name}.json"

    def scores(self, trial: TrialKey) -> Path:
        """The scores of a trial's test pairs."""
        return self.folder / "trials" / f"{trial.name}.parquet"

    def read_design(self) -> dict[str, Any]:
        """`design.json`; AdrError if it is missing or damaged."""
        try:
            found: dict[str, Any] = json.loads(self.design.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise AdrError(
                f"{self.folder} holds no design of an experiment.", "Make one with `adr prove design --run N`."
            ) from error
        return found

    def read(self, name: str, columns: list[str] | None = None) -> pa.Table:
        """A table of the experiment; AdrError when it is missing or damaged."""
        path = self.table(name)
        try:
            return pq.read_table(path, columns=columns)
        except (OSError, pa.ArrowInvalid) as error:
            raise AdrError(f"{path} is missing or damaged.", "Make a new design.") from error

    def write(self, name: str, table: pa.Table) -> str:
        """Write a table of the experiment; returns what identifies its content."""
        write_table(self.table(name), table)
        return content(table)


def write_table(path: Path, table: pa.Table) -> None:
    """Write a Parquet file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as partial:
        pq.write_table(table, partial, compression="zstd")


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode())


def content(table: pa.Table) -> str:
    """SHA-256 of the names and values of a table in its order, whatever file it is kept in."""
    return digest([table.column_names, *(column.to_pylist() for column in table.columns)])


def digest(values: Iterable[Any]) -> str:
    """SHA-256 over values that JSON can hold, in their order."""
    found = hashlib.sha256()
    for value in values:
        found.update(json.dumps(value, sort_keys=True, ensure_ascii=False, default=str).encode() + b"\n")
    return found.hexdigest()
