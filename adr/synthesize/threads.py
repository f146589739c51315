"""How many threads a worker's arithmetic takes on a CPU: as many as find a free core.

The threads of one operation wait for each other: when one of them gets no core, the others spin and little gets done.
The number is settled once, since what a picture is rounded to depends on it. Knows nothing of workers or models.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager


def threads(most: int, load: float, cores: int) -> int:
    """1 … `most`: the cores that others leave free. load: tasks of others that run or wait for a core."""
    return max(1, min(most, round(cores - load)))


def take_free_cores(most: int | None = None) -> int:
    """Settle the number of PyTorch's threads and return it: the free cores, at most `most` or OMP_NUM_THREADS."""
    import torch

    most = torch.get_num_threads() if most is None else most
    try:
        load = os.getloadavg()[0]
    except (OSError, AttributeError):  # a system that tells no load
        load = 0.0
    torch.set_num_threads(found := threads(most, load, os.cpu_count() or 1))
    return found


@contextmanager
def one_thread(wanted: bool = True) -> Iterator[None]:
    """During the block PyTorch takes one thread, so that rounding does not depend on their number; only if `wanted`."""
    if not wanted:
        yield
        return
    import torch

    former = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(former)
