"""Index: instances and annotations → entity, posting, template, index_made; a former index is replaced as a whole.

Knows nothing of thresholds or of what becomes of the postings. Batches of instances are read by SQL, analysed in
NumPy by two threads, and kept as pairs of numbers until every entity has its number; then they are written in order.
"""

import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa

from adr.errors import AdrError
from adr.fit import Fit
from adr.image_folder import ImageFolder
from adr.index import interrogation, token
from adr.index.asking import turns as turns_asking
from adr.index.forms import Forms
from adr.index.interrogation import Interrogations
from adr.index.languages import answers
from adr.index.languages.counted import Counted, missing_words, not_asked_words, write_languages
from adr.index.languages.naming import CODE, ENGLISH, WORDLESS, Naming
from adr.index.languages.reading import NounReading
from adr.index.lexicon import Lexicon
from adr.index.markup import without_markup
from adr.index.merging import merged_names, with_merged
from adr.index.object import Things, plain_name
from adr.index.options import IndexOptions, decisive
from adr.index.perspectives.change import beside, place
from adr.index.perspectives.reading import postings_of
from adr.index.postings import Postings, merged, write, write_pairs
from adr.index.renumber import remember, renumber
from adr.index.report import IndexReport
from adr.index.spacy_tokens import Pipeline
from adr.index.templates import Template, Templates, templates_of
from adr.index.words import cut
from adr.language_names import LANGUAGES
from adr.options import given_options, options_of
from adr.progress import Progress, silent
from adr.recipe import fingerprint_of
from adr.report import to_json
from adr.settings import setting
from adr.store import Store, Writer

BATCH = 20_000
"""How many instances are analysed at once: about 25 MB of text."""
FIRST_BATCH = 250
"""The first batch is small and each following one twice as large, so that progress shows within a second."""
THREADS = 2
WORTH_A_PROCESS = 20_000
"""From so many turns on, a spaCy pipeline runs in separate processes: starting one takes seconds."""


def index(store: Store, *, progress: Progress = silent, **options: Any) -> IndexReport:
    """Build the postings of the perspectives from all instances; options are the fields of `IndexOptions`.

    AdrError when there are no instances, when annotations are asked for and there are none, when an option is unknown,
    or when a model is missing. `Cancelled` from `progress` leaves the former index as it was.
    """
    started = time.monotonic()
    asked = options_of(IndexOptions, options, "The index")
    total = int(store.value("select count(*) from instance"))
    if not total:
        raise AdrError("There are no instances to index.", "Ingest a dataset first.")
    progress(0, total, "Reading word lists")
    work = _Index(store, asked, asked.filled())
    try:
        work.read(total, progress)
        return work.write(total, started, progress)
    finally:
        work.close()


class _Index:
    """One run of `index`: what has been collected so far."""

    def __init__(self, store: Store, asked: IndexOptions, options: IndexOptions) -> None:
        self._store, self._given, self._options, objects = store, asked, options, options.objects
        self._lexicon = Lexicon.english()
        annotated = annotated_names(store, self._lexicon) if objects != "text" else {}
        if objects == "annotations" and not annotated:
            raise AdrError(
                "This dataset has no object annotations.",
                "Ingest it with --objects FILE, or index with --objects text.",
            )
        self._annotated = annotated
        self._from_text = objects != "annotations"
        self.objects_from = "annotations" if not self._from_text else "annotations, else text" if annotated else "text"
        self._things = Things(self._lexicon, sorted(set(annotated.values())))
        self._forms = Forms(self._lexicon, self._things.phrases(), interrogation.ASKED, interrogation.LOOKS_ON)
        self._templates = self._find_templates()
        self._interrogations = Interrogations(self._lexicon)
        self._tokens = Postings(self._forms.names)
        self._objects = Postings()
        self._asked = Postings(self._interrogations.names)
        self._has_annotation = self._instances_with_annotation()
        self._pipeline: Pipeline | None = None
        self.spacy_model: str | None = None
        if options.extractor == "spacy":
            self._pipeline = Pipeline.load(options.spacy_model, frozenset(self._things.phrases()), _processes(store))
            self.spacy_model = self._pipeline.name
        self._reading = NounReading(_processes(store))
        self._naming = Naming([self._pipeline.language] if self._pipeline else [])
        self._counted: list[Counted] = []
        self._verified_by: str | None = None
        self._verify_notices: tuple[str, ...] = ()
        self._verify_fit: Fit | None = None

    def _find_templates(self) -> Templates:
        apart = self._options.templates == "apart"
        phrases = frozenset(self._things.phrases())
        found = templates_of(self._store, self._lexicon, phrases) if apart else []
        self._of_template = np.zeros(len(found), dtype=np.int64)
        return Templates(found, self._options.let_in, self._forms)

    def close(self) -> None:
        """Ends the worker processes, if there are any."""
        self._reading.close()
        if self._pipeline is not None:
            self._pipeline.close()

    # ------------------------------------------------------------------ reading
    def read(self, total: int, progress: Progress) -> None:
        """Collects the postings of the token, object and interrogation perspectives."""
        done = 0
        progress(0, total, "Reading turns")
        for part in self._parts():
            self._tokens.batches.append(part.tokens)
            self._objects.batches.append(part.objects)
            self._asked.batches.append(part.asked)
            self._counted.append(part.counted)
            self._of_template += part.of_template
            done += part.instances
            progress(done, total, "Reading turns")
        self._add_annotations()
        if self._options.verify and self._from_text:
            from adr.index.verify import verified

            checked = verified(
                self._store,
                self._options.verify,
                self._objects,
                self._has_annotation,
                progress,
                self._options.verify_model,
                anyway=self._options.model_anyway,
            )
            self._objects, self._verified_by = checked.objects, checked.by
            self._verify_notices, self._verify_fit = checked.notices, checked.fit

    def _parts(self) -> "Iterator[_Part]":
        """The batches in order, at most THREADS of them at work at a time."""
        with ThreadPoolExecutor(THREADS) as pool:
            waiting = []
            for batch in self._batches():
                waiting.append(pool.submit(self._analyse, *batch))
                if len(waiting) > THREADS:
                    yield waiting.pop(0).result()
            for future in waiting:
                yield future.result()

    def _batches(self) -> Iterator[tuple[int, pa.Table]]:
        positions = self._store.arrays("select instance from instance order by instance")["instance"]
        start, size = 0, FIRST_BATCH
        while len(chosen := positions[start : start + size]):
            start, size = start + size, min(2 * size, BATCH)
            turns = self._store.arrow(
                """
                select instance, turn.role = 'human' as human, turn.text as text, with_image, source
                from (select instance, unnest(turns) as turn, coalesce(len(images), 0) > 0 as with_image,
                             coalesce(source, 0) as source
                      from instance where instance between $1 and $2)
                where turn.role in ('human', 'gpt') and turn.text is not null
            """,
                [int(chosen[0]), int(chosen[-1])],
            )
            yield len(chosen), turns

    def _analyse(self, instances: int, turns: pa.Table) -> "_Part":
        instance = turns["instance"].to_numpy().astype(np.int64)
        human, with_image = (
            turns[name].to_numpy(zero_copy_only=False).astype(bool) for name in ("human", "with_image")
        )
        texts = turns["text"].combine_chunks()
        texts = without_markup(texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts)
        text = token.read(cut(texts), self._forms, instance)
        language = self._naming.of_turns(text, texts, instance)
        english = (language == ENGLISH) | (language == WORDLESS)
        text = replace(text, unread=~english)
        apart = self._templates.apart(text, instance, human, turns["source"].to_numpy())
        said, things, unread = self._nouns(texts, text, language, apart.words)
        asked = self._interrogations.asked(text, self._forms, human)
        shown = with_image & ~token.denied(text, instance, human)
        if not english.all():
            shown &= ~answers.denied(texts, language, instance, human)
            others = turns_asking.asked(texts, language, human, self._interrogations)
            asked = interrogation.all_asked([asked, others])
        return _Part(
            instances,
            np.unique(instance[said.turn] << 32 | said.name),
            self._text_objects(instance, shown, english, said, things),
            np.unique(instance[asked.turn] << 32 | asked.form),
            Counted.of(instance, language, unread),
            apart.counts,
        )

    def _nouns(
        self, texts: pa.Array, text: token.Text, language: np.ndarray, apart: np.ndarray
    ) -> tuple[token.Said, token.Said, np.ndarray]:
        """The nouns of a batch without the words that stand in templates (`apart`, bool per word), the objects that its
        turns in other languages than English name, and which of its turns (bool) nothing could read."""
        if apart.any():
            if self._pipeline is not None or text.unread.any():
                texts = self._templates.removed(texts, np.unique(text.turn[apart]))
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
            number = self._things.numbers(chain.from_iterable(things), self._objects.names)
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
        """Objects named in the turns where `shown` is set: turns that speak of a picture and are not denied. said: the
        nouns, of which those of English turns are objects; things: the objects of the others."""
        if not self._from_text:
            return np.zeros(0, np.int64)
        with self._forms.lock:
            of_name = self._things.of_names(self._forms.names, self._objects.names)
        thing = np.concatenate([np.where(english[said.turn], of_name[said.name], -1), things.name])
        turn = np.concatenate([said.turn, things.turn])
        where = instance[turn]
        holds = (thing >= 0) & shown[turn]
        if len(self._has_annotation):
            holds &= ~self._has_annotation[where]
        return np.unique(where[holds] << 32 | thing[holds])

    def _instances_with_annotation(self) -> np.ndarray:
        """Bool by instance, empty without annotations."""
        if not self._annotated:
            return np.zeros(0, dtype=bool)
        found = np.zeros(int(self._store.value("select max(instance) from instance")) + 1, dtype=bool)
        annotated = self._store.arrays("select distinct instance from annotation semi join instance using (instance)")
        found[annotated["instance"]] = True
        return found

    def _add_annotations(self) -> None:
        if not self._annotated:
            return
        rows = self._store.arrow("select instance, object from annotation semi join instance using (instance)")
        labels = rows["object"].combine_chunks().dictionary_encode()
        numbers = [
            self._objects.names(self._annotated[label]) if self._annotated.get(label) else -1
            for label in labels.dictionary.to_pylist()
        ]
        thing = np.array(numbers, dtype=np.int64)[labels.indices.to_numpy(zero_copy_only=False)]
        where = rows["instance"].to_numpy().astype(np.int64)
        self._objects.batches = merged(
            self._objects.batches, np.unique(where[thing >= 0] << 32 | thing[thing >= 0]), BATCH
        )

    # ------------------------------------------------------------------ writing
    def write(self, total: int, started: float, progress: Progress) -> IndexReport:
        """Ranks the entities and writes all tables."""
        counted, images = Counted.all_of(self._counted), ImageFolder.of(self._store)
        unread = counted.instances_unread
        with self._store.atomic() as writer:
            remember(writer)
            writer.execute("delete from index_made")
            writer.execute("delete from entity")
            # not "create or replace": DuckDB 2.0.0 would hide the rows inserted next until a checkpoint
            writer.execute("truncate posting")
            progress(0, 4, "Writing postings")
            merge = merged_names(self._options.merge)
            postings = {"token": write(writer, "token", with_merged(self._tokens, merge))[0]}
            progress(1, 4, "Writing postings")
            postings["object"], objects = write(writer, "object", with_merged(self._objects, merge))
            progress(2, 4, "Writing postings")
            postings["co_occurrence"] = write_pairs(writer, objects)
            progress(3, 4, "Writing postings")
            postings["interrogation"] = write(writer, "interrogation", self._asked)[0]
            write_languages(writer, counted)
            more = place(writer, beside(self._options.perspectives))
            for name, read in postings_of(writer, images, more, progress).items():
                postings[name] = write(writer, name, read)[0]
            renumber(writer)
            counts = dict(
                writer.rows("select perspective_name(perspective), count(*) from entity group by perspective")
            )
            entities = {perspective: int(counts.get(perspective, 0)) for perspective in postings}
            report = IndexReport(
                instances=total,
                postings=postings,
                entities=entities,
                unread=unread,
                extractor=self._options.extractor,
                spacy_model=self.spacy_model,
                objects_from=self.objects_from,
                verified_by=self._verified_by,
                seconds=round(time.monotonic() - started, 2),
                notices=self._notices(counted, total, postings),
                fingerprint=fingerprint_of({"sources": _sources(writer), "options": decisive(self._options)}),
                verify_fit=self._verify_fit,
                templates=len(self._present_templates()),
                model_anyway=self._options.model_anyway,
                languages=counted.by_language(),
                unread_turns=counted.unread_by_language(),
            )
            self._record(writer, report)
            self._write_templates(writer)
            progress(4, 4, "Writing postings")
        return report

    def _present_templates(self) -> list[tuple[Template, int, bool]]:
        """(template, instances, whether its words count); the instances of a system turn's are those of the sample."""
        counted = zip(self._templates.found, self._of_template.tolist(), self._templates.counted.tolist(), strict=True)
        rows = [(one, one.instances if one.role == "system" else n, counts) for one, n, counts in counted]
        return [row for row in rows if row[1]]

    def _write_templates(self, writer: Writer) -> None:
        writer.execute("delete from template")
        for one, instances, counts in self._present_templates():
            writer.execute(
                "insert into template (text, kind, role, source, instances, counted) values ($1, $2, $3, $4, $5, $6)",
                [one.text, one.kind, one.role, one.source, instances, counts],
            )

    def _record(self, writer: Writer, report: IndexReport) -> None:
        writer.execute(
            """
            insert into index_made (extractor, spacy_model, objects_from, verified_by, lexicon_fingerprint, unread,
                                    seconds, asked, options, fingerprint, report, indexed_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, now() at time zone 'UTC')
            """,
            [
                report.extractor,
                report.spacy_model,
                report.objects_from,
                report.verified_by,
                self._lexicon.fingerprint,
                report.unread,
                report.seconds,
                json.dumps(given_options(self._given)),
                json.dumps(asdict(self._options)),
                report.fingerprint,
                to_json(report),
            ],
        )

    def _notices(self, counted: Counted, total: int, postings: dict[str, int]) -> tuple[str, ...]:
        notices = list(self._verify_notices)
        if counted.instances_unread:
            notices.append(missing_words(counted, total))
        notices += not_asked_words(counted, self._from_text)
        if not postings["object"]:
            notices.append("No objects were found; the object and co-occurrence perspectives are empty.")
        return tuple(notices)


@dataclass(frozen=True)
class _Part:
    """What came out of one batch: keys instance << 32 | name, without repeats, and its turns counted by language."""

    instances: int
    tokens: np.ndarray
    objects: np.ndarray
    asked: np.ndarray
    counted: Counted
    of_template: np.ndarray  # instances per template


def _sources(writer: Writer) -> list[list[Any]]:
    """What identifies the sources of an index, in order: the hashes of the dataset and of its annotations, and the
    position of its first record where that is not 0."""
    return [
        [sha256, objects, *([first] if first else [])]
        for sha256, objects, first in writer.rows("select sha256, objects_sha256, first from source order by source")
    ]


def _processes(store: Store) -> int:
    """Worker processes for a pipeline: one per thread that the settings allow, or 1 when there is too little to do."""
    turns = int(store.value("select coalesce(sum(len(turns)), 0) from instance"))
    return int(setting("ADR_THREADS")) if turns >= WORTH_A_PROCESS else 1


def annotated_names(store: Store, lexicon: Lexicon) -> dict[str, str]:
    """Each label of the annotations → the name of the object that it stands for."""
    labels = store.rows("""
        select distinct object from annotation semi join instance using (instance) where object is not null
    """)
    return {label: name for (label,) in labels if (name := plain_name(label, lexicon))}
