"""What a question asks for, by cue words of English prompts: a box, steps, one of several options, a description …

Reads the question alone; what its answer makes of it is the matter of `style`.
"""

import re
from functools import lru_cache

_NUMBER = r"\s*-?\d+(?:\.\d+)?\s*"
POSITION = re.compile(
    rf"[\[(]{_NUMBER},{_NUMBER}(?:,{_NUMBER},{_NUMBER})?[\])]|<\|?(?:box|point|quad)[^>]*>|<loc_?\d+>"
)
"""[0.1, 0.2, 0.3, 0.4], (12, 34), <box>, <loc0123>."""
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
        r"\b(?:choices|options) ?:|\b(?:given|following|provided|listed) (?:choices|options)\b",
    ),
    ("choice", "option options", r"\boption(?:'s|s'|s)? letter|\b(?:correct|best|right) option\b|\bletter of the\b"),
    ("choice", "choice", r"\bmultiple[ -]choice\b|\b(?:correct|best|right) choice\b"),
    ("choice", "choose select", r"\b(?:choose|select) (?:one|between|from|the (?:correct|best|right|most))\b"),
    ("choice", "b", r"(?:^|[\s(])\(?a[.):] ?\S.*?[\s(]\(?b[.):]"),
    (
        "form",
        _FORMATS,
        r"\b(?:in|as|into|to|using|valid|return|output|generate)(?: (?:an?|valid|pure|plain|proper))* "
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
        r"|\b(?:output|response|answer|required) format\b|\bin the format\b|\b(?:format|template):",
    ),
    ("form", "blank blanks", r"\bfill (?:in|out) the blanks?\b"),
    ("yes_no", "no", r"\byes['\"”]?(?: or |/)['\"“]?no\b"),
    ("yes_no", "false", r"\btrue or false\b"),
    ("phrase", "word words", r"\b(?:single|one|a|few|two|three) words?\b"),
    ("phrase", "phrase", r"\b(?:a|short|single|brief|or) phrase\b"),
    ("phrase", "answer", r"\b(?:short|brief) answer|\banswer (?:\w+ ){0,2}(?:briefly|concisely)\b"),
    ("compare", "compare compares compared comparing comparison comparisons differ differs difference differences", ""),
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
    ("describe", "describe describing description descriptions caption captions depict depiction portray", ""),
    ("describe", "narrate narrative characterize characterise summarize summarise summary rundown", ""),
    ("look", "see notice observe", r"\bwhat (?:do|can) you (?:see|notice|observe)\b"),
    ("look", "happening going shown depicted", r"\bwhat(?: is|'s) (?:happening|going on|shown|depicted)\b"),
    ("look", "tell", rf"\btell me (?:about|what) (?:\w+ ){{0,3}}(?:{_PICTURE.replace(' ', '|')})\b"),
    ("picture", _PICTURE, ""),
)
"""(what a question asks for, words of which one must be in it, what must then match its lower-case text)."""
_TRIGGERS: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
for _cue, _words, _pattern in _CUES:
    for _word in _words.split():
        _TRIGGERS.setdefault(_word, []).append((_cue, re.compile(_pattern, re.DOTALL)))
_NO_MARKS = str.maketrans(dict.fromkeys("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~“”‘’…", " "))
_QUESTION = re.compile(r"(?:what|which|who|whose|where|when|why|how|is|are|was|were|do|does|did|has|have)\b")
"""How a question begins; what begins otherwise is a request."""


@lru_cache(1 << 14)
def asked_for(question: str) -> frozenset[str]:
    """What a question asks for, in the words of `_CUES`; one that holds nothing but a picture asks to describe it."""
    asked = question.lower()
    words = asked.translate(_NO_MARKS).split()
    found = {cue for word in _TRIGGERS.keys() & words for cue, pattern in _TRIGGERS[word] if pattern.search(asked)}
    if "place" in found and POSITION.search(asked):
        found.remove("place")
    if not words or ("picture" in found and found & {"detail", "short"} and not _QUESTION.match(asked)):
        found.add("describe")
    return frozenset(found)
