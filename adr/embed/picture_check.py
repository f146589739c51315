"""The size and the faults of every source picture: blank, dark, blurred, tiny, of odd aspect, not opening.

Writes `picture_fact` and `pictures_made`. A process of its own reads the pictures (`adr.embed.measuring`).
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa

from adr.embed.folder_process import read_pictures
from adr.embed.hash_folder import stamp_of
from adr.embed.measure_folder import MeasureFolder
from adr.embed.picture_measures import PictureMeasures, faults_of
from adr.errors import AdrError
from adr.image_folder import ImageFolder
from adr.picture_faults import PICTURE_FAULTS
from adr.progress import Progress, silent
from adr.report import from_json, to_json
from adr.store import Store, Writer
from adr.workspace import Workspace

_MADE = """
    insert into pictures_made
    select $1, (select list(images order by source) from source), now() at time zone 'UTC'"""


@dataclass(frozen=True)
class Faulty:
    """pictures: with the fault; instances: that have one of these."""

    pictures: int
    instances: int


@dataclass(frozen=True)
class PicturesReport:
    """What `check_pictures` found. pictures: image paths in the sources; missing: of these, not on disk, which are not
    looked at; faults: {fault of `adr.picture_faults`: how many have it}, in that order, those without any left out."""

    pictures: int
    missing: int
    faults: Mapping[str, Faulty]
    seconds: float


def check_pictures(store: Store, progress: Progress = silent) -> PicturesReport:
    """Measure every picture of the sources that is on disk and write its facts in place of those that were there.

    AdrError when there is no picture, or when the process that reads them ends unexpectedly; what it has read is kept
    in the workspace. When `progress` raises Cancelled, nothing is written.
    """
    started = time.monotonic()
    paths = [path for (path,) in store.rows("select distinct unnest(images) as path from instance order by path")]
    if not paths:
        raise AdrError("There is no picture in this workspace.", "Ingest a dataset with pictures first.")
    found = _measured(store, paths, progress)
    with store.atomic() as writer:
        _write(writer, found)
        faults = _counted(writer)
        report = PicturesReport(len(paths), len(paths) - len(found), faults, round(time.monotonic() - started, 2))
        writer.execute("delete from pictures_made")
        writer.execute(_MADE, [to_json(report)])
    return report


def pictures_report(store: Store) -> PicturesReport | None:
    """The report of `check_pictures` on the present sources; None when it has not run since they changed."""
    text = store.value("select report from pictures_in_force")
    return from_json(PicturesReport, text) if text else None


def faulty_pictures(store: Store, fault: str, limit: int) -> list[tuple[str, int]]:
    """(path, first instance with it) of the first pictures with a fault, by path."""
    return [
        (path, instance)
        for path, instance in store.rows(
            """
            select path, min(instance) from (select instance, unnest(images) as path from instance)
            join picture_fact using (path) where list_contains(faults, $1) group by path order by path limit $2""",
            [fault, limit],
        )
    ]


def _measured(store: Store, paths: list[str], progress: Progress) -> dict[str, PictureMeasures]:
    """{path: measures} of the pictures that are on disk."""
    images = ImageFolder.of(store)
    files = {path: file for path in paths if images and (file := images.file(path))}
    with _folder(store) as folder:
        folder.ask(list(files.values()))
        read_pictures("adr.embed.measuring", folder, len(files), progress)
        known = folder.known()
    return {path: known[stamp] for path, file in files.items() if (stamp := stamp_of(file)) in known and stamp}


@contextmanager
def _folder(store: Store) -> Iterator[MeasureFolder]:
    """The folder of measures: in the workspace or, for a store in memory, a temporary one."""
    if store.path is not None:
        yield MeasureFolder(Workspace(store.path.parent).measures)
        return
    with TemporaryDirectory() as folder:
        yield MeasureFolder(Path(folder))


def _write(writer: Writer, found: Mapping[str, PictureMeasures]) -> None:
    measures = list(found.values())
    columns = {
        "path": pa.array(list(found), pa.string()),
        "width": pa.array([one.width or None for one in measures], pa.int32()),
        "height": pa.array([one.height or None for one in measures], pa.int32()),
        "unreadable": pa.array([one.unreadable or None for one in measures], pa.string()),
        "sharpness": pa.array([one.sharpness for one in measures], pa.float32()),
        "light": pa.array([None if one.unreadable else one.light for one in measures], pa.float32()),
        "faults": pa.array([faults_of(one) for one in measures], pa.list_(pa.string())),
    }
    writer.register("measured", pa.table(columns))
    writer.execute("delete from picture_fact")
    writer.execute("insert into picture_fact by name select * from measured")


def _counted(writer: Writer) -> dict[str, Faulty]:
    """Pictures and instances by fault."""
    rows = writer.rows("""
        with faulty as (select path, unnest(faults) as fault from picture_fact),
        shown as (
            select distinct fault, instance from faulty
            join (select instance, unnest(images) as path from instance) using (path))
        select fault, (select count(*) from faulty f where f.fault = s.fault), count(*) from shown s group by fault""")
    found = {fault: Faulty(int(pictures), int(instances)) for fault, pictures, instances in rows}
    return {fault: found[fault] for fault in PICTURE_FAULTS if fault in found}
