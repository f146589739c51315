"""Instances whose picture does not belong to their text: agreement for each, the lowest first.

Writes `agreement` and `agreement_made`. A process of its own computes them (`adr.embed.agreeing`) from features that
`adr embed` has made and from the objects of the index.
"""

import json
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from adr.embed.agreement import LEAST, NamedThings
from adr.embed.features import instance_rows
from adr.errors import AdrError
from adr.feature_folder import FeatureFolder
from adr.files import write_whole
from adr.index_needed import need_index
from adr.knowledge import short_name
from adr.process import Command, how, relay
from adr.progress import Progress, silent
from adr.report import from_json, to_json
from adr.settings import setting
from adr.store import Store, Writer
from adr.workspace import Workspace

DOUBTED = 0.5
"""A pair with a lower agreement is more probably wrong than right."""
_MOST_THINGS = 2_000
_SAYS = "Comparing pictures with texts"


@dataclass(frozen=True)
class AgreementReport:
    """model: whose features; instances: with features of their first picture; compared: of these, with one of the
    `things` objects that have enough instances; doubted: with an agreement below DOUBTED."""

    model: str
    instances: int
    compared: int
    things: int
    doubted: int
    seconds: float


@dataclass(frozen=True)
class Pair:
    """An instance with its agreement; weakest, instead: as in the table `agreement`."""

    instance: int
    agreement: float
    weakest: str
    instead: str


def find_wrong_pairs(
    store: Store, workspace: Workspace, model: str | None = None, progress: Progress = silent
) -> AgreementReport:
    """Compare the first picture of every instance with its objects and write the agreement in place of what was there.

    model: whose features, by default those of ADR_SCORER_MODEL. AdrError without an index or features, when no object
    has enough instances, or when the process ends unexpectedly.
    """
    started = time.monotonic()
    need_index(store)
    model = model or setting("ADR_SCORER_MODEL")
    features = FeatureFolder.of(workspace.features, model)
    instances, rows = instance_rows(store, features.need())
    things = things_of(store)
    if not things:
        raise AdrError(f"No object has {LEAST} instances.", "This check needs a larger dataset.")
    named = named_of(store, instances, rows, things)
    if not len(named.things):
        raise AdrError("No instance with a picture has one of these objects.", "This check needs a larger dataset.")
    found = _computed(workspace.agreement, features, named, progress)
    names = [name for _, name in things]
    with store.atomic() as writer:
        _write(writer, instances, found, names)
        compared, doubted = writer.rows("select count(*), count(*) filter (agreement < $1) from agreement", [DOUBTED])[
            0
        ]
        seconds = round(time.monotonic() - started, 2)
        report = AgreementReport(short_name(model), len(instances), compared, len(things), doubted, seconds)
        writer.execute("delete from agreement_made")
        writer.execute("insert into agreement_made values ($1, now() at time zone 'UTC')", [to_json(report)])
    return report


def agreement_report(store: Store) -> AgreementReport | None:
    """The report of `find_wrong_pairs`; None when it has not run since the sources or the index changed."""
    text = store.value("select report from agreement_in_force")
    return from_json(AgreementReport, text) if text else None


def doubted_pairs(store: Store, offset: int, limit: int) -> list[Pair]:
    """A page of the pairs that agree least."""
    rows = store.rows(
        "select instance, agreement, weakest, instead from agreement order by agreement, instance limit $1 offset $2",
        [limit, offset],
    )
    return [Pair(*row) for row in rows]


def things_of(store: Store) -> list[tuple[int, str]]:
    """(entity, name) of the objects that a picture can be asked about, the most frequent first."""
    return [
        (entity, name)
        for entity, name in store.rows(
            """
            select entity, name from entity where perspective = perspective_number('object') and n >= $1
            order by entity limit $2""",
            [LEAST, _MOST_THINGS],
        )
    ]


def named_of(store: Store, instances: np.ndarray, rows: np.ndarray, things: list[tuple[int, str]]) -> NamedThings:
    """The objects of each of the instances (ascending)."""
    first, last = things[0][0], things[-1][0]
    found = store.arrays(
        """
        select instance, entity - $1 as thing from posting
        where perspective = perspective_number('object') and entity between $1 and $2 order by instance, entity""",
        [first, last],
    )
    at = np.searchsorted(instances, found["instance"])
    there = instances[np.minimum(at, len(instances) - 1)] == found["instance"]
    counts = np.bincount(at[there], minlength=len(instances))
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return NamedThings(rows, starts, found["thing"][there].astype(np.int32), last - first + 1)


def _computed(folder: Path, features: FeatureFolder, named: NamedThings, progress: Progress) -> dict[str, np.ndarray]:
    """The arrays of `Agreements`, computed by a process, which is ended when `progress` raises."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    np.savez(folder / "asked.npz", rows=named.rows, starts=named.starts, things=named.things, count=named.count)
    told = {"folder": str(features.folder), "model": features.model}
    write_whole(folder / "features.json", json.dumps(told).encode())
    progress(0, None, _SAYS)
    log = folder / "log.txt"
    (code,) = relay([Command("adr.embed.agreeing", [str(folder)], log)], lambda event: progress(0, None, _SAYS))
    if code:
        raise AdrError(
            f"{_SAYS} ended unexpectedly ({how(code)}).", f"Try again. If it happens again, look into {log}."
        )
    with np.load(folder / "found.npz", allow_pickle=False) as found:
        arrays = dict(found)
    shutil.rmtree(folder, ignore_errors=True)
    return arrays


def _write(writer: Writer, instances: np.ndarray, found: dict[str, np.ndarray], names: list[str]) -> None:
    judged = ~np.isnan(found["agreement"])
    dictionary = pa.array(names, pa.string())
    columns = {
        "instance": instances[judged],
        "agreement": found["agreement"][judged],
        "weakest": dictionary.take(pa.array(found["weakest"][judged])),
        "instead": dictionary.take(pa.array(found["instead"][judged])),
    }
    writer.register("found_agreement", pa.table(columns))
    writer.execute("delete from agreement")
    writer.execute("insert into agreement by name select * from found_agreement order by instance")
