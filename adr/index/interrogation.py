"""The interrogation perspective: how the human asks, as a short form such as "what color", "how many" or "be there".

Knows nothing of tables. The rules read one sentence of a human turn as a list of lower-case words; `asked` applies
them to a batch. Sentences are first reduced to the words that the rules look at ("is there a · in the ·"), so that
each distinct wording is read once, however many things it asks about.
"""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from adr.index.forms import Forms, Names, Trait
from adr.index.lexicon import Kind, Lexicon
from adr.index.token import Text
from adr.index.words import SENTENCE

OTHER = "·"
"""Stands for every run of words that the rules do not look at."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_BE = _set("is are was were am be isn't aren't wasn't weren't")
_DO = _set("do does did don't doesn't didn't")
_HAVE = _set("has have had hasn't haven't hadn't")
_MODALS = {
    "can't": "can",
    "cannot": "can",
    "couldn't": "could",
    "won't": "will",
    "wouldn't": "would",
    "shouldn't": "should",
    **{modal: modal for modal in ("can", "could", "will", "would", "should", "may", "might", "must", "shall")},
}
_AUXILIARY = _BE | _DO | _HAVE | frozenset(_MODALS)
_QUESTION = {
    "what": "what",
    "which": "which",
    "who": "who",
    "whom": "who",
    "whose": "whose",
    "where": "where",
    "when": "when",
    "why": "why",
    "how": "how",
}
_SHORT = {
    "what's": "what is",
    "whats": "what is",
    "who's": "who is",
    "where's": "where is",
    "how's": "how is",
    "when's": "when is",
    "why's": "why is",
    "what're": "what are",
    "there's": "there is",
    "that's": "that is",
    "it's": "it is",
}
_HOW = _set(
    "many much long old far tall big large small high wide deep often fast heavy soon well likely close hot cold "
    "thick short strong good come early late dark bright clean crowded"
)
_ATTRIBUTES = _set(
    "color kind type sort shape size material gender weather time brand breed species number position "
    "location purpose name age mood style texture pattern"
)
_SPELLING = {"colour": "color", "colours": "color", "colors": "color"}
_REQUEST = _set(
    "tell describe explain provide give list identify name write show help read count find point determine suggest "
    "elaborate summarize share generate create compare make discuss predict translate"
)
_MAKES = _set(
    "provide give write generate render share present offer make create deliver compose produce craft include supply "
    "draft"
)
_DESCRIPTION = _set(
    "description descriptions caption captions summary explanation overview account depiction narration"
)
_ACTS = _set(
    "transform rewrite convert turn change edit modify adjust improve correct fix solve calculate estimate classify "
    "categorize extract highlight outline interpret infer analyze analyse evaluate assess recommend propose design "
    "rephrase paraphrase clarify illustrate draw detect locate mark label rank sort answer complete continue assist "
    "inform translate verify check confirm transcribe"
)
"""What "can you" asks to be done, rather than whether somebody can."""
_COURTESY = _set(
    "please kindly and so then also now ok okay well but or hi hello hey thanks sure first second third finally next "
    "lastly just again question q"
)
_ASK_TO_TELL = tuple(
    tuple(opening.split())
    for opening in (
        "do you know",
        "can you tell me",
        "could you tell me",
        "would you tell me",
        "please tell me",
        "tell me",
        "let me know",
        "i want to know",
        "i would like to know",
        "i'd like to know",
        "i wonder",
        "can you identify",
        "can you determine",
        "can you say",
        "can you see",
        "can you guess",
        "can you explain",
        "could you explain",
        "can you describe",
        "could you describe",
    )
)
_CHOOSING = _set("answer select choose pick please respond")
_PREPOSITIONS = _set(
    "in on at from for to of with by through under during about into behind near along between after before against"
)
_BRIEF = _set("word words phrase phrases brief briefly short shortly single concise concisely")
_LOOKED_AT = _set(
    "there you me i i'd a an the this it its to about know want like wonder think or of doing yes no option's option "
    "options letter letters choice choices answer coordinate coordinates region regions bounding box boxes "
    "boundingbox let"
)
ASKED = frozenset().union(
    _AUXILIARY,
    _QUESTION,
    _SHORT,
    _HOW,
    _ATTRIBUTES,
    _SPELLING,
    _REQUEST,
    _MAKES,
    _ACTS,
    _DESCRIPTION,
    _COURTESY,
    _PREPOSITIONS,
    _BRIEF,
    _CHOOSING,
    _LOOKED_AT,
)
"""The words that the rules look at wherever they stand; they also look at the first two words of a sentence."""
LOOKS_ON = _set("what what's whats")
"""After each of these the rules look at the next three words, whatever they are."""


def forms_of(words: Sequence[str], asks: bool, lexicon: Lexicon, *, after_colon: bool = False) -> list[str]:
    """The forms of one sentence of lower-case words; empty for a statement.

    asks: it ends with a question mark. after_colon: it follows a colon or the letter of an option and may be what the
    sentence before it quotes ("… this sentence describes: cut pizza on a plate"), so only plain requests count.
    """
    words = _plain(words)
    prompt = _prompt(words)
    if prompt:
        return [prompt]
    if asks:  # "How many people are there and what are they doing?"
        for at in range(1, len(words) - 1):
            if words[at] == "and" and words[at + 1] in _QUESTION:
                return forms_of(words[:at], True, lexicon) + forms_of(words[at + 1 :], True, lexicon)
    words, told = _without_courtesy(words)
    if not words:
        return []
    question = _question(words, asks or told, lexicon)
    if question:
        return [question]
    if words[0] in _AUXILIARY and (asks or words[0] not in {"may"}):
        return [_yes_no(words)] if asks or (len(words) > 2 and _subject(words[1], lexicon)) else []
    imperative = _imperative(words, lexicon, only_requests=after_colon)
    if imperative and not (asks and imperative not in _REQUEST | _ACTS):
        return [imperative]
    return ["be there"] if asks and words[0] == "any" else []


def _subject(word: str, lexicon: Lexicon) -> bool:
    """Whether a word can begin the subject of a question without a mark: not in "will continue monitoring"."""
    return word == OTHER or lexicon.read(word).kind in _BEGINS_SUBJECT


_BEGINS_SUBJECT = {
    Kind.DETERMINER,
    Kind.SUBJECT,
    Kind.OBJECT,
    Kind.THAT,
    Kind.THERE,
    Kind.NUMBER,
    Kind.POSSESSIVE,
    Kind.NOUN,
    Kind.NAME,
}


def _plain(words: Sequence[str]) -> list[str]:
    plain: list[str] = []
    for word in words:
        plain += _SHORT.get(word, _SPELLING.get(word, word)).split(" ")
    return plain


def _prompt(words: Sequence[str]) -> str | None:
    """The form of a prompt of a known kind (options, short answers, boxes), or None."""
    present = set(words)
    if "option's" in present or (words[0] in _CHOOSING and present & {"options", "option", "choices", "choice"}):
        return "multiple choice"
    if (
        {"bounding", "box"} <= present
        or {"bounding", "boxes"} <= present
        or "boundingbox" in present
        or (present & {"coordinate", "coordinates"} and words[0] not in _QUESTION)
    ):
        return "locate"
    if present & {"region", "regions"} and present & (_DESCRIPTION | {"describe"}):
        return "describe region"
    if words and words[0] == "answer" and present & _BRIEF:
        return "answer briefly"
    if words and words[0] in ("answer", "please") and {"yes", "no"} <= present:
        return "answer yes or no"
    return None


def _without_courtesy(words: list[str]) -> tuple[list[str], bool]:
    """The words without "please", "can you tell me" and the like; whether a "tell me" or the like was among them."""
    told = False  # if so, the rest is a question, with or without a question mark
    while words:
        if len(words) > 1 and words[0] in _COURTESY:
            words = words[1:]
            continue
        for opening in _ASK_TO_TELL:
            rest = words[len(opening) :]
            if tuple(words[: len(opening)]) == opening and rest and rest[0] in _QUESTION:
                words, told = rest, True
                break
        else:
            if (
                len(words) > 2
                and words[0] in _MODALS
                and words[1] == "you"
                and (words[2] in _REQUEST or words[2] in _MAKES or words[2] in _ACTS or words[2] in _COURTESY)
            ):
                words = words[2:]
                continue
            return words, told
    return words, told


def _question(words: Sequence[str], asks: bool, lexicon: Lexicon) -> str | None:
    """ "what color", "how many", "who" … when the sentence asks with such a word, else None."""
    at = next((i for i, word in enumerate(words) if word in _QUESTION), None)
    if at is None or words[0] in _AUXILIARY:
        return None
    opens = at == 0 or (at == 1 and words[0] in _PREPOSITIONS)
    if not opens and not asks:
        return None
    if not opens and at == 1 and lexicon.verb(words[0]) and words[0] in _REQUEST:
        return None  # "describe what …"
    word = words[at]
    rest = words[at + 1 :]
    if word == "how":
        return f"how {rest[0]}" if rest and rest[0] in _HOW else "how"
    if word != "what":
        return _QUESTION[word]
    return _what(rest, lexicon)


def _what(rest: Sequence[str], lexicon: Lexicon) -> str:
    """ "what color", "what kind", "what do" ("what is · doing"), or "what"."""
    if not rest:
        return "what"
    if rest[0] == "about" or (rest[0] == "if" and len(rest) > 1):
        return f"what {rest[0]}"
    if rest[0] in _BE:
        if "doing" in rest:
            return "what do"
        asked = rest[1:4]
        if asked and asked[0] in ("the", "its") and len(asked) > 1:
            attribute = lexicon.singular(asked[1]) or asked[1]
            if attribute == "number":
                return "how many"
            if attribute in _ATTRIBUTES:
                return f"what {attribute}"
        return "what"
    if rest[0] in _AUXILIARY or rest[0] in ("the", "a", "an", OTHER):
        return "what do" if rest[0] in _DO and "do" in rest[1:] else "what"
    for word in rest[:3]:
        if word in _AUXILIARY or word == OTHER or word in _PREPOSITIONS or word in _QUESTION:
            break
        reading = lexicon.read(word)
        if reading.kind in _ASKABLE and reading.nouns:
            return f"what {reading.nouns[0]}"
    return "what"


_ASKABLE = {Kind.NOUN, Kind.NOUN_VERB, Kind.NOUNS_VERBS, Kind.NOUN_ADJECTIVE, Kind.GERUND_NOUN}


def _yes_no(words: Sequence[str]) -> str:
    first = words[0]
    if first in _BE:
        return "be there" if len(words) > 1 and words[1] == "there" else "be"
    return "do" if first in _DO else "have" if first in _HAVE else _MODALS[first]


def _imperative(words: Sequence[str], lexicon: Lexicon, *, only_requests: bool) -> str | None:
    """The act that is asked for: "describe", "list", "compare"; to make a description or a caption is to describe."""
    if words[0].endswith("ly") and len(words) > 1:
        words = words[1:]  # "briefly describe"
    word, following = words[0], words[1] if len(words) > 1 else ""
    if word in _REQUEST or word in _MAKES or word in _ACTS:
        return "describe" if word in _MAKES and _DESCRIPTION & set(words) else word
    if only_requests or not following or word not in lexicon.verbs:
        return None
    kind = lexicon.read(word).kind
    if kind in (Kind.VERB, Kind.VERB_NOUN) or (kind is Kind.NOUN_VERB and following in _AFTER_IMPERATIVE):
        return word
    return None


_AFTER_IMPERATIVE = _set("the a an this that these those your my all any each some me it them two three four five")


# ---------------------------------------------------------------------- a batch
@dataclass(frozen=True)
class AskedForms:
    """Forms that are asked: `form[j]` (a number in Interrogations.names) in `turn[j]`."""

    turn: np.ndarray  # int32
    form: np.ndarray  # int32


def all_asked(parts: Sequence[AskedForms]) -> AskedForms:
    """The forms of all parts."""
    return AskedForms(np.concatenate([part.turn for part in parts]), np.concatenate([part.form for part in parts]))


class Interrogations:
    """Applies the rules and remembers the result for each distinct question. Safe to use from several threads."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.names = Names()
        self._lexicon = lexicon
        self._known: dict[int, tuple[int, ...]] = {}
        self._lock = threading.Lock()

    def asked(self, text: Text, forms: Forms, human: np.ndarray) -> AskedForms:
        """The forms of all turns for which `human` (bool, per turn) is set and which can be read."""
        wanted = np.flatnonzero((human & ~text.unread)[text.turn] & ~text.skipped)
        if not len(wanted):
            return AskedForms(np.zeros(0, np.int32), np.zeros(0, np.int32))
        sentences = _Sentences(text, wanted)
        keys, inverse, first = _distinct(sentences.fingerprint())
        with self._lock:
            results = [self._read(int(key), sentences, int(place)) for key, place in zip(keys, first, strict=True)]
            self._of_turn = [self.names(form) for form in ("multiple choice", "statement", "ask")]
        counts = np.array([len(result) for result in results], dtype=np.int64)
        flat = np.array([form for result in results for form in result], dtype=np.int32)
        begins = np.concatenate([[0], np.cumsum(counts)])
        times = counts[inverse]
        turn = np.repeat(sentences.turn, times)
        offset = np.arange(len(turn)) - np.repeat(np.cumsum(times) - times, times)
        form = flat[np.repeat(begins[inverse], times) + offset] if len(flat) else np.zeros(0, np.int32)
        return self._with_turn_forms(text, sentences, human, AskedForms(turn, form))

    def numbers(self, forms: Iterable[str]) -> np.ndarray:
        """The numbers of forms by their names: int32."""
        with self._lock:
            return np.array([self.names(form) for form in forms], dtype=np.int32)

    def _read(self, key: int, sentences: "_Sentences", place: int) -> tuple[int, ...]:
        known = self._known.get(key)
        if known is None:
            words, asks, after_colon = sentences.words(place)
            found = forms_of(words, asks, self._lexicon, after_colon=after_colon) if words else []
            known = self._known[key] = tuple(self.names(form) for form in found)
        return known

    def _with_turn_forms(self, text: Text, sentences: "_Sentences", human: np.ndarray, asked: AskedForms) -> AskedForms:
        """Adds what only a whole turn shows: lettered options, and a turn that asks nothing."""
        choice, statement, ask = self._of_turn
        options = sentences.turns_with_options()
        turns = np.concatenate([asked.turn, options])
        form = np.concatenate([asked.form, np.full(len(options), choice, np.int32)])
        silent = np.zeros(len(human), dtype=bool)
        silent[sentences.turn] = True
        silent[turns] = False
        asks = np.zeros(len(human), dtype=bool)
        asks[sentences.turns_with_question_mark()] = True
        states = np.flatnonzero(silent)
        return AskedForms(
            np.concatenate([turns, states]).astype(np.int32),
            np.concatenate([form, np.where(asks[states], ask, statement)]).astype(np.int32),
        )


def _distinct(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Distinct keys, the place of each key among them, and where each distinct key first occurs."""
    coded = pa.array(keys).dictionary_encode()
    inverse = coded.indices.to_numpy(zero_copy_only=False)
    distinct = coded.dictionary.to_numpy(zero_copy_only=False)
    first = np.full(len(distinct), len(keys), dtype=np.int64)
    np.minimum.at(first, inverse, np.arange(len(keys)))
    return distinct, inverse, first


def _introductions(text: Text, wanted: np.ndarray, begins: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where clauses begin that introduce another one ("Given that it rains, …"), and where that other one begins."""
    word, kind = text.word[wanted[begins]], text.kind[wanted[np.minimum(begins + 1, len(wanted) - 1)]]
    asks = np.isin(kind, (Kind.BE, Kind.THERE_IS, Kind.MODAL, Kind.HAVE, Kind.QUESTION))  # "When was it?", "In which?"
    introduces = (text.view.trait[word] & Trait.INTRODUCES > 0) & ~asks
    at, ends = begins[introduces], np.append(begins[1:], len(wanted))[introduces]
    commas = np.flatnonzero(text.gaps[text.gap[wanted], 8] == 1)
    place = np.searchsorted(commas, at, side="right")
    mains = np.append(commas, len(wanted))[place]
    whole = mains < ends
    return at[whole], mains[whole]


class _Sentences:
    """The sentences of human turns, each as a run of words reduced to what the rules look at."""

    def __init__(self, text: Text, wanted: np.ndarray) -> None:
        view, word, turn = text.view, text.word[wanted], text.turn[wanted]
        opens = np.ones(len(wanted), dtype=bool)
        opens[1:] = (text.edge[wanted][1:] == SENTENCE) | (turn[1:] != turn[:-1])
        introductions, mains = _introductions(text, wanted, np.flatnonzero(opens))
        tags = self._tags(text, wanted, turn)
        introductions, mains = np.append(introductions, tags), np.append(mains, tags + 1)
        opens[mains] = True
        self._begins = np.flatnonzero(opens)
        self._introduces = np.zeros(len(self._begins), dtype=bool)
        self._introduces[np.searchsorted(self._begins, introductions)] = True
        self._ends = np.append(self._begins[1:], len(wanted))
        self.turn = turn[self._begins]
        self._text, self._wanted, self._word = text, wanted, word
        skeleton = view.skeleton[word]
        place = np.arange(len(word)) - np.repeat(self._begins, self._ends - self._begins)
        kept = (skeleton > 0) | (place < 2)
        looks_on = view.looks_on[word]
        for step in (1, 2, 3):
            kept[step:] |= looks_on[:-step] & (place[step:] >= step)
        self._kept = kept
        self._shown = kept | (place == 0)  # of a run of other words only the first is shown, as OTHER
        self._shown[1:] |= ~kept[1:] & kept[:-1]
        self._code = np.where(kept, np.where(skeleton > 0, skeleton, word + (1 << 30)), 0).astype(np.uint64)
        self._asks = text.gaps[self._gap_after(self._ends - 1), 5] == 1
        self._after_colon = text.gaps[text.gap[wanted[self._begins]], 7] == 1
        letters = view.letter[word[self._begins]] & (self._ends - self._begins == 1)  # "A." of a list of options
        self._after_colon[1:] |= letters[:-1] & (self.turn[1:] == self.turn[:-1])

    @staticmethod
    def _tags(text: Text, wanted: np.ndarray, turn: np.ndarray) -> np.ndarray:
        """Where a turn opens with the name of its task in brackets ("[grounding] describe …")."""
        bracket, bracketed = (text.gaps[text.gap[wanted], column] == 1 for column in (10, 11))
        same = turn[1:] == turn[:-1]
        first = np.append(True, ~same[:-1]) if len(same) else same
        found: np.ndarray = np.flatnonzero(first & same & bracket[:-1] & bracketed[1:])
        return found

    def _gap_after(self, place: np.ndarray) -> np.ndarray:
        """What stands after the words at `place`."""
        text, at = self._text, self._wanted[place]
        following = np.minimum(at + 1, len(text.word) - 1)
        same = (at + 1 < len(text.word)) & (text.turn[following] == text.turn[at])
        gaps: np.ndarray = np.where(same, text.gap[following], text.last_gap[text.turn[at]])
        return gaps

    def fingerprint(self) -> np.ndarray:
        """One uint64 per sentence; equal sentences have equal ones."""
        shown = np.cumsum(self._shown)
        rank = (shown - np.repeat(shown[self._begins], self._ends - self._begins)).astype(np.uint64)
        with np.errstate(over="ignore"):
            mixed = (self._code + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15) + rank * np.uint64(0xC2B2AE3D27D4EB4F)
            mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            mixed = np.where(self._shown, mixed ^ (mixed >> np.uint64(31)), np.uint64(0))
            total: np.ndarray = np.add.reduceat(mixed, self._begins)
            total += self._asks.astype(np.uint64) * np.uint64(0x9FB21C651E98DF25)
            total += self._introduces.astype(np.uint64) * np.uint64(0xD6E8FEB86659FD93)
            total += self._after_colon.astype(np.uint64) * np.uint64(0xA0761D6478BD642F)
            return total

    def words(self, sentence: int) -> tuple[list[str], bool, bool]:
        """(reduced words of a sentence in lower case, whether a question mark ends it, whether it follows a colon).

        No words for a clause that introduces another one.
        """
        words: list[str] = []
        if self._introduces[sentence]:
            return words, False, False
        for place in range(self._begins[sentence], self._ends[sentence]):
            if self._kept[place]:
                words.append(self._text.view.words[self._word[place]].replace("’", "'").lower().strip("'-_"))
            elif self._shown[place]:
                words.append(OTHER)
        return [word for word in words if word], bool(self._asks[sentence]), bool(self._after_colon[sentence])

    def turns_with_question_mark(self) -> np.ndarray:
        """Turns with a sentence that ends with a question mark."""
        return np.unique(self.turn[self._asks])

    def turns_with_options(self) -> np.ndarray:
        """Turns that list lettered options: sentences "A." and "B." or "(A)" and "(B)"."""
        alone = self._begins
        marked = self._text.gaps[self._gap_after(alone), 6] == 1
        found = []
        for letter in ("A", "B"):
            numbers = [n for n, word in enumerate(self._text.view.words) if word == letter]
            is_letter = np.isin(self._word[alone], numbers)
            found.append(np.unique(self.turn[is_letter & marked]))
        return np.intersect1d(found[0], found[1]).astype(np.int32)
