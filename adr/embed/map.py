"""The map of the dataset: every instance with a picture gets a place near others whose pictures look alike to a model.

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
from adr.errors import AdrError
from adr.feature_folder import FeatureFolder
from adr.knowledge import short_name
from adr.process import Command, Event, how, relay
from adr.progress import Progress, silent
from adr.report import from_json, to_json
from adr.settings import setting
from adr.store import Store, Writer
from adr.workspace import Workspace

_SAID = {"sample": "Laying out a sample", "others": "Placing the others"}


@dataclass(frozen=True)
class MapReport:
    """A map. model: what looked at the pictures; pictures: on the map; laid_out: those that were moved together, the
    others being put among them; instances: on the map; without: instances that are not, as they have no picture with
    features; seed: of the layout."""

    model: str
    pictures: int
    laid_out: int
    instances: int
    without: int
    seed: int
    seconds: float


def make_map(
    store: Store, workspace: Workspace, model: str | None = None, *, seed: int = 0, progress: Progress = silent
) -> MapReport:
    """Place every instance whose first picture has features, in place of a former map. model: as for `embed`.

    AdrError where the model has not looked at the pictures, or when the process ends unexpectedly. When `progress`
    raises Cancelled, the former map stays.
    """
    started = time.monotonic()
    model = model or setting("ADR_SCORER_MODEL")
    features = load_features(workspace.features, model)
    if len(features.paths) < 3:
        raise AdrError("A map needs three pictures that a model has looked at.", "Ingest more, then run adr embed.")
    places = _placed(workspace.map, FeatureFolder.of(workspace.features, model).folder, seed, progress)
    instances, rows = instance_rows(store, features)
    with store.atomic() as writer:
        write_places(writer, instances, places[rows])
        without = int(writer.value("select count(*) from instance")) - len(instances)
        report = MapReport(
            short_name(model),
            len(places),
            min(len(places), SAMPLE),
            len(instances),
            without,
            seed,
            round(time.monotonic() - started, 2),
        )
        writer.execute("delete from map_made")
        writer.execute("insert into map_made values ($1, now() at time zone 'UTC')", [to_json(report)])
    return report


def write_places(writer: Writer, instances: npt.NDArray[np.int32], places: npt.NDArray[np.uint16]) -> None:
    """Put these places, (n, 2), in place of those that were there."""
    writer.execute("delete from map_place")
    writer.insert("map_place", pa.table({"instance": instances, "x": places[:, 0], "y": places[:, 1]}))


def map_report(store: Store) -> MapReport | None:
    """How the map was made; None if it was never made, or the sources have changed since."""
    text = store.value("select report from map_made, dataset_changed where made_at >= changed_at")
    return from_json(MapReport, text) if text else None


def _placed(folder: Path, features: Path, seed: int, progress: Progress) -> npt.NDArray[np.uint16]:
    """Wait for the process, which is ended when `progress` raises; returns the place of each picture."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "log.txt"
    (code,) = relay(
        [Command("adr.embed.placing", [str(folder), str(features), "--seed", str(seed)], log)], _heard(progress)
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
