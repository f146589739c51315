"""How long-running work reports its progress and learns that it should stop. Knows nothing of who listens."""

import time
from typing import Protocol


class Cancelled(Exception):
    """Raised out of a `Progress` call when the user has cancelled; the work undoes what is half done and re-raises."""


class Progress(Protocol):
    """Called by long work between its batches; may raise `Cancelled`."""

    def __call__(self, done: int, total: int | None, message: str) -> None:
        """Report that `done` of `total` (None: not known) units are finished; `message` says what is being done."""


def silent(done: int, total: int | None, message: str) -> None:
    """A `Progress` that nobody listens to."""


def let_pages_run() -> None:
    """Sleep for a moment, so that pages get their turn while a Python loop runs in a thread of the app.

    Such a loop holds the interpreter. Called after about every 10 ms of work, this costs the loop a tenth of its speed.
    """
    time.sleep(0.001)
