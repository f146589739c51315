"""Where a text mentions an entity, for display only: no count depends on it.

Looks for the entity's own words, their plurals and, for questions, the forms of their helping verbs. A synonym that the
index folded into the entity is not found. Knows nothing of how postings are made.
"""

import re
from functools import lru_cache

# Helping verbs of question forms ("be there", "what do"), as people write them.
VERBS = {
    "be": ("is", "are", "was", "were", "be", "'s"),
    "do": ("do", "does", "did"),
    "have": ("have", "has", "had"),
    "can": ("can", "could"),
    "will": ("will", "would"),
}
IRREGULAR = {
    "man": "men",
    "person": "people",
    "child": "children",
    "foot": "feet",
    "tooth": "teeth",
    "goose": "geese",
    "mouse": "mice",
}


def spans(text: str, perspective: str, name: str, role: str = "") -> list[tuple[int, int]]:
    """(start, end) of every place in `text` that mentions the entity, in order and without overlap.

    A question form is looked for in human turns only.
    """
    if perspective == "interrogation" and role != "human":
        return []
    found = [(match.start(1), match.end(1)) for match in _pattern(perspective, name).finditer(text)]
    return [span for i, span in enumerate(found) if not i or span[0] >= found[i - 1][1]]


@lru_cache(maxsize=512)
def _pattern(perspective: str, name: str) -> re.Pattern[str]:
    parts = name.split(" + ") if perspective == "co_occurrence" else [name]
    form = _question if perspective == "interrogation" else _noun
    said = "|".join(sorted((form(part) for part in parts if part), key=len, reverse=True)) or r"(?!)"
    return re.compile(rf"(?<![\w])({said})(?![\w])", re.IGNORECASE)


def _noun(name: str) -> str:
    *before, last = name.split(" ")
    lead = "".join(re.escape(word) + r"[\s-]+" for word in before)
    forms = {last, *plurals(last)} if last.isalpha() else {last}
    return lead + "(?:" + "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True)) + ")"


def plurals(noun: str) -> tuple[str, ...]:
    """The plurals of a noun that may occur in a text; some of them may not exist."""
    for one, many in IRREGULAR.items():
        if noun.endswith(one):
            return (noun[: -len(one)] + many, noun + "s")
    if re.search(r"[^aeiou]y$", noun):
        return (noun[:-1] + "ies",)
    if re.search(r"(s|x|z|ch|sh|o)$", noun):
        return (noun + "es", noun + "s")
    if noun.endswith(("f", "fe")):
        return (noun.removesuffix("e")[:-1] + "ves", noun + "s")
    return (noun + "s",)


def _question(name: str) -> str:
    return r"\s*".join(
        "(?:" + "|".join(re.escape(form) for form in VERBS.get(word, (word,))) + ")" + r"\b" for word in name.split(" ")
    )
