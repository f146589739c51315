"""Ways to spoil bytes and JSON values. Knows nothing of what they stand for.

Every choice comes from the `Random` that is given: one with a seed repeats a case, and Hypothesis brings one that it
can shrink (`st.randoms(use_true_random=False)`).
"""

import json
import re
from random import Random
from typing import Any

from tests.worlds.hostile import HOSTILE

HUGE = "9" * 5000  # more digits than Python reads as a number
DEEP = 5000
# Written in place of these texts, as JSON libraries write no such numbers or depths.
_RAW = {
    '"@huge@"': HUGE,
    '"@small@"': "-" + HUGE,
    '"@deep list@"': "[" * DEEP + "]" * DEEP,
    '"@deep object@"': '{"a":' * DEEP + "1" + "}" * DEEP,
    '"@exponent@"': "1e400",
    '"@minus zero@"': "-0",
    '"@bare@"': "nope",
}
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2**31, 2**63, 2**64, -(2**63), 10**400, 0.1, 1e308),
    *(float("nan"), float("inf"), -float("inf")),
    *("", " ", "0", "1", "\x00", "\ud800", "\u2028", "\ufeff", "é", "🐈", "../../out", "/etc/passwd", "a" * 200_000),
    *([], {}, [[]], [None], {"": ""}, {"a": {"b": []}}, ["a", 1, None], list(range(1000))),
    *(json.loads(marked) for marked in _RAW),
    *(text for text in HOSTILE if len(text) < 1000),
)
CHUNKS = (
    *(b"", b"\x00", b"\xff", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xf0\x9f\x98", b"\x80", b"\xe2\x80\xa8"),
    *(b"\n", b"\r", b"\r\n", b"\t", b" ", b"\x1b[31m", b"\x0b", b"\x85"),
    *(b'"', b'""', b"'", b"\\", b"\\u", b"\\ud800", b"{", b"}", b"[", b"]", b"{}", b"[]", b",", b":", b"=", b"#", b"-"),
    *(b"null", b"true", b"NaN", b"Infinity", b"-0", b"1e999", HUGE.encode(), b"0x" + b"f" * 5000, b"nope"),
    *(b"[" * DEEP, b"{" * DEEP, b'{"a":' * DEEP, b'"' * 999, b"\\" * 999, b"a" * 200_000),
)
_QUOTED = re.compile(rb'"[^"\\\n]{0,40}"')


def spoiled(chance: Random, data: bytes, others: "tuple[bytes, ...]" = ()) -> bytes:
    """`data` after one to four changes: bytes lost, doubled, turned or put in, strings swapped, the rest of another."""
    for _ in range(chance.choice((1, 1, 2, 4))):
        data = chance.choice(_CHANGES)(chance, data)
    if others and chance.random() < 0.1:
        other = chance.choice(others)
        data = data[: _place(chance, data)] + other[_place(chance, other) :]
    return data


def altered(chance: Random, value: Any, depth: int = 0) -> Any:
    """`value` with one of its parts lost, doubled, renamed or replaced."""
    if depth > 6 or not isinstance(value, dict | list) or not value or chance.random() < 0.15:
        return chance.choice(VALUES)
    return _in_object(chance, value, depth) if isinstance(value, dict) else _in_list(chance, value, depth)


def written(value: Any, ascii_only: bool = True) -> bytes:
    """JSON text of a value, with numbers and depths in it that no JSON library writes."""
    text = json.dumps(value, ensure_ascii=ascii_only)
    for marked, raw in _RAW.items():
        text = text.replace(marked, raw)
    return text.encode("utf-8", "surrogatepass")


def _in_object(chance: Random, value: dict[str, Any], depth: int) -> dict[str, Any]:
    key, act = chance.choice(sorted(value)), chance.choice(("within", "within", "within", "lose", "rename", "add"))
    if act == "within":
        return {**value, key: altered(chance, value[key], depth + 1)}
    if act == "add":
        return {**value, chance.choice((*value, "a", "", "\ud800", "__class__")): chance.choice(VALUES)}
    rest = {k: v for k, v in value.items() if k != key}
    return rest if act == "lose" else {**rest, chance.choice((*value, key.upper(), key + " ", "")): value[key]}


def _in_list(chance: Random, value: list[Any], depth: int) -> list[Any]:
    at, act = chance.randrange(len(value)), chance.choice(("within", "within", "within", "lose", "double", "put in"))
    if act == "within":
        return [*value[:at], altered(chance, value[at], depth + 1), *value[at + 1 :]]
    put_in = {"lose": [], "double": [value[at]] * chance.choice((2, 30)), "put in": [chance.choice(VALUES), value[at]]}
    return [*value[:at], *put_in[act], *value[at + 1 :]]


def _place(chance: Random, data: bytes) -> int:
    return chance.randrange(len(data) + 1)


def _lose(chance: Random, data: bytes) -> bytes:
    at = _place(chance, data)
    return data[:at] + data[at + chance.choice((1, 1, 2, 8, 64, 100_000)) :]


def _double(chance: Random, data: bytes) -> bytes:
    at, size = _place(chance, data), chance.choice((1, 8, 64, 512))
    return data[:at] + data[at : at + size] * chance.choice((2, 2, 50)) + data[at + size :]


def _put_in(chance: Random, data: bytes) -> bytes:
    at = _place(chance, data)
    return data[:at] + chance.choice(CHUNKS) + data[at:]


def _turn(chance: Random, data: bytes) -> bytes:
    if not data:
        return data
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def _overwrite(chance: Random, data: bytes) -> bytes:
    at, chunk = _place(chance, data), chance.choice(CHUNKS)
    return data[:at] + chunk + data[at + len(chunk) :]


def _swap_strings(chance: Random, data: bytes) -> bytes:
    """One quoted string in the place of another: repeated keys, keys as values, roles as texts."""
    found = list(_QUOTED.finditer(data))
    if not found:
        return data
    here, other = chance.choice(found), chance.choice(found)
    return data[: here.start()] + other[0] + data[here.end() :]


def _shuffle_lines(chance: Random, data: bytes) -> bytes:
    lines = data.split(b"\n")
    chance.shuffle(lines)
    return b"\n".join(lines[: chance.randrange(len(lines)) + 1])


_CHANGES = (_lose, _double, _put_in, _turn, _overwrite, _swap_strings, _put_in, _turn, _shuffle_lines)
