"""A Ray cluster: the one that the user has, or one on this machine for as long as it is needed.

Knows nothing of what runs on it. What two machines share is files; Ray carries only requests and short answers.
"""

import logging
import os
import secrets
import socket
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adr.errors import AdrError
from adr.settings import SETTINGS

# The least that Ray accepts is 75 MB. The answers of 100,000 tasks are 20 MB.
_OBJECT_STORE = 100_000_000
_ANSWER_SECONDS = 10.0
# Work that Ray is given at once; the rest waits here.
_AT_ONCE = 1000


class RayCluster:
    """A connection to a cluster. `close` ends it, and the Ray that was started for it on this machine.

    address: 'auto' for the cluster that this machine belongs to, HOST:PORT of its head, or None to start Ray on this
    machine alone, with `cpus` processes. AdrError when Ray is not installed or nobody answers.
    """

    def __init__(self, address: str | None = None, cpus: int | None = None) -> None:
        # Read by Ray when it is imported.
        os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
        if address is None:  # Ray listens on every interface and runs what it is sent
            os.environ.setdefault("RAY_AUTH_MODE", "token")
            if not os.environ.get("RAY_AUTH_TOKEN_PATH"):
                os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
        self.ray = _imported()
        self._own = not self.ray.is_initialized()
        if self._own:
            self._connect(address, cpus)

    def _connect(self, address: str | None, cpus: int | None) -> None:
        local = {"num_cpus": cpus or os.cpu_count(), "object_store_memory": _OBJECT_STORE, "include_dashboard": False}
        try:
            if address and address.rpartition(":")[0]:  # Ray would try for two minutes, and end this process
                host, _, port = address.rpartition(":")
                socket.create_connection((host, int(port)), timeout=_ANSWER_SECONDS).close()
            self.ray.init(
                address=address or "local",
                log_to_driver=False,
                logging_level=logging.ERROR,
                runtime_env={"env_vars": _environment()},
                **({} if address else local),
            )
        except (ConnectionError, RuntimeError, ValueError, OSError) as error:
            raise AdrError(
                f"There is no Ray cluster at {address or 'this machine'}: {str(error).splitlines()[0].split('. ')[0]}.",
                "Start it first (docs/cluster.md), or leave out --address to use this machine alone.",
            ) from error

    def memory(self, wanted: int) -> int:
        """The bytes to reserve for a task that may need `wanted`: no more than the largest machine has, since Ray
        would wait for a larger one for ever."""
        largest = max((int(node["Resources"].get("memory", 0)) for node in self.nodes()), default=0)
        return min(wanted, largest)

    def nodes(self) -> list[dict[str, Any]]:
        """The machines that are there, as Ray describes them."""
        return [node for node in self.ray.nodes() if node["Alive"]]

    def answers(self, work: Sequence[Any], remote: Any, at_once: int | None = None) -> Iterator[tuple[Any, Any]]:
        """(piece of work, reference to its answer) as the answers come, in any order. remote: called with a piece,
        returns the reference. What is under way is cancelled when the caller stops asking."""
        waiting: dict[Any, Any] = {}
        todo = iter(work)
        try:
            while True:
                while len(waiting) < (at_once or _AT_ONCE) and (piece := next(todo, None)) is not None:
                    waiting[remote(piece)] = piece
                if not waiting:
                    return
                done, _ = self.ray.wait(list(waiting), num_returns=1, fetch_local=False)
                for reference in done:
                    yield waiting.pop(reference), reference
        finally:
            for reference in waiting:
                self.ray.cancel(reference, force=True)

    def close(self) -> None:
        """End the connection; calling it twice does nothing more."""
        if self._own and self.ray.is_initialized():
            self.ray.shutdown()


def lost(error: BaseException) -> str:
    """What became of a task whose process or machine did not answer, in a sentence."""
    kinds = {
        "OutOfMemoryError": "The machine ran out of memory, and the process was ended each time.",
        "WorkerCrashedError": "The process ended unexpectedly, each time it was tried.",
        "NodeDiedError": "The machine was lost, each time it was tried.",
        "TaskCancelledError": "It was cancelled.",
    }
    names = [kind.__name__ for kind in type(error).__mro__]
    known = next((kinds[name] for name in names if name in kinds), None)
    return known or f"Ray could not do it: {str(error).strip().splitlines()[-1]}"


def _environment() -> Mapping[str, str]:
    """The settings of this machine that hold on the others too. A task has one core, so DuckDB takes one."""
    given = {name: os.environ[name] for name in SETTINGS if name in os.environ and name not in _OWN}
    return {"ADR_THREADS": "1", "ADR_MEMORY_LIMIT": "1GB", "RAY_USAGE_STATS_ENABLED": "0"} | given


# What each machine decides for itself.
_OWN = ("ADR_WORKSPACE", "ADR_THREADS", "ADR_DEVICE")


def _imported() -> Any:
    try:
        import ray
    except ImportError as error:
        raise AdrError(
            "Ray is not installed, and --engine ray needs it.", 'Install it: pip install "adr-workbench[ray]".'
        ) from error
    return ray
