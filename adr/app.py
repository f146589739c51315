"""Runs the app on this machine, from any folder, until it is interrupted. Knows nothing of what its pages show."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable

from adr.errors import AdrError
from adr.process import environment, how
from adr.shipped import shipped
from adr.workspace import Workspace

HOST = "127.0.0.1"
PORTS = range(8501, 8600)
"""Tried in turn when no port is given."""
# How long the app may take to answer, and to end once it has been asked to.
_START_SECONDS, _GRACE_SECONDS = 120.0, 3.0


def run_app(workspace: Workspace, port: int | None, answers: Callable[[str], object]) -> None:
    """Run the app on `workspace` until it is interrupted; `answers` is called with its address once it answers.

    AdrError when the port cannot be used, when the app does not answer in time, or when it ends by itself with a fault.
    """
    port = _port(port)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # like an interrupt, so that the app ends too
    process = subprocess.Popen(_command(port), env=environment() | {"ADR_WORKSPACE": str(workspace.folder)})
    try:
        if _answering(process, port):
            answers(f"http://{HOST}:{port}")
        code = process.wait()
    except KeyboardInterrupt:
        return
    finally:
        _end(process)
    if code:
        raise AdrError(f"The app has ended: {how(code)}.", "The lines above say why.")


def _port(asked: int | None) -> int:
    """The port to use: the one asked for, or the first free one of PORTS."""
    if asked is not None:
        if fault := _fault(asked):
            raise AdrError(f"Port {asked} cannot be used: {fault}.", "Name another one with --port.")
        return asked
    for port in PORTS:
        if not _fault(port):
            return port
    raise AdrError(f"The ports {PORTS[0]} to {PORTS[-1]} are all in use.", "Name another one with --port.")


def _fault(port: int) -> str:
    """Why the port cannot be used; empty when it can."""
    with socket.socket() as asked:
        asked.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            asked.bind((HOST, port))
        except OSError as error:
            return os.strerror(error.errno or 0)
        except OverflowError:
            return "ports go from 1 to 65535"
    return ""


def _command(port: int) -> list[str]:
    options = {
        "server.address": HOST,
        "server.port": port,
        "logger.hideWelcomeMessage": "true",
        "logger.level": "warning",
    }
    flags = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    # -P: a file in the current folder that is named like a package must not be imported in its place.
    return [sys.executable, "-P", "-m", "streamlit", "run", str(shipped("server.py")), *flags]


def _answering(process: "subprocess.Popen[bytes]", port: int) -> bool:
    """True as soon as the app answers, False when it has ended before."""
    late = time.monotonic() + _START_SECONDS
    while process.poll() is None:
        if _healthy(port):
            return True
        if time.monotonic() > late:
            raise AdrError(f"The app does not answer on port {port}.", "The lines above may say why.")
        time.sleep(0.1)
    return False


def _healthy(port: int) -> bool:
    asked = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        asked.request("GET", "/_stcore/health")
        return asked.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Wait until the app has ended. A Ctrl-C reaches it too; in any other case it is asked, then killed."""
    for ask in (None, process.terminate, process.kill):
        if ask is not None:
            ask()
        try:
            process.wait(_GRACE_SECONDS)
            return
        except subprocess.TimeoutExpired:
            continue
