"""Which worker holds which slot, so that several workers on one plan never make the same candidate twice.

A claim is a file that names its holder and appears whole; its holder touches it for as long as the holder lives. A
claim whose holder is dead, or has been silent for two minutes, can be taken over. Knows nothing of what is made.
"""

import fcntl
import json
import os
import socket
import threading
import time
from pathlib import Path

from adr.files import create_whole, write_whole

SILENT_SECONDS = 120.0
_BEAT_SECONDS = 15.0


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
        age = time.time() - path.stat().st_mtime
        holder = json.loads(path.read_bytes() or b"{}")
    except FileNotFoundError:
        return False
    except (OSError, ValueError):
        holder, age = {}, 0.0
    if age > SILENT_SECONDS:
        return True
    return holder.get("host") == socket.gethostname() and not alive(int(holder.get("pid", 0)))


def alive(pid: int) -> bool:
    """Whether a process on this machine is running."""
    if pid <= 0:
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
