"""A cut of WordNet's nouns that ships with the program, in `assets/lexicon/wordnet`: senses, their counts, compounds.

Holds the nouns of one word that share a concrete sense with another noun of one word. No other WordNet is read, so the
same plan comes out on every machine. Knows nothing of datasets, nor of which synonym is good.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from adr.shipped import shipped

FOLDER = "assets/lexicon/wordnet"

# Kinds of nouns (WordNet's lexicographer files) that name things one can point at. Nouns for time, feeling, thought,
# form and the like are left alone; the paper has a list of words for this.
CONCRETE = frozenset({"animal", "artifact", "body", "food", "object", "person", "plant", "substance"})


@dataclass(frozen=True)
class Sense:
    """One meaning of a noun. count: how often it was met in the texts that WordNet's senses were counted in. marked:
    WordNet says that the noun has this meaning in slang or in one country."""

    synset: int
    kind: str
    count: int
    marked: bool

    @property
    def concrete(self) -> bool:
        """Whether it is a thing one can point at."""
        return self.kind in CONCRETE


@dataclass(frozen=True)
class Noun:
    """A word with its meanings as a noun, the most frequent first. others: how often it was met as a verb or an
    adjective."""

    name: str
    senses: tuple[Sense, ...]
    others: int


@cache
def nouns() -> Mapping[str, Noun]:
    """The nouns by name."""
    lines = (shipped(FOLDER) / "nouns.txt").read_text(encoding="utf-8").splitlines()
    read = (line.split() for line in lines if not line.startswith("#"))
    return {name: Noun(name, tuple(map(_sense, senses)), int(others)) for name, others, *senses in read}


def _sense(text: str) -> Sense:
    synset, kind, count, *marks = text.split(":")
    return Sense(int(synset), kind, int(count), bool(marks))


@cache
def of_synset() -> Mapping[int, tuple[str, ...]]:
    """{meaning: the nouns that have it, by name}."""
    found: dict[int, list[str]] = defaultdict(list)
    for noun in nouns().values():
        for sense in noun.senses:
            found[sense.synset].append(noun.name)
    return {synset: tuple(sorted(names)) for synset, names in found.items()}


@cache
def compounds() -> frozenset[str]:
    """WordNet's nouns of two or three words that hold one of `nouns`, such as "hot dog" and "chest of drawers"."""
    lines = (shipped(FOLDER) / "compounds.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))
