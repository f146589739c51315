"""The epochs of a run in an export: each as a list of rows of the main file, and as files on request.

The main file holds each row once that some epoch has. The list of an epoch names its rows by their number in that file,
from 0, in the order in which the trainer reads them; a repeated row stands there as often as the epoch has it. Knows no
single format.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as changed
from typing import Any

import numpy as np
import numpy.typing as npt

from adr.draws import epoch_seed
from adr.errors import AdrError
from adr.export.ids import repaired_ids
from adr.export.leaving import Leaving, of_epoch
from adr.export.options import ExportOptions
from adr.export.work import Format, Work
from adr.recipe import Recipe
from adr.store import Store

FOLDER = "epochs"


@dataclass(frozen=True)
class WrittenEpoch:
    """One epoch of an export. rows: with copies and candidates; list: the file with the numbers of its rows in the main
    file; main: its own main data files, where these were asked for."""

    epoch: int
    seed: int
    rows: int
    synthetic: int
    list: str
    main: tuple[str, ...]


def epochs_in(store: Store, run: int) -> int:
    """How many epochs a run has; 0 where there is no such run."""
    toml = store.value("select recipe from run where run = $1", [run])
    return 0 if toml is None else Recipe.from_toml(str(toml), f"the recipe of run {run}").epochs


def need_epochs(store: Store, run: int, format: Format, options: ExportOptions) -> None:
    """AdrError when the run has one epoch only, or the format has no rows of instances that a list could name."""
    if epochs_in(store, run) == 1:
        raise AdrError(
            f"Run {run} has one epoch.",
            "Draw its recipe for several (`adr rebalance --epochs 3`, or Epochs on the Rebalance page), or export "
            "without epochs.",
        )
    if format.part == "synthetic" or (format.part == "decisions" and options.epochs == "files"):
        raise AdrError(
            f"{format.title} cannot hold {'files of epochs' if format.part == 'decisions' else 'epochs'}.",
            "Choose lists, or another format." if format.part == "decisions" else "Choose another format.",
        )


def epochs_of(
    store: Store, leave: Leaving, order: str, left_out: Sequence[int], *, repair: bool
) -> tuple[Leaving, ...]:
    """The rows of every epoch of a run, without those that are left out. leave: of epoch 0; repair: make ids unique."""
    gone = np.asarray(left_out, dtype=np.int64)
    made = []
    for epoch in range(1, leave.recipe.epochs + 1):
        one = of_epoch(store, leave, epoch, order)
        one = changed(one, order=one.order[~np.isin(one.order, gone)]) if len(gone) else one
        made.append(changed(one, new_ids=repaired_ids(store, one)) if repair else one)
    return tuple(made)


def write_epochs(work: Work, format: Format, epochs: Sequence[Leaving], *, files: bool) -> list[WrittenEpoch]:
    """Write the list of each epoch, and with `files` a folder of the format for each."""
    numbers = _numbers(work, format)
    written = []
    for leave in epochs:
        name = f"{FOLDER}/epoch-{leave.epoch}"
        with work.file(f"{name}.json") as out:
            out.write(json.dumps(numbers(leave.order).tolist()).encode() + b"\n")
        main = tuple(f"{name}/{file}" for file in _files(work, format, leave, name)) if files else ()
        seed = epoch_seed(leave.recipe.seed, leave.epoch)
        written.append(WrittenEpoch(leave.epoch, seed, leave.instances, leave.synthetic, f"{name}.json", main))
    if files and format.join is not None:
        format.join(work, FOLDER, [f"epoch-{leave.epoch}" for leave in epochs])
    return written


def told_by_run(store: Store, run: int) -> dict[str, Any]:
    """What the report of a run says of its epochs."""
    report = json.loads(store.value("select report from run where run = $1", [run]) or "{}")
    return report.get("epochs") or {}


def in_manifest(written: Sequence[WrittenEpoch], told: Mapping[str, Any]) -> dict[str, Any]:
    """The epochs as the manifest has them. told: what the run's report says of all of them."""
    each = [
        {
            **{key: getattr(one, key) for key in ("epoch", "seed", "rows", "synthetic", "list")},
            **({"main": list(one.main)} if one.main else {}),
        }
        for one in written
    ]
    return {"each": each, **{key: told[key] for key in ("instances", "expected") if told.get(key)}}


def _files(work: Work, format: Format, leave: Leaving, name: str) -> list[str]:
    """The main data files of one epoch, below the folder `name`."""
    folder = work.folder / name
    folder.mkdir(parents=True)
    return format.write(Work(work.store, leave, folder, work.images, work.form, work.progress))


def _numbers(work: Work, format: Format) -> Callable[[npt.NDArray[np.int64]], npt.NDArray[np.int64]]:
    """A function from rows to their numbers in the main file."""
    main = work.leave.order
    if format.part == "decisions":  # a row per instance of the source
        query = "select instance from decision where run = $1 order by instance"
        main = np.asarray(work.store.arrays(query, [work.leave.run])["instance"], dtype=np.int64)
    by_row = np.argsort(main, kind="stable")
    return lambda rows: by_row[np.searchsorted(main, rows, sorter=by_row)]
