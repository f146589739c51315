"""Runs of 13 words as numbers, on texts of which each word is a number."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from adr.leaks.shingles import WORDS, Shingles, Wanted, once, shingles_of, without_common

Texts = list[list[int]]


def of(texts: Texts) -> Shingles:
    words = np.array([word for text in texts for word in text], np.uint64)
    return shingles_of(words, np.concatenate([[0], np.cumsum([len(text) for text in texts])]).astype(np.int64))


def runs(text: list[int]) -> list[tuple[int, ...]]:
    """The 13-word runs of a text, by the definition."""
    return [tuple(text[at : at + WORDS]) for at in range(len(text) - WORDS + 1)]


def test_shingles_of__none_crosses_the_end_of_a_text():
    first, second = list(range(14)), list(range(100, 113))
    found = of([first, [7], second, []])
    assert found.texts.tolist() == [0, 0, 2]
    assert len(set(found.hashes.tolist())) == 3
    assert of([[1, 2, 3]] * 4).texts.tolist() == []


def test_without_common__drops_what_many_texts_have():
    prompt = list(range(13))
    found = once(of([prompt, [*prompt, 50], [*prompt, 51], [*prompt, 50]]))
    assert without_common(found, 2).texts.tolist() == [1, 2, 3]
    assert without_common(found, 4).texts.tolist() == [0, 1, 1, 2, 2, 3, 3]


@given(
    st.lists(st.lists(st.integers(0, 2), max_size=20), max_size=6), st.lists(st.lists(st.integers(0, 2), max_size=20))
)
def test_wanted__finds_the_texts_that_share_a_run(theirs, ours):
    known = {run for text in theirs for run in runs(text)}
    expected = [number for number, text in enumerate(ours) for run in runs(text) if run in known]
    assert Wanted(of(theirs).hashes).among(of(ours)).texts.tolist() == expected
