"""Where an export may be written, and what is an export already. Knows nothing of what is written into it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adr.errors import AdrError
from adr.files import recover, whole_folder

MARK = "manifest.json"  # a folder with it is an export of ours and may be replaced when asked


@contextmanager
def whole(target: Path, *, replace: bool) -> Iterator[Path]:
    """A temporary folder beside `target` that takes its place when the block ends well, and is removed when not.

    An existing non-empty folder is replaced only when asked, and only when it is an export. A full disk or a kill
    leaves the old folder or none; what a killed process left behind is cleared by the next one.
    AdrError when the target may not be written, or the disk is full.
    """
    target = target.expanduser().absolute()
    recover(target)
    _allowed(target, replace)
    try:
        with whole_folder(target) as unfinished:
            yield unfinished
            _allowed(target, replace)  # it may have come into being meanwhile
    except OSError as error:
        raise AdrError(
            f"The export cannot be written to {target}: {error.strerror or error}.",
            "Free some space or choose another folder; nothing was changed.",
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
        raise AdrError(f"The folder {target} exists.", "Choose another, or ask to replace it (--replace).")
    if not is_export(target):
        raise AdrError(
            f"The folder {target} holds other things than an export, so it is not replaced.", "Choose another folder."
        )
