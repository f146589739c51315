"""The perspective length: how many exchanges and words a conversation has, in bands. Looks at no meaning."""

from bisect import bisect_right

from adr.index.perspectives.batch import Batch, Names
from adr.index.perspectives.word_count import word_counts

EXCHANGES = ((1, "no answer"), (2, "1 exchange"), (5, "2 to 4 exchanges"), (10, "5 to 9 exchanges"))
"""(first number of answers that is beyond the band, what the band is called)."""
MANY_EXCHANGES = "10 or more exchanges"
WORDS = (
    (21, "up to 20 words"),
    (51, "21 to 50 words"),
    (101, "51 to 100 words"),
    (201, "101 to 200 words"),
    (501, "201 to 500 words"),
    (1001, "501 to 1,000 words"),
)
"""(first number of words that is beyond the band, what the band is called)."""
MANY_WORDS = "over 1,000 words"
_EXCHANGE_ENDS = [end for end, _ in EXCHANGES]
_WORD_ENDS = [end for end, _ in WORDS]
_BANDS = [
    [f"{exchanges}, {words}" for words in (*(name for _, name in WORDS), MANY_WORDS)]
    for exchanges in (*(name for _, name in EXCHANGES), MANY_EXCHANGES)
]


def names(batch: Batch) -> Names:
    """One band per instance, such as "2 to 4 exchanges, 51 to 100 words"."""
    words = word_counts([" ".join([text for _, text in turns]) for turns in batch.turns]).tolist()
    answers = [[role for role, _ in turns].count("gpt") for turns in batch.turns]
    return [[_band(*counts)] for counts in zip(answers, words, strict=True)]


def _band(answers: int, words: int) -> str:
    return _BANDS[bisect_right(_EXCHANGE_ENDS, answers)][bisect_right(_WORD_ENDS, words)]
