"""The nouns of Chinese texts, by jieba's cuts and dictionary tags, and by rules for the words around.

jieba's slower tagger is asked only about words that the dictionary does not have, once each.
"""

import logging
import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from adr.index.languages import chinese_things


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_NOUNS = ("n", "vn", "an", "s", "t", "j", "eng")
"""Beginnings of tags: nouns and names, verbs and adjectives used as nouns, places, times, short forms, Latin words."""
_UNITS = _listed(
    "年 月 日 天 周 星期 小时 分钟 秒 岁 世纪 年代 米 公里 千米 厘米 毫米 英里 英尺 平方公里 平方米 公斤 千克 克 吨 元 "
    "美元 欧元 日元 港元 度 层 杯 碗 盘 瓶 箱 盒 篮 桶 壶"
)
"""Nouns behind a number; other measure words ("个", "只") only count."""
_NUMBER = re.compile(r"[\d０-９.,〇零一二三四五六七八九十百千万亿两几数多半]+")
_OF_NUMBER = re.compile(r"[〇零一二三四五六七八九十百千万亿两几数多半]+(\D+)")
_SUFFIXES = frozenset("市省县区镇乡村州国路街河江湖山岛港桥站院校部局厅署系队党派军团会社馆店厂者家性学率力界族们式")
"""Behind a noun, one of these is the end of a longer noun: "北京市", "消费者"."""
_PERSON = frozenset(("nr", "nrt", "nrfg"))
_ASPECTS = frozenset("了着过")
"""Behind a verb."""
_BEFORE_VERB = _listed("会 能 要 可以 应 应该 可 将 能够 必须 想 没有 正在 被 所 来 去")
_SUBJECTS = _listed("他 她 它 我 你 他们 她们 我们 你们")
_OF = _listed("的 之 进行 加以 予以 给予 受到 得到 引起 造成 产生 遭到 获得 接受")
"""Behind one of these a verb acts as a noun: "的发展", "进行调查"."""
_ENDS = _listed("的 是 和 与 及 、 中 上 下 后 前 时 在 为 有 也 都 不")


def nouns(texts: Sequence[str]) -> list[list[str]]:
    """The nouns of each text, in the order of the text."""
    cut = _tagger().dt.tokenizer.lcut
    return [_nouns(_tagged(cut(text))) for text in texts]


def nouns_and_things(texts: Sequence[str]) -> tuple[list[list[str]], list[list[str]]]:
    """The nouns of each text, and the things that it names; every text is cut once, or twice in traditional script."""
    cut, tags = _tagger().dt.tokenizer.lcut, _tagger().dt.word_tag_tab
    said, named = [], []
    for text in texts:
        words, plain = cut(text), chinese_things.plain_characters(text)
        said.append(_nouns(_tagged(words)))
        named.append(chinese_things.things(plain, words if plain == text else cut(plain), tags))
    return said, named


def _tagged(cut: Sequence[str]) -> list[tuple[str, str]]:
    """(word, tag) of the words of a text; a word that the dictionary does not have may come in parts."""
    tag = _tagger().dt.word_tag_tab
    words: list[tuple[str, str]] = []
    for word in cut:
        known = tag.get(word)
        words += [(word, known)] if known else _unknown(word)
    return words


def _nouns(words: list[tuple[str, str]]) -> list[str]:
    """The nouns among (word, tag)."""
    found: list[str] = []
    end = -1  # the place behind the latest noun
    for at, (word, tag) in enumerate(words):
        before, after = words[at - 1] if at else ("", "x"), words[at + 1] if at + 1 < len(words) else ("", "x")
        if end == at and _belongs(word, tag, before):
            found[-1] += word
            end = at + 1
        elif unit := _unit(word, tag, before):
            found.append(unit)
        elif _is_noun(tag, word, before, after):
            found.append(word)
            end = at + 1
    return found


def _belongs(word: str, tag: str, before: tuple[str, str]) -> bool:
    """Whether a word ends the noun right before it: a suffix, or a given name behind the family's."""
    return (tag in _PERSON and before[1] in _PERSON) or (word in _SUFFIXES and tag[0] in "nk")


def _unit(word: str, tag: str, before: tuple[str, str]) -> str:
    """The unit that a word is, or that it ends with ("两年"); "" for any other word."""
    if word in _UNITS:
        return word if tag == "m" or _NUMBER.fullmatch(before[0]) else ""
    joined = _OF_NUMBER.fullmatch(word) if tag == "m" else None
    return joined[1] if joined and joined[1] in _UNITS else ""


def _is_noun(tag: str, word: str, before: tuple[str, str], after: tuple[str, str]) -> bool:
    """Whether a word is a noun between its neighbours."""
    if tag == "v":  # "的发展"
        return len(word) > 1 and before[0] in _OF and (after[1] == "x" or after[0] in _ENDS)
    if not tag.startswith(_NOUNS) or word in _BEFORE_VERB:
        return tag == "f" and len(word) > 1
    verbal = before[0] in _BEFORE_VERB or before[1] == "d" or (tag == "vn" and before[0] in _SUBJECTS)
    return tag not in ("n", "vn") or not (after[0] in _ASPECTS or (verbal and after[0] != "的"))


@lru_cache(200_000)
def _unknown(word: str) -> list[tuple[str, str]]:
    """(word, tag) of a word that the dictionary does not have, or of its parts."""
    if word.isascii() or not word.isalpha():
        return [(word, "eng" if word.isalpha() and len(word) > 1 else "x")]
    cut = _tagger().dt._POSTokenizer__cut_detail
    return [(pair.word, pair.flag) for pair in cut(word)]


@cache
def _tagger() -> Any:
    import jieba
    import jieba.posseg

    jieba.setLogLevel(logging.WARNING)
    jieba.posseg.initialize()
    return jieba.posseg
