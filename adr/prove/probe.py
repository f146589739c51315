"""The probe: frozen features of a picture and the bag of a question's words → a distribution over answer words.

Made to compare training sets in seconds, not to answer well: it reads no order of words, and says only answers that it
was trained on. Knows nothing of arms or files.
"""

import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adr.prove.answers import AnswerWords, Floats, Sets, log_shares, nll, said
from adr.prove.directions import main_directions, spread
from adr.prove.model import Fitted, Pairs, Scored
from adr.prove.training import Batches, MeanWeights, checked_steps, one_thread, tenths, warm
from adr.prove.words import is_short, normalised, terms_of, words_of

_COMPONENTS = 256
_TERMS = 20_000
_DEV = 2_000
_ROWS = 512


@dataclass(frozen=True)
class Prepared:
    """Pairs as numbers. seen (n, components); terms: the numbers of each question's words and pairs of words; answers:
    the words wanted; telling: the same with the shares of the training loss."""

    seen: Floats
    terms: list[NDArray[np.int64]]
    answers: Sets
    telling: Sets


@dataclass(frozen=True)
class Probe:
    """Sizes and rates, which are the same for every arm."""

    width: int = 192
    rate: float = 3e-3
    decay: float = 1.0
    drop: float = 0.2

    def fit(
        self,
        train: Pairs,
        dev: Pairs,
        test: Pairs,
        features: NDArray[Any],
        *,
        steps: int,
        batch: int,
        learning_rate: float,
        seed: int,
        adjust: dict[str, float] | None = None,
        blind: bool = False,
    ) -> Fitted:
        """See `Model.fit`."""
        started = time.monotonic()
        with one_thread():
            reading = _Numbers(train, features, blind)
            net = _network(reading, self, seed)
            loss, curve = self._train(net, reading, train, dev, steps, batch, learning_rate, seed)
            scored = _scored(net, reading, test, reading.answers.adjusted(adjust))
        return Fitted(scored, loss, curve, time.monotonic() - started)

    def _train(
        self, net: Any, reading: "_Numbers", train: Pairs, dev: Pairs, steps: int, batch: int, rate: float, seed: int
    ) -> tuple[list[float], list[tuple[int, float]]]:
        import torch

        given, asked = reading.prepared(train), reading.prepared(dev, _DEV)
        order, mean = Batches(train.weight, batch, seed), MeanWeights(net)
        optimizer = torch.optim.AdamW(net.parameters(), lr=self.rate * rate, weight_decay=self.decay, fused=True)
        checks, losses, curve = checked_steps(steps), [], []
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed + 1)
            for step in range(steps):
                rows = next(order)
                optimizer.param_groups[0]["lr"] = self.rate * rate * warm(step)
                loss = _loss(net(*_inputs(given, rows)), given.telling, rows)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                mean.add()
                losses.append(float(loss.detach()))
                if step + 1 in checks and len(asked.terms):
                    with mean.instead():
                        curve.append((step + 1, _mean_nll(net, asked)))
        mean.settle()
        return tenths(losses), curve


class _Numbers:
    """Turns pairs into numbers, by the words and the pictures of the training pairs alone."""

    def __init__(self, train: Pairs, features: NDArray[Any], blind: bool) -> None:
        self._features, self._blind = features, blind
        rows = np.unique(train.picture[train.picture >= 0])
        self._eigen = None if blind or not len(rows) else main_directions(features[rows], _COMPONENTS)
        self.components = 0 if self._eigen is None else self._eigen.directions.shape[1]
        counts = Counter(term for question in train.question for term in set(terms_of(question)))
        known = sorted((t for t in counts if counts[t] > 1), key=lambda t: (-counts[t], t))[:_TERMS]
        self.terms = {term: number for number, term in enumerate(known)}
        self.answers = AnswerWords.of(train.answer)

    def prepared(self, pairs: Pairs, most: int | None = None) -> Prepared:
        """The first `most` pairs as numbers; pairs that are far apart when there are more."""
        rows = np.arange(len(pairs.pair)) if most is None else spread(len(pairs.pair), most)
        terms = [
            np.array([self.terms[t] for t in terms_of(pairs.question[row]) if t in self.terms], np.int64)
            for row in rows
        ]
        answers = self.answers.sets([words_of(pairs.answer[row]) for row in rows])
        return Prepared(self.seen(pairs.picture[rows]), terms, answers, self.answers.telling(answers))

    def seen(self, pictures: NDArray[np.int64]) -> Floats:
        """(n, components + 1): what is seen of each picture, and 1 where there is one; zeros for none."""
        found = np.zeros((len(pictures), self.components + 1), np.float32)
        if self._eigen is None:
            return found
        there = np.flatnonzero(pictures >= 0)
        rows, back = np.unique(pictures[there], return_inverse=True)
        if len(rows):
            found[there, :-1] = self._eigen(self._features[rows])[back]
            found[there, -1] = 1.0
        return found


def _network(reading: _Numbers, sizes: Probe, seed: int) -> Any:
    """Picture and question are both turned into `width` numbers; their products and sums give the answer's words."""
    import torch
    from torch import nn

    class ProbeNet(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            wide = sizes.width
            self.drop = nn.Dropout(sizes.drop)
            self.look = nn.Linear(reading.components + 1, 2 * wide)
            self.read = nn.EmbeddingBag(len(reading.terms) + 1, 2 * wide, mode="sum")
            self.mix = nn.Linear(4 * wide, 2 * wide)
            self.answer = nn.Linear(2 * wide, len(reading.answers.words))

        def forward(self, seen: Any, terms: Any, starts: Any) -> Any:
            looked, gate = self.look(self.drop(seen)).chunk(2, dim=1)
            read, asked = self.read(terms, starts).chunk(2, dim=1)
            looked = torch.nn.functional.gelu(looked)
            mixed = torch.cat([looked * read, gate * asked, read, looked], dim=1)
            return self.answer(self.drop(torch.nn.functional.gelu(self.mix(mixed))))

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return ProbeNet()


def _inputs(given: Prepared, rows: NDArray[np.int64]) -> tuple[Any, Any, Any]:
    import torch

    terms = [given.terms[row] for row in rows]
    starts = np.cumsum([0, *(len(one) for one in terms)])[:-1]
    flat = np.concatenate([np.zeros(0, np.int64), *terms])
    return torch.from_numpy(given.seen[rows]), torch.from_numpy(flat), torch.from_numpy(starts)


def _loss(logits: Any, wanted: Sets, rows: NDArray[np.int64]) -> Any:
    """The mean cross-entropy with the shares of the answers' words."""
    import torch

    log = torch.log_softmax(logits, dim=1)
    words, share = torch.from_numpy(wanted.words[rows]), torch.from_numpy(wanted.share[rows])
    return -(log.gather(1, words) * share).sum(dim=1).mean()


def _log(net: Any, given: Prepared, adjust: Floats, rows: NDArray[np.int64]) -> Floats:
    import torch

    net.eval()
    with torch.no_grad():
        logits = net(*_inputs(given, rows)).numpy()
    net.train()
    return log_shares(logits - adjust)


def _mean_nll(net: Any, given: Prepared) -> float:
    none = np.zeros(net.answer.out_features, np.float32)
    parts = [
        nll(_log(net, given, none, rows), Sets(given.answers.words[rows], given.answers.share[rows]))
        for rows in _chunks(len(given.terms))
    ]
    return float(np.nanmean(np.concatenate(parts)))


def _chunks(count: int) -> list[NDArray[np.int64]]:
    return [np.arange(start, min(count, start + _ROWS)) for start in range(0, count, _ROWS)]


def _scored(net: Any, reading: _Numbers, test: Pairs, adjust: Floats) -> Scored:
    given = reading.prepared(test)
    words = reading.answers
    entities = words.sets([[w for e in row for w in words_of(e)] for row in test.entity_words])
    choices = words.telling(words.sets([choice.split() for choice in words.choices]))
    likely, named, best = [], [], []
    for rows in _chunks(len(given.terms)):
        log = _log(net, given, adjust, rows)
        likely.append(nll(log, Sets(given.answers.words[rows], given.answers.share[rows])))
        named.append(nll(log, Sets(entities.words[rows], entities.share[rows])))
        best.append(said(log, choices) if words.choices else np.full(len(rows), -1))
    none = [np.zeros(0)]
    spoken = [words.choices[c] if c >= 0 else "" for c in np.concatenate([np.zeros(0, np.int64), *best])]
    spoken = [text if is_short(answer) else "" for text, answer in zip(spoken, test.answer, strict=True)]
    right = [
        float(text == normalised(answer)) if is_short(answer) else np.nan
        for text, answer in zip(spoken, test.answer, strict=True)
    ]
    return Scored(test.pair, np.array(right), np.concatenate(none + likely), np.concatenate(none + named), spoken)
