"""Nouns by a spaCy pipeline, for the token perspective: slower than the lexicon, for any language with a pipeline.

Knows nothing of objects or questions. Takes the lemma of every word that the pipeline tags as a noun or a name, in
lower case. An English pipeline reads what the lexicon would read; a pipeline for another language reads the turns in
that language and leaves English to the lexicon.
"""

import re
import threading
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from adr.errors import AdrError
from adr.index.forms import Forms
from adr.index.token import Said
from adr.process import without_main

DEFAULT = "en_core_web_sm"
BATCH = 256
"""How many turns a pipeline gets at once."""
CHUNK = 2_000
"""How many turns a worker process is sent at once."""
_LEFT_OUT = ("parser", "ner", "senter", "textcat", "textcat_multilabel", "entity_ruler", "entity_linker")
MARKUP = re.compile(r"</?\w[^<>\n]{0,40}>|https?://\S+|www\.\S+|\S+@\S+\.\w+")


class Pipeline:
    """A loaded spaCy pipeline. name: its name and version, recorded with the index; language: its code, 'xx' for
    many; english: it reads English."""

    def __init__(self, nlp: Any, model: str, phrases: frozenset[str], processes: int) -> None:
        meta = nlp.meta
        self.name = f"{meta.get('lang', '')}_{meta.get('name', '')} {meta.get('version', '')}".strip()
        self.language = str(nlp.lang)
        self.english = self.language == "en"
        self._nlp = nlp
        self._lock = threading.Lock()
        self._phrases = phrases if self.english else frozenset()
        self._pool = (
            ProcessPoolExecutor(processes, get_context("spawn"), _load_in_worker, (model, self._phrases))
            if processes > 1
            else None
        )

    @classmethod
    def load(cls, model: str | None, phrases: frozenset[str] = frozenset(), processes: int = 1) -> "Pipeline":
        """The pipeline that `model` names, an installed package or a folder; en_core_web_sm when it is None.

        phrases: names of several words that are kept whole. Parser and named entities stay off. AdrError when the
        pipeline is not installed (with the way to install it) or does not tag parts of speech.
        """
        model = model or DEFAULT
        return cls(_load(model), model, phrases, processes)

    def nouns(self, texts: pa.Array, turns: np.ndarray, forms: Forms) -> Said:
        """The nouns of the chosen turns (bool, per turn), in the order of the text."""
        chosen = np.flatnonzero(turns)
        plain = [MARKUP.sub(" ", text) for text in texts.take(pa.array(chosen)).to_pylist()]
        turn: list[int] = []
        name: list[int] = []
        for number, lemmas in zip(chosen.tolist(), self._read(plain), strict=True):
            with forms.lock:
                name += [forms.names(lemma) for lemma in lemmas]
            turn += [number] * len(lemmas)
        return Said(np.array(turn, dtype=np.int32), np.array(name, dtype=np.int32))

    def _read(self, texts: list[str]) -> list[list[str]]:
        if self._pool is None or len(texts) <= CHUNK:
            with self._lock:
                return _lemmas(self._nlp, self._phrases, texts)
        chunks = [texts[start : start + CHUNK] for start in range(0, len(texts), CHUNK)]
        with without_main():  # submitting tasks starts the processes
            read = self._pool.map(_lemmas_in_worker, chunks)
        return list(chain.from_iterable(read))

    def close(self) -> None:
        """Ends the worker processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


def _load(model: str) -> Any:
    try:
        import spacy
    except ImportError as error:
        raise AdrError("spaCy is not installed.", "Run: pip install spacy") from error
    try:
        nlp = spacy.load(model, exclude=list(_LEFT_OUT))
    except OSError as error:
        if Path(model).exists():
            raise AdrError(
                f"The folder {model} holds no spaCy pipeline.",
                "Give the folder that holds its config.cfg and meta.json.",
            ) from error
        raise AdrError(
            f"The spaCy pipeline {model} is not installed.",
            f"Run: python -m spacy download {model}, or name a pipeline's folder with --spacy-model, or index "
            "with --extractor lexicon.",
        ) from error
    if not {"tagger", "morphologizer"} & set(nlp.pipe_names):
        raise AdrError(
            f"The spaCy pipeline {model} does not tag parts of speech.", f"Choose one with a tagger, such as {DEFAULT}."
        )
    return nlp


def _lemmas(nlp: Any, phrases: frozenset[str], texts: list[str]) -> list[list[str]]:
    """The noun lemmas of each text."""
    found = []
    for doc in nlp.pipe(texts, batch_size=BATCH):
        nouns = [(word.i, _plain(word)) for word in doc if word.pos_ in ("NOUN", "PROPN")]
        found.append(_join([(place, lemma) for place, lemma in nouns if lemma], phrases))
    return found


def _plain(word: Any) -> str:
    """The lemma in lower case; "" for what is not a word: numbers, identifiers, single letters."""
    lemma = str(word.lemma_ or word.text).lower().strip("'-_’ ")
    if not any(character.isalpha() for character in lemma) or "_" in lemma or any(c.isdigit() for c in lemma):
        return ""
    return "" if len(lemma) == 1 and lemma.isascii() else lemma


def _join(words: list[tuple[int, str]], phrases: frozenset[str]) -> list[str]:
    """The lemmas, with neighbours joined that make a phrase: (place in the text, lemma) → names."""
    joined: list[str] = []
    at = 0
    while at < len(words):
        for length in (3, 2, 1):
            run = words[at : at + length]
            name = " ".join(lemma for _, lemma in run)
            if len(run) == length and (length == 1 or (run[-1][0] - run[0][0] == length - 1 and name in phrases)):
                joined.append(name)
                at += length
                break
    return joined


_worker: dict[str, Any] = {}


def _load_in_worker(model: str, phrases: frozenset[str]) -> None:
    _worker["nlp"], _worker["phrases"] = _load(model), phrases


def _lemmas_in_worker(texts: list[str]) -> list[list[str]]:
    return _lemmas(_worker["nlp"], _worker["phrases"], texts)
