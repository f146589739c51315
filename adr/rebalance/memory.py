"""How much memory an engine takes, said before it is loaded. Loads nothing."""

from adr.figures import size_words
from adr.rebalance.sample import sample_rows
from adr.store import Store

# Measured at 665,298 and 2,000,000 instances with 42.5 postings each, which take 0.58 KB per further instance.
_PER_POSTING, _PER_INSTANCE = 8, 240


def engine_bytes(store: Store) -> int:
    """About how many bytes an engine over the workspace's postings takes."""
    postings = int(store.value("select coalesce(sum(n), 0) from entity"))
    return _PER_POSTING * postings + _PER_INSTANCE * int(store.value("select count(*) from instance"))


def rows_that_fit(store: Store) -> int | None:
    """How many of the workspace's instances fit into ADR_ENGINE_GB, as `sample_rows` rounds; None where all do."""
    return sample_rows(int(store.value("select count(*) from instance")), engine_bytes(store))


def free_bytes() -> int | None:
    """How many bytes of memory new work may take on this machine; None where it does not say."""
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:
            kilobytes = next(line.split()[1] for line in lines if line.startswith("MemAvailable:"))
        return int(kilobytes) << 10
    except (OSError, StopIteration, ValueError):
        return None


def fits(needed: int, free: int | None) -> bool:
    """Whether an engine of `needed` bytes is known to fit into what is free."""
    return free is not None and needed < free


def run_words(instances: int, needed: int, free: int | None) -> str:
    """What a run takes that is written from a page which shows a sample, or where else to write it, in sentences."""
    said = f"The board shows a sample; a run is decided over all {instances:,} instances."
    if fits(needed, free):
        return f"{said} It takes about {size_words(needed)} of memory while it is written."
    here = "" if free is None else f", and {size_words(free)} are free here"
    return (
        f"{said} That takes about {size_words(needed)} of memory{here}. Download the recipe and run "
        "`adr rebalance --recipe FILE` on a machine with more, or `adr shards run DIR --recipe FILE` in shards."
    )


def memory_words(needed: int, free: int | None) -> str:
    """What an engine of `needed` bytes takes, in a sentence; '' where that is less than half of what is free."""
    if free is None or 2 * needed < free:
        return ""
    said = f"The postings take about {needed / 1e9:.1f} GB of memory, and {free / 1e9:.1f} GB are free."
    return said if needed < free else f"{said} The app may be stopped by the system: choose a machine with more."
