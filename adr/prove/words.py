"""The words of questions and answers, and when two answers are the same. Knows nothing of models.

An answer is compared after this normalisation: lower case, without articles and punctuation, numbers as figures.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

SHORT = 4
"""An answer of at most so many words is right or wrong; a longer one has a likelihood alone."""

_ARTICLES = {"a", "an", "the"}
_NUMBERS = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
nineteen twenty
"""
_FIGURES = {word: str(number) for number, word in enumerate(_NUMBERS.split())}
# A number with its decimals; a letter of a script that puts no blanks between words; a word with its apostrophes.
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[\u3040-\u30ff\u3400-\u9fff]|[^\W\d_\u3040-\u30ff\u3400-\u9fff]+(?:['’]\w+)*")
_MARKER = re.compile(r"<image>|<image_\d+>")


def words_of(text: str) -> list[str]:
    """The words of a text in order, normalised: 'The two Cats.' → ['2', 'cats']."""
    found = _WORD.findall(unicodedata.normalize("NFKC", _MARKER.sub(" ", text)).lower())
    return [_FIGURES.get(word, word) for word in found if word not in _ARTICLES]


def normalised(answer: str) -> str:
    """What is left of an answer for the comparison; an answer of an article alone stays."""
    return " ".join(words_of(answer)) or answer.strip().lower()


def is_short(answer: str) -> bool:
    """Whether the answer is right or wrong rather than more or less likely."""
    return 0 < len(answer.split()) <= SHORT


def terms_of(question: str) -> list[str]:
    """The words of a question and its pairs of neighbouring words."""
    words = words_of(question)
    return words + [f"{one} {two}" for one, two in pairwise(words)]


def adjustment(answers: Sequence[str], weight: NDArray[np.float64], tau: float = 1.0) -> dict[str, float]:
    """Logit adjustment (arXiv 2007.07314): {answer word: τ · log of its share of all answer words}."""
    counts: defaultdict[str, float] = defaultdict(float)
    for answer, copies in zip(answers, weight, strict=True):
        for word in set(words_of(answer)):
            counts[word] += float(copies)
    total = sum(counts.values())
    return {word: tau * float(np.log(count / total)) for word, count in counts.items() if count > 0}
