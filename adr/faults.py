"""What errors of the machine and of the database mean to a person: a full disk, a damaged file, too little memory.

Knows DuckDB by the texts of its errors only. An error that is not listed here is a bug and keeps its traceback.
"""

import errno
import os
import re
from pathlib import Path

from adr.errors import AdrError
from adr.settings import setting

_FULL = ("No space left on device", "Disk quota exceeded", "File too large", "max_temp_directory_size")
_DAMAGED = (
    "Corrupt database",
    "Could not read enough bytes",
    "not a valid DuckDB database",
    "checksum",
    "Serialization Error",
    "Failed to deserialize",
    "Failure while replaying WAL",
)
_FULL_CODES = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def meaning(error: BaseException, database: Path | None = None) -> AdrError | None:
    """The sentence and the next step for an error that the user can mend; None for any other. database: the file that
    an error of DuckDB is about."""
    if isinstance(error, AdrError):
        return error
    if isinstance(error, OSError):
        return _of_system(error)
    if type(error).__module__ in ("duckdb", "_duckdb"):
        return _of_database(str(error), database)
    return None


def was_interrupted(error: BaseException) -> bool:
    """Whether DuckDB ended a query because of Ctrl-C."""
    return type(error).__name__ == "InterruptException" or (
        isinstance(error, RuntimeError) and str(error) == "Query interrupted"
    )


def disk_full(file: str | None = None) -> AdrError:
    """The error of a disk, a quota or a limit that leaves no room for `file`."""
    what = f"{file} could not be written" if file else "a file could not be written"
    return AdrError(
        f"The disk is full: {what}.", "Free some space, then do the same again; what was finished before is kept."
    )


def damaged(database: Path | None, why: str) -> AdrError:
    """The error of a database file whose contents cannot be read."""
    named = f"The workspace database {database}" if database else "The workspace database"
    return AdrError(
        f"{named} cannot be opened or read whole; it is damaged: {why}",
        "Keep a copy of the file, then restore it from a backup, or ingest the source again in a new workspace.",
    )


def _of_system(error: OSError) -> AdrError | None:
    file = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes | os.PathLike) else None
    if error.errno in _FULL_CODES:
        return disk_full(file)
    if error.errno == errno.EROFS:
        return AdrError(f"{file or 'The disk'} can only be read.", "Work on a copy, on a disk that can be written.")
    if error.errno == errno.EIO:
        return AdrError(
            f"The disk reports a fault at {file or 'a file'}: {error.strerror}.",
            "Check the disk and its connection, then do the same again.",
        )
    return None


def _of_database(text: str, database: Path | None) -> AdrError | None:
    first = text.splitlines()[0] if text else ""
    if any(words in text for words in _FULL):
        file = re.search(r'file "([^"]+)"', text)
        return disk_full(file.group(1) if file else None)
    if "Out of Memory" in text or "Allocation failure" in text:
        return AdrError(
            f"This needs more memory than DuckDB may take (ADR_MEMORY_LIMIT is {setting('ADR_MEMORY_LIMIT')}).",
            "Set ADR_MEMORY_LIMIT higher, for example to 4GB, then do the same again; nothing was written.",
        )
    if any(words in text for words in _DAMAGED):
        return damaged(database, first)
    if "database has been invalidated" in text:
        return AdrError(
            f"The database stopped after a fault: {first}",
            "Start the app (or the command) again; what was committed before is kept.",
        )
    if "Permission denied" in text:
        return not_allowed(database)
    return None


def not_allowed(database: Path | None) -> AdrError:
    """The error of a database file that this user has no permission to open."""
    return AdrError(
        f"You have no permission to open the workspace database {database or ''}".rstrip() + ".",
        "Ask the owner of the folder for permission to read it, and to write to it if you want to change it.",
    )
