"""The tasks of a run over shards on a Ray cluster.

Stages read and write files in the folder of the shards, which every machine must see at the same path; Ray carries only
each task and its outcome. A machine that is lost costs the tasks it was at, which others do again; when the driver is
lost, starting it again goes on, since what is done is on disk.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from adr.ray_cluster import RayCluster, lost
from adr.shards.engines import TRIES, Work
from adr.shards.shard_run import GLOBAL, ShardRun, Task
from adr.shards.shard_set import ShardSet
from adr.shards.tasks import NOT_MADE, Outcome, perform, set_aside

_SHARD_MEMORY = 2_000_000_000  # 1.4 GB were measured with 50,000 records
_BYTES_PER_RECORD = 32  # of a task over all shards, which holds some numbers per record


class RayEngine:
    """Does tasks on the cluster at `address`: 'auto', HOST:PORT, or None for Ray on this machine alone.

    workers: tasks at a time; as many as the cluster has cores when it is None. work: what does a task, a function that
    the other machines can import.
    """

    def __init__(self, address: str | None = None, workers: int | None = None, work: Work = perform) -> None:
        self.cluster = RayCluster(address, workers)
        self.workers, self.work = workers, work

    def run(self, run: ShardRun, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """As `ShardEngine.run`."""
        remote = self.cluster.ray.remote(_done)
        same = {"num_cpus": 1, "max_retries": TRIES - 1, "scheduling_strategy": "SPREAD"}
        whole = ShardSet.at(Path(run.folder)).records
        of_all = self.cluster.memory(_SHARD_MEMORY + _BYTES_PER_RECORD * whole)
        of_one = self.cluster.memory(_SHARD_MEMORY)

        def send(task: Task) -> Any:
            memory = of_all if task.shard == GLOBAL else of_one
            options = same | {"memory": memory, "name": f"{task.stage} {task.shard}"}
            return remote.options(**options).remote(self.work, run, task)

        for task, reference in self.cluster.answers(tasks, send, self.workers):
            yield self._outcome(run, task, reference)

    def _outcome(self, run: ShardRun, task: Task, reference: Any) -> Outcome:
        try:
            found: Outcome = self.cluster.ray.get(reference)
        except self.cluster.ray.exceptions.RayError as error:
            return set_aside(run, Outcome(task, NOT_MADE, lost(error)))
        return found

    def close(self) -> None:
        """Leave the cluster; Ray that was started on this machine for it ends."""
        self.cluster.close()


def _done(work: Work, run: ShardRun, task: Task) -> Outcome:
    return work(run, task)
