"""Ctrl-C while the main thread waits inside a library: another thread asks the library to stop, at once.

Python's own handler runs only when the call has returned, which for a query may be hours later.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

_stops: list[Callable[[], object]] = []


@contextmanager
def stopped_by_interrupt(stop: Callable[[], object]) -> Iterator[None]:
    """During the block, Ctrl-C calls `stop` in another thread. Only in the main thread, as Ctrl-C goes there."""
    if threading.current_thread() is not threading.main_thread() or not _watched():
        yield
        return
    _stops.append(stop)
    try:
        yield
    finally:
        _stops.remove(stop)


@cache
def _watched() -> bool:
    """Whether a thread of this module hears of signals; not where another library (an event loop) does."""
    ear, mouth = os.pipe()
    os.set_blocking(mouth, False)
    other = signal.set_wakeup_fd(mouth, warn_on_full_buffer=False)
    if other != -1:
        signal.set_wakeup_fd(other)
        os.close(ear)
        os.close(mouth)
        return False
    threading.Thread(target=_watch, args=(ear,), name="interrupts", daemon=True).start()
    return True


def _watch(ear: int) -> None:
    while numbers := os.read(ear, 16):
        if signal.SIGINT in numbers:
            for stop in list(_stops):
                stop()
