"""What a table of rules for the questions of a language holds, and the forms of a turn by such a table.

Knows no language. The forms have the names of the English ones, so that a corpus in several languages has one curve.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

_ENDS = re.compile(r"(?<=[.!?。！？；;])\s*(?=\D)|\n+|(?<=[。！？])")
_OPTION = re.compile(r"(?:^|\s)\(?([AB])[.)）:：、．]", re.MULTILINE)


@dataclass(frozen=True)
class QuestionRules:
    """The rules of a language, as (form, pattern) in the order in which they are tried on a sentence in lower case.

    prompts: found anywhere in a sentence, and then its only form. opens: courtesy at the beginning, taken away before
    the rest is read. requests: at the beginning. questions: in every clause; "what *" names what its group "noun" is
    called by `nouns`, or is "what" for a noun that these do not list. yes_no: for a sentence with a question mark in
    which nothing else was found. cut: between two clauses that both ask. unmarked: what a sentence without a question
    mark must hold to be read as a question. asks: the end of a sentence that asks without one.
    """

    prompts: Sequence[tuple[str, str]]
    opens: str
    requests: Sequence[tuple[str, str]]
    questions: Sequence[tuple[str, str]]
    yes_no: Sequence[tuple[str, str]]
    cut: str
    nouns: Mapping[str, str]
    unmarked: str
    asks: str = r"(?!)"

    @cached_property
    def compiled(self) -> "Compiled":
        """The same with patterns ready to use."""
        return Compiled(self)


class Compiled:
    """The patterns of a table, compiled; NOUNS in a pattern stands for its nouns, longest first."""

    def __init__(self, rules: QuestionRules) -> None:
        self._nouns = "|".join(re.escape(noun) for noun in sorted(rules.nouns, key=len, reverse=True))
        self.prompts, self.requests = self._all(rules.prompts), self._all(rules.requests)
        self.questions, self.yes_no = self._all(rules.questions), self._all(rules.yes_no)
        self.opens, self.cut = re.compile(rf"^(?:{rules.opens})"), re.compile(rules.cut)
        self.unmarked, self.asks = re.compile(rules.unmarked), re.compile(rf"[?？]\W*$|{rules.asks}")

    def _all(self, rows: Sequence[tuple[str, str]]) -> list[tuple[str, re.Pattern[str]]]:
        return [(form, re.compile(pattern.replace("NOUNS", self._nouns))) for form, pattern in rows]


def forms_of_turn(text: str, rules: QuestionRules) -> list[str]:
    """The forms of all sentences of a human turn; "ask" or "statement" when no form fits, nothing for no words."""
    sentences = [sentence.strip() for sentence in _ENDS.split(text.lower().replace("’", "'"))]
    said = [sentence for sentence in sentences if any(map(str.isalpha, sentence))]
    found = [form for sentence in said for form in forms_of(sentence, rules)]
    if {"A", "B"} <= set(_OPTION.findall(text)):
        found.append("multiple choice")
    if not found and said:
        found = ["ask" if any(rules.compiled.asks.search(sentence) for sentence in said) else "statement"]
    return list(dict.fromkeys(found))


def forms_of(sentence: str, rules: QuestionRules) -> list[str]:
    """The forms of one sentence in lower case; none for a statement."""
    ready = rules.compiled
    prompt = _first(sentence, ready.prompts, rules)
    if prompt:
        return [prompt]
    plain, told = _opened(sentence, ready)
    request = _first(plain, ready.requests, rules)
    if request:
        return [request]
    asks = told or bool(ready.asks.search(sentence))
    clauses = [clause.strip() for clause in ready.cut.split(plain) if clause and clause.strip()]
    if not asks:
        clauses = [clause for clause in clauses[:1] if ready.unmarked.search(clause)]
    found = [form for clause in clauses if (form := _first(clause, ready.questions, rules))]
    if not found and asks:
        found = [form for form in [_first(plain, ready.yes_no, rules)] if form]
    return found


def _opened(sentence: str, ready: Compiled) -> tuple[str, bool]:
    """The sentence without the courtesy at its beginning, and whether that asked to be told something."""
    plain, told = sentence.strip(" \"'«»“”「」¿¡-*"), False
    while (opening := ready.opens.match(plain)) and opening.end():
        told |= opening.groupdict().get("tell") is not None
        plain = plain[opening.end() :].strip(" ,，、:¿¡")
    return plain, told


def _first(text: str, rows: Sequence[tuple[str, "re.Pattern[str]"]], rules: QuestionRules) -> str | None:
    """The form of the first rule that holds."""
    for form, pattern in rows:
        match = pattern.search(text)
        if match:
            return form if form != "what *" else _what(match, rules)
    return None


def _what(match: "re.Match[str]", rules: QuestionRules) -> str:
    """ "what color" from the noun of a match, "how many" for a number."""
    noun = rules.nouns.get(match.groupdict().get("noun") or "", "")
    return "how many" if noun == "number" else f"what {noun}".strip()
