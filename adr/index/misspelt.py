"""Names of nouns and objects that are probably a frequent name misspelt, or two names written as one.

Reads the index. Knows no picture: what it finds is a proposal for [index] merge.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from adr.index.lexicon import Lexicon
from adr.store import Store

TIMES = 20
"""The other name has at least so many times as many instances."""
LEAST = 10
"""And at least so many of them."""
_SHORTEST = 5  # letters of a name that is looked at; shorter ones are near to too many others
_LONG = 8  # letters from which two mistakes are allowed

Why = Literal["misspelt", "fused"]


@dataclass(frozen=True)
class Misspelt:
    """A name of `n` instances that is in no word list, the frequent name that it probably stands for, and why:
    'misspelt': one or two letters are wrong, missing, too many or swapped; 'fused': blanks are missing."""

    perspective: str
    name: str
    n: int
    other: str
    other_n: int
    why: Why


def misspelt_names(store: Store) -> list[Misspelt]:
    """The proposals for nouns and objects, those first whose other name is most often commoner."""
    lexicon = Lexicon.english()
    found = [one for perspective in ("token", "object") for one in _of_perspective(store, perspective, lexicon)]
    return sorted(found, key=lambda one: (-one.other_n / one.n, one.perspective, one.name))


def _of_perspective(store: Store, perspective: str, lexicon: Lexicon) -> Iterator[Misspelt]:
    counts: dict[str, int] = dict(
        store.rows(
            "select name, n from entity where perspective = perspective_number($1) order by n desc, name", [perspective]
        )
    )
    frequent = [name for name, n in counts.items() if n >= LEAST]
    fused = {name.replace(" ", ""): name for name in reversed(frequent) if " " in name}
    near = _by_deletion(name for name in frequent if len(name) >= _SHORTEST)
    for name, n in counts.items():
        if len(name) < _SHORTEST or not name.isalpha() or lexicon.knows(name):
            continue
        if (whole := fused.get(name)) and counts[whole] >= TIMES * n:
            yield Misspelt(perspective, name, n, whole, counts[whole], "fused")
            continue
        others = {other for part in _deletions(name, _mistakes(name)) for other in near.get(part, ())}
        alike = [other for other in others if counts[other] >= TIMES * n and _near(name, other)]
        if alike:
            best = min(alike, key=lambda other: (mistakes(name, other), -counts[other], other))
            yield Misspelt(perspective, name, n, best, counts[best], "misspelt")


def _near(one: str, other: str) -> bool:
    return mistakes(one, other) <= min(_mistakes(one), _mistakes(other))


def _mistakes(name: str) -> int:
    """How many mistakes are allowed in a name."""
    return 2 if len(name) >= _LONG else 1


def _by_deletion(names: Iterable[str]) -> dict[str, list[str]]:
    """{what is left of a name when letters are taken out: names}. Two names that are near share such a rest."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in names:
        for part in _deletions(name, _mistakes(name)):
            found[part].append(name)
    return found


def _deletions(name: str, most: int) -> set[str]:
    """The name, and what is left when up to `most` letters are taken out."""
    found = step = {name}
    for _ in range(most):
        step = {one[:at] + one[at + 1 :] for one in step for at in range(len(one))}
        found = found | step
    return found


def mistakes(one: str, other: str) -> int:
    """The least number of letters to change, add, take out or swap with the next one to make one name the other
    (optimal string alignment)."""
    before: Sequence[int] = []
    row: Sequence[int] = range(len(other) + 1)
    for i, letter in enumerate(one, 1):
        last, before = before, row
        new = [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, new[-1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, last[j - 2] + 1)
            new.append(cost)
        row = new
    return row[-1]
