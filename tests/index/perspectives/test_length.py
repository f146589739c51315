"""Conversations in bands of answers and words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adr.index.perspectives.length import names
from adr.index.perspectives.word_count import at_most, word_counts
from tests.worlds.batches import batch


def talk(answers: int, words: int) -> list[tuple[str, str]]:
    """A conversation with so many answers and words: one word in each turn but the first."""
    after = [("gpt", "yes"), ("human", "and")] * answers
    after = after[:-1]
    return [("human", " ".join(["word"] * (words - len(after)))), *after]


@pytest.mark.parametrize(
    ("answers", "words", "expected"),
    [
        (0, 3, "no answer, up to 20 words"),
        (1, 2, "1 exchange, up to 20 words"),
        (1, 20, "1 exchange, up to 20 words"),
        (1, 21, "1 exchange, 21 to 50 words"),
        (1, 50, "1 exchange, 21 to 50 words"),
        (2, 51, "2 to 4 exchanges, 51 to 100 words"),
        (4, 100, "2 to 4 exchanges, 51 to 100 words"),
        (5, 101, "5 to 9 exchanges, 101 to 200 words"),
        (9, 201, "5 to 9 exchanges, 201 to 500 words"),
        (10, 501, "10 or more exchanges, 501 to 1,000 words"),
        (40, 1000, "10 or more exchanges, 501 to 1,000 words"),
        (40, 1001, "10 or more exchanges, over 1,000 words"),
    ],
)
def test_names__answers_and_words(answers, words, expected):
    assert names(batch(turns=[talk(answers, words)])) == [[expected]]


def test_names__no_turns():
    assert names(batch(turns=[[], [("human", "Hi")]])) == [["no answer, up to 20 words"]] * 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        (" \n", 0),
        ("one", 1),
        ("<image>\nWhat is it?", 3),
        ("<image>What is it?<image>", 3),
        ("  two\t\twords \r\n", 2),
        ("a café at the Zoë", 5),
        ("“quoted”…", 1),
        ("他们是谁？", 3),  # four letters and a mark
        ("一只猫 and a dog", 5),
        ("ดวงตา", 3),  # five characters
        ("Это кот", 2),
        ("\ud800 x", 2),
    ],
)
def test_word_counts__by_hand(text, words):
    assert word_counts([text, "", text]).tolist() == [words, 0, words]


def test_word_counts__no_text():
    assert word_counts([]).tolist() == []


@given(st.lists(st.text(alphabet="ab é“\n\t 猫ด", max_size=30), max_size=6), st.integers(0, 8))
def test_word_counts__at_most_agrees(texts, words):
    assert [at_most(words, text) for text in texts] == [count <= words for count in word_counts(texts).tolist()]


@given(st.lists(st.text(alphabet="ab \n\té", max_size=30), max_size=6))
def test_word_counts__is_what_blanks_separate(texts):
    assert word_counts(texts).tolist() == [len(text.split()) for text in texts]
