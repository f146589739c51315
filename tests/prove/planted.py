"""A planted rule: the picture's first number decides between Yes and No, its second between Red and Blue."""

import numpy as np

from adr.prove.model import Pairs


def planted(count: int, seed: int) -> tuple[Pairs, np.ndarray]:
    """`count` pictures of 12 numbers; "Is it big?" is answered Yes where the first is above 0, "Which colour is it?"
    Red where the second is."""
    rng = np.random.default_rng(seed)
    features = rng.standard_normal((count, 12)).astype(np.float32)
    features[:, :2] += np.sign(features[:, :2])
    colour = np.arange(count) % 2 == 1
    answers = [
        ("Red" if second > 0 else "Blue") if asked else ("Yes" if first > 0 else "No")
        for asked, (first, second) in zip(colour, features[:, :2], strict=True)
    ]
    questions = ["Which colour is it?" if asked else "Is it big?" for asked in colour]
    return pairs(questions, answers, np.arange(count)), features


def pairs(questions: list[str], answers: list[str], pictures: np.ndarray, weight: np.ndarray | None = None) -> Pairs:
    count = len(questions)
    ones = np.ones(count) if weight is None else weight
    return Pairs(np.arange(count) + 100, pictures, questions, answers, [[] for _ in answers], ones)


def part(all_pairs: Pairs, rows: slice) -> Pairs:
    return Pairs(
        all_pairs.pair[rows],
        all_pairs.picture[rows],
        all_pairs.question[rows],
        all_pairs.answer[rows],
        all_pairs.entity_words[rows],
        all_pairs.weight[rows],
    )


def split(count: int = 700, seed: int = 0) -> tuple[Pairs, Pairs, Pairs, np.ndarray]:
    whole, features = planted(count, seed)
    return part(whole, slice(0, 400)), part(whole, slice(400, 450)), part(whole, slice(450, None)), features
