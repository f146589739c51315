"""What every target of the fuzzing has: cases to make, one to try, and what may come of it."""

from dataclasses import dataclass
from random import Random
from typing import Protocol

from adr.errors import AdrError


@dataclass(frozen=True)
class Case:
    """One spoiled input. shown: the words that name it in a report; data: the bytes that repeat it."""

    shown: str
    data: bytes


class Target(Protocol):
    """A place that reads what anybody may have written."""

    def made(self, chance: Random) -> Case:
        """A case."""

    def tried(self, case: Case) -> str:
        """'taken' or 'refused'. Anything raised is a fault of the program."""

    def close(self) -> None:
        """Give back what it holds."""


def refused(error: AdrError) -> str:
    """'refused', when the error is one sentence and a next step that can be shown to a person."""
    assert error.sentence.strip() and error.next_step.strip(), repr(error)
    assert "Traceback" not in error.sentence and len(error.sentence) < 20_000, error.sentence[:300]
    return "refused"
