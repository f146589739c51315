"""A folder that appears whole or not at all: written beside its place under another name, renamed when it is done.

Knows nothing of what is written into it.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adr.errors import AdrError

MARK = "manifest.json"  # a folder with it is an export of ours and may be replaced when asked


@contextmanager
def whole(target: Path, *, replace: bool) -> Iterator[Path]:
    """A temporary folder beside `target` that takes its place when the block ends well, and is removed when not.

    An existing non-empty folder is replaced only when asked, and only when it is an export. A full disk or a kill
    leaves the old folder or none; what a killed process left behind is cleared by the next one.
    AdrError when the target may not be written, or the disk is full.
    """
    target = target.expanduser().absolute()
    _recover(target)
    _allowed(target, replace)
    unfinished = _beside(target, "unfinished")
    try:
        try:
            unfinished.mkdir(parents=True)
            yield unfinished
            _allowed(target, replace)  # it may have come into being meanwhile
            _swap(unfinished, target)
        except OSError as error:
            raise AdrError(
                f"The export cannot be written to {target}: {error.strerror or error}.",
                "Free some space or choose another folder; nothing was changed.",
            ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


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


def _swap(unfinished: Path, target: Path) -> None:
    """Two renames. Between them only the old folder's other name exists; `_recover` gives it back after a kill."""
    old = _beside(target, "old")
    if target.is_dir():
        os.rename(target, old)
    try:
        os.rename(unfinished, target)
    except OSError:
        if old.is_dir():
            os.rename(old, target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _recover(target: Path) -> None:
    """Clear what dead processes left beside `target`; an old export whose place is empty gets it back."""
    if not target.parent.is_dir():
        return
    for kind in ("old", "unfinished"):
        for path in sorted(target.parent.glob(f".{_escaped(target.name)}.{kind}-*")):
            if _alive(path.name.rpartition("-")[2]):
                continue
            if kind == "old" and not target.exists():
                os.rename(path, target)
            else:
                shutil.rmtree(path, ignore_errors=True)


def _beside(target: Path, kind: str) -> Path:
    return target.parent / f".{target.name}.{kind}-{os.getpid()}"


def _escaped(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def _alive(number: str) -> bool:
    """Whether a process with this number runs; our own counts as not, since it holds the export's lock."""
    if not number.isdigit() or int(number) == os.getpid():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
