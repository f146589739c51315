"""Seconds and peak memory of an export: LLaVA JSON, Parquet without pictures.

    python -m tests.bench.export --records 665298 [--source FILE] [--formats llava,parquet] [--order source]
        [--epochs lists]

Reads `--source` (or writes one with `--tool`, a script with --records and --out) into a scratch workspace, keeps seven
of eight instances by hand, others in each of three epochs, and exports epoch 1, or with `--epochs` all of them. Memory
is that of this process: before the export, and its peak above that. On a busy machine look at the processor time, which
is that of all threads.
"""

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

from adr.export.export import export
from adr.ingest.ingest import ingest
from adr.store import Store
from adr.workspace import Workspace

RECIPE = "[rebalance]\nepochs = 3\n"


class Peak:
    """The largest resident memory of this process while the block runs, in MB, and what it was before."""

    def __enter__(self) -> "Peak":
        self.process = psutil.Process()
        self.before = self.peak = self.process.memory_info().rss >> 20
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()
        return self

    def _watch(self) -> None:
        while not self.stop.wait(0.05):
            self.peak = max(self.peak, self.process.memory_info().rss >> 20)

    def __exit__(self, *error: object) -> None:
        self.stop.set()
        self.thread.join()


def keep_by_hand(store: Store) -> None:
    """A run that keeps seven of eight instances in each of three epochs; rebalancing is not measured here."""
    with store.atomic() as writer:
        writer.execute("insert into run (run, name, recipe, fingerprint) values (1, 'bench', $1, 'bench')", [RECIPE])
        for epoch in (2, 3):
            writer.execute(
                "insert into epoch_kept select 1, $1, instance, 1 from instance where instance % 8 != 2 + $1", [epoch]
            )
        writer.execute(
            """
            insert into decision
            select 1, instance, 1, instance % 8 != 3, (instance % 8 != 3)::tinyint,
                   case when instance % 8 != 3 then 'passes' else 'below_min_passes' end, 0.5 from instance
            """
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--source", type=Path)
    parser.add_argument("--tool", type=Path, help="a script that writes a LLaVA-like file: --records N --out FILE")
    parser.add_argument("--formats", default="llava,parquet")
    parser.add_argument("--order", default="source")
    parser.add_argument("--epochs", choices=("lists", "files"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source = options.source or Path(folder) / "source.json"
        if options.source is None:
            subprocess.run(
                [sys.executable, str(options.tool), "--records", str(options.records), "--out", str(source)], check=True
            )
        workspace = Workspace.at(Path(folder) / "workspace")
        store = Store(workspace.database)
        started = time.monotonic()
        report = ingest(store, source)
        print(f"ingest: {report.instances:,} instances in {time.monotonic() - started:.1f} s")
        keep_by_hand(store)
        store.close()
        for name in options.formats.split(","):
            store = Store(workspace.database)
            started, slowest, last, used = time.monotonic(), 0.0, time.monotonic(), time.process_time()

            def progress(done: int, total: int | None, message: str) -> None:
                nonlocal slowest, last
                slowest, last = max(slowest, time.monotonic() - last), time.monotonic()

            with Peak() as memory:
                made = export(
                    store,
                    workspace,
                    1,
                    format=name,
                    out=Path(folder) / name,
                    order=options.order,
                    epochs=options.epochs,
                    images="reference" if name != "webdataset" else None,
                    progress=progress,
                )
            print(
                f"{name}: {made.instances:,} rows, {made.bytes / 1e6:,.0f} MB in {time.monotonic() - started:.1f} s "
                f"({time.process_time() - used:.1f} s of processor time), "
                f"{memory.before} MB before, peak {memory.peak - memory.before} MB above, "
                f"longest without progress {slowest:.1f} s",
                flush=True,
            )
            store.close()


if __name__ == "__main__":
    main()
