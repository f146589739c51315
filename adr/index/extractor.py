"""Turns and annotations → postings of the token, object and interrogation perspectives, batch by batch.

Knows no store: a batch is an Arrow table. Names are numbered as they are met; a posting is one int64 key,
instance << 32 | number of a name. Safe to use from several threads.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from adr.index import interrogation, token
from adr.index.asking import turns as turns_asking
from adr.index.forms import Forms, Names
from adr.index.interrogation import Interrogations
from adr.index.languages import answers
from adr.index.languages.counted import Counted
from adr.index.languages.naming import CODE, ENGLISH, WORDLESS, Naming
from adr.index.languages.reading import NounReading
from adr.index.lexicon import Lexicon
from adr.index.markup import without_markup
from adr.index.object import Things
from adr.index.options import IndexOptions
from adr.index.spacy_tokens import Pipeline
from adr.index.templates import Template, Templates
from adr.index.words import cut
from adr.language_names import LANGUAGES

THREADS = 2
READ = ("token", "object", "interrogation")
"""The perspectives that are read from text and annotations; co_occurrence is made of objects."""


@dataclass(frozen=True)
class TurnBatch:
    """Consecutive instances as an extractor reads them.

    turns: instance, human (bool), text, with_image (bool), source; one row per human or assistant turn, in order.
    annotations: instance, object (a label, or null); of these instances, in any order.
    """

    instances: int
    turns: pa.Table
    annotations: pa.Table | None = None


@dataclass(frozen=True)
class ReadBatch:
    """What came out of one batch. keys: per perspective of READ, sorted and without repeats; counted: its turns by
    instance and language; of_template: instances per template, int64."""

    instances: int
    keys: dict[str, np.ndarray]
    counted: Counted
    of_template: np.ndarray


class Extractor:
    """Reads postings from batches. names: the names that the keys of each perspective number; spacy_model: name and
    version of the pipeline in use, or None; templates: those that were given, as the extractor finds them again."""

    def __init__(
        self,
        lexicon: Lexicon,
        labels: Mapping[str, str],
        options: IndexOptions,
        templates: Sequence[Template] = (),
        processes: int = 1,
    ) -> None:
        """labels: {label of an annotation: name of its object}, empty when annotations do not count; processes: for
        pipelines that are slow. AdrError when the spaCy pipeline of the options is missing."""
        self._labels, self._from_text = labels, options.objects != "annotations"
        self._things = things_of(lexicon, labels)
        phrases = self._things.phrases()
        self._forms = Forms(lexicon, phrases, interrogation.ASKED, interrogation.LOOKS_ON)
        self.templates = Templates(templates, options.let_in, self._forms)
        self._interrogations = Interrogations(lexicon)
        self._objects = Names()
        self.names = {"token": self._forms.names, "object": self._objects, "interrogation": self._interrogations.names}
        self._pipeline: Pipeline | None = None
        self.spacy_model: str | None = None
        if options.extractor == "spacy":
            self._pipeline = Pipeline.load(options.spacy_model, frozenset(phrases), processes)
            self.spacy_model = self._pipeline.name
        self._reading = NounReading(processes)
        self._naming = Naming([self._pipeline.language] if self._pipeline else [])

    @property
    def objects_from(self) -> str:
        """Where objects come from: 'annotations', 'text' or 'annotations, else text'."""
        return "annotations" if not self._from_text else "annotations, else text" if self._labels else "text"

    def close(self) -> None:
        """Ends the worker processes, if there are any."""
        self._reading.close()
        if self._pipeline is not None:
            self._pipeline.close()

    def parts(self, batches: Iterable[TurnBatch]) -> Iterator[ReadBatch]:
        """What each batch holds, in order, at most THREADS of them at work at a time."""
        with ThreadPoolExecutor(THREADS) as pool:
            waiting = []
            for batch in batches:
                waiting.append(pool.submit(self.read, batch))
                if len(waiting) > THREADS:
                    yield waiting.pop(0).result()
            for future in waiting:
                yield future.result()

    def read(self, batch: TurnBatch) -> ReadBatch:
        """What a batch holds."""
        turns, annotations = batch.turns, batch.annotations if self._labels else None
        instance = turns["instance"].to_numpy().astype(np.int64)
        human, with_image = (
            turns[name].to_numpy(zero_copy_only=False).astype(bool) for name in ("human", "with_image")
        )
        texts = without_markup(_one_array(turns["text"]))
        text = token.read(cut(texts), self._forms, instance)
        language = self._naming.of_turns(text, texts, instance)
        english = (language == ENGLISH) | (language == WORDLESS)
        text = replace(text, unread=~english)
        apart = self.templates.apart(text, instance, human, turns["source"].to_numpy())
        said, things, unread = self._nouns(texts, text, language, apart.words)
        asked = self._interrogations.asked(text, self._forms, human)
        shown = with_image & ~token.denied(text, instance, human)
        if annotations is not None:
            shown &= ~np.isin(instance, annotations["instance"].to_numpy())
        if not english.all():
            shown &= ~answers.denied(texts, language, instance, human)
            others = turns_asking.asked(texts, language, human, self._interrogations)
            asked = interrogation.all_asked([asked, others])
        objects = self._text_objects(instance, shown, english, said, things)
        keys = {
            "token": np.unique(instance[said.turn] << 32 | said.name),
            "object": objects if annotations is None else np.union1d(objects, self._annotated_objects(annotations)),
            "interrogation": np.unique(instance[asked.turn] << 32 | asked.form),
        }
        return ReadBatch(batch.instances, keys, Counted.of(instance, language, unread), apart.counts)

    def _nouns(
        self, texts: pa.Array, text: token.Text, language: np.ndarray, apart: np.ndarray
    ) -> tuple[token.Said, token.Said, np.ndarray]:
        """The nouns of a batch without the words that stand in templates (`apart`, bool per word), the objects that its
        turns in other languages than English name, and which of its turns (bool) nothing could read."""
        if apart.any():
            if self._pipeline is not None or text.unread.any():
                texts = self.templates.removed(texts, np.unique(text.turn[apart]))
            text = token.without(text, apart)
        unread, pipeline = text.unread.copy(), self._pipeline
        found, things = [], [token.NOTHING]
        if pipeline is None or not pipeline.english:
            found.append(token.nouns(text, self._forms))
        if pipeline is not None:
            its = ~unread if pipeline.english else unread & self._reads(language, pipeline.language)
            found.append(pipeline.nouns(texts, its, self._forms))
            if not pipeline.english:
                things += self._of_pipeline(texts, its, language, found[-1])
            unread &= ~its
        for code in np.unique(language[unread]).tolist():
            if LANGUAGES[code] in self._reading.languages:
                its = unread & (language == code)
                nouns, named = self._read(texts, its, LANGUAGES[code])
                found.append(nouns)
                things.append(named)
                unread &= ~its
        return token.joined(found), token.joined(things), unread

    def _reads(self, language: np.ndarray, of_pipeline: str) -> np.ndarray:
        """Which turns (bool) a pipeline for another language than English reads: those of its language, and what no
        other reader can read if it is for many languages or for one that is not among the languages of turns."""
        if of_pipeline in CODE:
            return np.asarray(language == CODE[of_pipeline])
        read = [CODE[code] for code in self._reading.languages]
        others: np.ndarray = ~np.isin(language, read)
        return others

    def _read(self, texts: pa.Array, turns: np.ndarray, language: str) -> tuple[token.Said, token.Said]:
        """The nouns and the objects of the chosen turns (bool, per turn) by the reader of their language."""
        chosen = np.flatnonzero(turns)
        read, things = self._reading.read(language, texts.take(pa.array(chosen)).to_pylist())
        with self._forms.lock:
            name = [self._forms.names(noun) for nouns in read for noun in nouns]
        said = token.Said(np.repeat(chosen, [len(nouns) for nouns in read]).astype(np.int32), np.array(name, np.int32))
        return said, self._named(chosen, things)

    def _named(self, turns: np.ndarray, things: Sequence[Sequence[str]]) -> token.Said:
        """The objects of turns, from the names of the things of each."""
        with self._forms.lock:
            number = self._things.numbers(chain.from_iterable(things), self._objects)
        return token.Said(np.repeat(turns, [len(each) for each in things]).astype(np.int32), number)

    def _of_pipeline(
        self, texts: pa.Array, its: np.ndarray, language: np.ndarray, said: token.Said
    ) -> Iterator[token.Said]:
        """The objects of the turns that a pipeline for another language than English has read."""
        for code in np.unique(language[its]).tolist():
            turns = np.flatnonzero(its & (language == code))
            nouns = said.listed(turns, self._forms.names.listed())
            things = self._reading.things(LANGUAGES[code], texts.take(pa.array(turns)).to_pylist(), nouns)
            yield self._named(turns, things)

    def _text_objects(
        self, instance: np.ndarray, shown: np.ndarray, english: np.ndarray, said: token.Said, things: token.Said
    ) -> np.ndarray:
        """Objects named in the turns where `shown` is set: turns that speak of a picture, are not denied, and belong to
        an instance without annotations. said: the nouns, of which those of English turns are objects; things: the
        objects of the others."""
        if not self._from_text:
            return np.zeros(0, np.int64)
        with self._forms.lock:
            of_name = self._things.of_names(self._forms.names, self._objects)
        thing = np.concatenate([np.where(english[said.turn], of_name[said.name], -1), things.name])
        turn = np.concatenate([said.turn, things.turn])
        where = instance[turn]
        holds = (thing >= 0) & shown[turn]
        return np.unique(where[holds] << 32 | thing[holds])

    def _annotated_objects(self, annotations: pa.Table) -> np.ndarray:
        """The keys of objects that annotations name; a label that stands for no name gives none."""
        rows = annotations.filter(pc.is_valid(annotations["object"]))
        labels = _one_array(rows["object"]).dictionary_encode()
        with self._forms.lock:
            numbers = [
                self._objects(self._labels[label]) if self._labels.get(label) else -1
                for label in labels.dictionary.to_pylist()
            ]
        thing = np.array(numbers, dtype=np.int64)[labels.indices.to_numpy(zero_copy_only=False)]
        where = rows["instance"].to_numpy().astype(np.int64)
        return np.unique(where[thing >= 0] << 32 | thing[thing >= 0])


def things_of(lexicon: Lexicon, labels: Mapping[str, str]) -> Things:
    """What counts as a thing beside annotations with these labels."""
    return Things(lexicon, sorted(set(labels.values())))


def _one_array(column: pa.ChunkedArray) -> pa.Array:
    whole = column.combine_chunks()
    return whole.combine_chunks() if isinstance(whole, pa.ChunkedArray) else whole
