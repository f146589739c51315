"""What the model of an experiment sees of its pictures: one array that all trials read."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from adr.files import sha256_of, whole_file
from adr.picture_file import open_picture
from adr.progress import Progress, let_pages_run, silent
from adr.prove.features import suited, take_features
from adr.prove.model import FEATURES
from adr.prove.proof_folder import ProofFolder, digest
from adr.store import Store
from adr.workspace import Workspace

SIDE = 224
"""Pixels a side of what a model sees that is fine-tuned."""


def write_features(
    store: Store, workspace: Workspace, folder: ProofFolder, found: Mapping[str, Any], progress: Progress = silent
) -> None:
    """Write `features.npy`, a row for each picture of the experiment in the form that its model wants; done already
    when it is there. From the workspace's features, which are taken where they are missing.

    AdrError when the open_clip model does not suit the pictures and the design does not say "anyway".
    """
    if folder.features.is_file():
        return
    model, form = found["model"], FEATURES[found["model"]["kind"]]
    pictures = folder.read("pictures").sort_by("row").to_pydict()
    wanted = dict(zip(pictures["picture"], pictures["path"], strict=True))
    if form == "pixels":
        _write_pixels(folder.features, list(wanted.values()), progress)
        return
    suited(store, workspace, model["features"], anyway=model.get("anyway", False), progress=progress)
    taken = take_features(workspace, wanted, model["features"], progress)
    array = taken.files.read(list(wanted), form)
    with whole_file(folder.features) as partial, partial.open("wb") as file:
        np.save(file, array)


def _write_pixels(target: Path, paths: Sequence[str], progress: Progress) -> None:
    """Write the pictures themselves, each squeezed into a square: (n, SIDE, SIDE, 3) of bytes."""
    with whole_file(target) as partial:
        out = np.lib.format.open_memmap(partial, "w+", np.uint8, (len(paths), SIDE, SIDE, 3))
        for row, path in enumerate(paths):
            if row % 100 == 0:
                progress(row, len(paths), "Reading pictures")
                let_pages_run()
            with Image.open(open_picture(path)) as opened:
                out[row] = np.asarray(opened.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BICUBIC))
        out.flush()


def weights_of(folder: str) -> str:
    """What identifies a folder of pretrained weights: the names and hashes of its files."""
    return digest([path.name, sha256_of(path)] for path in sorted(Path(folder).iterdir()) if path.is_file())[:16]
