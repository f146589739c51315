"""A filter from its text and back; docs/find.md has the grammar. Knows no workspace.

Reading what `to_text` wrote gives an equal tree.
"""

import re
from collections.abc import Callable
from typing import get_args

import pyarrow as pa
import pyarrow.compute as pc

from adr.candidate_flags import CANDIDATE_FLAGS
from adr.errors import AdrError
from adr.instance_kinds import INSTANCE_KINDS
from adr.perspectives import COLUMN, choices, is_known
from adr.picture_faults import PICTURE_FAULTS
from adr.reject_reasons import REJECT_REASONS
from adr.select.filter_tree import (
    AllOf,
    AnyOf,
    AtPosition,
    DecidedBy,
    DecidedFor,
    Filter,
    FromSource,
    HasAgreement,
    HasAny,
    HasEntity,
    HasLanguage,
    HasLeak,
    HasPictureFault,
    HasPictureSize,
    HasQuantity,
    HasTag,
    IsParent,
    Judged,
    LooksLike,
    MatchesPattern,
    NotSo,
    OfKind,
    ParentOfFlagged,
    ParentOfJudged,
    ParentOfRejected,
    PictureSize,
    Quantity,
    Relation,
    SavedAs,
    SaysPhrase,
    Where,
    WithOwnId,
    all_of,
    any_of,
)

LONGEST = 2_000
"""Characters of a filter."""
DEEPEST = 40
"""Brackets and nots inside one another."""
_MOST = 2**31 - 1  # positions and runs are 32-bit integers
_LEAKED = "leaked"
_MISSING = "missing"  # a short way to write image_missing
_BLANKS = re.compile(r"\s*")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_PATTERN = re.compile(r"/((?:[^/\\]|\\.)+)/", re.DOTALL)
_POSITION = re.compile(r"#?(\d+)(?![^\s()])")
_QUANTITY = re.compile(r"(turns|words)\s*(<=|>=|<|>|=)\s*(\d+)(?![^\s()])", re.IGNORECASE)
_SIZE = re.compile(
    r"(width|height|aspect|agreement)\s*(<=|>=|<|>|=)\s*(\d{1,9}(?:\.\d{1,3})?)(?![^\s()])", re.IGNORECASE
)
_KEY = re.compile(r"([^\W\d][\w-]*):")
_ANY = re.compile(r"\*(?![^\s()])")
_REASON = re.compile(r"reason:([a-z_]+)(?![^\s()])")
_NAME = re.compile(r"[a-zA-Z][a-zA-Z_-]*(?![^\s()])")
_WORD = re.compile(r'[^\s()"]+')
_BARE = re.compile(r"[\w+.][\w+.-]*(?:/[\w+.-]+)*")
_COMPARED = (*get_args(Quantity), *get_args(PictureSize), "agreement")
_COMPARISON = re.compile(rf"({'|'.join(_COMPARED)})\W", re.IGNORECASE)
_KEYS = ("id", "question", "answer", "run", "candidate", "like", "language", "file", "tag", "filter")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ESCAPED = {written[1]: meant for meant, written in _ESCAPES.items()}


def parse(text: str) -> Filter:
    """The tree of a filter; AdrError that points at the place where it cannot be read."""
    if len(text) > LONGEST:
        raise AdrError(f"The filter has {len(text):,} characters.", f"A filter has at most {LONGEST:,}.")
    if not text.isprintable() and any("\ud800" <= letter <= "\udfff" for letter in text):
        raise AdrError("The filter holds half a character.", "Type it anew.")
    if not text.strip():
        raise AdrError("The filter is empty.", 'Write what is to be found, such as object:dog or "red car".')
    return _Reader(text).whole()


def to_text(tree: Filter) -> str:
    """The text of a filter, which `parse` reads to an equal tree."""
    if isinstance(tree, NotSo):
        return f"not {_bracketed(tree.part, AllOf, AnyOf)}"
    if isinstance(tree, AllOf):
        return " and ".join(_bracketed(part, AnyOf) for part in tree.parts)
    if isinstance(tree, AnyOf):
        return " or ".join(_bracketed(part, AllOf) for part in tree.parts)
    return _condition_text(tree)


def _bracketed(part: Filter, *kinds: type) -> str:
    return f"({to_text(part)})" if isinstance(part, kinds) else to_text(part)


def _condition_text(tree: Filter) -> str:
    match tree:
        case AtPosition(instance):
            return f"#{instance}"
        case WithOwnId(own_id):
            return f"id:{_value_text(own_id)}"
        case HasAny(perspective):
            return f"{_perspective_text(perspective)}:*"
        case HasEntity(perspective, name):
            return f"{_perspective_text(perspective)}:{_value_text(name)}"
        case SaysPhrase(where, phrase):
            return f"{_where_text(where)}{_quoted(phrase)}"
        case MatchesPattern(where, pattern):
            return f"{_where_text(where)}/{pattern}/"
        case DecidedBy(run, kept):
            return f"run:{run} {'kept' if kept else 'dropped'}"
        case DecidedFor(run, reason):
            return f"run:{run} reason:{reason}"
        case OfKind(kind):
            return kind
        case HasQuantity(of, relation, number):
            return f"{of}{relation}{number}"
        case HasPictureFault(fault):
            return fault
        case HasPictureSize(size, relation, bound):
            return f"{size}{relation}{str(bound).removesuffix('.0')}"
        case HasAgreement(relation, bound):
            return f"agreement{relation}{str(bound).removesuffix('.0')}"
        case HasLeak():
            return _LEAKED
        case IsParent():
            return "candidate:*"
        case ParentOfJudged(judged):
            return f"candidate:{judged}"
        case ParentOfRejected(reason):
            return f"candidate:rejected reason:{reason}"
        case ParentOfFlagged(flag):
            return f"candidate:{flag}"
        case HasLanguage(language):
            return f"language:{_value_text(language)}"
        case FromSource(name):
            return f"file:{_value_text(name)}"
        case LooksLike(instance):
            return f"like:#{instance}"
        case SavedAs(name):
            return f"filter:{_value_text(name)}"
        case HasTag(tag):
            return f"tag:{_value_text(tag)}"
    raise AssertionError(tree)


def _where_text(where: Where) -> str:
    return "" if where == "either" else f"{where}:"


def _perspective_text(name: str) -> str:
    return f"{COLUMN}{_value_text(name.removeprefix(COLUMN))}" if name.startswith(COLUMN) else name


def _value_text(value: str) -> str:
    return value if _BARE.fullmatch(value) else _quoted(value)


def _quoted(text: str) -> str:
    return '"' + "".join(_ESCAPES.get(letter, letter) for letter in text) + '"'


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ESCAPED.get(found[1], found[1]), text, flags=re.DOTALL)


class _Reader:
    """Reads one text from left to right; `at` is the place of the next character."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0

    def whole(self) -> Filter:
        """The filter that the whole text is."""
        tree = self._any()
        if not self._ended():
            raise self._wrong("this bracket closes nothing", "Take it out, or open one before it.")
        return tree

    def _any(self) -> Filter:
        parts = [self._all()]
        while self._word("or"):
            parts.append(self._all())
        return any_of(parts)

    def _all(self) -> Filter:
        """Conditions with "and" between them, or only blanks."""
        parts = [self._not()]
        while self._word("and") or not (self._ended() or self._sees(")") or self._sees_word("or")):
            parts.append(self._not())
        return all_of(parts)

    def _not(self) -> Filter:
        if self._word("not"):
            return NotSo(self._deeper(self._not))
        if self._sees("("):
            return self._deeper(self._brackets)
        return self._condition()

    def _deeper(self, read: Callable[[], Filter]) -> Filter:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self._wrong("too many brackets stand inside one another", f"At most {DEEPEST} may.")
        tree = read()
        self.depth -= 1
        return tree

    def _brackets(self) -> Filter:
        opened, self.at = self.at, self.at + 1
        tree = self._any()
        if not self._sees(")"):
            self.at = opened
            raise self._wrong("this bracket is not closed", "Write ) behind the last condition inside it.")
        self.at += 1
        return tree

    def _condition(self) -> Filter:
        self._blanks()
        if self._ended() or self._sees(")") or self._sees_word("and") or self._sees_word("or"):
            raise self._wrong("a condition is missing here", "Write one, such as object:dog, missing or turns>4.")
        if found := self._take(_POSITION):
            return AtPosition(self._number(found[1], found.start(1)))
        if self._sees("#"):
            raise self._wrong("a whole number must follow #", "Positions count from 0: #500.")
        if self._sees('"') or self._sees("/"):
            return self._said("either")
        if found := self._take(_QUANTITY):
            return self._quantity(found)
        if found := self._take(_SIZE):
            return self._size(found)
        if found := self._take(_KEY):
            return self._keyed(found)
        return self._plain()

    def _quantity(self, found: re.Match[str]) -> Filter:
        of = next(one for one in get_args(Quantity) if one == found[1].lower())
        relation = next(one for one in get_args(Relation) if one == found[2])
        return HasQuantity(of, relation, self._number(found[3], found.start(3)))

    def _size(self, found: re.Match[str]) -> Filter:
        relation = next(one for one in get_args(Relation) if one == found[2])
        if found[1].lower() == "agreement":
            return HasAgreement(relation, float(found[3]))
        of = next(one for one in get_args(PictureSize) if one == found[1].lower())
        return HasPictureSize(of, relation, float(found[3]))

    def _plain(self) -> Filter:
        """A word without quotes: a kind of instance, a fault of pictures, or a word to look for."""
        start, word = self.at, self._bare()
        kind = word.lower().replace("-", "_")
        if kind == _MISSING or kind in INSTANCE_KINDS:
            return OfKind("image_missing" if kind == _MISSING else kind)
        if kind in PICTURE_FAULTS:
            return HasPictureFault(kind)
        if kind == _LEAKED:
            return HasLeak()
        if _COMPARISON.match(word) or (kind in _COMPARED and self._sees_relation()):
            self.at = start
            raise self._wrong(
                "a comparison with a number is expected", "Write turns>4, words<=100, width<200 or aspect>2.5."
            )
        return SaysPhrase("either", word)

    def _sees_relation(self) -> bool:
        self._blanks()
        return self.text[self.at : self.at + 1] in ("<", ">", "=")

    def _keyed(self, found: re.Match[str]) -> Filter:
        """A condition that begins with a key and a colon."""
        key = found[1].lower().replace("-", "_")
        if key in ("question", "answer"):
            return self._said("question" if key == "question" else "answer")
        if key == "run":
            return self._decided()
        if key == "candidate":
            return self._parent()
        if key == "like":
            return self._like()
        if key == "column":
            return self._column()
        if key == "id":
            return WithOwnId(self._value())
        if key == "language":
            return HasLanguage(self._value())
        if key == "file":
            return FromSource(self._value())
        if key == "filter":
            return SavedAs(self._value())
        if key == "tag":
            return HasTag(self._value())
        if not is_known(key):
            self.at = found.start()
            known = ", ".join(
                (
                    "id",
                    "question",
                    "answer",
                    "run",
                    "candidate",
                    "like",
                    "language",
                    "file",
                    "tag",
                    "filter",
                    *choices(),
                )
            )
            raise self._wrong(
                f"there is no {found[1]!r}", f"Choose from {known}; to look for the text itself, put it in quotes."
            )
        return HasAny(key) if self._take(_ANY) else HasEntity(key, self._value())

    def _column(self) -> Filter:
        start = self.at
        name = f"{COLUMN}{self._value(':')}"
        if not is_known(name) or self.text[self.at : self.at + 1] != ":":
            self.at = start
            raise self._wrong("the name of a column and a value are expected", "Write column:category:animal.")
        self.at += 1
        return HasAny(name) if self._take(_ANY) else HasEntity(name, self._value())

    def _like(self) -> Filter:
        if found := self._take(_POSITION):
            return LooksLike(self._number(found[1], found.start(1)))
        raise self._wrong("the position of an instance is expected", "Write like:#500.")

    def _decided(self) -> Filter:
        number = self._take(re.compile(r"(\d+)(?![^\s()])"))
        if number is None:
            raise self._wrong("the number of a run is expected", "Write run:2 dropped.")
        run = self._number(number[1], number.start(1))
        for word in ("kept", "dropped"):
            if self._word(word):
                return DecidedBy(run, word == "kept")
        self._blanks()
        if reason := self._take(_REASON):
            return DecidedFor(run, reason[1])
        raise self._wrong(
            "what the run decided is expected", f"Write run:{run} kept, run:{run} dropped or run:{run} reason:over_cap."
        )

    def _parent(self) -> Filter:
        """What follows `candidate:`: a star, a verdict (rejected with a reason, where one follows), or a flag."""
        if self._take(_ANY):
            return IsParent()
        start = self.at
        written = self._take(_NAME)
        name = written[0].lower().replace("-", "_") if written else ""
        if name in CANDIDATE_FLAGS:
            return ParentOfFlagged(name)
        for judged in get_args(Judged):
            if name == judged:
                return self._rejected_because() if judged == "rejected" else ParentOfJudged(judged)
        self.at = start
        known = ", ".join(("*", *get_args(Judged), *CANDIDATE_FLAGS))
        raise self._wrong("a verdict on a candidate or a flag of one is expected", f"Choose from {known}.")

    def _rejected_because(self) -> Filter:
        """A rejected candidate, for the reason that follows, if one does."""
        start = self.at
        self._blanks()
        found = self._take(_REASON)
        if found is None:
            self.at = start
            return ParentOfJudged("rejected")
        if found[1] in REJECT_REASONS:
            return ParentOfRejected(found[1])
        self.at = found.start(1)
        raise self._wrong("the reason of a rejected candidate is expected", f"Choose from {', '.join(REJECT_REASONS)}.")

    def _said(self, where: Where) -> Filter:
        if not self._sees("/"):
            return SaysPhrase(where, self._value())
        start, found = self.at, self._take(_PATTERN)
        if found is None:
            raise self._wrong("this regular expression is not closed or empty", r"Write /…/, and \/ for / inside.")
        try:
            pc.match_substring_regex(pa.array([""]), found[1])
        except pa.ArrowInvalid as error:
            self.at = start
            why = str(error).removeprefix("Invalid regular expression: ")
            raise self._wrong(
                f"this regular expression cannot be read ({why})", "It must be one that RE2 reads."
            ) from error
        return MatchesPattern(where, found[1])

    def _value(self, end: str = "") -> str:
        """What follows a colon: text in quotes, or all up to the next blank or bracket (or `end`)."""
        if not self._sees('"'):
            return self._bare(end)
        found = self._take(_STRING)
        if found is None:
            raise self._wrong("these quotes are not closed", 'Write " behind the text, and \\" for quotes inside it.')
        if not found[1]:
            self.at = found.start()
            raise self._wrong("there is nothing between these quotes", "Write what is to be found.")
        return _unescaped(found[1])

    def _bare(self, end: str = "") -> str:
        found = self._take(re.compile(rf'[^\s()"{end}]+') if end else _WORD)
        if found is None:
            raise self._wrong(
                "a value is missing here", 'Write it behind the colon: object:dog, object:"fire hydrant".'
            )
        return found[0]

    def _number(self, digits: str, start: int) -> int:
        number = int(digits)
        if number > _MOST:
            self.at = start
            raise self._wrong("this number is too large", f"The largest is {_MOST:,}.")
        return number

    def _blanks(self) -> None:
        found = _BLANKS.match(self.text, self.at)
        assert found is not None
        self.at = found.end()

    def _ended(self) -> bool:
        self._blanks()
        return self.at == len(self.text)

    def _sees(self, letter: str) -> bool:
        return self.text.startswith(letter, self.at)

    def _sees_word(self, word: str) -> bool:
        return re.compile(rf"{word}(?![^\s()\"])", re.IGNORECASE).match(self.text, self.at) is not None

    def _word(self, word: str) -> bool:
        self._blanks()
        if not self._sees_word(word):
            return False
        self.at += len(word)
        self._blanks()
        return True

    def _take(self, what: re.Pattern[str]) -> re.Match[str] | None:
        found = what.match(self.text, self.at)
        if found is not None:
            self.at = found.end()
        return found

    def _wrong(self, why: str, next_step: str) -> AdrError:
        rest = self.text[self.at : self.at + 30]
        place = f"at character {self.at + 1} ({rest!r})" if rest else "at its end"
        return AdrError(f"The filter cannot be read {place}: {why}.", next_step)
