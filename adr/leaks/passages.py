"""Which questions of a benchmark stand in the dataset or in synthetic conversations, by runs of 13 words.

Reads tables; knows nothing of pictures.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from adr.leaks.shingles import Shingles, Wanted, once, shingles_of, without_common
from adr.progress import Progress
from adr.store import Store

LEAST_SHARE = 0.5
"""A row has a question when it has at least this share of the question's shingles."""
MOST_QUESTIONS = 3
"""A shingle of more questions of one benchmark is its prompt."""
MOST_ROWS = 50
"""A shingle of more rows of the dataset is a template there."""
_STEP = 20_000  # positions per query
_MARKS = ".,;:!?\"'()[]{}<>/\\|-–—…‘’“”«»*#=+&%$@^~`_\t\n\r"
_HASHED = f"""list_transform(list_filter(string_split(translate(lower(nfc_normalize(replace({{text}}, '<image>', ' '))),
    $marks, '{" " * len(_MARKS)}'), ' '), lambda word: word <> ''), lambda word: hash(word))"""
_QUESTIONS = f"""
    select instance as row, {
    _HASHED.format(
        text="array_to_string(list_transform(list_filter(turns, lambda turn: turn.role = 'human'), "
        "lambda turn: coalesce(turn.text, '')), ' ')"
    )
} as words
    from instance order by instance"""
_TURNS = f"""
    select row, {_HASHED.format(text="coalesce(turn.text, '')")} as words
    from (select {{row}} as row, unnest(turns) as turn from {{rows}}) where turn.role in ('human', 'gpt')"""
_INSTANCES = _TURNS.format(row="instance", rows="instance where instance >= $first and instance < $first + $step")
_CANDIDATES = _TURNS.format(row="candidate", rows="candidate where turns is not null")


@dataclass(frozen=True)
class Passages:
    """question: position of a benchmark's row; row: the instance or candidate that has it; share: of its shingles."""

    question: int
    row: int | str
    share: float


@dataclass(frozen=True)
class BenchmarkQuestions:
    """The questions of a benchmark. rows: their positions; shingles: theirs, by number in `rows`, without the
    benchmark's own prompts; compared: how many have a shingle."""

    rows: NDArray[np.int64]
    shingles: Shingles

    @property
    def compared(self) -> int:
        """How many questions have a shingle, and so can be found."""
        return len(np.unique(self.shingles.texts))


def questions_of(benchmark: Store) -> BenchmarkQuestions:
    """The questions of the rows of a benchmark that was read into a store: the human's turns together."""
    rows, words, starts = _words(benchmark.arrow(_QUESTIONS, {"marks": _MARKS}))
    return BenchmarkQuestions(
        rows.to_numpy(zero_copy_only=False), without_common(once(shingles_of(words, starts)), MOST_QUESTIONS)
    )


def passages(store: Store, questions: BenchmarkQuestions, progress: Progress) -> list[Passages]:
    """The instances and candidates that have at least LEAST_SHARE of the shingles of a question."""
    wanted = Wanted(questions.shingles.hashes)
    names: list[int | str] = []
    found: list[Shingles] = []
    for rows, texts in _texts(store, progress):
        had = wanted.among(texts)
        found.append(Shingles(had.texts + len(names), had.hashes))
        names += rows
    every = Shingles(
        np.concatenate([one.texts for one in found] or [np.empty(0, np.int64)]),
        np.concatenate([one.hashes for one in found] or [np.empty(0, np.uint64)]),
    )
    return _shared(questions, names, without_common(once(_by_name(every, names)), MOST_ROWS))


def _texts(store: Store, progress: Progress) -> Iterator[tuple[list[int | str], Shingles]]:
    """(rows, shingles of their turns) of all instances by blocks, then of all candidates."""
    last = int(store.value("select coalesce(max(instance), -1) from instance"))
    for first in range(0, last + 1, _STEP):
        progress(first, last + 1, "Comparing texts")
        rows, words, starts = _words(store.arrow(_INSTANCES, {"marks": _MARKS, "first": first, "step": _STEP}))
        yield rows.to_pylist(), shingles_of(words, starts)
    rows, words, starts = _words(store.arrow(_CANDIDATES, {"marks": _MARKS}))
    yield rows.to_pylist(), shingles_of(words, starts)


def _words(table: pa.Table) -> tuple[pa.ChunkedArray, NDArray[np.uint64], NDArray[np.int64]]:
    """(rows, the hashes of all words, where each row's begin)."""
    lengths = pc.list_value_length(table["words"]).to_numpy()
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    words = pc.list_flatten(table["words"]).to_numpy()
    return table["row"], np.asarray(words, np.uint64), starts


def _by_name(found: Shingles, names: list[int | str]) -> Shingles:
    """The shingles of texts as those of rows: several turns of one row are one."""
    first: dict[int | str, int] = {}
    of = {int(text): first.setdefault(names[text], int(text)) for text in np.unique(found.texts)}
    texts = np.fromiter((of[int(text)] for text in found.texts), np.int64, len(found.texts))
    return Shingles(texts, found.hashes)


def _shared(questions: BenchmarkQuestions, names: list[int | str], found: Shingles) -> list[Passages]:
    """Each question with each row that has enough of its shingles."""
    of_question, total = questions.shingles, np.bincount(questions.shingles.texts)
    order = np.argsort(of_question.hashes, kind="stable")
    ordered = of_question.hashes[order]
    starts = np.searchsorted(ordered, found.hashes, "left")
    counts = np.searchsorted(ordered, found.hashes, "right") - starts
    row = np.repeat(found.texts, counts)
    within = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    question = of_question.texts[order[np.repeat(starts, counts) + within]]
    pairs, shared = np.unique(np.stack([question, row], axis=1), axis=0, return_counts=True)
    return [
        Passages(int(questions.rows[q]), names[r], n / int(total[q]))
        for (q, r), n in zip(pairs.tolist(), shared.tolist(), strict=True)
        if n >= LEAST_SHARE * total[q]
    ]
