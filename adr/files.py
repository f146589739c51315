"""Files and folders that are whole or absent: written under another name, renamed at the end.

Knows nothing of what they hold.
"""

import errno
import hashlib
import itertools
import os
import shutil
import stat
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from adr.errors import AdrError
from adr.figures import size_words

_ABANDONED_SECONDS = 3600.0
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK}


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to; that file replaces `path` when the block ends and is deleted when it raises.

    The bytes are on the disk before the rename, so a crash leaves either the former file or the new one.
    """
    if path.is_dir() and not path.is_symlink():
        raise AdrError(f"{path} is a folder, where a file is to be written.", "Move it away, then do the same again.")
    partial = _partial(path)
    try:
        yield partial
        _synced(partial)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def _partial(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}-{uuid.uuid4().hex[:8]}.tmp")


def _synced(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """`whole_file` for a file that is made once: one that another process has made at `path` meanwhile stays."""
    partial = _partial(path)
    try:
        yield partial
        _synced(partial)
        try:
            os.link(partial, path)
        except FileExistsError:
            pass
        except OSError:  # a disk without links
            if not path.exists():
                os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def clear_unfinished(*folders: Path, name: str = "*") -> None:
    """Delete what killed processes left of `whole_file` in these folders: files whose process is gone and that nothing
    has touched for an hour, as one of another machine may still write. name: of the file that was to be written."""
    for folder in folders:
        for path in folder.glob(
            f".{name if name == '*' else _escaped(name)}.*-*.tmp*"
        ):  # DuckDB writes a log beside its file
            number = path.name.rpartition("-")[0].rpartition(".")[2]
            with suppress(OSError):  # another process has deleted it, or the folder can only be read
                if number.isdigit() and not _alive(number) and time.time() - path.stat().st_mtime > _ABANDONED_SECONDS:
                    path.unlink()


def keep_copy(path: Path, kind: str) -> Path:
    """The path of a new copy of a file, beside it and named after `kind`; an older copy is never replaced.

    AdrError when the disk has no room for the copy and as much again; then there is no copy."""
    size, free = path.stat().st_size, shutil.disk_usage(path.parent).free
    if free < 2 * size:
        raise AdrError(
            f"A copy of {path} is kept before it is changed, and the disk is short: {size_words(2 * size)} are needed "
            f"for that and {size_words(free)} are free.",
            "Free some space, then do the same again; nothing was changed.",
        )
    copy = next(name for name in _numbered(path, kind) if not name.exists())
    with whole_file(copy) as partial:
        shutil.copyfile(path, partial)
    return copy


def _numbered(path: Path, kind: str) -> Iterator[Path]:
    yield path.with_name(f"{path.stem}.{kind}{path.suffix}")
    for number in itertools.count(2):
        yield path.with_name(f"{path.stem}.{kind}-{number}{path.suffix}")


def refuse_special(path: Path) -> None:
    """AdrError when `path` is a named pipe, a socket or a device: reading it might never end. Other paths pass."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):  # whoever opens it says so
        return
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        kind = "a named pipe" if stat.S_ISFIFO(mode) else "a socket" if stat.S_ISSOCK(mode) else "a device"
        raise AdrError(f"{path} is {kind}, not a file.", "Write what it gives to a file, and name that file.")


@contextmanager
def named_file(path: Path) -> Iterator[Path]:
    """`whole_file` for a file that a person has named: AdrError when it cannot be written."""
    clear_unfinished(path.parent, name=path.name)
    try:
        with whole_file(path) as partial:
            yield partial
    except OSError as error:
        raise AdrError(
            f"{path} cannot be written: {error.strerror}.", "Name a file in a folder you may write to."
        ) from error


def write_whole(path: Path, data: bytes | memoryview) -> None:
    """Write a file whole; OSError when it cannot be written, in which case the former file is still in place."""
    with whole_file(path) as partial:
        partial.write_bytes(data)


def create_whole(path: Path, data: bytes) -> None:
    """Make a new file that nobody ever sees unfinished; FileExistsError when there is one, of two makers only one
    succeeds. Where the file system has no hard links, a kill may leave the file empty."""
    partial = _partial(path)
    try:
        partial.write_bytes(data)
        os.link(partial, path)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        with path.open("xb") as file:
            file.write(data)
    finally:
        partial.unlink(missing_ok=True)


def append_text(path: Path, text: str) -> None:
    """Append `text` to a plain file, created if it does not exist; AdrError when a link, a folder or a named pipe
    lies in its place, OSError when it cannot be written."""
    if os.path.lexists(path) and (path.is_symlink() or not path.is_file()):
        raise AdrError(f"{path} is not a plain file.", "Move it away, then do the same again.")
    with open(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o644), "wb") as out:
        out.write(text.encode())


def sha256_of(path: Path) -> str:
    """SHA-256 of a file in hex; OSError when it cannot be read."""
    with path.expanduser().open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of_all(hashes: Sequence[str]) -> str:
    """What identifies several files, by the SHA-256 of each in order: that of a single one, or one of all of them."""
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A folder beside `target` to fill; it replaces `target` when the block ends and is deleted when it raises.

    A kill leaves the former folder at `target`, or none; `recover` then puts it back and deletes what is left over.
    """
    recover(target)
    unfinished = _beside(target, "unfinished")
    try:
        unfinished.mkdir(parents=True)
        yield unfinished
        _swap(unfinished, target)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def recover(target: Path) -> None:
    """Delete what killed processes left beside `target`; a former folder is put back if `target` does not exist."""
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


def _swap(unfinished: Path, target: Path) -> None:
    """Two renames. Between them the old folder has another name; `recover` puts it back after a kill."""
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


def _beside(target: Path, kind: str) -> Path:
    return target.parent / f".{target.name}.{kind}-{os.getpid()}"


def _escaped(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def _alive(number: str) -> bool:
    """Whether another process with this number runs. This process does not count: it fills one folder at a time."""
    if not number.isdigit() or int(number) == os.getpid():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
