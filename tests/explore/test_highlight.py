import pytest

from adr.explore.highlight import plurals, spans


def said(text, perspective, name, role="gpt"):
    return [text[start:end] for start, end in spans(text, perspective, name, role)]


def test_spans__word_and_plural_but_no_part_of_a_word():
    assert said("Cats watch a CAT in the category.", "token", "cat") == ["Cats", "CAT"]
    assert said("Two fire hydrants, one fire-hydrant.", "object", "fire hydrant") == ["fire hydrants", "fire-hydrant"]


def test_spans__both_objects_of_a_pair():
    assert said("A cat on a sofa, two sofas.", "co_occurrence", "cat + sofa") == ["cat", "sofa", "sofas"]


def test_spans__questions_in_human_turns_only():
    assert said("What color is the bus?", "interrogation", "what color", "human") == ["What color"]
    assert said("What color is the bus?", "interrogation", "what color", "gpt") == []
    assert said("Are there cats? Is there a dog?", "interrogation", "be there", "human") == ["Are there", "Is there"]
    assert said("What's this? What is that?", "interrogation", "what be", "human") == ["What's", "What is"]


def test_spans__marks_of_regular_expressions_are_letters():
    assert said("a c++ (x) book", "token", "c++") == ["c++"]
    assert said("nothing", "token", "(") == []


@pytest.mark.parametrize(
    ("noun", "plural"),
    [
        ("dog", "dogs"),
        ("bus", "buses"),
        ("puppy", "puppies"),
        ("boy", "boys"),
        ("knife", "knives"),
        ("leaf", "leaves"),
        ("woman", "women"),
        ("person", "people"),
        ("church", "churches"),
        ("piano", "pianos"),
    ],
)
def test_plurals__usual_ones(noun, plural):
    assert plural in plurals(noun)
