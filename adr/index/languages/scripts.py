"""The script that a word is written in, by the code points of its letters. Knows nothing of turns."""

from enum import IntEnum


class Script(IntEnum):
    """A script, or a group of scripts of one language."""

    LATIN = 0  # also words without letters
    HAN = 1
    KANA = 2
    HANGUL = 3
    CYRILLIC = 4
    ARABIC = 5
    DEVANAGARI = 6
    BENGALI = 7
    TAMIL = 8
    THAI = 9
    HEBREW = 10
    GREEK = 11
    OTHER = 12


_RANGES = (
    (0x0370, 0x03FF, Script.GREEK),
    (0x0400, 0x052F, Script.CYRILLIC),
    (0x0590, 0x05FF, Script.HEBREW),
    (0x0600, 0x077F, Script.ARABIC),
    (0x0900, 0x097F, Script.DEVANAGARI),
    (0x0980, 0x09FF, Script.BENGALI),
    (0x0B80, 0x0BFF, Script.TAMIL),
    (0x0E00, 0x0E7F, Script.THAI),
    (0x1100, 0x11FF, Script.HANGUL),
    (0x1E00, 0x1FFF, Script.LATIN),
    (0x2000, 0x2E7F, Script.LATIN),  # marks and letter-like signs
    (0x3040, 0x30FF, Script.KANA),
    (0x3130, 0x318F, Script.HANGUL),
    (0x31F0, 0x31FF, Script.KANA),
    (0x3400, 0x9FFF, Script.HAN),
    (0xAC00, 0xD7AF, Script.HANGUL),
    (0xF900, 0xFAFF, Script.HAN),
    (0xFF21, 0xFF5A, Script.LATIN),
    (0xFF66, 0xFF9D, Script.KANA),
    (0x20000, 0x3FFFF, Script.HAN),
)


def script_of(form: str) -> Script:
    """The script of most letters of a word; kana wins over Han, since Japanese mixes the two."""
    if form.isascii():
        return Script.LATIN
    counts = [0] * len(Script)
    for character in form:
        if character.isalpha():
            counts[_script(ord(character))] += 1
    if counts[Script.KANA]:
        counts[Script.KANA] += counts[Script.HAN]
    return Script(max(range(len(Script)), key=counts.__getitem__))


def weight_of(form: str) -> int:
    """How many letters a word has; twice as many when it is not in Latin letters, since other scripts need fewer."""
    letters = sum(map(str.isalpha, form))
    return 2 * letters if script_of(form) else letters


def _script(point: int) -> Script:
    if point < 0x0370:
        return Script.LATIN
    return next((script for first, last, script in _RANGES if first <= point <= last), Script.OTHER)
