"""Turns counted by instance and language, and how many of them nothing could read."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from adr.figures import counted
from adr.index.asking.turns import RULES as ASKING
from adr.index.languages.reading import READERS
from adr.index.languages.things import LISTED
from adr.language_names import INSTALL, LANGUAGES, language_name
from adr.store import Writer

WORTH_NAMING = 0.005
COUNTED = pa.schema([(name, pa.int32()) for name in ("instance", "language", "turns", "unread")])


@dataclass(frozen=True)
class Counted:
    """A row per instance and language of its turns: the place of the language in LANGUAGES, turns, unread turns."""

    instance: np.ndarray
    language: np.ndarray
    turns: np.ndarray
    unread: np.ndarray

    @classmethod
    def of(cls, instance: np.ndarray, language: np.ndarray, unread: np.ndarray) -> "Counted":
        """The counts of a batch, from arrays per turn; turns with a language below 0 are left out."""
        said = language >= 0
        key = instance[said] * len(LANGUAGES) + language[said]
        of_unread = unread[said]
        if (key[1:] < key[:-1]).any():  # most batches are in one language, and in order
            order = np.argsort(key, kind="stable")
            key, of_unread = key[order], of_unread[order]
        new = np.diff(key, prepend=-1) != 0
        keys, turns = key[new], np.diff(np.append(np.flatnonzero(new), len(key)))
        unread_turns = np.bincount(np.cumsum(new) - 1, of_unread, len(keys)).astype(int)
        return cls(keys // len(LANGUAGES), keys % len(LANGUAGES), turns, unread_turns)

    def table(self) -> pa.Table:
        """The same as an Arrow table of COUNTED."""
        return pa.table([self.instance, self.language, self.turns, self.unread], names=COUNTED.names).cast(COUNTED)


class TurnTotals:
    """Turns by language over all batches that were added."""

    def __init__(self) -> None:
        self.instances_unread = 0  # instances that have an unread turn
        self._turns = np.zeros(len(LANGUAGES), np.int64)
        self._unread = np.zeros(len(LANGUAGES), np.int64)

    def add(self, counted: Counted) -> None:
        """Count the turns of one more batch; no instance is in two batches."""
        self.instances_unread += len(np.unique(counted.instance[counted.unread > 0]))
        for total, numbers in ((self._turns, counted.turns), (self._unread, counted.unread)):
            total += np.bincount(counted.language, numbers, len(LANGUAGES)).astype(np.int64)

    def by_language(self) -> dict[str, int]:
        """{code: turns}, most first."""
        return _most_first(self._turns)

    def unread_by_language(self) -> dict[str, int]:
        """{code: unread turns} of the languages that have any, most first."""
        return _most_first(self._unread)


def _most_first(numbers: np.ndarray) -> dict[str, int]:
    found = {code: number for code, number in zip(LANGUAGES, numbers.tolist(), strict=True) if number}
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def write_languages(writer: Writer, found: Iterable[pa.Table]) -> None:
    """Replaces the table turn_language by tables of COUNTED."""
    writer.execute("truncate turn_language")
    for table in found:
        codes = pa.DictionaryArray.from_arrays(table["language"].combine_chunks(), pa.array(LANGUAGES))
        writer.register("spoken", table.set_column(1, "language", codes.cast(pa.string())))
        writer.execute("insert into turn_language by name select * from spoken")


def missing_words(found: TurnTotals, total: int) -> str:
    """What was not read, in how many turns, and what installs its readers."""
    unread = found.unread_by_language()
    listed = ", ".join(f"{counted(turns, 'turn')} in {_named(code)}" for code, turns in unread.items())
    said = f"{found.instances_unread:,} of {total:,} instances hold text that was not read: {listed}."
    packages = sorted({package for code in unread if code in READERS for package in READERS[code].packages})
    if packages:
        said += f" To read it, run {INSTALL} (or pip install {' '.join(packages)}), then index again."
    if any(code not in READERS for code in unread):
        said += (
            " Other languages are read by a spaCy pipeline where one is installed: index with --extractor spacy "
            "--spacy-model NAME."
        )
    return said


def not_asked_words(found: TurnTotals, objects_from_text: bool) -> list[str]:
    """Sentences on the languages whose forms of question, or whose things, have no rules or no list; none if all do.
    A language in fewer than WORTH_NAMING of the turns is left out: single turns are easily taken for another one."""
    turns = found.by_language()
    least = WORTH_NAMING * sum(turns.values())
    spoken = [code for code, n in turns.items() if code not in ("en", "und") and n >= least]
    without_rules = [_named(code) for code in spoken if code not in ASKING]
    without_list = [_named(code) for code in spoken if code not in LISTED] if objects_from_text else []
    said = []
    if without_rules:
        said.append(f"Forms of question are not read from {', '.join(without_rules)}.")
    if without_list:
        said.append(f"Objects are not read from text in {', '.join(without_list)}.")
    return said


def _named(code: str) -> str:
    return "a language that could not be told" if code == "und" else language_name(code)
