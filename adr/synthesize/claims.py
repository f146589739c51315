"""Which worker holds which slot, so that several workers on one plan never make the same candidate twice.

A claim is a file that names its holder and appears whole; its holder touches it for as long as the holder lives. A
claim whose holder is dead, or has been silent for two minutes by the clock of the claims' file system, can be taken
over. Knows nothing of what is made.
"""

import fcntl
import json
import os
import socket
import tempfile
import threading
import time
from functools import lru_cache
from pathlib import Path

from adr.files import create_whole, write_whole

SILENT_SECONDS = 120.0
_BEAT_SECONDS = 15.0
_LOOK_SECONDS = 0.1
_OTHERS_SECONDS = 20.0  # for the candidate that a worker of a killed call is at
_CLOCK_SECONDS = 60.0  # for which a comparison of clocks holds


class Claims:
    """The claims of one worker in a plan's claims folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._mine: set[Path] = set()
        self._lock = threading.Lock()
        self._own = json.dumps({"pid": os.getpid(), "host": socket.gethostname()}).encode()
        threading.Thread(target=self._beat, name="claims", daemon=True).start()

    def take(self, slot: int) -> bool:
        """Claim a slot; False when a living worker has it."""
        path = self.folder / f"{slot:05d}"
        try:
            create_whole(path, self._own)
        except FileExistsError:
            if not self._take_over(path):
                return False
        with self._lock:
            self._mine.add(path)
        return True

    def release(self, slot: int) -> None:
        """Give a slot back, because it is finished or another worker may take it."""
        path = self.folder / f"{slot:05d}"
        with self._lock:
            self._mine.discard(path)
        path.unlink(missing_ok=True)

    def _take_over(self, path: Path) -> bool:
        """Replace a stale claim by one of this worker. One worker does so at a time, so that a fresh claim is never
        mistaken for the stale one."""
        if not stale(path):
            return False
        with (self.folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not stale(path):
                return False
            write_whole(path, self._own)
        return True

    def _beat(self) -> None:
        while True:
            time.sleep(_BEAT_SECONDS)
            with self._lock:
                held = list(self._mine)
            for path in held:
                try:
                    os.utime(path)
                except OSError:
                    pass


def stale(path: Path) -> bool:
    """Whether a claim's holder is dead (on this machine) or has been silent too long. A released claim is not stale."""
    try:
        age = time.time() + _ahead(path.parent, int(time.monotonic() / _CLOCK_SECONDS)) - path.stat().st_mtime
        holder = _holder(path)
    except FileNotFoundError:
        return False
    if age > SILENT_SECONDS:
        return True
    return holder.get("host") == socket.gethostname() and not alive(holder.get("pid"))


def others_have_ended(folder: Path) -> bool:
    """Wait for the slots that other workers hold; False when one of them goes on working.

    A worker that lives has 20 seconds for the candidate it is at, as after a killed call. One of another machine that
    does not touch its claim is waited for until the claim is stale, since its machine may be gone.
    """
    began, first = time.monotonic(), dict[Path, float]()
    while held := [path for path in folder.glob("[0-9]*") if not stale(path)]:
        late = time.monotonic() - began > _OTHERS_SECONDS
        if late and any(_lives(path, first) for path in held):
            return False
        for path in held:
            first.setdefault(path, _touched(path))
        time.sleep(_LOOK_SECONDS)
    return True


def _lives(path: Path, first: dict[Path, float]) -> bool:
    """Whether the holder of a claim that is not stale lives for certain: it is here or has touched it since `first`."""
    try:
        here = _holder(path).get("host") == socket.gethostname()
    except FileNotFoundError:
        return False
    return here or _touched(path) != first.get(path, _touched(path))


def _touched(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _holder(path: Path) -> dict[str, object]:
    """Who holds a claim: {} when that cannot be read; FileNotFoundError when nobody does."""
    try:
        found = json.loads(path.read_bytes() or b"{}")
    except FileNotFoundError:
        raise
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


@lru_cache(maxsize=8)
def _ahead(folder: Path, minute: int) -> float:
    """Seconds by which the clock of the folder's file system is ahead of this machine's: a file server has its own."""
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            return os.fstat(probe.fileno()).st_mtime - time.time()
    except OSError:
        return 0.0


def alive(pid: object) -> bool:
    """Whether a process on this machine is running; False for what is not a number of one."""
    if not isinstance(pid, int) or pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:  # killed but not yet waited for: as good as gone
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[-1].split()[0] != "Z"
    except (OSError, IndexError):
        return True
