"""Do the checkers help? Precision and recall of objects from text against the demo world's known objects.

    python tests/bench/verify.py [--instances 800] [--checker open_clip]

Only names that the demo world annotates count: its backgrounds (sky, road, table) are drawn but not annotated.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from adr.entities.index import index
from adr.entities.lexicon import Lexicon
from adr.entities.object import plain_name
from adr.store import Store


def measured(store: Store) -> tuple[int, int, int]:
    """Right, wrong and missed objects of the present index."""
    lexicon = Lexicon.english()
    known: dict[int, set[str]] = {}
    for instance, label in store.rows("select instance, object from annotation"):
        name = plain_name(label, lexicon)
        known.setdefault(instance, set()).add(lexicon.things.get(name, name))
    names = set().union(*known.values())
    said: dict[int, set[str]] = {instance: set() for instance in known}
    for instance, name in store.rows("""
            select instance, name from posting join entity using (entity) where posting.perspective = 'object'"""):
        if instance in known and name in names:
            said[instance].add(name)
    right = sum(len(said[instance] & known[instance]) for instance in known)
    return right, sum(map(len, said.values())) - right, sum(map(len, known.values())) - right


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--instances", type=int, default=800)
    parser.add_argument("--checker", default="open_clip")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "adr", "demo", "-w", folder, "--instances", str(options.instances),
                        "--quiet"], check=True, stdout=subprocess.DEVNULL)
        store = Store(Path(folder) / "adr.duckdb")
        for checker in (None, options.checker):
            report = index(store, objects="text", verify=checker)
            right, wrong, missed = measured(store)
            print(f"{checker or 'text alone':16} precision {right / (right + wrong):.3f}  "
                  f"recall {right / (right + missed):.3f}  right {right}  wrong {wrong}  missed {missed}  "
                  f"{report.seconds:.0f} s")
        store.close()


if __name__ == "__main__":
    main()
