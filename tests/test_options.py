"""The options of a stage: one list, checked once."""

from dataclasses import dataclass

import pytest

from adr.errors import AdrError
from adr.options import given_options, option, options_of


@dataclass(frozen=True)
class Brew:
    """Options for making tea."""

    leaf: str = option("green", "the leaf", ("green", "black"))
    minutes: float | None = option(None, "how long", least=0, most=10)
    milk: bool = option(False, "with milk")


def test_options_of__fills_in_what_is_not_given() -> None:
    assert options_of(Brew, {"minutes": 3}, "The pot") == Brew("green", 3, False)
    assert options_of(Brew, {"minutes": None}, "The pot") == Brew()
    assert given_options(Brew(minutes=3.0, milk=True)) == {"minutes": 3.0, "milk": True}


@pytest.mark.parametrize(
    ("given", "sentence", "step"),
    [
        ({"sugar": 1}, "The pot has no option 'sugar'.", "Allowed are leaf, minutes, milk."),
        ({"leaf": "red"}, "leaf of the pot is 'red'.", "Choose green or black."),
        ({"minutes": 11}, "minutes of the pot is 11.", "Give a number from 0 to 10."),
        ({"minutes": "3"}, "minutes of the pot is '3'.", "Give a number."),
        ({"minutes": True}, "minutes of the pot is True.", "Give a value, not true or false."),
        ({"milk": 1}, "milk of the pot is 1.", "Write true or false."),
    ],
)
def test_options_of__refuses_in_a_sentence(given: dict[str, object], sentence: str, step: str) -> None:
    with pytest.raises(AdrError) as error:
        options_of(Brew, given, "The pot")
    assert (error.value.sentence, error.value.next_step) == (sentence, step)
