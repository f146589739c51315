"""Where an export may be written, and which folders are exports. Knows nothing of an export's contents."""

import filecmp
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adr.errors import AdrError
from adr.files import recover, whole_folder

MARK = "manifest.json"  # a folder with this file is an export of this program and may be replaced on request


@contextmanager
def whole(target: Path, *, replace: bool, recorded: bool = True) -> Iterator[Path]:
    """A temporary folder beside `target` that replaces it when the block succeeds, and is removed when it fails.

    An existing non-empty folder is replaced only with `replace`, and only when it is an export. A full disk or a kill
    leaves the old folder or none; the next export clears what a killed process left behind.
    recorded: whether the database names the export at `target`. One that it does not name may be what a kill left
    between the rename and the record, and then the same export may take its place without `replace`.
    AdrError when the target may not be written, or the disk is full.
    """
    target = target.expanduser().absolute()
    recover(target)
    _allowed(target, replace or (not recorded and is_export(target)))
    try:
        with whole_folder(target) as unfinished:
            yield unfinished
            # The target may have been created in the meantime.
            _allowed(target, replace or (not recorded and _equal(target, unfinished)))
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


def _equal(folder: Path, other: Path) -> bool:
    """Whether two exports have the same file names and, pictures aside, the same bytes."""
    names = {path.relative_to(folder) for path in folder.rglob("*")}
    if names != {path.relative_to(other) for path in other.rglob("*")}:
        return False
    return all(
        filecmp.cmp(folder / name, other / name, shallow=False)
        for name in names
        if name.parts[0] != "images" and (other / name).is_file()
    )


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
