"""Where JSON values end: commas and brackets outside of strings, found by NumPy over whole blocks of text.

Knows nothing of files. NumPy lets other threads run meanwhile.
"""

import numpy as np

LARGEST_RECORD = 128 << 20

_QUOTE, _COMMA, _OPEN, _CLOSE, _ESCAPE = 1, 2, 3, 4, 5
_MARKS = bytearray(256)
for _characters, _mark in ((b'"', _QUOTE), (b",", _COMMA), (b"[{", _OPEN), (b"]}", _CLOSE), (b"\\", _ESCAPE)):
    for _character in _characters:
        _MARKS[_character] = _mark
_STEP = np.zeros(6, dtype=np.int8)
_STEP[_OPEN], _STEP[_CLOSE] = 1, -1


def boundaries(buffer: bytes) -> tuple[np.ndarray, int | None]:
    """Offsets of the commas between records, and of the bracket that closes the array (None when it lies further on).

    `buffer` begins inside the array, between records. A comma or bracket counts where it is outside of strings and of
    every nested bracket.
    """
    marks = np.frombuffer(bytearray(buffer).translate(_MARKS), dtype=np.uint8)
    slashes = np.flatnonzero(marks == _ESCAPE)
    if len(slashes):
        # A character is escaped when an odd run of backslashes stands before it.
        first = slashes[np.diff(slashes, prepend=-2) != 1]
        last = slashes[np.diff(slashes, append=len(buffer) + 1) != 1]
        escaped = last[(last - first) % 2 == 0] + 1
        marks[slashes] = 0
        marks[escaped[escaped < len(marks)]] = 0
    offsets = np.flatnonzero(marks)
    kinds = marks[offsets]
    quotes = kinds == _QUOTE
    outside = ~((np.cumsum(quotes, dtype=np.int32) & 1).astype(bool) | quotes)
    offsets, kinds = offsets[outside], kinds[outside]
    depth = np.cumsum(_STEP[kinds], dtype=np.int32)
    closing = np.flatnonzero(depth < 0)
    return offsets[(kinds == _COMMA) & (depth == 0)], (int(offsets[closing[0]]) if len(closing) else None)
