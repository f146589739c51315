"""A regular expression as tests on words that stand one behind the other. Knows no workspace.

Python's reader of regular expressions is asked about one of RE2; only what both read alike is taken apart.
"""

import re
import warnings
from collections.abc import Iterable
from typing import Any

from adr.select.word_search import WordTest

_WITHIN_WORDS = range(33, 127)
_CLASSES = ("CATEGORY_DIGIT", "CATEGORY_WORD")


def word_tests(pattern: str) -> tuple[tuple[WordTest, ...], ...]:
    """Rows of tests, one of which a text passes if and only if the pattern matches it; empty: it cannot be said so.

    That is so for texts whose small letters are the same letters to a pattern (`WordsReport.same_letters`).
    """
    rows = []
    for choice in _cut(pattern, "|"):
        parts = _cut(choice, " ")
        if not all(map(_stays_within_a_word, parts)):
            return ()
        rows.append(tuple(_test(part, n > 0, n < len(parts) - 1) for n, part in enumerate(parts)))
    return tuple(rows)


def _test(part: str, begins: bool, ends: bool) -> WordTest:
    r"""A part as a test: at the word's beginning and end where a blank stands there."""
    if not begins and not ends:
        return WordTest("pattern", part)
    return WordTest("pattern", (r"\A" if begins else "") + f"(?:{part})" + (r"\z" if ends else ""))


def _cut(pattern: str, mark: str) -> list[str]:
    """The pattern cut at a mark that stands in no group, no class and behind no backslash."""
    parts, depth, in_class, escaped = [""], 0, False, False
    for letter in pattern:
        if letter == mark and not (depth or in_class or escaped):
            parts.append("")
            continue
        if not escaped:
            in_class = letter == "[" or (in_class and letter != "]")
            depth += 0 if in_class else {"(": 1, ")": -1}.get(letter, 0)
        escaped = letter == "\\" and not escaped
        parts[-1] += letter
    return parts


def _stays_within_a_word(part: str) -> bool:
    """Whether everything that it matches is some characters of one word, whatever stands around the word."""
    if "[:" in part or "(?" in part.replace("(?:", ""):
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # of what a later Python will read otherwise
            parsed = re._parser.parse(part)  # type: ignore[attr-defined]
        return bool(parsed.getwidth()[0] > 0 and _all_within(parsed))
    except (re.error, OverflowError, RecursionError, ValueError, Warning):
        return False


def _all_within(parts: Iterable[Any]) -> bool:
    return all(_is_within(str(kind), held) for kind, held in parts)


def _is_within(kind: str, held: Any) -> bool:
    match kind:
        case "LITERAL":
            return held in _WITHIN_WORDS
        case "IN":
            return _all_within(held)
        case "RANGE":
            return held[0] in _WITHIN_WORDS and held[1] in _WITHIN_WORDS
        case "CATEGORY":
            return str(held) in _CLASSES
        case "AT":
            return str(held) == "AT_BOUNDARY"
        case "SUBPATTERN":
            return _all_within(held[-1])
        case "BRANCH":
            return all(map(_all_within, held[1]))
        case "MAX_REPEAT" | "MIN_REPEAT":
            return _all_within(held[2])
    return False
