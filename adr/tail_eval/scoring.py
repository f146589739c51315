"""One rule for what a raw answer says and whether it is right. Pure functions of texts.

Logs of different tools read the same answer differently: LLaVA's script takes whatever lacks a "no" for a yes, while
VLMEvalKit takes it for unknown. Two logs can be compared only if one rule reads both.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from adr.prove.words import normalised
from adr.tail_eval.log import LogItem, Target

_SENTENCE_END = re.compile(r"[.!?;\n]")
_WORD = re.compile(r"[a-z]+(?:['’][a-z]+)?")
_CHOICE = re.compile(
    r"^\W*([A-H])\W*$|^\(?([A-H])[).:]|(?:answer|option|choice)(?: is)?:? *\(?([A-H])\b", re.IGNORECASE
)
_LETTER = re.compile(r"^\(?([A-H])[).]?$")
_AGREEING = 3  # as many people give an answer that counts in full (VQA)
_plain = lru_cache(maxsize=1 << 16)(normalised)


def yes_or_no(text: str) -> str | None:
    """'yes' or 'no', None when the answer says neither or both.

    Only the first sentence counts. Its first word decides if it is yes or no; otherwise it is yes when the word "yes"
    occurs and neither "no", "not" nor a word ending in n't does, and the other way round.
    """
    words = _WORD.findall(_SENTENCE_END.split(text.strip().lower(), maxsplit=1)[0].replace("’", "'"))
    if words and words[0] in ("yes", "no"):
        return str(words[0])
    yes = "yes" in words
    no = any(word in ("no", "not") or word.endswith("n't") for word in words)
    return None if yes == no else "yes" if yes else "no"


def choice(text: str) -> str | None:
    """The letter that an answer to a multiple-choice question chooses: "B", "(B)", "B. A dog", "The answer is B"."""
    found = _CHOICE.search(text.strip())
    return str(found.group(found.lastindex or 0)).upper() if found else None


def is_yes_or_no(target: Target) -> bool:
    """Whether the right answer is yes or no."""
    return isinstance(target, str) and _plain(target) in ("yes", "no")


def is_letter(target: Target) -> bool:
    """Whether the right answer is the letter of a choice."""
    return isinstance(target, str) and bool(_LETTER.match(target.strip()))


def score_of(prediction: str, target: str | Sequence[str]) -> float:
    """How right an answer is, 0..1: yes or no, the letter of a choice, the answers of several people, or the text."""
    if not isinstance(target, str):
        said = _plain(prediction)
        agreeing = sum(_plain(one) == said for one in target)
        return min(agreeing / _AGREEING, 1.0) if len(target) > _AGREEING else float(agreeing > 0)
    if is_yes_or_no(target):
        return float(yes_or_no(prediction) == _plain(target))
    if (letter := _LETTER.match(target.strip())) is not None:
        return float(choice(prediction) == letter.group(1))
    return float(_plain(prediction) == _plain(target))


def own_score(item: LogItem) -> float | None:
    """The score by the rule above, None where the log has no raw answer or no right one."""
    if item.prediction is None or item.target is None:
        return None
    return score_of(item.prediction, item.target)
