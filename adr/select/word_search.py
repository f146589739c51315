"""Which instances have words one behind the other, from the table of words. Knows no filter.

One block of positions after another: memory is what the words of one block take.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from adr.select import word_table
from adr.store import Store

Where = Literal["question", "answer", "either"]
Place = Literal["whole", "suffix", "prefix", "contains", "pattern"]
Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int32]

_ROLES = {"question": ("question",), "answer": ("answer",), "either": ("question", "answer")}
_HOLDS = {"whole": "{word} = lower({value})", "pattern": "regexp_matches({word}, {value}, 'i')"}
_OTHER = "{place}({word}, lower({value}))"
_ROWS = 2_048
"""Words that are looked at together."""


@dataclass(frozen=True)
class WordTest:
    """What a word has to be: the text as a whole, with it at an end, or anywhere; or with a match of a pattern."""

    place: Place
    text: str


@dataclass(frozen=True)
class _Begun:
    """Where a phrase would begin, for one of its words: instances, counted from the block's first, and places."""

    instances: Numbers
    places: Numbers


def saying(store: Store, where: Where, tests: Sequence[WordTest]) -> Mask:
    """For every position whether its instance has words, one behind the other in one turn, that pass the tests."""
    end = store.value("select coalesce(max(instance) + 1, 1) from instance")
    found: Mask = np.zeros(end, dtype=bool)
    batches = _rows(store, where, tests)
    if len(tests) == 1:
        for batch in batches:
            for role in _ROLES[where]:
                found[_flat(batch, f"{role}s")] = True
        return found
    for block, said in _blocks(batches, where, len(tests)):
        found[block * word_table.BLOCK + _in_order(said)] = True
    return found


def _rows(store: Store, where: Where, tests: Sequence[WordTest]) -> Iterator[pa.RecordBatch]:
    """The words that pass a test (`t0`, `t1` … say which), with their instances and, for several tests, places."""
    bound = {f"word{n}": test.text for n, test in enumerate(tests)}
    holds = [
        _HOLDS.get(test.place, _OTHER).format(place=test.place, word="w.word", value=f"$word{n}")
        for n, test in enumerate(tests)
    ]
    lists = [f"w.{role}s" for role in _ROLES[where]]
    if len(tests) > 1:
        lists += [f"w.{role}_places" for role in _ROLES[where]] + [f"{one} as t{n}" for n, one in enumerate(holds)]
    return store.record_batches(
        f"select {', '.join(lists)} from word_place w where {' or '.join(holds)}", bound, size=_ROWS
    )


def _flat(rows: pa.RecordBatch, column: str) -> npt.NDArray[np.int32]:
    """All numbers of a column of lists."""
    found: npt.NDArray[np.int32] = rows.column(column).flatten().to_numpy(zero_copy_only=False)
    return found


def _blocks(batches: Iterator[pa.RecordBatch], where: Where, tests: int) -> Iterator[tuple[int, list[list[_Begun]]]]:
    """(number of a block, what each test has found there); the table has a block's words together."""
    now, said = -1, _nothing(tests)
    for batch in batches:
        for block, rows in _of_one_block(batch, where):
            if block != now and now >= 0:
                yield now, said
                said = _nothing(tests)
            now = block
            for number, found in enumerate(said):
                found += _begun(rows, where, number, block)
    if now >= 0:
        yield now, said


def _nothing(tests: int) -> list[list[_Begun]]:
    return [[] for _ in range(tests)]


def _of_one_block(batch: pa.RecordBatch, where: Where) -> Iterator[tuple[int, pa.RecordBatch]]:
    """(number of a block, its rows) for each block of a batch; rows without an instance are left out."""
    first = np.full(batch.num_rows, -1, dtype=np.int64)
    for role in _ROLES[where]:
        lists = batch.column(f"{role}s")
        some = np.diff(lists.offsets.to_numpy()) > 0
        begins = lists.offsets.to_numpy()[:-1][some]
        first[some] = lists.values.to_numpy()[begins] // word_table.BLOCK
    cuts = [0, *(np.flatnonzero(np.diff(first)) + 1).tolist(), batch.num_rows]
    for begin, end in pairwise(cuts):
        if end > begin and first[begin] >= 0:
            yield int(first[begin]), batch.slice(begin, end - begin)


def _begun(rows: pa.RecordBatch, where: Where, number: int, block: int) -> list[_Begun]:
    """Where a phrase would begin whose word of this number is among the rows."""
    wanted = rows.column(f"t{number}")
    passed = rows if wanted.true_count == len(wanted) else rows.filter(wanted)
    return [
        _Begun(
            _flat(passed, f"{role}s") - np.int32(block * word_table.BLOCK),
            _flat(passed, f"{role}_places") - np.int32(number),
        )
        for role in _ROLES[where]
        if passed.num_rows
    ]


def _in_order(said: list[list[_Begun]]) -> Numbers:
    """The instances, counted from the block's first, in which all words stand one behind the other."""
    first, *rest = sorted(said, key=lambda found: sum(len(one.places) for one in found))
    instances, places = (np.concatenate([np.zeros(0, np.int32), *ones]) for ones in _columns(first))
    begun = _Begun(instances[places >= 0], places[places >= 0])
    for others in rest:
        begun = _both(begun, others)
    return begun.instances


def _columns(found: list[_Begun]) -> tuple[list[Numbers], list[Numbers]]:
    return [one.instances for one in found], [one.places for one in found]


def _both(begun: _Begun, others: list[_Begun]) -> _Begun:
    """Those of the others that are in `begun` too."""
    # a cell for each place up to the last of its instance, which takes less time than sorting or hashing
    length = np.zeros(word_table.BLOCK, dtype=np.int32)
    np.maximum.at(length, begun.instances, begun.places + 1)
    offset = np.cumsum(length, dtype=np.int64) - length
    there = np.zeros(int(length.sum()), dtype=bool)
    there[offset[begun.instances] + begun.places] = True
    kept: list[_Begun] = []
    for one in others:
        inside = np.flatnonzero(one.places.view(np.uint32) < length.view(np.uint32)[one.instances])  # -1 is far outside
        instances, places = one.instances[inside], one.places[inside]
        also = np.flatnonzero(there[offset[instances] + places])
        kept.append(_Begun(instances[also], places[also]))
    instances, places = (np.concatenate([np.zeros(0, np.int32), *ones]) for ones in _columns(kept))
    return _Begun(instances, places)


def as_bits(mask: Mask) -> bytes:
    """The mask as DuckDB reads it: `get_bit(bits::blob::bit, position)`."""
    found: Any = np.packbits(mask).tobytes()
    return bytes(found)
