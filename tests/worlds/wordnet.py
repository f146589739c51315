"""Makes `assets/lexicon/wordnet` from the WordNet 3.0 of Debian's wordnet-base: python -m tests.worlds.wordnet."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from adr.shipped import shipped
from adr.synthesize.wordnet import CONCRETE, FOLDER

WORDNET = Path("/usr/share/wordnet")  # Debian's wordnet-base
# WordNet's lexicographer files of nouns, in their order from number 3; Debian leaves the table out.
KINDS = re.findall(
    r"\S+",
    """
    Tops act animal artifact attribute body cognition communication event feeling food group location motive object
    person phenomenon plant possession process quantity relation shape state substance time
""",
)
FIRST_KIND = 3
NOUN, OTHERS = "1", "235"  # parts of speech in sense keys: noun; verb, adjective, satellite adjective
NOTICE = "# Made from WordNet 3.0, Copyright 2006 by Princeton University. All rights reserved. See LICENSE.txt.\n"


def cut() -> dict[str, str]:
    """{file of `assets/lexicon/wordnet`: its text}."""
    nouns = _nouns(_senses())
    compounds = sorted(
        words
        for name in _senses()
        if 1 < len((words := re.sub("[_-]", " ", name)).split()) <= 3 and not nouns.keys().isdisjoint(words.split())
    )
    return {
        "nouns.txt": NOTICE + "".join(f"{line}\n" for _, line in sorted(nouns.items())),
        "compounds.txt": NOTICE + "".join(f"{line}\n" for line in dict.fromkeys(compounds)),
    }


def _nouns(senses: dict[str, list[str]]) -> dict[str, str]:
    """{noun: its line}, for nouns of one word that share a concrete synset with another of one word."""
    synsets, counts = dict(_synsets()), _counts()
    shared = {
        name.lower()
        for kind, words, _ in synsets.values()
        if kind in CONCRETE and len(single := [w for w in words if w.isascii() and w.isalpha() and w.islower()]) > 1
        for name in single
    }
    lines = {}
    for name in shared:
        others = sum(counts[name, part] for part in OTHERS)
        told = (_told(synset, synsets[synset], name, counts[name, n]) for n, synset in enumerate(senses[name], 1))
        lines[name] = " ".join([name, str(others), *told])
    return lines


def _told(synset: str, about: tuple[str, list[str], set[int]], name: str, count: int) -> str:
    kind, words, marked = about
    place = next(i for i, word in enumerate(words, 1) if word.lower() == name)
    return f"{int(synset)}:{kind}:{count}{':marked' if marked & {0, place} else ''}"


def _synsets() -> Iterator[tuple[str, tuple[str, list[str], set[int]]]]:
    """(offset, (kind, words, which of them WordNet marks as of a usage or a region: 0 for all))."""
    for fields in _lines("data.noun"):
        end = 4 + 2 * int(fields[3], 16)
        pointers = [fields[i : i + 4] for i in range(end + 1, end + 1 + 4 * int(fields[end]), 4)]
        marked = {int(where[:2], 16) for symbol, _, _, where in pointers if symbol in (";u", ";r")}
        yield fields[0], (KINDS[int(fields[1]) - FIRST_KIND], fields[4:end:2], marked)


def _senses() -> dict[str, list[str]]:
    """{noun: its synsets, the most frequent first}."""
    return {fields[0]: fields[-int(fields[2]) :] for fields in _lines("index.noun")}


def _lines(name: str) -> Iterator[list[str]]:
    for line in (WORDNET / name).read_text(encoding="utf-8").splitlines():
        if not line.startswith("  "):
            yield line.partition(" | ")[0].split()


def _counts() -> Counter[tuple[str, int | str]]:
    """How often each (noun, number of its sense) and each (word, other part of speech) was met."""
    found: Counter[tuple[str, int | str]] = Counter()
    for line in (WORDNET / "cntlist.rev").read_text(encoding="utf-8").splitlines():
        key, number, count = line.split()
        word, _, sense = key.partition("%")
        found[word, int(number) if sense[0] == NOUN else sense[0]] += int(count)
    return found


if __name__ == "__main__":
    for file, text in cut().items():
        (shipped(FOLDER) / file).write_text(text, encoding="utf-8")
