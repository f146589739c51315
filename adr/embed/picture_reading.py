"""Reads the pictures that a folder asks for, in a process of its own, and keeps what was found in each.

Killed at any moment, it loses only the block in flight; started again, it goes on from there. Knows nothing of what is
looked for in them, and never opens the database.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from adr.embed.hash_folder import stamp_of
from adr.embed.picture_folder import PictureFolder
from adr.process import Event
from adr.settings import setting

BLOCK = 256
"""Pictures per file."""
Found = TypeVar("Found")


def read_all(folder: PictureFolder[Found], find: Callable[[Path], Found], tell: Callable[[Event], None]) -> None:
    """Do `find` to every picture that is asked for and not known. Each event has how many are done and, from the
    pictures that this process has read, how many it reads per second."""
    known = folder.known()
    asked = {stamp: file for file in folder.asked() if (stamp := stamp_of(file))}
    todo = [stamp for stamp in asked if stamp not in known]
    before, started = len(asked) - len(todo), time.monotonic()
    with ThreadPoolExecutor(max(1, int(setting("ADR_THREADS")))) as pool:
        for start in range(0, len(todo), BLOCK):
            part = todo[start : start + BLOCK]
            found = pool.map(lambda stamp: find(asked[stamp]), part)
            folder.keep(dict(zip(part, found, strict=True)))
            done = start + len(part)
            tell({"event": "read", "done": before + done, "rate": done / (time.monotonic() - started)})
