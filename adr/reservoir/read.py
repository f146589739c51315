"""Reads a second set of real rows with the reader and the index of the dataset, into tables of its own.

Nothing of it counts in n(e), takes part in a run or leaves with an export by itself: a plan with the generator
`retrieve` makes candidates of its rows. Writes the tables `reservoir…`; knows nothing of plans.
"""

import json
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adr.errors import AdrError
from adr.image_folder import ImageFolder
from adr.index.index import index
from adr.index.report import IndexReport
from adr.ingest.ingest import IngestReport, ingest
from adr.ingest.sources import Given
from adr.perspectives import CLUSTERED
from adr.progress import Progress, silent
from adr.report import from_json, to_json
from adr.reservoir.copies import Copies, copies_of_pictures, note_copies
from adr.store import Store, Writer
from adr.workspace import Workspace

_UNFINISHED = "reservoir.unfinished"


@dataclass(frozen=True)
class ReservoirReport:
    """What the reservoir holds. repeated: rows left out because an earlier row has the same pictures and conversation;
    copies: rows that are copies of an instance of the dataset (see `copies`); with_image: rows that can be retrieved:
    with exactly one picture, which is on disk; known: {perspective: entities of the dataset's index that occur in the
    reservoir}."""

    source: str
    name: str
    images: str | None
    instances: int
    repeated: int
    rejected: dict[str, int]
    with_image: int
    copies: int
    postings: dict[str, int]
    known: dict[str, int]
    bytes: int
    sha256: str
    seconds: float


def read_reservoir(
    store: Store,
    workspace: Workspace,
    source: Path | Sequence[Given],
    images: Path | None = None,
    *,
    objects: Path | None = None,
    mapping: Mapping[str, str] | None = None,
    place_markers: bool = False,
    replace: bool = False,
    progress: Progress = silent,
) -> ReservoirReport:
    """Read `source` as the workspace's reservoir, with the options of the dataset's index; arguments as of `ingest`.

    AdrError as from `ingest` and `index`, without an index, and when there is a reservoir and `replace` is false. A
    fault, a cancel or a kill leaves the former reservoir as it was.
    """
    started = time.monotonic()
    options = _options_of_index(store)
    if store.value("select 1 from reservoir") and not replace:
        raise AdrError("The workspace has a reservoir already.", "Ask to replace it (--replace).")
    with _second_store(workspace) as second:
        read = ingest(
            second, source, images, objects=objects, mapping=mapping, place_markers=place_markers, progress=progress
        )
        indexed = index(second, **_fitting(second, options), progress=progress)
        folder = ImageFolder.beside(second)
        copies = copies_of_pictures(store, second, folder, progress)
        told = folder.to_json()
        second.checkpoint()
        path = second.path
        assert path is not None, "the second store is a file"
        second.close()
        progress(0, None, "Writing the reservoir")
        with store.beside(path) as writer:
            return _take_over(writer, read, indexed, told, options, copies, started)


def reservoir_report(store: Store) -> ReservoirReport | None:
    """The report that `read_reservoir` returned for the present reservoir; None without one."""
    text = store.value("select report from reservoir")
    return from_json(ReservoirReport, text) if text else None


def remove_reservoir(store: Store) -> None:
    """Empty the tables of the reservoir. Candidates retrieved from it stay, but cannot be exported any more."""
    with store.atomic() as writer:
        _clear(writer)


def _options_of_index(store: Store) -> dict[str, Any]:
    text = store.value("select options from index_made")
    if text is None:
        raise AdrError(
            "The dataset has no index, so it is not known how to read the reservoir.",
            "Build the index first (`python -m adr index`), then read the reservoir.",
        )
    found: dict[str, Any] = json.loads(text)
    return found


def _fitting(second: Store, options: dict[str, Any]) -> dict[str, Any]:
    """The options for a set that may have no annotations: then its objects come from its text. Clusters of copies are
    those of the dataset, so they are left out."""
    given = {name: value for name, value in options.items() if value is not None}
    given["perspectives"] = tuple(p for p in given.get("perspectives", ()) if p not in CLUSTERED)
    if given.get("objects") == "annotations" and not second.value("select 1 from annotation limit 1"):
        given["objects"] = "text"
    return given


@contextmanager
def _second_store(workspace: Workspace) -> Iterator[Store]:
    """A database of its own to read into, which is deleted when the block ends."""
    folder = workspace.folder / _UNFINISHED
    shutil.rmtree(folder, ignore_errors=True)  # left there by a kill
    folder.mkdir()
    try:
        second = Store(folder / "adr.duckdb")
        try:
            yield second
        finally:
            second.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _clear(writer: Writer) -> None:
    for table in ("reservoir", "reservoir_instance", "reservoir_entity", "reservoir_posting", "reservoir_copy"):
        writer.execute(f"delete from {table}")


def _take_over(
    writer: Writer,
    read: IngestReport,
    indexed: IndexReport,
    folder: dict[str, Any],
    options: dict[str, Any],
    copies: Copies,
    started: float,
) -> ReservoirReport:
    """Take the rows of the second store (attached as `other`) into the tables of the reservoir."""
    _clear(writer)
    writer.execute("""
        insert into reservoir_instance
        select instance, id, images, missing, turns,
               case when instance not in (select instance from other.oddity where kind = 'marker_placed') then raw end
        from other.instance
        qualify row_number() over (partition by images, hash(turns), turns order by instance) = 1
        order by instance""")
    writer.execute("""
        insert into reservoir_entity
        select e.entity, perspective_number(p.name), e.name, e.n
        from other.entity e join other.perspective p on p.number = e.perspective order by e.entity""")
    writer.execute("""
        insert into reservoir_posting select instance, entity from other.posting
        semi join reservoir_instance using (instance)""")
    note_copies(writer, copies)
    report = ReservoirReport(
        source=read.source,
        name=Path(read.source).stem,
        images=read.images,
        instances=int(writer.value("select count(*) from reservoir_instance")),
        repeated=read.instances - int(writer.value("select count(*) from reservoir_instance")),
        rejected=read.rejected,
        with_image=int(
            writer.value("select count(*) from reservoir_instance where len(images) = 1 and coalesce(missing, 1) = 0")
        ),
        copies=int(writer.value("select count(distinct instance) from reservoir_copy")),
        postings=indexed.postings,
        known=_known(writer),
        bytes=read.bytes,
        sha256=read.sha256,
        seconds=round(time.monotonic() - started, 2),
    )
    writer.execute(
        """
        insert into reservoir (path, name, form, sha256, instances, folders, options, report, dataset, read_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, (select list(sha256 order by source) from source),
                now() at time zone 'UTC')""",
        [
            report.source,
            report.name,
            read.form,
            report.sha256,
            report.instances,
            json.dumps(folder),
            json.dumps(options),
            to_json(report),
        ],
    )
    return report


def _known(writer: Writer) -> dict[str, int]:
    return {
        str(perspective): int(n)
        for perspective, n in writer.rows("""
            select perspective_name(r.perspective), count(*) from reservoir_entity r
            join entity e on e.perspective = r.perspective and e.name = r.name group by 1 order by 1""")
    }
