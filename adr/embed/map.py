"""The maps of the dataset: an instance gets a place near others whose pictures, or conversations, a model finds alike.

Writes `map_place` and `map_made`. A process of its own computes the places (`adr.embed.placing`).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from adr.embed.features import instance_rows, load_features
from adr.embed.placing import SAMPLE
from adr.embed.read_conversations import conversation_features
from adr.errors import AdrError
from adr.knowledge import short_name
from adr.maps import CONVERSATIONS, PICTURES
from adr.process import Command, Event, how, relay
from adr.progress import Progress, silent
from adr.report import from_json, to_json
from adr.settings import setting
from adr.store import Store, Writer
from adr.workspace import Workspace

Rows = npt.NDArray[np.int32]
Vectors = npt.NDArray[np.float16]
_EMBED = {PICTURES: "adr embed", CONVERSATIONS: "adr embed --of conversations"}
_SAID = {"sample": "Laying out a sample", "others": "Placing the others"}


@dataclass(frozen=True)
class MapReport:
    """A map. shows: 'pictures' or 'conversations'; model: what made their features; placed: how many different ones are
    on the map; laid_out: those that were moved together, the others being put among them; instances: on the map;
    without: instances that are not, as they have no picture, or no text, with features; seed: of the layout."""

    shows: str
    model: str
    placed: int
    laid_out: int
    instances: int
    without: int
    seed: int
    seconds: float


def make_map(
    store: Store,
    workspace: Workspace,
    model: str | None = None,
    *,
    shows: str = PICTURES,
    seed: int = 0,
    progress: Progress = silent,
) -> MapReport:
    """Place every instance whose first picture, or whose conversation, has features, in place of a former map. model:
    as for `embed`; shows: a name of `adr.maps`.

    AdrError where the model has not made the features, or when the process ends unexpectedly. When `progress` raises
    Cancelled, the former map stays.
    """
    started = time.monotonic()
    model = model or setting("ADR_SCORER_MODEL")
    instances, rows, vectors = _featured(store, workspace, model, shows)
    if len(vectors) < 3:
        raise AdrError(f"A map needs features of three different {shows}.", f"Ingest more, then run {_EMBED[shows]}.")
    places = _placed(workspace.map / shows, vectors, seed, progress)
    with store.atomic() as writer:
        write_places(writer, shows, instances, places[rows])
        without = int(writer.value("select count(*) from instance")) - len(instances)
        report = MapReport(
            shows,
            short_name(model),
            len(places),
            min(len(places), SAMPLE),
            len(instances),
            without,
            seed,
            round(time.monotonic() - started, 2),
        )
        write_report(writer, report)
    return report


def write_places(writer: Writer, shows: str, instances: npt.NDArray[np.int32], places: npt.NDArray[np.uint16]) -> None:
    """Put these places, (n, 2), in place of those that the map had."""
    writer.execute("delete from map_place where shows = $1", [shows])
    found = {"instance": instances, "x": places[:, 0], "y": places[:, 1], "shows": np.full(len(instances), shows)}
    writer.insert("map_place", pa.table(found))


def write_report(writer: Writer, report: MapReport) -> None:
    """Say how the map was made, just now."""
    writer.execute("delete from map_made where shows = $1", [report.shows])
    writer.execute(
        "insert into map_made (report, made_at, shows) values ($1, now() at time zone 'UTC', $2)",
        [to_json(report), report.shows],
    )


def map_report(store: Store, shows: str = PICTURES) -> MapReport | None:
    """How a map was made; None if it was never made, or the sources have changed since."""
    text = store.value(
        "select report from map_made, dataset_changed where made_at >= changed_at and shows = $1", [shows]
    )
    return from_json(MapReport, text) if text else None


def _featured(store: Store, workspace: Workspace, model: str, shows: str) -> tuple[Rows, Rows, Vectors]:
    """(instances, ascending; the row of each; features by row, mapped from a file)."""
    if shows == CONVERSATIONS:
        read = conversation_features(store, workspace.features, model)
        return read.instances, read.rows, read.vectors
    seen = load_features(workspace.features, model)
    return *instance_rows(store, seen), seen.vectors


def _placed(folder: Path, vectors: Vectors, seed: int, progress: Progress) -> npt.NDArray[np.uint16]:
    """Wait for the process, which is ended when `progress` raises; returns the place of each row of the features."""
    assert isinstance(vectors, np.memmap)  # the process reads the same file
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "log.txt"
    (code,) = relay(
        [Command("adr.embed.placing", [str(folder), str(vectors.filename), "--seed", str(seed)], log)], _heard(progress)
    )
    if code:
        raise AdrError(
            f"Making the map ended unexpectedly ({how(code)}).", f"Run it again. If it happens again, look into {log}."
        )
    found: npt.NDArray[np.uint16] = np.load(folder / "places.npy", allow_pickle=False)
    return found


def _heard(progress: Progress) -> Callable[[Event], None]:
    """What tells `progress` of each event of the process."""
    last: Event = {"done": 0, "total": None, "what": "sample"}

    def hear(event: Event) -> None:
        last.update(event)
        progress(last["done"], last["total"], _SAID[last["what"]])

    return hear
