"""Has a process look in the picture for the objects that the text names, and drops those that are not found.

Knows nothing of how the names were read, or of pictures and models: `looking` and `checkers` do. Objects that
annotations name are not checked.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa

from adr.errors import AdrError
from adr.figures import counted
from adr.image_folder import ImageFolder
from adr.index.checkers import default_model
from adr.index.forms import Names
from adr.index.postings import LOW, Postings
from adr.index.verify_folder import ABSENT, UNSEEN, VerifyFolder
from adr.process import Command, Event, how, relay
from adr.progress import Progress
from adr.store import Store
from adr.workspace import Workspace

_SAYS = "Looking at pictures"


@dataclass(frozen=True)
class Verified:
    """The object postings that are left, the checker and its model, and notices for the user."""

    objects: Postings
    by: str
    notices: tuple[str, ...]


def verified(
    store: Store, checker: str, objects: Postings, annotated: np.ndarray, progress: Progress, model: str | None = None
) -> Verified:
    """The object postings without those that `checker` does not find in any picture of their instance.

    annotated: bool by instance (or empty); objects of these instances are kept without looking, as are those of
    instances whose pictures cannot be opened. What was looked at before a cancel or a fault is not looked at again.
    AdrError when no image folder is known, the checker is unknown or its model cannot be loaded.
    """
    base = ImageFolder.of(store)
    if base is None:
        raise AdrError(
            "Objects can only be looked for in images, and this workspace has no image folder.",
            "Ingest the dataset with --images DIR, or index without --verify.",
        )
    model = model or default_model(checker)
    objects = by_name(objects)
    with _folder(store, checker) as folder:
        total = folder.ask(objects.names.listed(), base, asked(store, objects, annotated))
        _look(folder, checker, model, total, progress)
        seen = folder.seen()
    return left(objects, annotated, seen, f"{checker} {model}")


def by_name(objects: Postings) -> Postings:
    """The same postings with their names numbered alphabetically: threads meet names in any order, and answers must be
    found again."""
    met, names = objects.names.listed(), Names()
    used = np.unique(np.concatenate([np.zeros(0, np.int64), *objects.batches]) & LOW)
    number = np.zeros(len(met), np.int64)
    for old in sorted(used.tolist(), key=met.__getitem__):
        number[old] = names(met[old])
    return Postings(names, [np.sort(batch & ~LOW | number[batch & LOW]) for batch in objects.batches])


def asked(store: Store, objects: Postings, annotated: np.ndarray) -> Iterator[pa.Table]:
    """What is to be looked at, one row per instance: its pictures, and the numbers of its names."""
    for batch in objects.batches:
        keys = batch[_from_text(batch, annotated)]
        if not len(keys):
            continue
        instance, starts = np.unique(keys >> 32, return_index=True)
        rows = store.arrow(
            "select instance, images from instance where instance between $1 and $2 order by instance",
            [int(instance[0]), int(instance[-1])],
        )
        at = np.searchsorted(rows["instance"].to_numpy(), instance)
        names = pa.ListArray.from_arrays(
            pa.array(np.append(starts, len(keys)), pa.int32()), pa.array(keys & LOW, pa.int32())
        )
        yield pa.table({"images": rows["images"].take(pa.array(at)), "names": names})


def left(objects: Postings, annotated: np.ndarray, seen: np.ndarray, by: str) -> Verified:
    """The object postings without those that are ABSENT in `seen`, the answers in the order of the postings."""
    batches, at, dropped, unseen = [], 0, 0, 0
    for batch in objects.batches:
        checked = _from_text(batch, annotated)
        number = int(checked.sum())
        answers = np.full(len(batch), UNSEEN, np.uint8)
        answers[checked] = seen[at : at + number]
        at += number
        kept = batch[answers != ABSENT]
        dropped += len(batch) - len(kept)
        unseen += len(np.unique(batch[checked & (answers == UNSEEN)] >> 32))
        batches.append(kept)
    said = [f"Left out: {counted(dropped, 'object')} that the text names and {by} did not see in the image."]
    if unseen:
        said.append(f"Kept unchecked: the objects of {counted(unseen, 'instance')} whose images could not be opened.")
    return Verified(Postings(objects.names, batches), by, tuple(said))


@contextmanager
def _folder(store: Store, checker: str) -> Iterator[VerifyFolder]:
    """The folder of a checker's answers: beside the database or, for a store in memory, a temporary one."""
    if store.path is not None:
        yield VerifyFolder(Workspace(store.path.parent).verified / checker)
        return
    with TemporaryDirectory() as folder:
        yield VerifyFolder(Path(folder))


def _look(folder: VerifyFolder, checker: str, model: str, total: int, progress: Progress) -> None:
    """Wait until the process has looked at everything; the process is ended when `progress` raises."""
    done = 0

    def hear(event: Event) -> None:
        nonlocal done
        done = event.get("done", done)
        progress(done, total, _SAYS)

    progress(0, total, _SAYS)
    given = [str(folder.folder), "--checker", checker, "--model", model]
    (code,) = relay([Command("adr.index.looking", given, folder.log)], hear)
    if code:
        raise AdrError(
            f"{_SAYS} ended unexpectedly ({how(code)}); what was looked at is kept.",
            f"Index again: it goes on from there. If it happens again, look into {folder.log}.",
        )


def _from_text(batch: np.ndarray, annotated: np.ndarray) -> np.ndarray:
    """Per posting (bool): whether its instance has no annotation."""
    return ~annotated[batch >> 32] if len(annotated) else np.ones(len(batch), dtype=bool)
