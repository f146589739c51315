"""The decoder: patches of a picture from a frozen model, then question and answer as words, by a small transformer.

It is trained from nothing on the conversations of an arm, with the words of the training pairs as its vocabulary.
Knows nothing of arms or files.
"""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adr.prove.directions import Eigen, main_directions, spread
from adr.prove.model import Fitted, Pairs, Scored
from adr.prove.training import Batches, MeanWeights, checked_steps, one_thread, tenths, warm
from adr.prove.words import is_short, normalised, words_of

PAD, BEGIN, END, UNKNOWN = range(4)
_MOST_WORDS = 16_000
_QUESTION, _ANSWER = 40, 40  # words; longer ones are cut off
_DEV = 600
_ROWS = 64
_SPOKEN = 8
_SAMPLE, _COMPONENTS = 2_048, 192


@dataclass(frozen=True)
class Dialogue:
    """Pairs as rows of word numbers. tokens (n, longest): question, BEGIN, answer, END, padded with PAD; wanted (n,
    longest): 1 where the word is one of the answer's or its END; named: 1 where it is an entity word; picture (n)."""

    tokens: NDArray[np.int64]
    wanted: NDArray[np.bool_]
    named: NDArray[np.bool_]
    picture: NDArray[np.int64]

    def rows(self, rows: NDArray[np.int64]) -> "Dialogue":
        """These rows, as wide as the longest of them."""
        wide = max(1, int((self.tokens[rows] != PAD).sum(axis=1).max()))
        tokens, wanted, named = self.tokens[rows, :wide], self.wanted[rows, :wide], self.named[rows, :wide]
        return Dialogue(tokens, wanted, named, self.picture[rows])


@dataclass(frozen=True)
class Decoder:
    """Sizes and rates, which are the same for every arm. device: where it is trained, as torch names it."""

    device: str = "cpu"
    width: int = 128
    layers: int = 2
    heads: int = 4
    rate: float = 1e-3
    decay: float = 0.5
    drop: float = 0.1

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
            words = DialogueWords(train, adjust)
            seen = _Seen(train, (dev, test), features, blind, self.device)
            net = _network(self, len(words.words), seen.size, seed).to(self.device)
            loss, curve = self._train(net, words, seen, train, dev, steps, batch, learning_rate, seed)
            scored = _scored(net, words, seen, test, self.device)
        return Fitted(scored, loss, curve, time.monotonic() - started)

    def _train(
        self,
        net: Any,
        words: "DialogueWords",
        seen: "_Seen",
        train: Pairs,
        dev: Pairs,
        steps: int,
        batch: int,
        rate: float,
        seed: int,
    ) -> tuple[list[float], list[tuple[int, float]]]:
        import torch

        given, asked = words.dialogue(train), words.dialogue(dev).rows(spread(len(dev.pair), _DEV))
        order, mean = Batches(train.weight, batch, seed), MeanWeights(net)
        optimizer = torch.optim.AdamW(net.parameters(), lr=self.rate * rate, weight_decay=self.decay, fused=True)
        checks, losses, curve = checked_steps(steps), [], []
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed + 1)
            for step in range(steps):
                optimizer.param_groups[0]["lr"] = self.rate * rate * warm(step)
                loss = _loss(net, seen, given.rows(next(order)), self.device)
                optimizer.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
                optimizer.step()
                mean.add()
                losses.append(float(loss.detach()))
                if step + 1 in checks and len(asked.tokens):
                    with mean.instead():
                        likely, _ = _likelihoods(net, seen, asked, np.zeros(len(words.words), np.float32), self.device)
                    curve.append((step + 1, float(np.nanmean(likely))))
        mean.settle()
        return tenths(losses), curve


class DialogueWords:
    """The vocabulary of the training pairs, and pairs as numbers."""

    def __init__(self, train: Pairs, adjust: dict[str, float] | None) -> None:
        counts = Counter(word for text in (*train.question, *train.answer) for word in words_of(text))
        known = sorted(counts, key=lambda word: (-counts[word], word))[:_MOST_WORDS]
        self.words = ["", "", "", "", *known]
        self._number = {word: number for number, word in enumerate(known, 4)}
        rarest = min(adjust.values()) if adjust else 0.0
        self.adjust = np.array([(adjust or {}).get(word, rarest) for word in self.words], np.float32)
        self.adjust[:4] = 0.0

    def dialogue(self, pairs: Pairs) -> Dialogue:
        """The pairs as rows of numbers."""
        asked = [[*self.numbers(text)[:_QUESTION], BEGIN] for text in pairs.question]
        said = [[*self.numbers(text)[:_ANSWER], END] for text in pairs.answer]
        named = [{self._number.get(w, UNKNOWN) for e in row for w in words_of(e)} for row in pairs.entity_words]
        wide = max((len(q) + len(a) for q, a in zip(asked, said, strict=True)), default=1)
        tokens = np.zeros((len(asked), wide), np.int64)
        wanted, entity = np.zeros(tokens.shape, bool), np.zeros(tokens.shape, bool)
        for row, (q, a) in enumerate(zip(asked, said, strict=True)):
            tokens[row, : len(q) + len(a)] = q + a
            wanted[row, len(q) : len(q) + len(a)] = True
            entity[row] = wanted[row] & np.isin(tokens[row], list(named[row])) & (tokens[row] >= UNKNOWN)
        return Dialogue(tokens, wanted, entity, pairs.picture)

    def numbers(self, text: str) -> list[int]:
        """The numbers of a text's words."""
        return [self._number.get(word, UNKNOWN) for word in words_of(text)]


class _Seen:
    """The patches of pictures along the main directions of those of the training pictures, and first their mean."""

    def __init__(self, train: Pairs, others: Sequence[Pairs], features: NDArray[Any], blind: bool, device: str) -> None:
        rows = np.unique(train.picture[train.picture >= 0])
        self._device, self.size = device, (features.shape[1] + 1, 1)
        self._seen: NDArray[np.float16] | None = None
        if len(rows) and not blind:
            sample = features[rows[spread(len(rows), _SAMPLE)]]
            eigen = main_directions(sample.reshape(-1, features.shape[2]), _COMPONENTS)
            self.size = (features.shape[1] + 1, eigen.directions.shape[1])
            self._rows = np.unique(np.concatenate([rows, *(pairs.picture[pairs.picture >= 0] for pairs in others)]))
            parts = [
                _patches(eigen, features[self._rows[at : at + _SAMPLE]]) for at in range(0, len(self._rows), _SAMPLE)
            ]
            self._seen = np.concatenate(parts)

    def __call__(self, pictures: NDArray[np.int64]) -> Any:
        """(n, tokens, components); zeros for a pair without a picture, and for all when the model is blind."""
        import torch

        found = np.zeros((len(pictures), *self.size), np.float32)
        there = pictures >= 0
        if self._seen is not None and there.any():
            found[there] = self._seen[np.searchsorted(self._rows, pictures[there])]
        return torch.from_numpy(found).to(self._device)


def _patches(eigen: Eigen, features: NDArray[Any]) -> NDArray[np.float16]:
    """(n, 1 + tokens, components): the mean of the patches and the patches themselves."""
    seen = eigen(features)
    return np.concatenate([seen.mean(axis=1, keepdims=True), seen], axis=1).astype(np.float16)


def _network(sizes: Decoder, vocabulary: int, seen: tuple[int, ...], seed: int) -> Any:
    """Patches and words in one row; words see the patches and the words before them."""
    import torch
    from torch import nn

    class Layer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            wide = sizes.width
            self.norm, self.norm2 = nn.LayerNorm(wide), nn.LayerNorm(wide)
            self.into, self.out = nn.Linear(wide, 3 * wide, bias=False), nn.Linear(wide, wide, bias=False)
            self.think = nn.Sequential(nn.Linear(wide, 4 * wide), nn.GELU(), nn.Linear(4 * wide, wide))
            self.drop = nn.Dropout(sizes.drop)

        def forward(self, x: Any, mask: Any) -> Any:
            count, long, wide = x.shape
            parts = self.into(self.norm(x)).view(count, long, 3, sizes.heads, wide // sizes.heads)
            query, key, value = (part.transpose(1, 2) for part in parts.unbind(2))
            mixed = nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
            x = x + self.drop(self.out(mixed.transpose(1, 2).reshape(count, long, wide)))
            return x + self.drop(self.think(self.norm2(x)))

    class DecoderNet(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            wide = sizes.width
            self.look = nn.Linear(seen[1], wide)
            self.patch = nn.Parameter(0.02 * torch.randn(seen[0], wide))
            self.word = nn.Embedding(vocabulary, wide)
            self.place = nn.Embedding(_QUESTION + _ANSWER + 2, wide)
            self.blocks = nn.ModuleList([Layer() for _ in range(sizes.layers)])
            self.norm = nn.LayerNorm(wide)
            self.drop = nn.Dropout(sizes.drop)
            nn.init.normal_(self.word.weight, std=0.05)
            nn.init.normal_(self.place.weight, std=0.02)

        def forward(self, patches: Any, tokens: Any) -> Any:
            """(n, words, wide): what stands for the word after each word."""
            words = self.word(tokens) + self.place.weight[: tokens.shape[1]]
            x = torch.cat([self.look(patches) + self.patch, words], dim=1)
            count, long = patches.shape[1], x.shape[1]
            mask = torch.ones(long, long, dtype=torch.bool, device=x.device).tril()
            mask[:count, :count] = True
            x = self.drop(x)
            for block in self.blocks:
                x = block(x, mask)
            return self.norm(x[:, count:])

        def logits(self, found: Any) -> Any:
            return found @ self.word.weight.T

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return DecoderNet()


def _loss(net: Any, seen: _Seen, given: Dialogue, device: str) -> Any:
    """The mean cross-entropy of the words of the answers, each pair counting alike."""
    import torch

    tokens = torch.from_numpy(given.tokens).to(device)
    wanted = torch.from_numpy(given.wanted[:, 1:]).to(device)
    found = net(seen(given.picture), tokens[:, :-1])
    each = torch.nn.functional.cross_entropy(net.logits(found[wanted]), tokens[:, 1:][wanted], reduction="none")
    share = (1.0 / wanted.sum(dim=1, keepdim=True)).expand_as(wanted)[wanted]
    return (each * share).sum() / len(tokens)


def _likelihoods(
    net: Any, seen: _Seen, asked: Dialogue, adjust: NDArray[np.float32], device: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Nats per word of the answers, without their END, and of their entity words; NaN without such words."""
    import torch

    less = torch.from_numpy(adjust).to(device)
    likely: list[NDArray[np.float64]] = [np.zeros(0)]
    named: list[NDArray[np.float64]] = [np.zeros(0)]
    net.eval()
    for start in range(0, len(asked.tokens), _ROWS):
        part = asked.rows(np.arange(start, min(start + _ROWS, len(asked.tokens))))
        tokens = torch.from_numpy(part.tokens).to(device)
        with torch.no_grad():
            log = torch.log_softmax(net.logits(net(seen(part.picture), tokens[:, :-1])) - less, dim=-1)
            each = -log.gather(2, tokens[:, 1:, None])[..., 0].cpu().numpy().astype(np.float64)
        for of, into in ((part.wanted[:, 1:] & (part.tokens[:, 1:] != END), likely), (part.named[:, 1:], named)):
            count = of.sum(axis=1)
            into.append(np.where(count > 0, (each * of).sum(axis=1) / np.maximum(count, 1), np.nan))
    net.train()
    return np.concatenate(likely), np.concatenate(named)


def _scored(net: Any, words: DialogueWords, seen: _Seen, test: Pairs, device: str) -> Scored:
    likely, named = _likelihoods(net, seen, words.dialogue(test), words.adjust, device)
    short = [row for row, answer in enumerate(test.answer) if is_short(answer)]
    said = [""] * len(test.pair)
    for row, text in zip(short, _spoken(net, words, seen, test, short, device), strict=True):
        said[row] = text
    right = np.full(len(said), np.nan)
    right[short] = [float(said[row] == normalised(test.answer[row])) for row in short]
    return Scored(test.pair, right, likely, named, said)


def _spoken(net: Any, words: DialogueWords, seen: _Seen, test: Pairs, rows: Sequence[int], device: str) -> list[str]:
    """The likeliest next word again and again, up to END; questions of one length are answered together."""
    asked = {row: [*words.numbers(test.question[row])[:_QUESTION], BEGIN] for row in rows}
    order = sorted(rows, key=lambda row: len(asked[row]))
    found: dict[int, str] = {}
    net.eval()
    while order:
        some = [row for row in order[:_ROWS] if len(asked[row]) == len(asked[order[0]])]
        order = order[len(some) :]
        for row, numbers in zip(some, _answers(net, words, seen, test, some, asked, device), strict=True):
            ends = numbers.index(END) if END in numbers else len(numbers)
            found[row] = " ".join(words.words[number] for number in numbers[:ends])
    net.train()
    return [found[row] for row in rows]


def _answers(
    net: Any, words: DialogueWords, seen: _Seen, test: Pairs, rows: list[int], asked: dict[int, list[int]], device: str
) -> list[list[int]]:
    import torch

    less = torch.from_numpy(words.adjust).to(device)
    patches = seen(test.picture[rows])
    tokens = torch.tensor([asked[row] for row in rows], device=device)
    start = tokens.shape[1]
    with torch.no_grad():
        for _ in range(_SPOKEN):
            logits = net.logits(net(patches, tokens)[:, -1]) - less
            logits[:, [PAD, BEGIN, UNKNOWN]] = -torch.inf
            tokens = torch.cat([tokens, logits.argmax(dim=1, keepdim=True)], dim=1)
            if (tokens[:, start:] == END).any(dim=1).all():
                break
    answers: list[list[int]] = tokens[:, start:].tolist()
    return answers
