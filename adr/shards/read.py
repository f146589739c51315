"""A shard's records → its instances, rejected records and annotations, in a database of its own with the positions that
they have in the whole dataset."""

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from adr.errors import AdrError
from adr.ingest.ingest import ingest_part
from adr.ingest.kept_texts import ROWS, TEXTS
from adr.ingest.layout import Layout
from adr.ingest.options import ingest_options
from adr.ingest.parts import SourcePart, WholeSource
from adr.ingest.sources import Given, SourcePlace
from adr.shards.shard_run import ShardRun
from adr.shards.shard_set import CutSource, RecordShard, ShardSet
from adr.store import Store

VERSION = 1


def make(shards: ShardSet, run: ShardRun, number: int, folder: Path) -> dict[str, Any]:
    """Read a shard into `NNNNN.duckdb`; returns how many instances it has, how many records were set aside for which
    reason, what is odd about them, and the shard's first position and number of records.

    The table `source` has the row of the shard's source, with the counts of this shard. A shard may hold no instance.
    Ids that repeat within the shard are counted under `repeated_ids`; those that repeat across shards only a later
    stage can know. AdrError when the source has changed since it was cut.
    """
    shard = shards.shards[number]
    source = shards.sources[shard.source]
    _refuse_changed(shards, shard, source)
    file = run.file("read", number, "duckdb").name
    with closing(Store(folder / file)) as store:
        report = ingest_part(store, part_of(shards, shard, source, run.asked.ingest))
    return {
        "instances": report.instances,
        "rejected": report.rejected,
        "warnings": report.warnings,
        "annotations": report.annotations,
        "form": report.form,
        "first": shard.first,
        "records": shard.records,
    }


def part_of(shards: ShardSet, shard: RecordShard, source: CutSource, options: Mapping[str, Any]) -> SourcePart:
    """The part of its source that a shard is. options: how records are read where the source does not say it."""
    path = Path(source.path)
    images = Path(source.images) if source.images is not None else None
    objects = Path(source.objects) if source.objects is not None else None
    how = ingest_options(source.options or options, f"The source {source.name}")
    return SourcePart(
        Given(path, images, objects, source.name, how, source.taken),
        WholeSource(path, source.layout, source.bytes, source.sha256, source.records, source.objects_sha256),
        SourcePlace(source.source, source.name, source.first, source.prefix),
        _layout_of(shards.path_of(shard), shard),
        shard.first - source.first,
        shard.records,
        shards.folder / source.kept_objects if source.kept_objects is not None else None,
    )


def _layout_of(path: Path, shard: RecordShard) -> Layout:
    if shard.begin is None or shard.end is None:
        return Layout(path, shard.layout, 0, path.stat().st_size)
    return Layout(path, shard.layout, 0, shard.end - shard.begin, stretch=(shard.begin, shard.end))


def _refuse_changed(shards: ShardSet, shard: RecordShard, source: CutSource) -> None:
    """AdrError when the file that holds the shard's records is not the one that was cut."""
    path = shards.path_of(shard)
    try:
        found = path.stat()
    except OSError as error:
        raise AdrError(
            f"{path} cannot be read: {error.strerror}.", "Check the path, which must be there on every machine."
        ) from error
    if shard.layout in (TEXTS, ROWS):
        return
    if (found.st_size, found.st_mtime_ns) != (source.bytes, source.changed):
        raise AdrError(
            f"{path} has changed since it was cut.", f"Cut it again: adr shards cut {path} --out {shards.folder}."
        )
