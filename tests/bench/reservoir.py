"""How long a plan of retrieved rows takes: `python tests/bench/reservoir.py FOLDER [--instances N] [--rows M]`.

Draws the postings of a dataset and of a reservoir, from the same count tables, into FOLDER (kept for the next call),
applies the paper's thresholds, and plans with the generator `retrieve`, without a scorer. Prints wall and processor
seconds, and the share of what the tail lacks that real rows close.
"""

import argparse
import json
import resource
import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from adr.image_folder import ImageFolder
from adr.rebalance.runs import rebalance
from adr.recipe import Recipe
from adr.store import Store
from adr.synthesize.plan import plan
from adr.workspace import Workspace
from tests.bench.postings import draw_postings

COUNTS = Path(__file__).resolve().parents[3] / "shared" / "data" / "counts"


def make(folder: Path, instances: int, rows: int, counts: Path) -> None:
    """Draw both sets; the second one goes into the tables of the reservoir of the first."""
    draw_postings(str(folder / "work"), instances, str(counts), seed=0)
    draw_postings(str(folder / "more"), rows, str(counts), seed=1)
    store = Store(Workspace.at(folder / "work").database)
    turns = "[{'role': 'human', 'text': '<image> What is it?'}, {'role': 'gpt', 'text': 'It is a thing.'}]"
    with store.beside(folder / "more" / "adr.duckdb") as writer:
        writer.execute("insert into source (source, path, images, sha256) values (0, 'a.json', '/pictures', 'a')")
        writer.execute("insert into index_made (options, fingerprint) values ('{}', 'f')")
        writer.execute(f"""
            insert into reservoir_instance (instance, id, images, missing, turns, raw)
            select instance, instance::varchar, case when len(images) > 0 then [instance || '.jpg'] else [] end, 0,
                   {turns}, '' from other.instance""")
        writer.execute("""
            insert into reservoir_entity select entity, perspective, name, n from other.entity""")
        writer.execute("insert into reservoir_posting select instance, entity from other.posting")
        writer.execute(
            "insert into reservoir (name, sha256, folders, options, dataset, report) "
            "values ('more', 'b', $1, '{}', ['a'], '{}')",
            [json.dumps(ImageFolder.at(folder / "pictures").to_json())],
        )
    rebalance(store, Recipe())
    store.close()
    shutil.rmtree(folder / "more")


def measure(folder: Path, budget: int | None) -> None:
    """Plan once and print the figures."""
    workspace = Workspace.at(folder / "work")
    store = Store(workspace.database)
    rows = [store.value(f"select count(*) from {table}") for table in ("instance", "reservoir_instance")]
    began, used = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF)
    report = plan(store, workspace, 1, generator="retrieve", scorer="none", budget=budget)
    wall, now = time.monotonic() - began, resource.getrusage(resource.RUSAGE_SELF)
    processor = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    print(
        f"{rows[0]:,} + {rows[1]:,} rows: {report.slots:,} rows retrieved from a pool of {report.pool:,} for "
        f"{report.entities:,} entities in {wall:.1f} s ({processor:.1f} s of processor time); they close "
        f"{report.filled:,} of {report.missing:,} ({report.filled / report.missing:.1%}) of what lacks."
    )
    store.close()


def main() -> None:
    """Make what is not there yet, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--instances", type=int, default=665_298)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--budget", type=int)
    parser.add_argument("--counts", type=Path, default=COUNTS)
    given = parser.parse_args()
    if not (given.folder / "work" / "adr.duckdb").exists():
        make(given.folder, given.instances, given.rows, given.counts)
    measure(given.folder, given.budget)


if __name__ == "__main__":
    main()
