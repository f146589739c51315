"""The language of every turn of a batch. Knows nothing of nouns.

Most turns of an English source are recognised by the word lists alone, which know words with three quarters of their
letters. For the others the script decides; where several languages share it, an identifier decides between those that
are likely. Short turns follow the longer turns of their instance.
"""

import threading
from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

from adr.index.forms import Trait
from adr.index.languages.scripts import Script
from adr.index.token import Text, per_turn
from adr.language_names import LANGUAGES

STRANGE_SHARE = 0.25
"""A turn in Latin letters is looked at when the lexicon does not know this share of its letters, names included."""
SHORT_LETTERS = 16
"""A turn of fewer Latin letters is too short to show its language."""
SHORT_HAN = 6
"""A turn of fewer Han characters, without kana, is Japanese where its instance is."""
ENGLISH_SHARE = 0.125
"""A turn that the lexicon can read is in English when one word in eight is a word that only English has."""
ENGLISH_MARGIN = 5.0
"""A turn that the lexicon can read is in another language only when that one is e^5 times as likely."""
UNREAD_MARGIN = 8.0
"""A language that nobody reads is taken only when it is e^8 times as likely as the best of those that are read."""
READ_LATIN = ("en", "de", "fr", "es")
OTHER_LATIN = ("it", "pt", "nl", "sv", "da", "pl", "cs", "ro", "hu", "fi", "tr", "vi", "id")
CYRILLIC = ("ru", "uk", "bg")
CODE = {language: number for number, language in enumerate(LANGUAGES)}
ENGLISH, UNDETERMINED, WORDLESS = CODE["en"], CODE["und"], -1
_OF_SCRIPT = {
    Script.HAN: "zh",
    Script.KANA: "ja",
    Script.HANGUL: "ko",
    Script.CYRILLIC: "ru",
    Script.ARABIC: "ar",
    Script.DEVANAGARI: "hi",
    Script.BENGALI: "bn",
    Script.TAMIL: "ta",
    Script.THAI: "th",
    Script.HEBREW: "he",
    Script.GREEK: "el",
    Script.OTHER: "und",
}
_BY_SCRIPT = np.array([CODE[_OF_SCRIPT.get(script, "en")] for script in Script])


class Naming:
    """Names the language of turns. also_read: languages that a pipeline reads beside those of READ_LATIN."""

    def __init__(self, also_read: Iterable[str] = ()) -> None:
        self._read = frozenset(READ_LATIN) | frozenset(CYRILLIC[:1]) | frozenset(also_read)

    def of_turns(self, text: Text, texts: pa.Array, instance: np.ndarray) -> np.ndarray:
        """int16 per turn: a place in LANGUAGES, or −1 for a turn without a word. instance: of each turn, ascending."""
        turns = len(text.last_gap)
        weight, strange = _letters(text, turns)
        total = weight.sum(axis=1)
        found = np.where(total > 0, ENGLISH, WORDLESS).astype(np.int16)
        foreign = weight[:, 1:].sum(axis=1) > weight[:, Script.LATIN]
        found[foreign] = _BY_SCRIPT[1 + weight[foreign, 1:].argmax(axis=1)]
        japanese = foreign & (weight[:, Script.KANA] * 10 > weight[:, Script.HAN])
        found[japanese & np.isin(found, (CODE["zh"], CODE["ja"]))] = CODE["ja"]
        self._settle_cyrillic(found, texts)
        _settle_han(found, weight, instance)
        latin = (total > 0) & ~foreign
        looked_at = latin & (text.unread | (strange >= STRANGE_SHARE * total))
        if (read := looked_at & ~text.unread).any():
            looked_at &= ~_plainly_english(text, read)
        if looked_at.any():
            self._settle_latin(found, text.unread, latin, looked_at, total, texts, instance)
        return found

    def _settle_cyrillic(self, found: np.ndarray, texts: pa.Array) -> None:
        at = np.flatnonzero(found == CODE["ru"])
        for turn, words in zip(at.tolist(), texts.take(pa.array(at)).to_pylist(), strict=True):
            found[turn] = CODE[self._most_likely(words, CYRILLIC, "ru", UNREAD_MARGIN)]

    def _settle_latin(
        self,
        found: np.ndarray,
        unread: np.ndarray,
        latin: np.ndarray,
        looked_at: np.ndarray,
        letters: np.ndarray,
        texts: pa.Array,
        instance: np.ndarray,
    ) -> None:
        """The language of all turns in Latin letters of the instances that have a turn to look at, in place."""
        at = np.flatnonzero(latin & np.isin(instance, instance[looked_at]))
        said = texts.take(pa.array(at)).to_pylist()
        starts = np.flatnonzero(np.diff(instance[at], prepend=-1))
        for begin, end in zip(starts.tolist(), [*starts[1:].tolist(), len(at)], strict=True):
            group = at[begin:end]
            long = letters[group] >= SHORT_LETTERS
            for turn, words in zip(group[long].tolist(), np.array(said[begin:end], object)[long], strict=True):
                if looked_at[turn]:
                    found[turn] = self._latin(words, bool(unread[turn]))
            if long.all():
                continue
            if long.any():
                found[group[~long]] = Counter(found[group[long]].tolist()).most_common(1)[0][0]
            else:
                found[group] = self._latin(" ".join(said[begin:end]), bool(unread[group].any()))

    def _latin(self, words: str, unread: bool) -> int:
        """The language of words in Latin letters. unread: the lexicon cannot read them."""
        language = self._most_likely(words, (*READ_LATIN, *OTHER_LATIN), "en", 0 if unread else ENGLISH_MARGIN)
        return UNDETERMINED if unread and language == "en" else CODE[language]

    def _most_likely(self, words: str, among: tuple[str, ...], usual: str, margin: float) -> str:
        """The most likely language; another than `usual` must beat it by `margin`, and one that nobody reads must beat
        those that are read by UNREAD_MARGIN."""
        likely = _rank(words)
        scores = {language: likely[language] for language in among}
        read = max((language for language in among if language in self._read), key=scores.__getitem__)
        best = max(among, key=scores.__getitem__)
        if best not in self._read and scores[best] - scores[read] > UNREAD_MARGIN:
            return best
        return read if scores[read] - scores[usual] > margin else usual


def _letters(text: Text, turns: int) -> tuple[np.ndarray, np.ndarray]:
    """(letters per turn and script, letters per turn that are in Latin words the lexicon does not know)."""
    view, of_text = text.view, ~text.skipped
    latin = np.where(view.script == Script.LATIN, view.spelled, 0)
    letters = np.zeros((turns, len(Script)), dtype=np.int64)
    letters[:, Script.LATIN], strange = per_turn(latin, latin * view.strange, text.word, text.turn, of_text, turns)
    other = np.flatnonzero((view.script > Script.LATIN)[text.word] & of_text)
    np.add.at(letters, (text.turn[other], view.script[text.word[other]]), view.spelled[text.word[other]])
    return letters, strange


def _plainly_english(text: Text, asked: np.ndarray) -> np.ndarray:
    """Which turns (bool) have a word in ENGLISH_SHARE that only English has ("the", "with"); asked: bool per turn."""
    word = text.word[asked[text.turn] & ~text.skipped]
    turn = text.turn[asked[text.turn] & ~text.skipped]
    english = turn[text.view.trait[word] & Trait.ENGLISH > 0]
    words, of_them = (np.bincount(turns, minlength=len(asked)) for turns in (turn, english))
    found: np.ndarray = (of_them > 0) & (of_them >= ENGLISH_SHARE * words)
    return found


def _settle_han(found: np.ndarray, weight: np.ndarray, instance: np.ndarray) -> None:
    """Short turns of Han characters alone are Japanese where their instance has Japanese turns, in place."""
    japanese = np.isin(instance, instance[found == CODE["ja"]])
    short = (found == CODE["zh"]) & (weight[:, Script.HAN] < SHORT_HAN * 2)
    found[short & japanese] = CODE["ja"]


_lock = threading.Lock()


def _rank(words: str) -> dict[str, float]:
    """Log-likelihood of each language that can be recognised by its letters."""
    return dict(_identifier().rank(words))


@cache
def _loaded() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages([*READ_LATIN, *OTHER_LATIN, *CYRILLIC])
    return identifier


def _identifier() -> Any:
    with _lock:  # two threads would each load the model
        return _loaded()
