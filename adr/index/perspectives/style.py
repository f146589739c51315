"""The perspective style: how the exchanges of a conversation go, by rules over question and answer.

The kinds are those by which mmSSR describes instructions, and one for answers of none of them. What a question asks for
is read in English and Chinese; the forms of answers hold in any language. Knows no picture and no entity.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from adr.conversation import MARKER
from adr.index.perspectives.asked_for import POSITION, asked_for
from adr.index.perspectives.batch import Batch, Names
from adr.index.perspectives.word_count import at_most

COORDINATES = "coordinates"
STEPS = "step by step"
CHOICE = "multiple choice"
FORM = "prescribed form"
YES_NO = "yes/no"
PHRASE = "word or phrase"
COMPARISON = "comparison"
SHORT = "short description"
DETAILED = "detailed description"
FREE = "free-form answer"
STYLES = (COORDINATES, STEPS, CHOICE, YES_NO, FORM, PHRASE, COMPARISON, SHORT, DETAILED, FREE)
"""In the order in which the rules are tried."""

REASONED = 12
"""Words from which an answer to "think step by step" can hold steps."""
BRIEF = 20
"""Words up to which an answer to "a single word or phrase" is one, and a description asked for in detail is short."""
PLAIN_YES = 30
"""Words up to which an answer that begins with yes or no is such an answer."""
LONG = 50
"""Words up to which a description is short."""
ALONE, IN_A_PHRASE = 3, 12
"""Words up to which an answer is a phrase in any case, and when it does not end as a sentence does."""

_MOSTLY = 3
"""Positions are an answer's matter when they make up one in so many of its characters."""
_DIGIT = re.compile(r"\d")
_STEPS = re.compile(r"\bstep 1\b.*\bstep 2\b|<(?:think|reasoning|thought)>", re.DOTALL | re.IGNORECASE)
_END = 80  # characters in which reasoning comes to its answer
_NUMBERED = re.compile(r"(?:^|\n)\s*1[.)] .*\n\s*2[.)] ", re.DOTALL)
_FORMED = re.compile(r'\s*(?:```\w|[{\[]\s*[{"]|\|[^\n]*\|\s*\n\s*\||<(?:\?xml|html|table|svg|tool_call)\b|\\begin\{)')
"""An answer that is JSON, a block of code, a table of Markdown, XML, HTML or LaTeX."""
_YES_OR_NO = re.compile(
    r"[\s\"'“(*]*(?:"
    r"(?:yes|no|yeah|nope|true|false|ja|nein|oui|non|s[ií]|sim|não|nee|да|нет|evet|hayır|نعم|لا)"
    r"(?=\W*$|\*{0,2}[,.;:!–—-](?! ?\d)| (?:there|it|he|she|they|the|this|that|these|those|i|you|we|not)\b)"
    r"|(?:是|是的|否|不|不是|不是的|有|没有|對|对|不对|はい|いいえ|네|예|아니요|아니오)(?=$|[\s,.!，。！、]))",
    re.IGNORECASE,
)
"""Yes or no and an end or a new clause: not in "No parking", "No. 5" and "no answer"."""
_ENDS = (".", "!", "?", "。", "！", "？")


def names(batch: Batch) -> Names:
    """One style per instance: that of most of its exchanges, of equals the first; none where nobody answers."""
    return [_most([style(question, answer) for question, answer in _exchanges(turns)]) for turns in batch.turns]


def style(question: str, answer: str) -> str:
    """How one exchange goes: the first of `STYLES` whose rule holds."""
    asks = asked_for(question)
    if _places(answer) or ("place" in asks and _DIGIT.search(answer)):
        return COORDINATES
    if _goes_by_steps(asks, answer):
        return STEPS
    if "choice" in asks:
        return CHOICE
    if _says_yes_or_no(asks, answer):
        return YES_NO
    if "form" in asks or _FORMED.match(answer):
        return FORM
    return _by_length(asks, answer)


def _by_length(asks: frozenset[str], answer: str) -> str:
    """What is left when the answer has no form by which it is known."""
    if "phrase" in asks and at_most(BRIEF, answer):
        return PHRASE
    if "compare" in asks and not at_most(ALONE, answer):
        return COMPARISON
    if "describe" in asks:
        return _description(asks, answer)
    if _is_phrase(answer):
        return PHRASE
    return _description(asks, answer) if "look" in asks else FREE


def _description(asks: frozenset[str], answer: str) -> str:
    return SHORT if at_most(BRIEF if "detail" in asks else LONG, answer) else DETAILED


def _most(styles: Sequence[str]) -> list[str]:
    return [max(styles, key=styles.count)] if len(styles) > 1 else list(styles)


def _exchanges(turns: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """(question, answer) of every answer that follows a human turn, without image markers; no empty answers."""
    for (before, asked), (role, told) in pairwise(turns):
        if role == "gpt" and before == "human" and (answer := told.strip()):
            yield asked.replace(MARKER, "").strip(), answer


def _places(answer: str) -> bool:
    """Whether an answer says where something is in numbers, and little else."""
    if "[" not in answer and "(" not in answer and "<" not in answer:
        return False
    return sum(len(found[0]) for found in POSITION.finditer(answer)) * _MOSTLY >= len(answer)


def _goes_by_steps(asks: frozenset[str], answer: str) -> bool:
    if ("tep 2" in answer or "<" in answer) and _STEPS.search(answer):
        return True
    if "steps" in asks:
        return not at_most(REASONED - 1, answer)
    if "how" in asks and _NUMBERED.search(answer):
        return True
    end = answer[-_END:]
    return ("answer is" in end or "####" in end) and not at_most(BRIEF, answer)


def _says_yes_or_no(asks: frozenset[str], answer: str) -> bool:
    plain = _YES_OR_NO.match(answer) is not None and at_most(PLAIN_YES, answer)
    return plain or ("yes_no" in asks and _is_phrase(answer) and not _FORMED.match(answer))


def _is_phrase(answer: str) -> bool:
    """Whether an answer is a word or a phrase: at most three words, or twelve that do not end as a sentence does."""
    if len(answer) > 150 or not at_most(IN_A_PHRASE, answer):
        return False
    return not answer.endswith(_ENDS) or at_most(ALONE, answer)
