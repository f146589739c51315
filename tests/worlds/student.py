"""A model small enough for tests, which learns all the same: it answers as with the nearest pictures."""

import sys
from pathlib import Path

import numpy as np

from adr.process import exit_status
from adr.prove.model import Fitted, Pairs, Scored
from adr.prove.proof_folder import ProofFolder
from adr.prove.worker import work


class Student:
    """Answers by a vote of the training pairs, weighted by how near question and picture are. Forgets a tenth of the
    pairs, drawn by the seed; the more steps and the higher the learning rate, the less a distant picture counts."""

    def fit(self, train, dev, test, features, *, steps, batch, learning_rate, seed, adjust=None, blind=False) -> Fitted:
        weight = train.weight * (np.random.default_rng(seed).random(len(train.pair)) > 0.1)
        sharp = 0.02 * learning_rate * np.sqrt(steps)
        answers = sorted(set(train.answer))
        own = np.array([answers.index(answer) for answer in train.answer])

        def shares(pairs: Pairs) -> np.ndarray:
            same = np.array([[0.05 + (a == b) for b in train.question] for a in pairs.question]).reshape(-1, len(own))
            near = np.ones_like(same)
            if not blind:
                far = ((features[pairs.picture][:, None] - features[train.picture][None]) ** 2).mean(-1)
                near = np.exp(-sharp * far)
            votes = np.full((len(pairs.pair), len(answers)), 1e-3)
            for at in range(len(own)):
                votes[:, own[at]] += weight[at] * same[:, at] * near[:, at]
            votes *= [np.exp(-(adjust or {}).get(answer.lower().strip(" ."), 0.0)) for answer in answers]
            return votes / votes.sum(1, keepdims=True)

        def nll(pairs: Pairs, found: np.ndarray) -> np.ndarray:
            at = [answers.index(answer) if answer in answers else -1 for answer in pairs.answer]
            return -np.log([found[row, place] if place >= 0 else 1e-4 for row, place in enumerate(at)])

        found = shares(test)
        said = [answers[place] for place in found.argmax(1)]
        score = np.array([float(one == right) for one, right in zip(said, test.answer, strict=True)])
        own_nll = nll(test, found)
        named = np.array([bool(words) for words in test.entity_words])
        scored = Scored(test.pair, score, own_nll, np.where(named, own_nll, np.nan), said)
        loss = float(nll(train, shares(train)).mean())
        dev_nll = float(nll(dev, shares(dev)).mean()) if len(dev.pair) else 0.0
        return Fitted(scored, [loss], [(steps, dev_nll)], 0.01)


if __name__ == "__main__":  # a worker of an experiment, as `adr.prove.worker` is
    raise SystemExit(exit_status(lambda: work(ProofFolder(Path(sys.argv[1])), Student())))
