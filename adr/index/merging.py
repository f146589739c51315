"""Names of entities that count as another name: [index] merge, such as "sungalsse = sunglasses".

Applied to nouns and objects before they are counted, so that pairs of objects have the merged names, too.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from adr.errors import AdrError
from adr.index.postings import LOW, Postings
from adr.index.spill import Changed


def merged_names(lines: Sequence[str]) -> dict[str, str]:
    """{name: the name that it counts as}; AdrError for a line that is not "name = other", for a name that is given two
    others, and for one that is merged into a name which is merged itself."""
    found: dict[str, str] = {}
    for line in lines:
        name, _, other = (part.strip() for part in line.partition("="))
        if not name or not other or name == other:
            raise AdrError(f"merge holds {line!r}.", 'Write "name = other" for each name that counts as another one.')
        if found.setdefault(name, other) != other:
            raise AdrError(f"merge gives {name!r} two names: {found[name]!r} and {other!r}.", "Leave one of them.")
    if twice := sorted(name for name, other in found.items() if other in found):
        raise AdrError(
            f"{twice[0]!r} is merged into {found[twice[0]]!r}, which is merged itself.",
            f"Merge it into {found[found[twice[0]]]!r}.",
        )
    return found


def merge_line(name: str, other: str) -> str:
    """The line of `merge` for a name."""
    return f"{name} = {other}"


def with_merged(postings: Postings, merged: Mapping[str, str]) -> Postings:
    """The postings with every merged name replaced; an instance that has both names has the other one once."""
    listed = postings.names.listed()
    there = [number for number, name in enumerate(listed) if name in merged]
    if not there:
        return postings
    into = np.arange(len(listed), dtype=np.int64)
    for number in there:
        into[number] = postings.names(merged[listed[number]])
    return Postings(
        postings.names, Changed(postings.batches, lambda batch: np.unique((batch & ~LOW) | into[batch & LOW]))
    )
