"""Seconds and peak memory of a FineVision-shaped Parquet set: read, exported to Parquet, and read back equal.

    python tests/bench/parquet.py --rows 1000000 [--folder MADE] [--out RESULT.json]

The set is made by this file: shards of 50,000 rows with one small JPEG each (all different), one to three pairs of
texts, and the ratings and the source of FineVision. Every step runs in a process of its own; cpu_seconds says what it
took of all cores, which does not depend on what else the machine does.
"""

import argparse
import hashlib
import io
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
STEPS = ("read", "export", "read back")
SHARD, GROUP, DRAWN = 50_000, 1_000, 500
RATINGS = ("relevance", "visual_dependency", "image_correspondence", "formatting")
WORDS = (
    "the a cow stands on green field near river with small house red car two people sofa accordion table lamp what "
    "color is it how many are there describe image"
)


def main() -> int:
    """Run the steps and print one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="a set that is there already, or where to make it")
    parser.add_argument("--out", type=Path, help="also write the JSON here")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        print(json.dumps(measured(options.step, options.folder, options.work)))
        return 0
    source = options.folder or Path(tempfile.gettempdir()) / f"finevision_like_{options.rows}"
    make(source, options.rows)
    work = Path(tempfile.mkdtemp(prefix="adr-bench-"))
    try:
        steps = {step: in_process(step, source, work) for step in STEPS}
    finally:
        shutil.rmtree(work, ignore_errors=True)
    bytes_read = sum(file.stat().st_size for file in source.glob("*.parquet"))
    report = {"rows": options.rows, "bytes": bytes_read, "cores": os.cpu_count(), "load": os.getloadavg(), **steps}
    report["equal"] = steps["read"]["content"] == steps["read back"]["content"]
    print(json.dumps(report))
    if options.out:
        options.out.write_text(json.dumps(report, indent=1), encoding="utf-8")
    return 0 if report["equal"] else 1


def make(folder: Path, rows: int) -> None:
    """Write the shards, unless they are there."""
    shards = -(-rows // SHARD)
    names = [f"train-{n:05d}-of-{shards:05d}.parquet" for n in range(shards)]
    if all((folder / name).is_file() for name in names):
        return
    folder.mkdir(parents=True, exist_ok=True)
    rng, pictures = random.Random(0), [drawn(n) for n in range(DRAWN)]
    texts = [" ".join(rng.choices(WORDS.split(), k=rng.choice((8, 12, 30)))).capitalize() + "." for _ in range(4000)]
    for n, name in enumerate(names):
        with pq.ParquetWriter(folder / name, SCHEMA) as out:
            for start in range(n * SHARD, min(rows, (n + 1) * SHARD), GROUP):
                group = [made_row(i, rng, pictures, texts) for i in range(start, min(rows, start + GROUP))]
                out.write_table(pa.Table.from_pylist(group, schema=SCHEMA))


IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
TEXT = pa.struct([("user", pa.string()), ("assistant", pa.string())])
SCHEMA = pa.schema(
    [("images", pa.list_(IMAGE)), ("texts", pa.list_(TEXT)), ("source", pa.string())]
    + [(f"{name}_ratings", pa.list_(pa.int64())) for name in RATINGS]
    + [(f"{name}_min", pa.int64()) for name in RATINGS]
)


def made_row(number: int, rng: random.Random, pictures: list[bytes], texts: list[str]) -> dict:
    """One row; its picture differs from all others in the bytes behind the JPEG's end."""
    pairs = [{"user": rng.choice(texts), "assistant": rng.choice(texts)} for _ in range(rng.choice((1, 1, 2, 3)))]
    ratings = [rng.randint(1, 5) for _ in pairs]
    image = {"bytes": pictures[number % DRAWN] + number.to_bytes(4, "big"), "path": None}
    row = {"images": [image], "texts": pairs, "source": "drawn"}
    row |= {f"{name}_ratings": ratings for name in RATINGS}
    return row | {f"{name}_min": min(ratings) for name in RATINGS}


def drawn(seed: int) -> bytes:
    """A small JPEG."""
    noise = np.random.default_rng(seed).integers(0, 255, (8, 8, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise).resize((64, 64)).save(out, "JPEG", quality=60)
    return out.getvalue()


def in_process(step: str, source: Path, work: Path) -> dict:
    """One step's numbers, measured in a process of its own."""
    command = [sys.executable, __file__, "--step", step, "--folder", source, "--work", work]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)})
    found: dict = json.loads(done.stdout.splitlines()[-1])
    return found


def measured(step: str, source: Path, work: Path) -> dict:
    """Do the step; its seconds, CPU seconds and peak memory, and what was read."""
    started, busy = time.monotonic(), time.process_time()
    content = {"read": read, "export": write, "read back": read_back}[step](source, work)
    return {
        "seconds": round(time.monotonic() - started, 1),
        "cpu_seconds": round(time.process_time() - busy, 1),
        "peak_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2),
        "content": content(),
    }


def read(source: Path, work: Path):
    """Ingest the set; returns what gives the hash of its content."""
    from adr.ingest.ingest import ingest
    from adr.store import Store
    from adr.workspace import Workspace

    store = Store(Workspace.at(work / "first").database)
    ingest(store, source)
    return lambda: content_of(store, source)


def write(source: Path, work: Path):
    """Export everything to Parquet with the pictures inside."""
    from adr.export.export import export
    from adr.index.index import index
    from adr.rebalance.runs import rebalance
    from adr.recipe import Recipe
    from adr.store import Store
    from adr.workspace import Workspace

    workspace = Workspace.at(work / "first")
    with closing(Store(workspace.database)) as store:
        index(store)
        rebalance(store, Recipe.from_toml("[rebalance]\nmin_passes = 0\n"))
        export(store, workspace, 1, out=work / "out", format="parquet")
    return lambda: None


def read_back(_source: Path, work: Path):
    """Ingest the export."""
    from adr.ingest.ingest import ingest
    from adr.store import Store
    from adr.workspace import Workspace

    store = Store(Workspace.at(work / "second").database)
    ingest(store, work / "out")
    return lambda: content_of(store, work / "out")


def content_of(store, folder: Path) -> str:
    """A hash of all conversations and of the bytes of all pictures, in order."""
    from adr.picture_file import read_picture

    found = hashlib.sha256()
    for batch in store.batches("select images, turns from instance order by instance"):
        for images, turns in batch:
            said = [[turn["role"], " ".join(turn["text"].split())] for turn in turns]
            found.update(json.dumps(said).encode())
            for name in images:
                found.update(read_picture(folder / name))
    return found.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
