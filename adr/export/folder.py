"""Where an export may be written, and which folders are exports. Knows nothing of an export's contents."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adr.errors import AdrError
from adr.files import recover, whole_folder

MARK = "manifest.json"  # a folder with this file is an export of this program and may be replaced on request


@contextmanager
def whole(target: Path, *, replace: bool) -> Iterator[Path]:
    """A temporary folder beside `target` that replaces it when the block succeeds, and is removed when it fails.

    An existing non-empty folder is replaced only with `replace`, and only when it is an export. A full disk or a kill
    leaves the old folder or none; the next export clears what a killed process left behind.
    AdrError when the target may not be written, or the disk is full.
    """
    target = target.expanduser().absolute()
    recover(target)
    _allowed(target, replace)
    try:
        with whole_folder(target) as unfinished:
            yield unfinished
            _allowed(target, replace)  # the target may have been created in the meantime
    except OSError as error:
        raise AdrError(
            f"The export cannot be written to {target}: {error.strerror or error}.",
            "Free some space or choose another folder. Nothing was changed.",
        ) from error


def is_export(folder: Path) -> bool:
    """Whether a folder holds a finished export."""
    try:
        found = json.loads((folder / MARK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and "format" in found and "files" in found


def _allowed(target: Path, replace: bool) -> None:
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise AdrError(f"{target} is not a folder.", "Name a folder that does not exist yet.")
    if not target.is_dir() or not any(target.iterdir()):
        return
    if not replace:
        raise AdrError(f"The folder {target} already exists.", "Choose another folder, or replace it (--replace).")
    if not is_export(target):
        raise AdrError(
            f"The folder {target} holds something other than an export and is not replaced.", "Choose another folder."
        )
