"""Turns counted by instance and language, and how many of them nothing could read."""

from collections.abc import Sequence
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

    @classmethod
    def all_of(cls, parts: "Sequence[Counted]") -> "Counted":
        """The counts of all batches."""
        nothing = np.zeros(0, dtype=np.int64)
        return cls(
            *(np.concatenate([nothing, *(getattr(part, name) for part in parts)]) for name in cls.__dataclass_fields__)
        )

    @property
    def instances_unread(self) -> int:
        """How many instances have an unread turn."""
        return len(np.unique(self.instance[self.unread > 0]))

    def by_language(self) -> dict[str, int]:
        """{code: turns}, most first."""
        return self._summed(self.turns)

    def unread_by_language(self) -> dict[str, int]:
        """{code: unread turns} of the languages that have any, most first."""
        return self._summed(self.unread)

    def _summed(self, numbers: np.ndarray) -> dict[str, int]:
        sums = np.bincount(self.language, numbers, len(LANGUAGES)).astype(int).tolist()
        found = {code: number for code, number in zip(LANGUAGES, sums, strict=True) if number}
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def write_languages(writer: Writer, found: Counted) -> None:
    """Replaces the table turn_language."""
    writer.execute("truncate turn_language")
    names = pa.DictionaryArray.from_arrays(pa.array(found.language, pa.int32()), pa.array(LANGUAGES)).cast(pa.string())
    writer.insert(
        "turn_language",
        pa.table(
            {
                "instance": found.instance.astype(np.int32),
                "language": names,
                "turns": found.turns.astype(np.int32),
                "unread": found.unread.astype(np.int32),
            }
        ),
    )


def missing_words(found: Counted, total: int) -> str:
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


def not_asked_words(found: Counted, objects_from_text: bool) -> list[str]:
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
