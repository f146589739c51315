"""Runs the workers of a plan and relays their progress. Starts processes; makes no picture and writes no table."""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from adr.errors import AdrError
from adr.files import append_text
from adr.process import Command, Event, how, relay
from adr.progress import Progress, silent
from adr.store import Store
from adr.synthesize.plan import plan_folder, plan_identity, settings_of
from adr.synthesize.plan_file import GENERATORS, NO_SCORER, WITHOUT_IMAGE, PlanFolder
from adr.synthesize.source_images import embed_sources
from adr.workspace import Workspace


@dataclass(frozen=True)
class GenerateReport:
    """What became of a plan's candidates. made: by this call; failed: {reason: n}; left: neither made nor failed;
    seconds_each: per candidate made by this call, over all workers, without loading the models."""

    plan: int
    candidates: int
    made: int
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
    progress: Progress = silent,
) -> GenerateReport:
    """Make the candidates of `plan` that have not been made; candidates that failed before are tried again.

    workers: processes, one per GPU. limit: stop after about this many candidates. A cancel ends the workers and raises
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
    for record in folder.failures().values():
        record.unlink(missing_ok=True)
    total = int(store.value("select candidates from plan where plan = $1", [plan]))
    before = len(folder.finished())
    started = time.monotonic()
    crew = _Crew(folder, max(1, min(workers, total - before, 64)), generator, limit)
    if total > before:
        progress(0, total - before, "loading the models")
        crew.run(total - before, progress)
    if limit is None and settings.scorer != NO_SCORER:
        embed_sources(store, workspace, settings.scorer, progress=progress)
    finished, failed = len(folder.finished()), failures_by_reason(folder)
    return GenerateReport(
        plan=settings.plan,
        candidates=total,
        made=finished - before,
        finished=finished,
        failed=failed,
        left=total - finished - sum(failed.values()),
        seconds_each=crew.seconds_each,
        seconds=round(time.monotonic() - started, 1),
    )


def failures_by_reason(folder: PlanFolder) -> dict[str, int]:
    """{reason: number of candidates that could not be made}."""
    return dict(sorted(Counter(reason for reason, _ in folder.failed().values()).items()))


def _rate(seconds: float | None) -> str:
    """', 80 a minute', or an empty string while the rate is unknown."""
    if not seconds:
        return ""
    return f", {60 / seconds:,.0f} a minute" if seconds <= 30 else f", {3600 / seconds:,.0f} an hour"


class _Crew:
    """The worker processes of one call."""

    def __init__(self, folder: PlanFolder, size: int, generator: str | None, limit: int | None) -> None:
        self.folder, self.size, self.generator, self.limit = folder, size, generator, limit
        self.done = 0
        self.first = self.last = 0.0

    @property
    def seconds_each(self) -> float | None:
        """Seconds between candidates, from the first to the last; None for fewer than two."""
        return round((self.last - self.first) / (self.done - 1), 3) if self.done > 1 else None

    def run(self, total: int, progress: Progress) -> None:
        """Start the workers and wait until all have ended; AdrError when every one of them stopped early."""
        message = "loading the models"

        def hear(event: Event) -> None:
            nonlocal message
            message = self._take(event) or message
            progress(self.done, total, message)

        codes = relay([self._command(number) for number in range(self.size)], hear)
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
            self.last = time.monotonic()
            self.first = self.first or self.last
            return f"making candidates{_rate(self.seconds_each)}"
        if kind == "failed":
            self.done += 1
        elif kind in ("loading", "smaller_batch"):
            return str(event["message"])
        return ""
