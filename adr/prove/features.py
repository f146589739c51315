"""Features of the pictures that a proof needs, taken by another process from a frozen model that suits the pictures.

They are kept in the workspace's `features/` under the picture's SHA-256 and the model's fingerprint, so that a picture
is looked at once. Knows nothing of arms.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adr.errors import AdrError
from adr.files import write_whole
from adr.fit import Fit, fits, refusal
from adr.fit_check import checked
from adr.fit_sample import pictured, said_names, single_images
from adr.knowledge import knowledge_of
from adr.models import model_fingerprint
from adr.process import Command, Event, how, relay
from adr.progress import Progress, silent
from adr.prove.feature_files import FeatureFiles
from adr.workspace import Workspace

if TYPE_CHECKING:
    from adr.store import Store

_SAYS = "Taking features of pictures"


@dataclass(frozen=True)
class FeaturesReport:
    """pictures: asked for; taken: by this call and not before; unreadable: {SHA-256: path} of those that do not open,
    which have no features; seconds: of this call."""

    files: FeatureFiles
    pictures: int
    taken: int
    unreadable: dict[str, str]
    seconds: float


def suited(store: "Store", workspace: Workspace, model: str, *, anyway: bool, progress: Progress = silent) -> Fit:
    """How well the model names a sample of the workspace's pictures; AdrError when it does not suit them, unless
    `anyway`."""
    knowledge = knowledge_of(model)
    images = single_images(store)
    sample = pictured(store, images, said_names(store, images, knowledge.names))
    fit = checked(workspace.fits, model, sample, progress)
    if not fits(fit, knowledge) and not anyway:
        raise refusal(model, fit, knowledge)
    return fit


def take_features(
    workspace: Workspace, pictures: Mapping[str, str], model: str, progress: Progress = silent
) -> FeaturesReport:
    """Take the features of {SHA-256: path} that are not there yet, in a separate process. What `progress` raises goes
    through, and finished blocks are kept. AdrError when the model cannot be loaded."""
    started = time.monotonic()
    files = FeatureFiles.of(workspace.features, model, model_fingerprint(model))
    new = set(pictures) - files.known()
    unreadable: dict[str, str] = {}
    if new:
        files.folder.mkdir(parents=True, exist_ok=True)
        write_whole(
            files.folder / "pictures.json", json.dumps({n: p for n, p in pictures.items() if n in new}).encode()
        )
        _run(files, model, len(pictures) - len(new), len(pictures), progress)
        unreadable = json.loads((files.folder / "unreadable.json").read_text(encoding="utf-8"))
    return FeaturesReport(files, len(pictures), len(new) - len(unreadable), unreadable, time.monotonic() - started)


def _run(files: FeatureFiles, model: str, before: int, total: int, progress: Progress) -> None:
    last: Event = {"done": 0}

    def hear(event: Event) -> None:
        last.update(event)
        progress(before + last["done"], total, _SAYS)

    log = files.folder / "extracting.log"
    (code,) = relay([Command("adr.prove.extracting", [str(files.folder), "--model", model], log)], hear)
    if code:
        raise AdrError(f"{_SAYS} ended unexpectedly ({how(code)}).", f"Try again. If it happens again, read {log}.")
