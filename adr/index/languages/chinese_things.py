"""The things that a Chinese text names, found in its characters with the help of its words.

Knows nothing of nouns. The longest name that fits is taken, at every character from left to right. A name fits when it
begins and ends where words do; inside a word that the dictionary knows it must be the end of a noun, and a name of one
character only after a word like 大 or 黑 (大树, not 部门). What directly follows 没有 is denied and named by nobody.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from adr.index.languages.things import NO_THING, words_of_things
from adr.shipped import shipped

_DESCRIBES = frozenset("大小老黑白红黄蓝绿灰橘棕粉紫花新旧高矮胖瘦")
"""What may stand before a name of one character in one word with it."""
_SURNAMES = frozenset("马石牛熊龙车云山江水花海钟")
"""Names of one character that begin names of people: 石磊."""
_COUNTED = "(?:[一二两三四五六七八九十几半]?[只个条辆头匹张把件台架座朵棵位名间本盘杯碗瓶块支根幅面盏艘列群对双])"
"""A numeral with its measure word: 一只."""
_COUNTS = re.compile(_COUNTED)
_DENIES = re.compile(
    rf"(?<!有)(?:没有|没|并无|毫无|不是|不存在)(?:看到|看见|发现|出现|显示)?(?:任何|其他|其它|什么|别的)?{_COUNTED}?$"
)
_JOINS = re.compile(rf"(?:、|和|与|或者?|及|以及|跟)(?:任何|其他|其它)?{_COUNTED}?$")
_LOOKS_BACK = 14


def plain_characters(text: str) -> str:
    """The text in simplified characters, as far as the words of things and of questions need it; of the same length."""
    return text.translate(_simplified())


@cache
def _simplified() -> Mapping[int, int]:
    text = shipped("assets/lexicon/things/traditional.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return {ord(pair[0]): ord(pair[1]) for line in lines for pair in line.split()}


@cache
def _lengths() -> Mapping[str, tuple[int, ...]]:
    """{first character of a name: the lengths of the names that it begins, longest first}."""
    found: dict[str, set[int]] = {}
    for word in words_of_things("zh"):
        found.setdefault(word[0], set()).add(len(word))
    return {first: tuple(sorted(lengths, reverse=True)) for first, lengths in found.items()}


def things(text: str, words: Sequence[str], tags: Mapping[str, str]) -> list[str]:
    """The things that a text in simplified characters names; words: the text, cut; tags: those of known words."""
    names, lengths, lower = words_of_things("zh"), _lengths(), text.lower()
    begin, end, known = _places(words)
    found: list[str] = []
    at, denied_up_to = 0, -1
    while at < len(lower):
        for length in lengths.get(lower[at], ()):
            name = lower[at : at + length]
            if name in names and _fits(name, words[known[at]], at - begin[at], end, at, tags):
                denied = _denied(lower, at, denied_up_to)
                denied_up_to = at + length if denied else denied_up_to
                found += [] if denied or names[name] == NO_THING else [names[name]]
                at += length
                break
        else:
            at += 1
    return found


def _places(words: Sequence[str]) -> tuple[list[int], list[int], list[int]]:
    """Per character: where its word begins, where it ends, and which word it is."""
    begin, end, which, at = [], [], [], 0
    for number, word in enumerate(words):
        begin += [at] * len(word)
        end += [at + len(word)] * len(word)
        which += [number] * len(word)
        at += len(word)
    return begin, end, which


def _fits(name: str, word: str, offset: int, end: Sequence[int], at: int, tags: Mapping[str, str]) -> bool:
    """Whether a name at `at`, which begins `offset` characters into `word`, is said there."""
    stop = at + len(name)
    whole_end = end[stop - 1] == stop
    if offset == 0 and whole_end:
        return True
    if len(name) > 2:
        return True  # longer names are hardly ever there by chance: 滑板车 in 双人滑板|车道
    if word not in tags:  # joined by guess: 猫趴
        inside = stop <= at - offset + len(word)
        return inside and (whole_end or len(name) > 1 or (offset == 0 and name not in _SURNAMES))
    if not whole_end or end[at] != stop:
        return False
    if _COUNTS.fullmatch(word[:offset]):
        return True  # 一棵树
    return tags[word].startswith("n") and (len(name) > 1 or (offset == 1 and word[0] in _DESCRIBES))


def _denied(text: str, at: int, denied_up_to: int) -> bool:
    """Whether a thing at `at` directly follows 没有, or is joined by 和 to one that does."""
    before = text[max(0, at - _LOOKS_BACK) : at]
    if _DENIES.search(before):
        return True
    return denied_up_to >= 0 and 0 < at - denied_up_to <= _LOOKS_BACK and bool(_JOINS.fullmatch(text[denied_up_to:at]))
