"""The nouns and things of turns in languages other than English: which module reads which language, what it needs.

A reader is a function from texts to their nouns. Packages are imported when the first text of their language is read.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from multiprocessing import get_context

from adr.index.languages import chinese, french, german, japanese, korean, russian, spanish
from adr.index.languages.things import LISTED, ThingReader
from adr.index.spacy_tokens import MARKUP
from adr.process import without_main


@dataclass(frozen=True)
class Reader:
    """nouns: from texts to the nouns of each. modules: what it imports; packages: what pip installs for it. slow: it
    takes a millisecond per text or more, on one core, so it is worth a process per core."""

    nouns: Callable[[Sequence[str]], list[list[str]]]
    modules: tuple[str, ...]
    packages: tuple[str, ...]
    slow: bool = False

    @property
    def installed(self) -> bool:
        """Whether everything that it imports is installed."""
        return all(find_spec(module) for module in self.modules)


Said = tuple[list[list[str]], list[list[str]]]
"""The nouns of each text, and the things that it names, under their English names."""
READERS = {
    "zh": Reader(chinese.nouns, ("jieba",), ("jieba",), slow=True),
    "ja": Reader(japanese.nouns, ("fugashi", "unidic_lite"), ("fugashi", "unidic-lite")),
    "ko": Reader(korean.nouns, ("kiwipiepy",), ("kiwipiepy",)),
    "ru": Reader(russian.nouns, ("pymorphy3",), ("pymorphy3",)),
    "de": Reader(german.nouns, ("HanTa",), ("HanTa",), slow=True),
    "fr": Reader(french.nouns, ("spacy_lookups_data",), ("spacy-lookups-data",)),
    "es": Reader(spanish.nouns, ("spacy_lookups_data", "simplemma"), ("spacy-lookups-data", "simplemma")),
}
CHUNK = 500
"""How many texts a process is sent at once."""


class NounReading:
    """Reads with the readers that are installed; slow ones in `processes` of their own once there is enough to do."""

    def __init__(self, processes: int = 1) -> None:
        self.languages = frozenset(language for language, reader in READERS.items() if reader.installed)
        self._processes, self._lock = processes, threading.Lock()
        self._pool: ProcessPoolExecutor | None = None

    def nouns(self, language: str, texts: Sequence[str]) -> list[list[str]]:
        """The nouns of each text, in lower case, without markup and addresses; `language` is one of `languages`."""
        return self.read(language, texts)[0]

    def read(self, language: str, texts: Sequence[str]) -> Said:
        """The nouns, as `nouns` returns them, and the things of each text."""
        plain = [MARKUP.sub(" ", text) for text in texts]
        if READERS[language].slow and self._processes > 1 and len(plain) > CHUNK:
            chunks = [plain[start : start + CHUNK] for start in range(0, len(plain), CHUNK)]
            with without_main():  # submitting tasks starts the processes
                read = self._started().map(_read, [language] * len(chunks), chunks)
            nouns, things = zip(*read, strict=True)
            return [one for part in nouns for one in part], [one for part in things for one in part]
        with self._lock:
            return _read(language, plain)

    def things(self, language: str, texts: Sequence[str], nouns: Sequence[Sequence[str]]) -> list[list[str]]:
        """The things of texts whose nouns a spaCy pipeline has read; nothing for a language that has no list."""
        if language == "zh" and language in self.languages:
            return self.read(language, texts)[1]
        if language not in LISTED:
            return [[] for _ in texts]
        with self._lock:
            return thing_reader(language, language in self.languages).things(texts, nouns)

    def _started(self) -> ProcessPoolExecutor:
        with self._lock:
            self._pool = self._pool or ProcessPoolExecutor(self._processes, get_context("spawn"))
            return self._pool

    def close(self) -> None:
        """Ends the processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


def _read(language: str, texts: Sequence[str]) -> Said:
    if language == "zh":
        found, things = chinese.nouns_and_things(texts)
    else:
        found = READERS[language].nouns(texts)
        things = thing_reader(language, True).things(texts, found)
    return [[noun for noun in map(_plain, nouns) if noun] for nouns in found], things


@cache
def thing_reader(language: str, installed: bool) -> ThingReader:
    """What finds the things of a language of LISTED; installed: whether its reader is."""
    return ThingReader(language, READERS[language].nouns if installed else None)


def _plain(noun: str) -> str:
    """A noun in lower case; '' for what is no word: numbers, identifiers, single Latin letters."""
    plain = noun.lower().strip("'-_’ ")
    if not plain or "_" in plain or any(map(str.isdigit, plain)) or not any(map(str.isalpha, plain)):
        return ""
    return "" if len(plain) == 1 and plain < "ɏ" else plain
