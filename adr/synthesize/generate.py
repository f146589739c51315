"""Runs the workers of a plan, relays their progress and has what is finished collected meanwhile.

Starts processes; makes no picture and writes no table.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from adr.errors import AdrError
from adr.files import append_text, clear_unfinished
from adr.process import Command, Event, how, relay
from adr.progress import Progress, silent
from adr.ray_cluster import OnRay
from adr.store import Store
from adr.synthesize.claims import others_have_ended
from adr.synthesize.collect import take_in
from adr.synthesize.on_ray import RayCrew
from adr.synthesize.plan import plan_folder, plan_identity, settings_of
from adr.synthesize.plan_file import GENERATORS, WITHOUT_IMAGE, PlanFolder, PlanSettings
from adr.synthesize.settled import settled_of
from adr.synthesize.suited import with_scorer
from adr.workspace import Workspace

_COLLECT_SECONDS = 3.0
_COLLECT_SLOTS = 200


@dataclass(frozen=True)
class GenerateReport:
    """What became of a plan's candidates. made: by this call; collected: rows of `candidate` that this call added;
    failed: {reason: n}; left: neither made nor failed; seconds_each: per candidate made by this call, over all workers,
    without loading the models."""

    plan: int
    candidates: int
    made: int
    collected: int
    finished: int
    failed: Mapping[str, int]
    left: int
    seconds_each: float | None
    seconds: float


def generate(
    store: Store,
    workspace: Workspace,
    plan: int,
    *,
    generator: str | None = None,
    workers: int = 1,
    limit: int | None = None,
    on_ray: OnRay | None = None,
    progress: Progress = silent,
) -> GenerateReport:
    """Make the candidates of `plan` that have not been made; candidates that failed before are tried again. Every few
    seconds, the slots that are complete become rows of `candidate`; what they are nearest to is left to `collect`.

    workers: processes, one per GPU. limit: stop after about this many candidates. on_ray: the workers run on that
    cluster, which sees the workspace's folder, instead of here. A cancel ends the workers and raises
    `Cancelled`; finished candidates stay, and the next call continues from there. AdrError when workers stop for a
    reason that a person can mend.
    """
    settings = settings_of(store, plan)
    if generator is not None and generator not in GENERATORS:
        raise AdrError(f"There is no generator {generator!r}.", f"Choose one of {', '.join(GENERATORS)}.")
    if generator not in (None, settings.generator) and {generator, settings.generator} & set(WITHOUT_IMAGE):
        raise AdrError(
            f"Plan {plan} is for {settings.generator}; {generator} needs another.",
            f"Make a plan with the generator {generator}.",
        )
    folder = plan_folder(workspace, plan)
    folder.head()
    if folder.identity() != plan_identity(store, plan):
        raise AdrError(
            f"The folder of plan {plan} holds a plan that was made for another run or index.", "Make a new plan."
        )
    clear_unfinished(folder.folder, *folder.places(), folder.claims)
    for record in folder.failures().values():
        record.unlink(missing_ok=True)
    total = int(store.value("select candidates from plan where plan = $1", [plan]))
    known = settled_of(folder)
    before = known.finished
    started = time.monotonic()
    if total > before and settings.scorer_fit is None:  # made by a version that did not ask the scorer
        with_scorer(store, workspace, settings, asked=True, progress=progress)
    collector = Collector(store, workspace, settings)
    size = max(1, min(workers, total - before))
    crew: _Crew | RayCrew
    if on_ray is None:
        crew = _Crew(folder, collector, min(size, 64), generator, limit)
    else:
        crew = RayCrew(folder, on_ray, size, collector.hear, generator=generator, limit=limit)
    if total > before:
        progress(0, total - before, "loading the models")
        crew.run(total - before, progress)
        if limit is None and others_have_ended(folder.claims) and not known.all_of_them():
            crew.run(total - before, progress)
        collector.look()
    collector.take_in()
    found = settled_of(folder)
    return GenerateReport(
        plan=settings.plan,
        candidates=total,
        made=found.finished - before,
        collected=collector.collected,
        finished=found.finished,
        failed=found.reasons(),
        left=total - found.finished - found.failed,
        seconds_each=crew.seconds_each,
        seconds=round(time.monotonic() - started, 1),
    )


def _rate(seconds: float | None) -> str:
    """', 80 a minute', or an empty string while the rate is unknown."""
    if not seconds:
        return ""
    return f", {60 / seconds:,.0f} a minute" if seconds <= 30 else f", {3600 / seconds:,.0f} an hour"


class Collector:
    """Has finished slots collected while the workers go on: the first one at once, then every few seconds."""

    def __init__(self, store: Store, workspace: Workspace, settings: PlanSettings) -> None:
        self.store, self.workspace, self.settings = store, workspace, settings
        self.folder = plan_folder(workspace, settings.plan)
        self.touched = self._left()
        self.collected = 0
        self.next = 0.0

    def _left(self) -> set[int]:
        """The slots with finished candidates that are not rows yet, as when an earlier call was killed."""
        known = set(self.store.rows("select slot, alternative from candidate where plan = $1", [self.settings.plan]))
        return {key[0] for key in self.folder.finished() if key not in known}

    def look(self) -> None:
        """Note the slots that other calls have finished meanwhile."""
        self.touched |= self._left()

    def hear(self, event: Event) -> None:
        """Note the slot of a finished candidate; collect when it is time or when many wait."""
        if event.get("event") in ("made", "failed"):
            self.touched.add(int(event["slot"]))
        if self.touched and (time.monotonic() >= self.next or len(self.touched) >= _COLLECT_SLOTS):
            self.take_in()

    def take_in(self) -> None:
        """Collect the slots that are complete, so that each shows the best of its candidates from the start."""
        complete = sorted(slot for slot in self.touched if self._settled(slot))
        keys = [(slot, a) for slot in complete for a in self._alternatives if self.folder.sidecar(slot, a).exists()]
        if keys:
            self.collected += take_in(self.store, self.workspace, self.settings.plan, keys).rows
            self.next = time.monotonic() + _COLLECT_SECONDS
        self.touched.difference_update(complete)

    @property
    def _alternatives(self) -> range:
        return range(self.settings.per_slot)

    def _settled(self, slot: int) -> bool:
        return all(
            self.folder.sidecar(slot, a).exists() or self.folder.failure(slot, a).exists() for a in self._alternatives
        )


class _Crew:
    """The worker processes of one call."""

    def __init__(
        self, folder: PlanFolder, collector: "Collector", size: int, generator: str | None, limit: int | None
    ) -> None:
        self.collector = collector
        self.folder, self.size, self.generator, self.limit = folder, size, generator, limit
        self.done = 0
        self.made = 0
        self.began = self.last = 0.0

    @property
    def seconds_each(self) -> float | None:
        """Seconds per candidate, from the beginning of the first batch to the last candidate; None before there is
        one."""
        return round((self.last - self.began) / self.made, 3) if self.made else None

    def run(self, total: int, progress: Progress) -> None:
        """Start the workers and wait until all have ended; AdrError when every one of them stopped early."""
        message = "loading the models"

        def hear(event: Event) -> None:
            nonlocal message
            message = self._take(event) or message
            self.collector.hear(event)
            progress(self.done, total, message)

        codes = relay([self._command(number) for number in range(self.size)], hear)
        self.collector.take_in()
        lost = [code for code in codes if code]
        if len(lost) == len(codes):
            raise AdrError(
                f"The worker ended unexpectedly ({how(lost[0])}). Finished candidates are kept.",
                f"Resume. If it happens again, read {self._log(0)}.",
            )

    def _command(self, number: int) -> Command:
        arguments = [str(self.folder.folder), "--number", str(number)]
        if self.generator:
            arguments += ["--generator", self.generator]
        if self.limit:
            arguments += ["--limit", str(self.limit)]
        return Command("adr.synthesize.worker", arguments, self._log(number))

    def _log(self, number: int) -> Path:
        return self.folder.folder / f"worker-{number}.log"

    def _take(self, event: Event) -> str:
        """Note a worker's event; returns the progress message for it, or an empty string."""
        kind = event.get("event")
        if kind == "made":
            self.done += 1
            append_text(self.folder.diary, f"{event['candidate']}\n")
            self.made += 1
            self.last = time.monotonic()
            self.began = self.began or self.last - event["seconds"] * event["together"]
            return f"making candidates{_rate(self.seconds_each)}"
        if kind == "failed":
            self.done += 1
        elif kind in ("loading", "smaller_batch"):
            return str(event["message"])
        return ""
