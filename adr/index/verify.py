"""Has a process look in the picture for the objects that the text names, and drops those that are not found.

Knows nothing of how the names were read, or of pictures and models: `looking` and `checkers` do. Objects that
annotations name are not checked.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa

from adr.errors import AdrError
from adr.figures import counted
from adr.fit import Fit, fits, refusal
from adr.fit_check import checked
from adr.fit_sample import pictured, single_images
from adr.image_folder import ImageFolder
from adr.index.checkers import default_model
from adr.index.forms import Names
from adr.index.looking import look
from adr.index.on_ray import on_cluster
from adr.index.postings import LOW, Postings
from adr.index.spill import Changed, Collected
from adr.index.verify_folder import ABSENT, UNSEEN, VerifyFolder
from adr.knowledge import Knowledge, knowledge_of, known_words, short_name
from adr.process import Command, Event, how, relay
from adr.progress import Progress
from adr.ray_cluster import OnRay
from adr.store import Store
from adr.workspace import Workspace

_SAYS = "Looking at pictures"


@dataclass(frozen=True)
class Verified:
    """The object postings that are left, the checker and its model (None where it knows no name), and notices for the
    user. fit: how well the model names a sample of the pictures, None where that was not asked."""

    objects: Postings
    by: str | None
    notices: tuple[str, ...]
    fit: Fit | None = None


@dataclass(frozen=True)
class Asks:
    """Which postings are looked for in pictures. annotated: bool by instance (or empty); known: bool by name."""

    annotated: np.ndarray
    known: np.ndarray

    def __call__(self, batch: np.ndarray) -> np.ndarray:
        """Per posting (bool): whether its instance has no annotation and the model knows its name."""
        from_text = ~self.annotated[batch >> 32] if len(self.annotated) else np.ones(len(batch), dtype=bool)
        asked: np.ndarray = from_text & self.known[batch & LOW]
        return asked


def verified(
    store: Store,
    checker: str,
    objects: Postings,
    annotated: np.ndarray,
    progress: Progress,
    model: str | None = None,
    *,
    anyway: bool = False,
    collected: Collected | None = None,
    on_ray: OnRay | None = None,
) -> Verified:
    """The object postings without those that `checker` does not find in any picture of their instance; what is left is
    kept in `collected`, or in memory. on_ray: the cluster whose workers look, instead of one process here.

    annotated: bool by instance (or empty); objects of these instances are kept without looking, as are those whose name
    the model does not know and those of instances whose pictures cannot be opened. What was looked at before a cancel
    or a fault is not looked at again. AdrError when no image folder is known, the checker is unknown, its model cannot
    be loaded, or a sample shows that it does not suit the pictures (unless `anyway`).
    """
    base = ImageFolder.of(store)
    if base is None:
        raise AdrError(
            "Objects can only be looked for in images, and this workspace has no image folder.",
            "Ingest the dataset with --images DIR, or index without --verify.",
        )
    model = model or default_model(checker)
    knowledge, objects = knowledge_of(model), by_name(objects)
    asks = Asks(annotated, _known(knowledge, objects))
    told = known_words(int(asks.known.sum()), len(asks.known), ("object", "objects"), model)
    if not asks.known.any():
        return Verified(objects, None, (told,) if len(asks.known) else ())
    fit = _suited(store, model, knowledge, objects, asks, progress, anyway) if checker == "open_clip" else None
    with _folder(store, checker) as folder:
        total = folder.ask(objects.names.listed(), base, asked(store, objects, asks))
        _look(folder, checker, model, total, progress, on_ray)
        seen = folder.seen()
    found = left(objects, asks, seen, f"{checker} {model}", collected)
    notices = (*found.notices, *([told] if knowledge.names is not None else []), *_fit_words(model, fit, knowledge))
    return replace(found, notices=notices, fit=fit)


def _known(knowledge: Knowledge, objects: Postings) -> np.ndarray:
    """Per name (bool): whether the model knows it."""
    return np.array([knowledge.knows([name]) for name in objects.names.listed()], dtype=bool)


def _suited(
    store: Store, model: str, knowledge: Knowledge, objects: Postings, asks: Asks, progress: Progress, anyway: bool
) -> Fit:
    """How well the model names a sample of the pictures; AdrError when it does not suit them, unless `anyway`."""
    images = single_images(store)
    said = _said(objects, images, asks.known)
    folder = None if store.path is None else Workspace(store.path.parent).fits
    fit = checked(folder, model, pictured(store, images, said), progress)
    if not fits(fit, knowledge) and not anyway:
        raise refusal(model, fit, knowledge)
    return fit


def _said(objects: Postings, instances: Collection[int], known: np.ndarray) -> dict[int, list[str]]:
    """{instance: the names known to the model that its postings have}, for these instances."""
    wanted, names = np.array(sorted(instances), np.int64), objects.names.listed()
    said: dict[int, list[str]] = {}
    for batch in objects.batches:
        mine = batch[np.isin(batch >> 32, wanted) & known[batch & LOW]]
        for instance, name in zip((mine >> 32).tolist(), (mine & LOW).tolist(), strict=True):
            said.setdefault(instance, []).append(names[name])
    return said


def _fit_words(model: str, fit: Fit | None, knowledge: Knowledge) -> list[str]:
    """What the check of the model on a sample has shown, as a notice; none where it was not made."""
    if fit is None or not fit.pictures:
        return []
    used = "" if fits(fit, knowledge) else " It was used all the same, as asked."
    return [f"{short_name(model)}: {fit.in_words()}.{used}"]


def by_name(objects: Postings) -> Postings:
    """The same postings with their names numbered alphabetically: threads meet names in any order, and answers must be
    found again."""
    met, names = objects.names.listed(), Names()
    number = np.zeros(len(met), np.int64)
    for old in sorted(np.flatnonzero(objects.counts()).tolist(), key=met.__getitem__):
        number[old] = names(met[old])
    return Postings(names, Changed(objects.batches, lambda batch: np.sort(batch & ~LOW | number[batch & LOW])))


def asked(store: Store, objects: Postings, asks: Asks) -> Iterator[pa.Table]:
    """What is to be looked at, one row per instance: its pictures, and the numbers of its names."""
    for batch in objects.batches:
        keys = batch[asks(batch)]
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


def left(objects: Postings, asks: Asks, seen: np.ndarray, by: str, collected: Collected | None = None) -> Verified:
    """The object postings without those that are ABSENT in `seen`, the answers in the order of the postings; they are
    kept in `collected`, or in memory."""
    batches: Collected = [] if collected is None else collected
    at, dropped, unseen = 0, 0, 0
    for batch in objects.batches:
        looked = asks(batch)
        number = int(looked.sum())
        answers = np.full(len(batch), UNSEEN, np.uint8)
        answers[looked] = seen[at : at + number]
        at += number
        kept = batch[answers != ABSENT]
        dropped += len(batch) - len(kept)
        unseen += len(np.unique(batch[looked & (answers == UNSEEN)] >> 32))
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


def _look(folder: VerifyFolder, checker: str, model: str, total: int, progress: Progress, on_ray: OnRay | None) -> None:
    """Wait until a process, or a cluster, has looked at everything; it is ended when `progress` raises."""
    done = 0

    def hear(event: Event) -> None:
        nonlocal done
        done = event.get("done", done)
        progress(done, total, _SAYS)

    progress(0, total, _SAYS)
    if on_ray is not None:
        look(folder, checker, hear, model=model, answers=on_cluster(on_ray, checker, folder.names(), model))
        return
    given = [str(folder.folder), "--checker", checker, "--model", model]
    (code,) = relay([Command("adr.index.looking", given, folder.log)], hear)
    if code:
        raise AdrError(
            f"{_SAYS} ended unexpectedly ({how(code)}); what was looked at is kept.",
            f"Index again: it goes on from there. If it happens again, look into {folder.log}.",
        )
