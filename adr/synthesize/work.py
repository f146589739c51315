"""A worker of a plan in this process, beside those of other machines that share the folder.

Never opens the database.
"""

import time
from dataclasses import dataclass
from pathlib import Path

from adr.errors import AdrError
from adr.process import Event
from adr.progress import Progress, silent
from adr.synthesize.claims import others_have_ended
from adr.synthesize.plan_file import RETRIEVE, PlanFolder
from adr.synthesize.retriever import Retriever
from adr.synthesize.settled import settled_of
from adr.synthesize.worker import Tell, Worker


@dataclass(frozen=True)
class WorkReport:
    """What a worker did and what is left of its plan. made: by this worker; finished, failed ({reason: n}) and left: by
    all workers so far; seconds: of this worker, with loading the models."""

    folder: str
    candidates: int
    made: int
    finished: int
    failed: dict[str, int]
    left: int
    seconds: float


def worker_of(
    folder: Path, tell: Tell, *, generator: str | None = None, device: str | None = None, limit: int | None = None
) -> Worker:
    """The worker that suits the plan in a folder; AdrError without a plan."""
    plan = PlanFolder(folder)
    settings, _ = plan.head()
    kind = Retriever if settings.generator == RETRIEVE else Worker
    return kind(plan, tell, generator=generator, device=device, limit=limit)


def work(
    folder: Path, *, device: str | None = None, limit: int | None = None, progress: Progress = silent
) -> WorkReport:
    """Make what is left of the plan in `folder` until nothing is left or `limit` candidates are made.

    Slots that other workers hold are left to them; those of a worker that has been silent for two minutes are made
    here. What failed before stays so: `generate` tries it again. AdrError without a plan or models.
    """
    if not folder.is_dir():
        raise AdrError(f"There is no folder {folder}.", "Give the folder of a plan: WORKSPACE/plans/N.")
    plan, began = PlanFolder(folder), time.monotonic()
    before = settled_of(plan)
    heard = _Heard(before.candidates - before.finished, progress)
    made = worker_of(folder, heard.hear, device=device, limit=limit).run()
    if limit is None and others_have_ended(plan.claims) and not before.all_of_them():
        made += worker_of(folder, heard.hear, device=device).run()
    found = settled_of(plan)
    left = found.candidates - found.finished - found.failed
    seconds = round(time.monotonic() - began, 1)
    return WorkReport(str(folder), found.candidates, made, found.finished, found.reasons(), left, seconds)


class _Heard:
    """Turns a worker's events into progress."""

    def __init__(self, total: int, progress: Progress) -> None:
        self.total, self.progress, self.done, self.message = total, progress, 0, "making candidates"

    def hear(self, event: Event) -> None:
        self.done += event.get("event") in ("made", "failed")
        self.message = str(event.get("message", "making candidates"))
        self.progress(self.done, self.total, self.message)
