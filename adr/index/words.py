"""Turns cut into numbered words, a whole batch at a time.

Knows nothing of nouns or questions, only which word stands where and what stands between two words. The text of a
batch is one buffer of UTF-8 bytes; it is cut wherever the kind of byte changes, so that words and the gaps between them
alternate, and every distinct piece is numbered once. All work per word is NumPy and Arrow; Python sees each distinct
form once.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

SPACE, PUNCTUATION, SENTENCE = 0, 1, 2
"""What stands between two words: blanks only, other marks, or the end of a sentence (or of a turn)."""

_WORD_BYTES = np.zeros(256, dtype=np.uint8)
_WORD_BYTES[[*range(0x30, 0x3A), *range(0x41, 0x5B), *range(0x61, 0x7B), *b"'_-", *range(0x80, 0x100)]] = 1
_ENDS_SENTENCE = frozenset("!?\n。！？：；•")
_MAY_END_SENTENCE = frozenset(".:;")  # with a blank: not in "2.99", "5:47", "example.com"


@dataclass(frozen=True)
class Gap:
    """What one distinct stretch between two words means."""

    kind: int  # SPACE, PUNCTUATION or SENTENCE
    opens: bool  # ends with "<", "</" or "<|": the next word may be a tag such as <image> or <|image|>
    closes: bool  # starts with ">" or "|>"
    tight: bool  # holds no blank: "/" in "and/or", "." in "example.com"
    address: bool  # "://" or "@": the words around it are an address
    asks: bool  # holds a question mark
    option: bool  # may follow the letter of an option: "." or ")"
    colon: bool
    comma: bool

    line: bool  # holds a line break
    bracket: bool  # ends with "["
    bracketed: bool  # starts with "]"


def read_gap(text: str) -> Gap:
    """The meaning of a stretch between two words."""
    asks = "?" in text or "？" in text
    tight = not any(character.isspace() for character in text)
    ends = not _ENDS_SENTENCE.isdisjoint(text) or not (tight or _MAY_END_SENTENCE.isdisjoint(text))
    kind = SENTENCE if ends else PUNCTUATION if text.strip() else SPACE
    return Gap(
        kind,
        text.endswith(("<", "</", "<|")),
        text.startswith((">", "|>")),
        tight,
        "://" in text or text == "@",
        asks,
        text.startswith((".", ")", ":")),
        text.startswith(":"),
        text.startswith(","),
        "\n" in text,
        text.endswith("["),
        text.startswith("]"),
    )


@dataclass(frozen=True)
class Pieces:
    """A batch cut up: `code[j]` numbers word j in `words`; `gap[j]` numbers in `gaps` what stands before it.

    `turn[j]` is the turn that holds word j. A word that opens its turn with nothing before it has gap 0, and words of
    different turns are never joined. `last_gap[t]` is what follows the last word of turn t; 0 when nothing does, and
    for a turn without a word.
    """

    words: list[str]
    gaps: list[str]  # gaps[0] is the empty gap
    code: np.ndarray  # int32, one per word
    gap: np.ndarray  # int32, one per word
    turn: np.ndarray  # int32, one per word
    last_gap: np.ndarray  # int32, one per turn


def cut(texts: pa.Array) -> Pieces:
    """The words of many turns and what stands between them. `texts` is an Arrow array of strings without nulls."""
    texts = texts.cast(pa.large_string())
    offsets = np.frombuffer(texts.buffers()[1], dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    data = texts.buffers()[2]
    if data is None or offsets[-1] == offsets[0]:
        nothing = np.zeros(0, dtype=np.int32)
        return Pieces([], [""], nothing, nothing, nothing, np.zeros(len(texts), dtype=np.int32))
    buffer = np.frombuffer(data, dtype=np.uint8)[offsets[0] : offsets[-1]]
    offsets = offsets - offsets[0]
    in_word = _word_bytes(buffer)
    starts = np.empty(len(buffer), dtype=bool)
    starts[0] = True
    np.not_equal(in_word[1:], in_word[:-1], out=starts[1:])
    filled = offsets[:-1][offsets[1:] > offsets[:-1]]
    starts[filled] = True
    at = np.flatnonzero(starts)
    pieces = pa.LargeStringArray.from_buffers(
        len(at), pa.py_buffer(np.append(at, len(buffer))), pa.py_buffer(buffer)
    ).dictionary_encode()
    piece = pieces.indices.to_numpy(zero_copy_only=False)
    forms = pieces.dictionary.to_pylist()
    is_word = in_word[at] == 1
    turn_of_piece = np.repeat(np.arange(len(texts), dtype=np.int32), np.diff(np.searchsorted(at, offsets)))
    return _words_and_gaps(forms, piece, is_word, turn_of_piece, len(texts))


def _words_and_gaps(forms: list[str], piece: np.ndarray, is_word: np.ndarray, turn: np.ndarray, turns: int) -> Pieces:
    form_is_word = np.zeros(len(forms), dtype=bool)
    form_is_word[piece[is_word]] = True
    number = np.cumsum(form_is_word) - 1  # words are numbered on their own, from 0
    number = np.where(form_is_word, number, np.cumsum(~form_is_word)).astype(np.int32)  # gaps from 1
    words = [form for form, word in zip(forms, form_is_word, strict=True) if word]
    gaps = ["", *(form for form, word in zip(forms, form_is_word, strict=True) if not word)]
    numbered = number[piece]
    before = np.zeros(len(piece), dtype=np.int32)  # the piece before, if it is a gap of the same turn
    before[1:] = np.where(~is_word[:-1] & (turn[1:] == turn[:-1]), numbered[:-1], 0)
    last_gap = np.zeros(turns, dtype=np.int32)
    last = np.flatnonzero(np.append(turn[1:] != turn[:-1], True))
    trailing = last[~is_word[last]]
    last_gap[turn[trailing]] = numbered[trailing]
    return Pieces(words, gaps, numbered[is_word], before[is_word], turn[is_word], last_gap)


def _word_bytes(buffer: np.ndarray) -> np.ndarray:
    """1 where a byte belongs to a word. Lead bytes separate punctuation beyond ASCII from letters."""
    in_word: np.ndarray = _WORD_BYTES[buffer]
    for lead in (0xC2, 0xE2, 0xE3, 0xEF, 0xF0):
        at = np.flatnonzero(buffer == lead)
        if not len(at):
            continue
        second = buffer[np.minimum(at + 1, len(buffer) - 1)]
        third = buffer[np.minimum(at + 2, len(buffer) - 1)]
        if lead == 0xC2:  # no-break space, «, ·, °
            marks, length = at[second != 0xAA], 2
        elif lead == 0xE2:  # dashes, quotes, bullets, arrows; ’ joins like '
            marks, length = at[(second < 0xB0) & ~((second == 0x80) & ((third == 0x99) | (third == 0x98)))], 3
        elif lead == 0xE3:  # 、。「」
            marks, length = at[second == 0x80], 3
        elif lead == 0xEF:  # ，！？：；（）
            full_width = (second == 0xBC) & ((third < 0x90) | ((third > 0x99) & (third < 0xA0)))
            marks, length = at[full_width | ((second == 0xB8) & (third == 0x8F))], 3
        else:  # emoji
            marks, length = at[second == 0x9F], 4
        for step in range(length):
            in_word[np.minimum(marks + step, len(buffer) - 1)] = 0
    return in_word
