"""How several programs of one user share a workspace whose database one process owns.

The owner answers on a Unix socket that only its user can open; `owner.json` in the workspace names it. Another program
asks there who the owner is, or hands over what it was asked to do and hears how far it is. Messages are JSON, one per
line. Knows nothing of verbs, pages or tables.
"""

import json
import logging
import os
import queue
import socket
import stat
import struct
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import adr
from adr.errors import AdrError
from adr.files import clear_unfinished, write_whole
from adr.progress import Cancelled, Progress
from adr.settings import SETTINGS, setting
from adr.workspace import Workspace

log = logging.getLogger(__name__)

Message = dict[str, Any]

_FILE = "owner.json"
_LONGEST = 256 << 20
"""Bytes of one message at most."""
_ANSWER_SECONDS = 10.0
"""How long an owner may take to say who it is."""
_LONGEST_PATH = 100
"""Bytes of a socket's path at most; systems allow 104 or 108."""


class Unanswered(AdrError):
    """Nobody serves the workspace: there is no owner, it is closing, or it belongs to another user."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(f"The program that has {workspace.folder} open does not answer.", "Close it, then try again.")


@dataclass(frozen=True)
class Holder:
    """Who owns a workspace's database: an 'app' at `url`, or a 'verb'.

    settings: those of adr.settings that are in force there. title, done, total, message: its own work.
    """

    kind: str
    version: str
    pid: int
    url: str = ""
    title: str = ""
    done: int = 0
    total: int | None = None
    message: str = ""
    settings: dict[str, str] = field(default_factory=dict)


Act = Callable[[str, Mapping[str, Any], Progress], Any]
"""What an owner does with a request: (name, options, progress) → an answer that JSON can hold."""


class _Line:
    """One end of a connection, message by message. Reading goes on after an interrupt; sending is one at a time."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._kept = b""
        self._sending = threading.Lock()

    def send(self, message: Message) -> None:
        data = json.dumps(message, default=str).encode() + b"\n"  # ASCII, so that any path can be written
        with self._sending:
            self.connection.sendall(data)

    def receive(self) -> Message | None:
        """The next message, or None when the other end has closed. ValueError for what is no message."""
        while b"\n" not in self._kept:
            if len(self._kept) > _LONGEST:
                raise ValueError("a message is too long")
            chunk = self.connection.recv(1 << 16)
            if not chunk:
                return None
            self._kept += chunk
        line, _, self._kept = self._kept.partition(b"\n")
        message = json.loads(line)
        if not isinstance(message, dict):
            raise ValueError("a message is an object")
        return message


class Owner:
    """The owner's side: answers on the socket of a workspace until it is closed. OSError when there can be no socket.

    act: does what others hand over, in a thread per request; its progress raises Cancelled when the asker gives up.
    """

    def __init__(self, workspace: Workspace, kind: str, act: Act, *, url: str = "", title: str = "") -> None:
        self._workspace, self._act = workspace, act
        settings = {name: setting(name) for name in SETTINGS}
        self._holder = Holder(kind, adr.__version__, os.getpid(), url, title, settings=settings)
        self._open: set[threading.Thread] = set()
        self._lock, self._closing = threading.Lock(), False
        self._server, self.path = _listening(workspace)
        clear_unfinished(workspace.folder)
        where = json.dumps({"socket": str(self.path), "pid": os.getpid(), "version": adr.__version__})
        with suppress(OSError):  # a workspace that cannot be written is still shown; others cannot hand over then
            write_whole(workspace.folder / _FILE, where.encode())
            (workspace.folder / _FILE).chmod(0o600)
        threading.Thread(target=self._accept, name="owner", daemon=True).start()

    def say(self, done: int, total: int | None, message: str) -> None:
        """How far the owner's own work is, for those who wait for it."""
        self._holder = replace(self._holder, done=done, total=total, message=message)

    @property
    def busy(self) -> bool:
        """Whether something that was handed over is under way."""
        with self._lock:
            return bool(self._open)

    def close(self) -> None:
        """Return when nothing that was handed over is under way, and take no more requests from that moment on."""
        while not self._closing:
            with self._lock:
                waiting = list(self._open)
                self._closing = not waiting
            for thread in waiting:
                thread.join()
        for path in (self.path, self._workspace.folder / _FILE):
            with suppress(OSError):
                path.unlink()
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:  # closed
                return
            thread = threading.Thread(target=self._serve, args=(connection,), name="owner-request", daemon=True)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError, ValueError):
            if not _same_user(connection):
                return
            line = _Line(connection)
            asked = line.receive() or {}
            if asked.get("ask") == "who":
                line.send(asdict(self._holder))
            elif asked.get("version") != adr.__version__:
                line.send({"refused": "version", "version": adr.__version__})
            else:
                self._do(line, asked)

    def _do(self, line: _Line, asked: Message) -> None:
        with self._lock:
            if self._closing:
                return
            self._open.add(threading.current_thread())
        try:
            line.send({"accepted": True})
            self._done(line, asked)
        finally:
            with self._lock:
                self._open.discard(threading.current_thread())

    def _done(self, line: _Line, asked: Message) -> None:
        gone = threading.Event()
        threading.Thread(target=_watch, args=(line, gone), name="owner-watch", daemon=True).start()
        news: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        forwarding = threading.Thread(target=_forward, args=(line, news), name="owner-news", daemon=True)
        forwarding.start()

        def progress(done: int, total: int | None, message: str) -> None:
            if gone.is_set():
                raise Cancelled
            news.put({"progress": [done, total, message]})

        last = self._outcome(asked, progress)
        news.put(None)
        forwarding.join()
        line.send(last)

    def _outcome(self, asked: Message, progress: Progress) -> Message:
        try:
            return {"answer": self._act(str(asked["name"]), asked.get("options", {}), progress)}
        except Cancelled:
            return {"cancelled": True}
        except AdrError as error:
            return {"error": [error.sentence, error.next_step]}
        except Exception as error:
            log.exception("a request failed")
            sentence = f"The program that has the workspace open failed: {error!r}."
            return {"error": [sentence, "Its log has the details."]}


def holder(workspace: Workspace) -> Holder | None:
    """Who owns the workspace's database, as it says itself; None when nobody answers."""
    connection = _connected(workspace)
    if connection is None:
        return None
    with connection:
        connection.settimeout(_ANSWER_SECONDS)
        line = _Line(connection)
        try:
            line.send({"ask": "who"})
            found = line.receive() or {}
            return Holder(**{key: found[key] for key in Holder.__dataclass_fields__ if key in found})
        except (OSError, ValueError, TypeError):
            return None


def hand_over(workspace: Workspace, name: str, options: Mapping[str, Any], progress: Progress) -> Any:
    """Have the owner of the workspace do `name` with `options`; returns its answer.

    `progress` hears how far it is; what it raises cancels the work there, and is raised again when that has ended.
    Unanswered when nobody has begun with it; AdrError when the owner is of another version or ends before it is done,
    or when the work itself ends with one.
    """
    connection = _connected(workspace)
    if connection is None:
        raise Unanswered(workspace)
    with connection:
        line = _Line(connection)
        first = _asked(line, {"ask": "do", "version": adr.__version__, "name": name, "options": dict(options)})
        if first is None:
            raise Unanswered(workspace)
        return _result(*(_heard(line, progress) if "accepted" in first else (first, None)))


def _asked(line: _Line, message: Message) -> Message | None:
    """The first answer to a message, or None where the other end has closed."""
    try:
        line.send(message)
        return line.receive()
    except (OSError, ValueError):
        return None


def _heard(line: _Line, progress: Progress) -> tuple[Message, BaseException | None]:
    """(the last message, what stopped the work from here or None); progress is passed on meanwhile."""
    stopped: BaseException | None = None
    while True:
        try:
            message = line.receive()
            if message is not None and "progress" in message and stopped is None:
                done, total, said = message["progress"]
                progress(done, total, said)
        except (Cancelled, KeyboardInterrupt) as error:
            if stopped is not None:
                raise
            stopped = error
            line.send({"cancel": True})
            continue
        except (OSError, ValueError):
            message = None
        if message is None:
            raise AdrError("The program that has the workspace open ended before it was done.", "Try again.")
        if "progress" not in message:
            return message, stopped


def _result(message: Message, stopped: BaseException | None) -> Any:
    if "answer" in message:
        return message["answer"]
    if message.get("cancelled"):
        raise stopped or Cancelled
    if message.get("refused") == "version":
        raise AdrError(
            f"The workspace is open in version {message['version']} of the program; this is {adr.__version__}.",
            "Close it there, or use the same version.",
        )
    raise AdrError(*message["error"])


def _listening(workspace: Workspace) -> tuple[socket.socket, Path]:
    """A listening socket that only this user can open, and its path; OSError where no folder can hold one.

    The path is short for any workspace: a socket's path may have some 100 bytes, a folder's many more.
    """
    fault: Exception = OSError("no folder can hold a socket")
    for folder in _runtime_folders(workspace):
        path = folder / f"{os.getpid()}-{uuid.uuid4().hex[:12]}.sock"
        if len(os.fsencode(path)) > _LONGEST_PATH:
            continue
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            _make_private(folder)
            server.bind(str(path))
            path.chmod(0o600)
            server.listen(16)
        except OSError as error:
            server.close()
            fault = error
            continue
        _sweep(folder)
        return server, path
    raise OSError(str(fault)) from fault


def _runtime_folders(workspace: Workspace) -> Iterator[Path]:
    """Folders that may hold the socket, in order; the last is below the workspace itself."""
    name = f"adr-{os.getuid()}"
    if given := os.environ.get("XDG_RUNTIME_DIR"):
        yield Path(given) / name
    with suppress(OSError):  # no temporary folder can be written
        yield Path(tempfile.gettempdir()) / name
    yield Path("/tmp") / name
    yield workspace.folder / ".owner"


def _make_private(folder: Path) -> None:
    """Make a folder that only this user can enter; OSError when it is somebody else's or open to others."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise OSError(f"{folder} is not a folder of this user alone")


def _sweep(folder: Path) -> None:
    """Remove the sockets of processes that have died: their number is not in use here, and nobody listens."""
    for path in folder.glob("*.sock"):
        with suppress(OSError, ValueError):
            try:
                os.kill(int(path.name.partition("-")[0]), 0)
            except ProcessLookupError:
                if not _answers(path):
                    path.unlink()


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asked:
        asked.settimeout(1.0)
        try:
            asked.connect(str(path))
        except ConnectionRefusedError:
            return False
        return True


def _connected(workspace: Workspace) -> socket.socket | None:
    """A connection to the owner's socket, or None if this user has no such socket."""
    try:
        where = Path(json.loads((workspace.folder / _FILE).read_text(encoding="utf-8"))["socket"])
        found = where.lstat()
        if not stat.S_ISSOCK(found.st_mode) or found.st_uid != os.getuid():
            return None
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.connect(str(where))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return connection


def _same_user(connection: socket.socket) -> bool:
    """Whether the other end runs as this user; the socket's mode says so already, where the system keeps to it."""
    if not hasattr(socket, "SO_PEERCRED"):
        return True
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return bool(struct.unpack("3i", credentials)[1] == os.getuid())


def _watch(line: _Line, gone: threading.Event) -> None:
    """Set `gone` when the asker cancels or goes away."""
    with suppress(OSError, ValueError):
        while (message := line.receive()) is not None and not message.get("cancel"):
            pass
    gone.set()


def _forward(line: _Line, news: "queue.SimpleQueue[Message | None]") -> None:
    """Send the newest progress on; what came in between is left out, so that a slow reader holds nothing up."""
    while (message := news.get()) is not None:
        while not news.empty():
            later = news.get()
            if later is None:
                return
            message = later
        try:
            line.send(message)
        except OSError:
            return
