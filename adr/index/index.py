"""Index: instances and annotations → entity, posting, template, index_made; a former index is replaced as a whole.

Knows nothing of thresholds or of what becomes of the postings. Batches of instances are read by SQL, analysed by an
extractor, and kept as pairs of numbers in a file until every entity has its number; then they are written in order.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow as pa

from adr.errors import AdrError
from adr.fit import Fit
from adr.image_folder import ImageFolder
from adr.index.extractor import READ, Extractor, TurnBatch, things_of
from adr.index.languages.counted import COUNTED, TurnTotals, missing_words, not_asked_words, write_languages
from adr.index.lexicon import Lexicon
from adr.index.merging import merged_names, with_merged
from adr.index.object import label_names
from adr.index.options import IndexOptions, decisive
from adr.index.perspectives.change import beside, place
from adr.index.perspectives.reading import postings_of
from adr.index.postings import Postings, write, write_pairs
from adr.index.renumber import remember, renumber
from adr.index.report import IndexReport
from adr.index.spill import Collected, Spill, spilled
from adr.index.templates import Template, templates_of
from adr.options import given_options, options_of
from adr.progress import Progress, silent
from adr.ray_cluster import OnRay
from adr.recipe import fingerprint_of
from adr.report import to_json
from adr.settings import setting
from adr.store import Store, Writer

BATCH = 20_000
"""How many instances are analysed at once: about 25 MB of text."""
FIRST_BATCH = 250
"""The first batch is small and each following one twice as large, so that progress shows within a second."""
WORTH_A_PROCESS = 20_000
"""From so many turns on, a spaCy pipeline runs in separate processes: starting one takes seconds."""


def index(store: Store, *, on_ray: OnRay | None = None, progress: Progress = silent, **options: Any) -> IndexReport:
    """Build the postings of the perspectives from all instances; options are the fields of `IndexOptions`. on_ray: the
    cluster whose workers look for objects in pictures, where a checker does.

    AdrError when there are no instances, when annotations are asked for and there are none, when an option is unknown,
    or when a model is missing. `Cancelled` from `progress` leaves the former index as it was.
    """
    started = time.monotonic()
    asked = options_of(IndexOptions, options, "The index")
    total = int(store.value("select count(*) from instance"))
    if not total:
        raise AdrError("There are no instances to index.", "Ingest a dataset first.")
    progress(0, total, "Reading word lists")
    work = _Index(store, asked, asked.filled(), on_ray)
    try:
        work.read(total, progress)
        return work.write(total, started, progress)
    finally:
        work.close()


class _Index:
    """One run of `index`: what has been collected so far."""

    def __init__(self, store: Store, asked: IndexOptions, options: IndexOptions, on_ray: OnRay | None = None) -> None:
        self._store, self._given, self._options, self._on_ray = store, asked, options, on_ray
        self._lexicon = Lexicon.english()
        self._labels = used_labels(options, lambda: annotated_names(store, self._lexicon))
        self._extractor = Extractor(
            self._lexicon, self._labels, options, self._find_templates(), processes_for(_turns(store))
        )
        self._made = ExitStack()
        self._made.callback(self._extractor.close)
        self._collected = self._made.enter_context(spilled(store.folder))
        self._keys: dict[str, Collected] = {name: self._collected() for name in READ}
        self._postings: dict[str, Postings] = {}
        self._spoken = self._made.enter_context(closing(Spill(COUNTED, store.folder)))
        self._totals = TurnTotals()
        self._of_template = np.zeros(len(self._extractor.templates.found), dtype=np.int64)
        self._verified_by: str | None = None
        self._verify_notices: tuple[str, ...] = ()
        self._verify_fit: Fit | None = None

    def _find_templates(self) -> list[Template]:
        if self._options.templates != "apart":
            return []
        return templates_of(self._store, self._lexicon, frozenset(things_of(self._lexicon, self._labels).phrases()))

    def close(self) -> None:
        """Ends the worker processes, if there are any, and removes what was kept in files."""
        self._made.close()

    # ------------------------------------------------------------------ reading
    def read(self, total: int, progress: Progress) -> None:
        """Collects the postings of the token, object and interrogation perspectives."""
        done = 0
        progress(0, total, "Reading turns")
        for part in self._extractor.parts(turn_batches(self._store, annotated=bool(self._labels))):
            for name in READ:
                self._keys[name].append(part.keys[name])
            self._spoken.append(part.counted.table())
            self._totals.add(part.counted)
            self._of_template += part.of_template
            done += part.instances
            progress(done, total, "Reading turns")
        names = self._extractor.names
        self._postings.update((name, Postings(names[name], self._keys[name])) for name in READ)
        if self._options.verify and self._options.objects != "annotations":
            self._verify(self._options.verify, progress)

    def _verify(self, checker: str, progress: Progress) -> None:
        from adr.index.verify import verified

        checked = verified(
            self._store,
            checker,
            self._postings["object"],
            self._instances_with_annotation(),
            progress,
            self._options.verify_model,
            anyway=self._options.model_anyway,
            collected=self._collected(),
            on_ray=self._on_ray,
        )
        self._postings["object"], self._verified_by = checked.objects, checked.by
        self._verify_notices, self._verify_fit = checked.notices, checked.fit

    def _instances_with_annotation(self) -> np.ndarray:
        """Bool by instance, empty without annotations."""
        if not self._labels:
            return np.zeros(0, dtype=bool)
        found = np.zeros(int(self._store.value("select max(instance) from instance")) + 1, dtype=bool)
        annotated = self._store.arrays("select distinct instance from annotation semi join instance using (instance)")
        found[annotated["instance"]] = True
        return found

    # ------------------------------------------------------------------ writing
    def write(self, total: int, started: float, progress: Progress) -> IndexReport:
        """Ranks the entities and writes all tables."""
        counted, images = self._totals, ImageFolder.of(self._store)
        with self._store.atomic() as writer:
            remember(writer)
            writer.execute("delete from index_made")
            writer.execute("delete from entity")
            # not "create or replace": DuckDB 2.0.0 would hide the rows inserted next until a checkpoint
            writer.execute("truncate posting")
            progress(0, 4, "Writing postings")
            merge = merged_names(self._options.merge)
            postings = {"token": write(writer, "token", with_merged(self._postings["token"], merge))[0]}
            progress(1, 4, "Writing postings")
            postings["object"], objects = write(writer, "object", with_merged(self._postings["object"], merge))
            progress(2, 4, "Writing postings")
            postings["co_occurrence"] = write_pairs(writer, objects)
            progress(3, 4, "Writing postings")
            postings["interrogation"] = write(writer, "interrogation", self._postings["interrogation"])[0]
            write_languages(writer, self._spoken)
            more = place(writer, beside(self._options.perspectives))
            for name, read in postings_of(writer, images, more, progress, self._collected).items():
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
                unread=counted.instances_unread,
                extractor=self._options.extractor,
                spacy_model=self._extractor.spacy_model,
                objects_from=self._extractor.objects_from,
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
        templates = self._extractor.templates
        counted = zip(templates.found, self._of_template.tolist(), templates.counted.tolist(), strict=True)
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

    def _notices(self, counted: TurnTotals, total: int, postings: dict[str, int]) -> tuple[str, ...]:
        notices = list(self._verify_notices)
        if counted.instances_unread:
            notices.append(missing_words(counted, total))
        notices += not_asked_words(counted, self._options.objects != "annotations")
        if not postings["object"]:
            notices.append("No objects were found; the object and co-occurrence perspectives are empty.")
        return tuple(notices)


def _sources(writer: Writer) -> list[list[Any]]:
    """What identifies the sources of an index, in order: the hashes of the dataset and of its annotations, and the
    position of its first record where that is not 0."""
    return [
        [sha256, objects, *([first] if first else [])]
        for sha256, objects, first in writer.rows("select sha256, objects_sha256, first from source order by source")
    ]


def turn_batches(store: Store, *, annotated: bool) -> Iterator[TurnBatch]:
    """All instances of a store in batches, in order; with their annotations if `annotated`."""
    positions = store.arrays("select instance from instance order by instance")["instance"]
    start, size = 0, FIRST_BATCH
    while len(chosen := positions[start : start + size]):
        start, size = start + size, min(2 * size, BATCH)
        between = [int(chosen[0]), int(chosen[-1])]
        turns = store.arrow(
            """
            select instance, turn.role = 'human' as human, turn.text as text, with_image, source
            from (select instance, unnest(turns) as turn, coalesce(len(images), 0) > 0 as with_image,
                         coalesce(source, 0) as source
                  from instance where instance between $1 and $2)
            where turn.role in ('human', 'gpt') and turn.text is not null
            """,
            between,
        )
        yield TurnBatch(len(chosen), turns, _annotations(store, between) if annotated else None)


def _annotations(store: Store, between: list[int]) -> pa.Table:
    return store.arrow(
        """
        select instance, object from annotation semi join instance using (instance)
        where instance between $1 and $2
        """,
        between,
    )


def _turns(store: Store) -> int:
    return int(store.value("select coalesce(sum(len(turns)), 0) from instance"))


def processes_for(turns: int) -> int:
    """Worker processes for a pipeline: one per thread that the settings allow, or 1 when there is too little to do."""
    return int(setting("ADR_THREADS")) if turns >= WORTH_A_PROCESS else 1


def used_labels(options: IndexOptions, named: Callable[[], dict[str, str]]) -> dict[str, str]:
    """The labels of annotations that count with these options; named: gives all of them, with the names of their
    objects. AdrError when objects are to come from annotations alone and the dataset has no annotations."""
    labels = named() if options.objects != "text" else {}
    if options.objects == "annotations" and not labels:
        raise AdrError(
            "This dataset has no object annotations.", "Ingest it with --objects FILE, or index with --objects text."
        )
    return labels


def labels_in(store: Store) -> list[str]:
    """The distinct labels of the annotations of instances."""
    found = store.rows("""
        select distinct object from annotation semi join instance using (instance) where object is not null
    """)
    return [label for (label,) in found]


def annotated_names(store: Store, lexicon: Lexicon) -> dict[str, str]:
    """Each label of the annotations → the name of the object that it stands for."""
    return label_names(labels_in(store), lexicon)
