"""Whether a conversation that a language model wrote says only what the caption or the picture supports.

Knows the names of things; a sentence with a negation asserts nothing. Knows nothing of models, files or tables.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

from adr.synthesize.prompts import plural_of

_NEGATION = re.compile(r"\b(no|not|none|nothing|neither|nor|never|without|cannot|false)\b|n't\b", re.IGNORECASE)
_SENTENCES = re.compile(r"[^.!?;\n]+")


def unsupported(
    turns: Sequence[Mapping[str, str]],
    things: Sequence[str],
    caption: str,
    names: Sequence[str],
    sees: Callable[[str], bool | None] | None = None,
) -> str | None:
    """The first fault (`adr.conversation.FAULTS`) of what the answers assert, or None.

    things: what the picture was made to show, which no answer may deny. names: things to look for in answers; one that
    neither `things` nor the caption has must be seen in the picture. sees: whether it is, or None where the scorer does
    not know the name, so that the caption decides; None without a scorer.
    """
    known = {*things, *_named(caption, names)}
    for human, gpt in pairwise(turns):
        if human["role"] != "human":
            continue
        if re.match(r"no\b", gpt["text"].strip(), re.IGNORECASE) and _asks_for(human["text"], things):
            return "entity_denied"
        for name in _asserted(human["text"], gpt["text"], names):
            seen = sees(name) if sees and name not in known else None
            if name not in known and not seen:
                return "thing_not_in_caption" if seen is None else "thing_not_shown"
    return None


def _asks_for(question: str, things: Iterable[str]) -> bool:
    """Whether a question is about the presence of one of the things."""
    start = re.match(r"(?:<image>\s*)?(?:is|are) there (?:an?|any|one)? ?(.*)", question.strip(), re.IGNORECASE)
    rest = start[1].lower() if start else ""
    return any(re.match(rf"{re.escape(thing)}\b", rest) for thing in things)


def _asserted(question: str, answer: str, names: Sequence[str]) -> list[str]:
    """The names that an answer says are there: in sentences without a negation, and in a question it says yes to."""
    said = [sentence for sentence in _SENTENCES.findall(answer) if not _NEGATION.search(sentence)]
    if re.match(r"yes\b", answer.strip(), re.IGNORECASE):
        said.append(question)
    return _named(" . ".join(said), names)


def _named(text: str, names: Sequence[str]) -> list[str]:
    """The names in a text as whole words, the longest first, so that a traffic light is no light."""
    left, found = text.lower(), []
    for name in sorted(names, key=len, reverse=True):
        if name not in left:
            continue
        forms = "|".join(re.escape(form) for form in (plural_of(name), name) if form)
        left, count = re.subn(rf"(?<!\w)({forms})(?!\w)", " ", left)
        found += [name] if count else []
    return found
