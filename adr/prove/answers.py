"""Answers as sets of words: their vocabulary, the likelihood of an answer, and which known answer is said.

A model gives a distribution over the words of answers. It is trained to give each word of an answer a share that grows
with the word's rarity, so that "is" and "in" do not outweigh what is named, and says the short answer of the training
pairs whose shares are nearest to what it gives. Knows nothing of pictures or of training.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from adr.prove.words import is_short, normalised, words_of

MOST_WORDS = 20_000
_CHOICES = 5_000
_LONGEST = 64
_LEAST_WORTH = 0.05
UNSEEN = 1e-3
"""The share of the likelihood that is spread evenly over all words, so that none is impossible."""
_ROWS = 128

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Sets:
    """Answers as rows of word numbers. words (n, longest): padded with 0; share (n, longest): of each word, with a sum
    of 1; 0 where it is padded."""

    words: NDArray[np.int64]
    share: Floats


@dataclass(frozen=True)
class AnswerWords:
    """The words of the training answers; word 0 stands for all others. choices: the short answers that can be said;
    worth (words): log of the number of answers per answer with the word."""

    words: list[str]
    choices: list[str]
    worth: Floats = field(repr=False)
    number: dict[str, int] = field(repr=False)

    @classmethod
    def of(cls, answers: Sequence[str]) -> "AnswerWords":
        """From the training answers alone."""
        counts = Counter(word for answer in answers for word in set(words_of(answer)))
        words = ["", *sorted(counts, key=lambda word: (-counts[word], word))[: MOST_WORDS - 1]]
        said = Counter(normalised(answer) for answer in answers if is_short(answer) and words_of(answer))
        choices = sorted(said, key=lambda answer: (-said[answer], answer))[:_CHOICES]
        often = np.array([counts[word] or 1 for word in words], np.float32)
        worth = np.maximum(np.log(len(answers) / often), _LEAST_WORTH).astype(np.float32)
        return cls(words, choices, worth, {word: number for number, word in enumerate(words)})

    def sets(self, answers: Sequence[Sequence[str]]) -> Sets:
        """The distinct words of each answer, all with the same share."""
        rows = [sorted({self.number.get(word, 0) for word in words})[:_LONGEST] for words in answers]
        longest = max((len(row) for row in rows), default=0) or 1
        found, share = np.zeros((len(rows), longest), np.int64), np.zeros((len(rows), longest), np.float32)
        for at, row in enumerate(rows):
            found[at, : len(row)] = row
            share[at, : len(row)] = 1 / max(1, len(row))
        return Sets(found, share)

    def telling(self, sets: Sets) -> Sets:
        """The same answers, in which the share of a word grows with its worth."""
        share = np.where(sets.share > 0, self.worth[sets.words], 0)
        return Sets(sets.words, (share / np.maximum(share.sum(axis=1, keepdims=True), 1e-9)).astype(np.float32))

    def adjusted(self, adjust: Mapping[str, float] | None) -> Floats:
        """What is taken from the logit of each word; a word that is not named counts as the rarest one."""
        if not adjust:
            return np.zeros(len(self.words), np.float32)
        rarest = min(adjust.values())
        return np.array([adjust.get(word, rarest) for word in self.words], np.float32)


def log_shares(logits: Floats) -> Floats:
    """(n, words): log of the share of each word."""
    logits = logits - logits.max(axis=1, keepdims=True)
    shares = np.exp(logits)
    shares /= shares.sum(axis=1, keepdims=True)
    found: Floats = np.log((1 - UNSEEN) * shares + UNSEEN / logits.shape[1]).astype(np.float32)
    return found


def nll(log: Floats, sets: Sets) -> NDArray[np.float64]:
    """(n): nats per word of each answer; NaN for one without words."""
    found: NDArray[np.float64] = (
        -(np.take_along_axis(log, sets.words, axis=1) * sets.share).sum(axis=1).astype(np.float64)
    )
    found[sets.share.sum(axis=1) == 0] = np.nan
    return found


def said(log: Floats, choices: Sets) -> NDArray[np.int64]:
    """(n): the choice whose shares are nearest: the smallest KL divergence."""
    spread = np.where(choices.share > 0, choices.share * np.log(np.maximum(choices.share, 1e-9)), 0).sum(axis=1)
    best = []
    for start in range(0, len(log), _ROWS):
        part = log[start : start + _ROWS]
        fit = np.zeros((len(part), len(spread)), np.float32)
        for column in range(choices.words.shape[1]):
            fit += part[:, choices.words[:, column]] * choices.share[:, column]
        best.append((spread - fit).argmin(axis=1))
    return np.concatenate(best) if best else np.zeros(0, np.int64)
