"""Workers of a plan on the machines of a Ray cluster, each an actor with its models loaded.

The folder of the plan is on every machine at the same path. What was made is read from it, and claims there keep two
workers from making one candidate, so that nothing depends on what Ray remembers.
"""

import json
import os
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from adr.errors import AdrError
from adr.faults import meaning
from adr.files import append_text
from adr.names import candidate_name
from adr.process import Event
from adr.progress import Progress
from adr.ray_cluster import OnRay, RayCluster
from adr.synthesize.plan_file import PlanFolder
from adr.synthesize.settled import settled_of

_LOOK_SECONDS = 2.0


class RayCrew:
    """The actors of one call. hear: called for each candidate that is there, and now and then with an empty event."""

    def __init__(
        self,
        folder: PlanFolder,
        where: OnRay,
        size: int,
        hear: Callable[[Event], object],
        *,
        generator: str | None = None,
        limit: int | None = None,
    ) -> None:
        self.folder, self.where, self.size, self.hear = folder, where, size, hear
        self.generator, self.limit = generator, limit
        self.made = 0
        self.began = self.last = 0.0

    @property
    def seconds_each(self) -> float | None:
        """Seconds per candidate over all workers, from the first candidate to the last; None before there are two."""
        return round((self.last - self.began) / (self.made - 1), 3) if self.made > 1 else None

    def run(self, total: int, progress: Progress) -> None:
        """Start the actors and wait until all have ended; AdrError when every one of them stopped early."""
        cluster = RayCluster(self.where.address)
        try:
            actors = self._actors(cluster)
            self._wait(cluster.ray, actors, total, progress)
        finally:
            cluster.close()

    def _actors(self, cluster: RayCluster) -> list[Any]:
        given = (str(self.folder.folder), self.generator, self.limit)
        return cluster.actors(Maker, given, replace(self.where, workers=self.size))

    def _wait(self, ray: Any, actors: list[Any], total: int, progress: Progress) -> None:
        """Relay what is made until every actor has ended. An actor is ended as soon as it is done: others may wait for
        its GPU."""
        known = settled_of(self.folder)
        working = {actor.work.remote(): actor for actor in actors}
        ended: list[AdrError | None] = []
        try:
            while working:
                done, _ = ray.wait(list(working), timeout=_LOOK_SECONDS)
                self._tell_of(known.look())
                self.hear({})
                progress(self.made + known.failed, total, "making candidates" if self.made else "loading the models")
                for reference in done:
                    ended.append(_how(ray, reference))
                    ray.kill(working.pop(reference))
        finally:
            for actor in working.values():
                ray.kill(actor)
        self._tell_of(known.look())
        stopped = [fault for fault in ended if fault is not None]
        if stopped and len(stopped) == len(ended):
            raise stopped[0]

    def _tell_of(self, keys: list[tuple[int, int]]) -> None:
        plan = self.folder.head()[0].plan if keys else 0
        for slot, alternative in keys:
            self.made += 1
            self.last = time.monotonic()
            self.began = self.began or self.last
            name = candidate_name(plan, slot, alternative)
            append_text(self.folder.diary, f"{name}\n")
            self.hear({"event": "made", "slot": slot, "candidate": name})


class Maker:
    """The actor: one worker on one plan. Restarted on another machine, it goes on with what is left."""

    def __init__(self, folder: str, generator: str | None, limit: int | None) -> None:
        self.folder, self.generator, self.limit = Path(folder), generator, limit

    def work(self) -> tuple[str, str] | None:
        """Make what is left until nothing is; the sentence and the next step of what stopped it, if something did."""
        from adr.synthesize.work import worker_of

        log = self.folder / f"worker-{socket.gethostname()}-{os.getpid()}.log"

        def tell(event: Event) -> None:
            append_text(log, json.dumps(event, ensure_ascii=False) + "\n")

        try:
            worker_of(self.folder, tell, generator=self.generator, limit=self.limit).run()
        except (AdrError, OSError) as error:
            if (said := meaning(error)) is None:
                raise
            return said.sentence, said.next_step
        return None


def _how(ray: Any, reference: Any) -> AdrError | None:
    """What stopped an actor early; None when nothing did."""
    try:
        said = ray.get(reference)
    except ray.exceptions.RayError as error:
        return AdrError(
            f"The workers ended unexpectedly: {str(error).strip().splitlines()[-1]} Finished candidates are kept.",
            "Resume. If it happens again, read the files worker-*.log in the folder of the plan.",
        )
    return AdrError(*said) if said else None
