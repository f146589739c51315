"""Times one command that turns 665,298 rows into 40/20/20/10/10 by source, and the same rows exported with weights.

    python tests/bench/mixture.py LLAVA_LIKE.json FOLDER

LLAVA_LIKE.json is one of the project's generated files, whose rows all name COCO pictures. They are given the folders
of LLaVA's 665K mixture, in its proportions.
"""

import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RECIPE = ROOT / "assets" / "recipes" / "mixture.toml"
# Rows of 1,000 with a picture, as in llava_v1_5_mix665k.json.
SOURCES = {"coco": 583, "gqa": 115, "ocr_vqa": 128, "textvqa": 35, "vg": 139}
_NAMES = [name for name, rows in SOURCES.items() for _ in range(rows)]


def spread(given: Path, out: Path) -> None:
    """Write the records with the folder of a source in each image path; 617 has no factor with 1,000 rows."""
    with given.open(encoding="utf-8") as lines, out.open("w", encoding="utf-8") as written:
        for number, line in enumerate(lines):
            written.write(line.replace('"image": "coco/train2017/', f'"image": "{_NAMES[number * 617 % 1000]}/', 1))


def shares(path: Path) -> dict[str, int]:
    """Rows of each source in an exported LLaVA file."""
    return dict(Counter(row.get("image", "none").split("/")[0] for row in json.loads(path.read_text(encoding="utf-8"))))


def timed(name: str, *words: str) -> None:
    """Run a command of the program and print its seconds."""
    started = time.monotonic()
    subprocess.run([sys.executable, "-m", "adr", *words], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    print(f"{name}: {time.monotonic() - started:.1f} s", flush=True)


def main() -> None:
    """Write the rows, run the recipe, export with weights."""
    given, folder = Path(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True)
    rows, work = folder / "llava.json", folder / "work"
    spread(given, rows)
    timed("run", "run", str(RECIPE), str(rows), "--out", str(folder / "refined"), "-w", str(work))
    found = shares(folder / "refined" / "llava.json")
    print({name: (count, round(count / sum(found.values()), 6)) for name, count in found.items()})
    for format in ("llava", "ms-swift"):
        out = str(folder / format)
        timed(
            f"weights, {format}",
            *["export", "--run", "1", "--mixture", "weights", "--format"],
            format,
            "--out",
            out,
            "-w",
            str(work),
        )
        print(json.loads((Path(out) / "manifest.json").read_text())["mixture"])


if __name__ == "__main__":
    main()
