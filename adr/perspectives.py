"""Perspectives: ways of naming what is in an instance (DESIGN §2). The paper's four stand in every index; others are
added by name, and a package may bring its own through the entry point group `adr.perspectives`.

Knows names and words only; how the entities of a perspective are read is the index's part.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Protocol

from adr.errors import AdrError

GROUP = "adr.perspectives"
"""The entry point group by which a package brings perspectives."""
COLUMN = "column:"
"""What the name of a perspective over a column of the records begins with."""
RESERVED = ("alpha", "random", "at_most", "shuffle", "epoch")
"""Names that other draws take (`adr.draws`), which no perspective may have."""
MOST_VOTES = 15
"""How many perspectives may vote in one recipe."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LONGEST_COLUMN = 80


@dataclass(frozen=True)
class Perspective:
    """One way of naming what is in an instance: a row of the table `perspective`.

    title: what pages call its entities, in the plural; sentence: what an entity is; read_from: 'turns', 'record',
    'pictures', 'languages', 'objects' or 'clusters' (of copies); tail_share: the share of postings that
    is tail unless a recipe says otherwise; votes: whether it decides in a recipe that names no perspectives; several:
    whether an instance can have several entities.
    """

    name: str
    title: str
    sentence: str
    read_from: str
    tail_share: float = 0.10
    votes: bool = False
    several: bool = True

    @property
    def called(self) -> str:
        """The perspective as people write it: 'co-occurrence', 'column category'."""
        return self.name.replace(COLUMN, "column ", 1) if self.name.startswith(COLUMN) else self.name.replace("_", "-")

    @property
    def word(self) -> str:
        """One of its entities, as people call it: 'co-occurrence', 'value'; with an s they are several."""
        return "value" if self.name.startswith(COLUMN) else self.called


# Tail shares of the paper's threshold rule: 1 - rho (arXiv 2503.12821, Table 1).
PAPER = (
    Perspective("token", "Tokens", "nouns of the conversation", "turns", 0.10, True),
    Perspective("object", "Objects", "things in the picture", "turns", 0.10, True),
    Perspective("co_occurrence", "Co-occurrences", "two objects in one picture", "objects", 0.25, True),
    Perspective("interrogation", "Interrogations", "how the human asks", "turns", 0.10, True),
)
PAPER_NAMES = tuple(one.name for one in PAPER)
MORE = (
    Perspective("source", "Sources", "where the record comes from", "record", several=False),
    Perspective("style", "Styles", "how the exchange goes", "turns", several=False),
    Perspective("language", "Languages", "the language of most turns", "languages", several=False),
    Perspective("length", "Lengths", "exchanges and words of the conversation", "turns", several=False),
    Perspective("size", "Picture sizes", "the longer side of the first picture", "pictures", several=False),
    Perspective("picture", "Same pictures", "rows with the same picture", "clusters", several=False),
    Perspective("text", "Same conversations", "rows with the same conversation", "clusters", several=False),
    Perspective("copy", "Copies", "rows with the same picture and conversation", "clusters", several=False),
)
"""Perspectives that come with the program and are in an index that asks for them."""
CLUSTERED = tuple(one.name for one in MORE if one.read_from == "clusters")
"""Those whose entities are clusters of copies, which `adr copies` finds."""
_BUILT_IN = {one.name: one for one in (*PAPER, *MORE)}


class Reads(Protocol):
    """What can be asked for rows: a store, or a writer within its transaction."""

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """All rows of a query."""


def perspective_of(name: str) -> Perspective:
    """The row of a perspective that comes with the program, stands for a column, or is brought by a package.

    AdrError for an unknown name, or when a package's perspective cannot be loaded.
    """
    if name in _BUILT_IN:
        return _BUILT_IN[name]
    if name.startswith(COLUMN):
        return _of_column(name)
    if (found := brought().get(name)) is None:
        raise AdrError(f"There is no perspective {name!r}.", f"Choose from {', '.join(choices())}.")
    return _loaded(found)[0]


def described(name: str) -> Perspective:
    """The same for what is shown only: a perspective whose package is gone is called by its name."""
    try:
        return perspective_of(name)
    except AdrError:
        return Perspective(name, name.replace("_", " ").capitalize(), "", "record")


def names_function(name: str) -> Callable[[Any], Sequence[Sequence[str]]]:
    """The function of a package's perspective: from a batch of instances to the names in each. AdrError as above."""
    if (found := brought().get(name)) is None:
        raise AdrError(f"There is no perspective {name!r}.", f"Choose from {', '.join(choices())}.")
    return _loaded(found)[1]


def is_known(name: object) -> bool:
    """Whether a perspective of that name comes with the program, stands for a column, or is brought by a package."""
    if not isinstance(name, str):
        return False
    return name in _BUILT_IN or _is_column(name) or name in brought()


def choices() -> tuple[str, ...]:
    """What can be written where a perspective is asked for; 'column:NAME' stands for any column."""
    return (*_BUILT_IN, *sorted(brought()), f"{COLUMN}NAME")


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Names without repeats: those that come with the program in their order, then the others alphabetically."""
    wanted = set(names)
    return (*(name for name in _BUILT_IN if name in wanted), *sorted(wanted - set(_BUILT_IN)))


def indexed(reads: Reads) -> dict[str, Perspective]:
    """{name: its row} of the perspectives that the present index has, in the order of their numbers."""
    rows = reads.rows("""
        select name, title, sentence, read_from, tail_share, votes, several from perspective
        where indexed order by number
    """)
    return {row[0]: Perspective(*row) for row in rows}


def need_indexed(reads: Reads, names: Iterable[str]) -> None:
    """AdrError unless the present index has all these perspectives."""
    has = indexed(reads)
    missing = [name for name in in_order(names) if name not in has]
    if missing:
        raise AdrError(
            f"The index has no perspective {', '.join(missing)}.",
            f"Add {'it' if len(missing) == 1 else 'them'} on the Dataset page, or with adr index "
            f"{' '.join(f'--perspectives {name}' for name in missing)}.",
        )


def _is_column(name: str) -> bool:
    column = name.removeprefix(COLUMN)
    return name.startswith(COLUMN) and 0 < len(column) <= _LONGEST_COLUMN and column.isprintable()


def _of_column(name: str) -> Perspective:
    if not _is_column(name):
        raise AdrError(f"{name!r} names no column.", f"Write {COLUMN}NAME with the name of a column of the records.")
    column = name.removeprefix(COLUMN)
    return Perspective(name, f"Column {column}", f"what the column {column} holds", "record")


@cache
def brought() -> dict[str, EntryPoint]:
    """Perspectives of installed packages by name; the first of a name counts."""
    found: dict[str, EntryPoint] = {}
    for entry in entry_points(group=GROUP):
        if _NAME.fullmatch(entry.name) and entry.name not in (*_BUILT_IN, *RESERVED):
            found.setdefault(entry.name, entry)
    return found


def _loaded(entry: EntryPoint) -> tuple[Perspective, Callable[[Any], Sequence[Sequence[str]]]]:
    """(row, function) of a package's perspective: its module has PERSPECTIVE and `names`."""
    try:
        module = entry.load()
        row, names = module.PERSPECTIVE, module.names
    except Exception as error:  # whatever a package of somebody else raises
        raise AdrError(
            f"The perspective {entry.name} of {entry.value} cannot be loaded: {error}.",
            "Mend or remove the package that brings it.",
        ) from error
    if not isinstance(row, Perspective) or row.name != entry.name:
        raise AdrError(
            f"The perspective {entry.name} of {entry.value} is called otherwise in its own module.",
            f"Its PERSPECTIVE must be a Perspective named {entry.name!r}.",
        )
    return row, names
