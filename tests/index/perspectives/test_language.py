"""The language of most turns."""

from adr.index.perspectives.language import names
from tests.worlds.batches import batch


def test_names__the_language_of_most_turns_and_of_equals_the_first_listed():
    turns = [{"en": 4}, {"de": 3, "en": 1}, {"zh": 2, "en": 2}, {"und": 1, "ko": 1}, {"xx": 2, "und": 2}, {"eo": 1}, {}]
    expected = [["English"], ["German"], ["English"], ["Korean"], ["undetermined"], ["eo"], []]
    assert names(batch(language=turns)) == expected
