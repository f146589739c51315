"""Progress on standard error: on a terminal a bar with count, rate and time left, elsewhere a line now and then."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from adr.cli import output
from adr.cli.clean import clean
from adr.figures import number_words, time_words
from adr.progress import Progress, silent

# Least seconds between two lines where there is no terminal: with the same message, and with a new one.
_APART, _APART_NEW = 5.0, 1.0
_SETTLED = 2.0  # seconds of work after which a rate is shown


@dataclass
class Pace:
    """How fast the work under one message goes. first: how much was done when the message first appeared."""

    message: str
    first: int
    started: float

    def words(self, done: int, total: int | None, now: float) -> str:
        """'1,200 of 60,000, 312 per s, 3 min left'; without rate and time left until they can be estimated, and empty
        where nothing is counted."""
        said = f"{done:,} of {total:,}" if total else f"{done:,}" if done else ""
        elapsed, advanced = now - self.started, done - self.first
        if elapsed < _SETTLED or advanced <= 0:
            return said
        said += f", {_rate(advanced / elapsed)}"
        return f"{said}, {time_words(elapsed * (total - done) / advanced)} left" if total and done < total else said


def _rate(per_second: float) -> str:
    return f"{number_words(per_second, 2)} per s" if per_second >= 1 else f"{number_words(1 / per_second, 2)} s each"


class Listeners(list[Progress]):
    """A `Progress` that several hear, in order."""

    def __call__(self, done: int, total: int | None, message: str) -> None:
        """See `adr.progress.Progress`."""
        for listener in self:
            listener(done, total, message)


@contextmanager
def shown_progress(quiet: bool = False) -> Iterator[Progress]:
    """A `Progress` shown on standard error and cleared at the end; quiet: one that shows nothing."""
    if quiet:
        yield silent
        return
    shown = _Bar() if sys.stderr.isatty() and os.environ.get("TERM") not in ("dumb", "unknown") else _Lines()
    try:
        yield shown
    finally:
        shown.close()


class _Lines:
    """A line every few seconds."""

    def __init__(self) -> None:
        self.pace: Pace | None = None
        self.said, self.named = time.monotonic(), ""

    def __call__(self, done: int, total: int | None, message: str) -> None:
        """See `adr.progress.Progress`."""
        now = time.monotonic()
        if self.pace is None or self.pace.message != message:
            self.pace = Pace(message, done, now)
        if now - self.said >= (_APART if message == self.named else _APART_NEW):
            self.said, self.named = now, message
            output.tell(f"{message} {self.pace.words(done, total, now)}".rstrip())

    def close(self) -> None:
        """Nothing is left to clear."""


class _Bar:
    """A bar that is redrawn in place and removed at the end."""

    def __init__(self) -> None:
        from rich import progress

        self.bars = progress.Progress(
            progress.TextColumn("{task.description}", markup=False),
            progress.BarColumn(24, complete_style="cyan", finished_style="cyan", pulse_style="cyan"),
            progress.TextColumn("{task.fields[pace]}", markup=False),
            console=output.console_of(sys.stderr),
            transient=True,
        )
        self.pace: Pace | None = None
        self.task = progress.TaskID(0)

    def __call__(self, done: int, total: int | None, message: str) -> None:
        """See `adr.progress.Progress`."""
        now = time.monotonic()
        if self.pace is None:
            self.bars.start()
        if self.pace is None or self.pace.message != message:
            self.pace = Pace(message, done, now)
            self._named(clean(message))
        words = self.pace.words(done, total, now)
        self.bars.update(self.task, completed=done, total=total, pace=words)

    def _named(self, message: str) -> None:
        for task in self.bars.task_ids:
            self.bars.remove_task(task)
        self.task = self.bars.add_task(message, total=None, pace="")

    def close(self) -> None:
        """Clear the bar."""
        self.bars.stop()
