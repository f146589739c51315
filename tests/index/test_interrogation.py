"""How the human asks: sixty questions of public datasets with the form a person would write down, and more prompts."""

import pytest

from adr.index.interrogation import forms_of
from adr.index.lexicon import Lexicon
from tests.worlds.questions import REAL, asked


@pytest.mark.parametrize("question, form", REAL)
def test_asked__real_questions(question: str, form: str) -> None:
    assert asked(question) == [[form]]


@pytest.mark.parametrize(
    "turn, forms",
    [
        (
            "What color is the bus?\nAnswer the question using a single word or phrase.",
            ["answer briefly", "what color"],
        ),
        ("What colour is it?", ["what color"]),
        (
            "Which is a capital?\nA. Paris\nB. Rome\nAnswer with the option's letter from the given choices directly.",
            ["multiple choice", "which"],
        ),
        ("What is it?\nA. stop sign\nB. cut pizza", ["multiple choice", "what"]),
        ("Who is it?\n(A) a cook\n(B) a judge", ["multiple choice", "who"]),
        (
            "Please provide the bounding box coordinate of the region this sentence describes: cut pizza on a plate.",
            ["locate"],
        ),
        ("Please provide a short description for this region: [0.12, 0.3, 0.4, 0.5].", ["describe region"]),
        ("Can you tell me what kind of dog this is?", ["what kind"]),
        ("Could you please describe the scene in detail?", ["describe"]),
        ("In the image, what color is the car?", ["what color"]),
        ("Considering the dog, why might the man be smiling?", ["why"]),
        ("How many people are there and what are they doing?", ["how many", "what do"]),
        ("Is there a dog? Where is it? What is it doing?", ["be there", "what do", "where"]),
        ("Isn't there a cat?", ["be there"]),
        ("What’s in the background?", ["what"]),
        ("what color?", ["what color"]),
        ("Write a terse but informative summary of the picture.", ["describe"]),
        ("Write a poem about the sea.", ["write"]),
        ("Explain why the man is holding an umbrella.", ["explain"]),
        ("I want to know when it was made.", ["when"]),
        ("The man is smiling, right?", ["ask"]),
        ("As a sports commentator, describe the scene.", ["describe"]),
        ("Given that the sky is dark, find the light.", ["find"]),
        ("Can you transform the image into a poem?", ["transform"]),
        ("Could you rewrite this caption?", ["rewrite"]),
        ("Can you swim here?", ["can"]),
        ("In a world where cars fly, is it legal to walk?", ["be"]),
        ("You are a chef. Based on the image, write a recipe.", ["write"]),
        ("Using the picture, list the animals.", ["list"]),
        ("On the left, is there a dog?", ["be there"]),
        ("When was it built, and where?", ["when", "where"]),
        ("In which year, if any, was it built?", ["which"]),
        ("Is it raining in the park", ["be"]),
        ("Do not provide any explanation.", ["statement"]),
        ("Don't describe the background.", ["statement"]),
        ("What is it? Do not explain.", ["what"]),
        ("Will continue monitoring.", ["statement"]),
        ("Was seen in clinic today.", ["statement"]),
        ("When compared to prior, no change.", ["statement"]),
        ("Where there is smoke, there is fire.", ["statement"]),
        ("Hello there", ["statement"]),
        ("<image>", []),
        ("", []),
        ("他们是谁？他们在做什么？", []),
    ],
)
def test_asked__prompts(turn: str, forms: list[str]) -> None:
    assert asked(turn) == [forms]


def test_asked__the_reduced_sentence_reads_like_the_whole_one() -> None:
    """The forms of a question must not depend on the questions before it in a batch."""
    questions = [question for question, _ in REAL]
    assert asked(*questions) == [asked(question)[0] for question in questions]


def test_forms_of__after_a_colon_only_requests_count() -> None:
    lexicon = Lexicon.english()
    words = ["cut", "the", "pizza"]
    assert forms_of(words, False, lexicon) == ["cut"]
    assert forms_of(words, False, lexicon, after_colon=True) == []
    assert forms_of(["describe", "it"], False, lexicon, after_colon=True) == ["describe"]
