"""Extract: the instances of one shard → its postings, the names that they number, and how often each occurs.

Numbers of names are the shard's own; `entities` ranks the names of all shards.
"""

import json
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from adr.draws import draw_key
from adr.image_folder import ImageFolder
from adr.index.co_occurrence import PairCounts, pairs
from adr.index.extractor import READ, Extractor, ReadBatch
from adr.index.index import processes_for, turn_batches
from adr.index.languages.counted import TurnTotals
from adr.index.lexicon import Lexicon
from adr.index.merging import merged_names, with_merged
from adr.index.options import IndexOptions
from adr.index.perspectives.reading import Languages, postings_of
from adr.index.postings import LOW, Postings
from adr.index.templates import Template
from adr.language_names import LANGUAGES
from adr.progress import silent
from adr.shards.asked_index import asked_index, perspectives_of
from adr.shards.shard_run import GLOBAL, ShardRun
from adr.shards.shard_set import ShardSet
from adr.store import Store

VERSION = 1
POSTINGS = pa.schema(
    [("perspective", pa.dictionary(pa.int8(), pa.string())), ("instance", pa.int32()), ("name", pa.int32())]
)
NAMES = pa.schema(
    [
        ("perspective", pa.string()),
        ("number", pa.int32()),
        ("name", pa.string()),
        ("n", pa.int64()),
        ("draw_key", pa.uint64()),
        ("first", pa.string()),
        ("second", pa.string()),
    ]
)


def make(shards: ShardSet, run: ShardRun, number: int, folder: Path) -> dict[str, Any]:
    """Writes N.postings.parquet, by perspective in the order of the index, instance and number of the name;
    N.names.parquet; and N.unread.parquet, the instances with a turn that nothing could read.

    Returns counts as the report of an index has them, and the instances that have each template.
    """
    options = asked_index(run.asked)
    said = json.loads(run.file("labels", GLOBAL, "labels.json").read_text(encoding="utf-8"))
    templates = [Template(**one) for one in said["templates"]]
    with closing(Store(run.file("read", number, "duckdb"), read_only=True)) as store:
        processes = processes_for(int(said["turns"]))
        extractor = Extractor(Lexicon.english(), said["labels"], options, templates, processes)
        with closing(extractor):
            batches = turn_batches(store, annotated=bool(said["labels"]))
            parts = list(extractor.parts(batches))
        found = _postings(store, extractor, parts, options)

    def place(name: str) -> Path:
        return folder / run.file("extract", number, name).name

    postings = _write(found, perspectives_of(options), place)
    unread = [np.unique(part.counted.instance[part.counted.unread > 0]) for part in parts]
    instances = pa.array(np.concatenate([np.zeros(0, np.int64), *unread]), pa.int32())
    pq.write_table(pa.table({"instance": instances}), place("unread.parquet"))
    return {**_figures(extractor, parts), "postings": postings}


def _postings(
    store: Store, extractor: Extractor, parts: Sequence[ReadBatch], options: IndexOptions
) -> dict[str, Postings]:
    """The postings of each perspective but co_occurrence."""
    merge = merged_names(options.merge)
    read = {name: Postings(extractor.names[name], [part.keys[name] for part in parts]) for name in READ}
    more = postings_of(store, ImageFolder.of(store), options.perspectives, silent, languages=_languages(parts))
    return {**read, "token": with_merged(read["token"], merge), "object": with_merged(read["object"], merge), **more}


def _languages(parts: Sequence[ReadBatch]) -> Languages:
    found: dict[int, dict[str, int]] = {}
    for part in parts:
        counted = part.counted
        rows = zip(counted.instance.tolist(), counted.language.tolist(), counted.turns.tolist(), strict=True)
        for instance, language, turns in rows:
            found.setdefault(instance, {})[LANGUAGES[language]] = turns
    return found


def _write(found: dict[str, Postings], perspectives: Sequence[str], place: Callable[[str], Path]) -> dict[str, int]:
    """Writes postings and names; returns the number of postings per perspective."""
    written = {}
    objects, things = _by_name(found["object"])
    with (
        _writer(place("postings.parquet"), POSTINGS, "instance") as postings,
        _writer(place("names.parquet"), NAMES, "number") as names,
    ):
        for perspective in perspectives:
            if perspective == "co_occurrence":
                keys, table = _paired(objects, things["name"].to_pylist())
            else:
                keys, table = (objects, things) if perspective == "object" else _by_name(found[perspective])
            postings.write_table(_posted(perspective, keys))
            names.write_table(_named(perspective, table))
            written[perspective] = len(keys)
    return written


def _writer(path: Path, schema: pa.Schema, ascending: str) -> pq.ParquetWriter:
    """A writer of a file in which a column ascends: its differences take next to no room."""
    others = [name for name in schema.names if name != ascending]
    return pq.ParquetWriter(
        path, schema, compression="zstd", use_dictionary=others, column_encoding={ascending: "DELTA_BINARY_PACKED"}
    )


def _by_name(postings: Postings) -> tuple[np.ndarray, pa.Table]:
    """(the sorted keys, with names numbered alphabetically; number, name and n of each name that has postings)."""
    listed, counts = postings.names.listed(), postings.counts()
    order = sorted(np.flatnonzero(counts).tolist(), key=listed.__getitem__)
    number = np.zeros(len(listed), np.int64)
    number[order] = np.arange(len(order))
    batches = [np.sort(batch & ~LOW | number[batch & LOW]) for batch in postings.batches]
    names = pa.array([listed[place] for place in order], pa.string())
    table = pa.table({"number": np.arange(len(order)), "name": names, "n": counts[order]})
    return np.concatenate([np.zeros(0, np.int64), *batches]), table


def _paired(objects: np.ndarray, names: Sequence[str]) -> tuple[np.ndarray, pa.Table]:
    """The same of the pairs of these objects, with the names of the two."""
    instance, key = pairs((objects >> 32).astype(np.int32), (objects & LOW).astype(np.int32))
    counted = PairCounts()
    counted.add(key)
    keys, counts = counted.sorted()
    first, second = ([names[place] for place in part.tolist()] for part in (keys >> 32, keys & LOW))
    name = [f"{one} + {other}" for one, other in zip(first, second, strict=True)]
    columns = {"number": np.arange(len(keys)), "name": pa.array(name, pa.string()), "n": counts}
    of_two = {"first": pa.array(first, pa.string()), "second": pa.array(second, pa.string())}
    return np.sort(instance.astype(np.int64) << 32 | np.searchsorted(keys, key)), pa.table({**columns, **of_two})


def _posted(perspective: str, keys: np.ndarray) -> pa.Table:
    of_perspective = pa.DictionaryArray.from_arrays(np.zeros(len(keys), np.int8), pa.array([perspective], pa.string()))
    columns = [of_perspective, (keys >> 32).astype(np.int32), (keys & LOW).astype(np.int32)]
    return pa.table(columns, schema=POSTINGS)


def _named(perspective: str, names: pa.Table) -> pa.Table:
    keys = np.array([draw_key(perspective, name) for name in names["name"].to_pylist()], np.uint64)
    nothing = pa.nulls(len(names), pa.string())
    columns = {
        "perspective": pa.array([perspective] * len(names), pa.string()),
        "first": nothing,
        "second": nothing,
        **{name: names[name] for name in names.column_names},
        "draw_key": pa.array(keys),
    }
    return pa.table({name: columns[name] for name in NAMES.names}).cast(NAMES)


def _figures(extractor: Extractor, parts: Sequence[ReadBatch]) -> dict[str, Any]:
    totals = TurnTotals()
    for part in parts:
        totals.add(part.counted)
    of_template = sum((part.of_template for part in parts), np.zeros(len(extractor.templates.found), np.int64))
    return {
        "instances": sum(part.instances for part in parts),
        "unread": totals.instances_unread,
        "languages": totals.by_language(),
        "unread_turns": totals.unread_by_language(),
        "of_template": of_template.tolist(),
        "objects_from": extractor.objects_from,
        "spacy_model": extractor.spacy_model,
    }
