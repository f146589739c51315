"""Long work in the process that owns a workspace: its state in a row, progress in memory, cancel by a flag.

Knows nothing of what the work is. Work that computes in Python must run in a separate process that the thread watches
(see adr.synthesize.worker); a thread that computes in Python would hold up every page.
"""

import dataclasses
import json
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from adr.errors import AdrError
from adr.faults import meaning
from adr.progress import Cancelled, Progress, silent
from adr.store import Store

log = logging.getLogger(__name__)


@dataclass
class Job:
    """One piece of long work and how far it is."""

    job: int
    kind: str
    title: str
    state: str = "running"
    done: int = 0
    total: int | None = None
    message: str = ""
    started: float = field(default_factory=time.monotonic)
    outcome: Any = None
    error: AdrError | None = None
    cancel_asked: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None

    @property
    def share(self) -> float | None:
        """The part that is done, 0..1, or None while the total is not known."""
        return min(1.0, self.done / self.total) if self.total else None

    @property
    def seconds_left(self) -> float | None:
        """An estimate from the mean rate so far, or None while there is nothing to estimate from."""
        elapsed = time.monotonic() - self.started
        if not self.total or self.done <= 0 or elapsed < 1:
            return None
        return max(0.0, elapsed * (self.total - self.done) / self.done)

    def cancel(self) -> None:
        """Ask the work to stop at its next progress call."""
        self.cancel_asked.set()


class Jobs:
    """The jobs of one store in this process. Making it sets rows that a dead process left running to interrupted."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._lock = threading.Lock()
        self._jobs: dict[int, Job] = {}
        self.begun = 0
        """How many jobs have been started; a page that has seen fewer is out of date."""
        self._set_interrupted()

    def _set_interrupted(self) -> None:
        """A workspace opens for looking even where the row cannot be written: read-only, or with a full disk."""
        try:
            self.store.execute(
                "update job set state = 'interrupted', finished_at = $1 where state = 'running'", [_now()]
            )
        except AdrError as error:
            log.warning("Interrupted jobs are not marked as such. %s", error.sentence)

    def start(self, kind: str, title: str, work: Callable[[Progress], Any]) -> Job:
        """Start `work(progress)` in a thread and return its job; AdrError when a job of this kind is running."""
        job = self._begin(kind, title)
        job.thread = threading.Thread(target=self._run, args=(job, work), name=f"job-{job.job}-{kind}", daemon=True)
        job.thread.start()
        return job

    def run(self, kind: str, title: str, work: Callable[[Progress], Any], heard: Progress) -> Any:
        """Do `work(progress)` as a job in this thread and return its result; `heard` hears its progress as well.

        AdrError when a job of this kind is running or the work fails, Cancelled when it is cancelled.
        """
        job = self._begin(kind, title)
        self._run(job, work, heard)
        if job.error is not None:
            raise job.error
        if job.state == "cancelled":
            raise Cancelled
        return job.outcome

    def _begin(self, kind: str, title: str) -> Job:
        with self._lock:
            if self.running(kind):
                raise AdrError(f"{title}: work of this kind is already running.", "Wait for it or cancel it.")
            number = int(self.store.value("select coalesce(max(job), 0) + 1 from job"))
            job = Job(number, kind, title)
            self.store.execute(
                "insert into job (job, kind, title, state, done, started_at) values ($1, $2, $3, 'running', 0, $4)",
                [number, kind, title, _now()],
            )
            self._jobs[number] = job
            self.begun += 1
        return job

    def running(self, kind: str | None = None) -> list[Job]:
        """Jobs under way, of one kind or of all."""
        return [j for j in list(self._jobs.values()) if j.state == "running" and kind in (None, j.kind)]

    def latest(self, kind: str) -> Job | None:
        """The newest job of a kind started in this process, or None."""
        found = [j for j in list(self._jobs.values()) if j.kind == kind]
        return found[-1] if found else None

    def _fault(self, job: Job, error: Exception) -> AdrError:
        """The sentence for a fault of this program."""
        log.exception("job %s (%s) failed", job.job, job.kind)
        return AdrError(
            f"{job.title} stopped on an unexpected fault: {error!r}.", "The log has the details; please report it."
        )

    def _run(self, job: Job, work: Callable[[Progress], Any], heard: Progress = silent) -> None:
        def progress(done: int, total: int | None, message: str) -> None:
            job.done, job.total, job.message = done, total, message
            heard(done, total, message)
            if job.cancel_asked.is_set():
                raise Cancelled()

        try:
            job.outcome = work(progress)
            state = "done"
        except Cancelled:
            state = "cancelled"
        except Exception as error:
            job.error, state = meaning(error) or self._fault(job, error), "failed"
        outcome = (
            {"sentence": job.error.sentence, "next_step": job.error.next_step}
            if job.error
            else dataclasses.asdict(job.outcome)
            if dataclasses.is_dataclass(job.outcome) and not isinstance(job.outcome, type)
            else None
        )
        try:
            self.store.execute(
                "update job set state = $1, done = $2, total = $3, message = $4, outcome = $5, finished_at = $6 "
                "where job = $7",
                [state, job.done, job.total, job.message, json.dumps(outcome, default=str), _now(), job.job],
            )
        except Exception:
            log.exception("the end of job %s could not be written", job.job)
        job.state = state  # last: a page that sees the end must find the outcome


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
