"""Cuts text into the words of the table of words. Knows no table.

A word is what stands between two blanks. Scripts that are written without blanks between words, and Hangul, are cut
further: each of their letters is a word, and what stands between such letters too. A word that follows the one before
it without a blank begins with JOINED.
"""

import re

JOINED = "\x01"
_STANDS_FOR_IT = "\x02"
_RANGES = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1100, 0x11FF),  # Hangul
    (0x1780, 0x17FF),  # Khmer
    (0x3005, 0x3007),  # Han
    (0x3041, 0x30FF),  # kana
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7AF),  # Hangul
    (0xF900, 0xFAFF),  # Han
    (0xFF66, 0xFF9F),  # kana
    (0x20000, 0x3134F),  # Han
)
_LETTER = f"([{''.join(f'{chr(first)}-{chr(last)}' for first, last in _RANGES)}])"
_APART = re.compile(_LETTER)
_TIDIED = ((f" {JOINED} {JOINED}", f" {JOINED}"), (f" {JOINED} ", " "), (f"  {JOINED}", " "))
"""What stands around a letter that is next to another letter, or next to a blank, and what takes its place."""


def _in_sql(text: str) -> str:
    """A literal in SQL, in which JOINED is written out."""
    return "'" + text.replace(JOINED, "' || chr(1) || '") + "'"


def _words_sql() -> str:
    apart = "replace(lower(turn.text), chr(1), chr(2))"
    apart = f"regexp_replace({apart}, '{_LETTER}', {_in_sql(f' {JOINED}')} || '\\1' || {_in_sql(f' {JOINED}')}, 'g')"
    for old, new in _TIDIED:
        apart = f"replace({apart}, {_in_sql(old)}, {_in_sql(new)})"
    ends = _in_sql(f" {JOINED}")
    apart = f"regexp_replace(regexp_replace({apart}, '^' || {ends}, ''), {ends} || '$', '')"
    plain = "strlen(turn.text) = length(turn.text) and not contains(turn.text, chr(1))"
    return f"string_split(case when {plain} then lower(turn.text) else {apart} end, ' ')"


WORDS = _words_sql()
"""SQL for the words of a `turn`, in small letters."""


def words(phrase: str) -> list[str]:
    """The words of a phrase, case kept."""
    apart = _APART.sub(rf" {JOINED}\1 {JOINED}", phrase)
    for old, new in _TIDIED:
        apart = apart.replace(old, new)
    return apart.removeprefix(f" {JOINED}").removesuffix(f" {JOINED}").split(" ")


def can_be_cut(phrase: str) -> bool:
    """Whether it has none of the characters that mean something in the table."""
    return JOINED not in phrase and _STANDS_FOR_IT not in phrase
