"""What a question asks for, by cue words of English and Chinese prompts: a box, steps, an option …

Reads the question alone; what its answer makes of it is the matter of `style`.
"""

import re
from functools import lru_cache

_NUMBER = r"\s*-?\d+(?:\.\d+)?\s*"
POSITION = re.compile(
    rf"[\[(](?!\d{{1,3}}(?:,\d{{3}})+\)){_NUMBER},{_NUMBER}(?:,{_NUMBER},{_NUMBER})?[\])]|<\|?(?:box|point|quad)[^>]*>|<loc_?\d+>"
)
"""[0.1, 0.2, 0.3, 0.4], (12, 34), <box>, <loc0123>; not the number (2,172)."""
_PICTURE = "image picture photo photograph scene snapshot visual"
_FORMATS = "json xml yaml csv tsv markdown html latex svg"
_RELATION = (
    "bigger larger smaller taller shorter longer higher lower closer nearer farther further older younger newer darker "
    "brighter lighter heavier thicker thinner wider faster slower cheaper better worse more less"
)
_CUES = (
    ("place", "coordinate coordinates bbox bboxes boundingbox", ""),
    ("place", "bounding", r"bounding[ -]box"),
    ("steps", "step", r"step[ -]by[ -]step"),
    ("steps", "think", r"\bthink (?:it )?(?:through|carefully)\b"),
    ("steps", "chain", r"\bchain[ -]of[ -]thought"),
    (
        "steps",
        "reasoning work working steps thinking solution",
        r"\b(?:show|explain|give|provide|describe) (?:your|the) (?:reasoning|steps|thinking)\b"
        r"|\b(?:show|explain) your (?:work|working|solution)\b",
    ),
    ("how", "instruction instructions recipe procedure steps solve calculate", ""),
    ("how", "how", r"\bhow (?:to|do|can|could|would|should)\b"),
    (
        "choice",
        "choices options choice",
        r"\b(?:choices|options) ?:|\b(?:from|of|among) the (?:given|following|provided|listed) (?:choices|options)\b",
    ),
    ("choice", "option options", r"\boption(?:'s|s'|s)? letter|\bletter of the\b"),
    ("choice", "choice", r"\bmultiple[ -]choice\b"),
    ("choice", "choose select", r"\b(?:choose|select) (?:one|the (?:correct|best|right|most))\b"),
    ("choice", "b", r"(?:^|[\s(])\(?a[.):] ?\S.*?[\s(]\(?b[.):]"),
    (
        "form",
        _FORMATS,
        r"\b(?:(?:in|as|into|to|using|valid)(?: (?:an?|valid|pure|plain|proper))*"
        r"|(?:return|output|generate|write|produce)(?: (?:an?|the|valid|corresponding))*) "
        rf"(?:{_FORMATS.replace(' ', '|')})\b",
    ),
    (
        "form",
        "table tabular list bullet",
        r"\b(?:as|into) (?:an? )?(?:\w+ )?(?:table|list)\b|\b(?:table|tabular) form"
        r"|\b(?:bulleted|numbered) list\b|\bbullet points\b",
    ),
    (
        "form",
        "format template structure schema",
        r"\b(?:following|this|same|given|specified|exact) (?:format|template|structure|schema)\b"
        r"|\b(?:output|response|answer|required) format\b|\bin the format(?: of\b| ?[:'\"“<{\[])"
        r"|\b(?:format|template):",
    ),
    ("form", "blank blanks", r"\bfill (?:in|out) the blanks?\b"),
    ("yes_no", "no", r"\byes['\"”]?(?: or |/)['\"“]?no\b"),
    ("yes_no", "false", r"\btrue or false\b"),
    ("phrase", "word words", r"\b(?:single|one|a|few|two|three) words?\b"),
    ("phrase", "phrase", r"\b(?:a|short|single|brief|or) phrase\b"),
    ("phrase", "answer", r"\b(?:short|brief) answer|\banswer (?:\w+ ){0,2}(?:briefly|concisely)\b"),
    ("compare", "compare compares comparing comparison comparisons differ differs difference differences", ""),
    ("compare", "similarity similarities", ""),
    ("compare", "different", r"\bdifferent from\b"),
    ("compare", "common", r"\bin common\b"),
    ("compare", "contrast", r"\bcontrast (?:the|them|these|this|between|with)\b"),
    ("compare", "changed", r"\bchanged (?:between|from)\b"),
    ("compare", "which", rf"\bwhich (?:\w+ ){{0,3}}is (?:{_RELATION.replace(' ', '|')})\b"),
    ("detail", "detail depth", r"\bin[ -](?:\w+ ){0,2}(?:detail|depth)\b|\b(?:great|more|full) detail\b"),
    ("detail", "detailed details thorough thoroughly comprehensive comprehensively elaborate exhaustive extensive", ""),
    ("detail", "descriptive precision", ""),
    ("detail", "everything", r"\beverything you\b"),
    ("detail", "aspects", r"\bvarious aspects\b"),
    ("short", "brief briefly short concise concisely succinct succinctly terse compact", ""),
    ("short", "sentence", r"\b(?:one|single)[ -]sentence\b"),
    ("describe", "describe describing depict portray narrate characterize characterise summarize summarise", ""),
    ("account", "description descriptions caption captions depiction narrative summary rundown", ""),
    ("look", "see notice observe", r"\bwhat (?:do|can) you (?:see|notice|observe)\b"),
    ("look", "happening going shown depicted", r"\bwhat(?: is|'s) (?:happening|going on|shown|depicted)\b"),
    ("look", "tell", rf"\btell me (?:about|what) (?:\w+ ){{0,3}}(?:{_PICTURE.replace(' ', '|')})\b"),
    ("picture", _PICTURE, ""),
)
"""(what a question asks for, words of which one must be in it, what must then match its lower-case text)."""
_CHINESE = (
    ("place", ("坐标", "边界框")),
    ("steps", ("一步一步", "逐步", "一步步")),
    ("choice", ("选项", "选择题")),
    ("form", ("格式输出", "格式返回", "以表格", "的格式")),
    ("phrase", ("一个词", "单词或短语", "词语或短语", "简短回答")),
    ("compare", ("比较", "区别", "差异", "不同之处", "相同点")),
    ("detail", ("详细", "仔细", "详尽", "全面")),
    ("short", ("简短", "简要", "简单", "一句话")),
    ("describe", ("描述", "描绘", "概括")),
    ("look", ("看到了什么", "发生了什么")),
)
"""(what a question asks for, text of which one must be in it)."""
_TRIGGERS: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
for _cue, _words, _pattern in _CUES:
    for _word in _words.split():
        _TRIGGERS.setdefault(_word, []).append((_cue, re.compile(_pattern, re.DOTALL)))
_LETTERS = bytes(point if chr(point).isalpha() and point < 128 else ord(" ") for point in range(256))
"""Keeps ASCII letters and makes a blank of every other byte."""
_QUESTION = re.compile(r"(?:what|which|who|whose|where|when|why|how|is|are|was|were|do|does|did|has|have)\b")
"""How a question begins; what begins otherwise is a request."""


@lru_cache(1 << 14)
def asked_for(question: str) -> frozenset[str]:
    """What a question asks for, in the words of `_CUES`; one that holds nothing but a picture asks to describe it."""
    asked = question.lower()
    words = asked.encode("ascii", "replace").translate(_LETTERS).decode().split()
    found = {cue for word in _TRIGGERS.keys() & words for cue, pattern in _TRIGGERS[word] if pattern.search(asked)}
    if not asked.isascii():
        found |= {cue for cue, texts in _CHINESE if any(text in asked for text in texts)}
    if "place" in found and POSITION.search(asked):
        found.remove("place")  # it asks about a place that it names
    if not question or (_wants_account(found) and not _QUESTION.match(asked)):
        found.add("describe")
    return frozenset(found)


def _wants_account(found: set[str]) -> bool:
    """Whether a request with these cues is for a description: "write a caption", "explain the image in detail"."""
    return "account" in found or ("picture" in found and not found.isdisjoint({"detail", "short"}))
