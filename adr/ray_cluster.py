"""A Ray cluster: the one that the user has, or one on this machine for as long as it is needed.

Knows nothing of what runs on it. What two machines share is files; Ray carries only requests and short answers.
"""

import logging
import os
import secrets
import socket
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adr.errors import AdrError
from adr.settings import SETTINGS

# The least that Ray accepts is 75 MB. The answers of 100,000 tasks are 20 MB.
_OBJECT_STORE = 100_000_000
_ANSWER_SECONDS = 10.0
_RESTARTS = 3
# Work that Ray is given at once; the rest waits here.
_AT_ONCE = 1000


@dataclass(frozen=True)
class OnRay:
    """Where models work on pictures. address: 'auto', HOST:PORT, or None for Ray on this machine alone; gpus: of each
    worker (0.5: two share one); None for one where the cluster has any; workers: at most so many."""

    address: str | None = None
    gpus: float | None = None
    workers: int = 1


class RayCluster:
    """A connection to a cluster. `close` ends it, and the Ray that was started for it on this machine.

    address: 'auto' for the cluster that this machine belongs to, HOST:PORT of its head, or None to start Ray on this
    machine alone, with `cpus` processes. AdrError when Ray is not installed or nobody answers.
    """

    def __init__(self, address: str | None = None, cpus: int | None = None) -> None:
        # Read by Ray when it is imported.
        os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
        self._set: list[str] = []
        self._own = not ("ray" in sys.modules and _imported().is_initialized())
        if self._own and address is None:  # Ray listens on every interface and runs what it is sent
            self._set_token()
        self.ray = _imported()
        if self._own:
            self._connect(address, cpus)

    def _set_token(self) -> None:
        """Have the Ray that this process starts take work only from those who know a random token."""
        token = {"RAY_AUTH_MODE": "token"}
        if not os.environ.get("RAY_AUTH_TOKEN_PATH"):
            token["RAY_AUTH_TOKEN"] = secrets.token_hex(32)
        self._set = [name for name in token if name not in os.environ]
        os.environ.update({name: token[name] for name in self._set})

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

    def actors(self, kind: type, given: Sequence[Any], where: OnRay) -> list[Any]:
        """Actors `kind(*given)` on different machines, no more than the cluster has GPUs for, or cores where they take
        no GPU. One that is lost is started again, three times. AdrError when there are too few GPUs for one."""
        there = self.ray.cluster_resources()
        gpus = where.gpus if where.gpus is not None else float(there.get("GPU", 0) > 0)
        if gpus > there.get("GPU", 0):
            raise AdrError(
                f"The Ray cluster has {there.get('GPU', 0):g} GPUs, and a worker wants {gpus:g}.",
                "Start machines with GPUs, or give --gpus 0 to work on CPUs.",
            )
        fitting = int(there["GPU"] / gpus) if gpus else int(there.get("CPU", 1))
        remote = self.ray.remote(kind).options(
            num_cpus=1, num_gpus=gpus, max_restarts=_RESTARTS, max_task_retries=_RESTARTS, scheduling_strategy="SPREAD"
        )
        return [remote.remote(*given) for _ in range(max(1, min(where.workers, fitting)))]

    def shared(self, pieces: Iterable[Any], actors: Sequence[Any], call: str) -> Iterator[Any]:
        """What the method `call` of some actor answers to each piece, as answers come. A piece whose actor is lost is
        given to it again once it is restarted. AdrError when an actor raises one, or is lost for good; the actors end
        with the last answer, or when the caller stops asking."""
        idle, todo, busy = list(actors), iter(pieces), dict[Any, Any]()
        try:
            while True:
                while idle and (piece := next(todo, None)) is not None:
                    actor = idle.pop()
                    busy[getattr(actor, call).remote(piece)] = actor
                if not busy:
                    return
                (done,), _ = self.ray.wait(list(busy), num_returns=1)
                idle.append(busy.pop(done))
                yield self._answer(done)
        finally:
            for actor in actors:
                self.ray.kill(actor)

    def _answer(self, reference: Any) -> Any:
        try:
            return self.ray.get(reference)
        except self.ray.exceptions.RayError as error:
            if isinstance(cause := getattr(error, "cause", None), AdrError):
                raise cause from error
            raise AdrError(lost(error), "What was finished is kept: the same command continues.") from error

    def close(self) -> None:
        """End the connection, and the token of the Ray that was started here; calling it twice does nothing more."""
        if self._own and self.ray.is_initialized():
            self.ray.shutdown()
        for name in self._set:
            os.environ.pop(name, None)


def lost(error: BaseException) -> str:
    """What became of a task whose process or machine did not answer, in a sentence."""
    kinds = {
        "OutOfMemoryError": "The machine ran out of memory, and the process was ended each time.",
        "ActorDiedError": "A worker ended unexpectedly, each time it was started.",
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
