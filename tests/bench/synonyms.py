"""What language synthesis can replace in an indexed workspace, and a sample to judge by hand.

python -m tests.bench.synonyms WORKSPACE OUT.txt [--tau T] [--even] prints how many replacements there are by pair of
words, and writes 60 of them (fixed seed) with their sentences to OUT.txt. --even draws as many of each pair as it can.
"""

import argparse
import random
import re
from collections import Counter
from pathlib import Path

from adr.store import Store
from adr.synthesize.replacement import Turns, replaced, rewrite
from adr.synthesize.synonyms import tail_synonyms
from adr.workspace import Workspace

SEED, SAMPLE = 17, 60
SAID = """
    select p.instance, e.name from posting p join entity e on e.entity = p.entity
    where p.perspective = perspective_number('token') and e.name in (select unnest($1::varchar[]))
      order by p.instance, e.name
"""


def replacements(store: Store, tau: float | None) -> tuple[int, list[tuple[int, str, str, Turns]]]:
    """How often a noun with a tail synonym is said, and (instance, noun, synonym, new turns) where it can be replaced,
    one noun at a time. tau: as `tail_synonyms` takes it."""
    synonyms = tail_synonyms(store, tau)
    turns = dict(store.rows("select instance, turns from instance"))
    rows = [(i, noun, name) for i, noun in store.rows(SAID, [list(synonyms)]) for name in synonyms[noun]]
    tried = [(i, noun, name, *rewrite(turns[i], {noun: [name]})) for i, noun, name in rows]
    return len(rows), [(i, noun, name, new) for i, noun, name, new, changes in tried if changes]


def sentences(turns: Turns, name: str) -> str:
    """The sentences that say a noun."""
    found = (s.strip() for turn in turns for s in re.findall(r"[^.!?\n]+[.!?]*", turn["text"]))
    return " | ".join(s for s in found if replaced([{"text": s}], name))


def drawn_evenly(found: list[tuple[int, str, str, Turns]]) -> list[tuple[int, str, str, Turns]]:
    """SAMPLE replacements, one of each pair in turn."""
    shuffled = random.Random(SEED).sample(found, len(found))
    met: Counter[tuple[str, str]] = Counter()
    turns = []
    for one in shuffled:
        met[one[1], one[2]] += 1
        turns.append(met[one[1], one[2]])
    in_turn = sorted(range(len(shuffled)), key=turns.__getitem__)
    return [shuffled[n] for n in in_turn[:SAMPLE]]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("workspace", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--tau", type=float)
    parser.add_argument("--even", action="store_true")
    args = parser.parse_args()
    store = Store(Workspace.at(args.workspace).database)
    said, found = replacements(store, args.tau)
    store.close()
    pairs = Counter((noun, name) for _, noun, name, _ in found)
    print(f"{said:,} said, {len(found):,} can be replaced, in {len({i for i, *_ in found}):,} conversations")
    for (noun, name), n in pairs.most_common():
        print(f"{noun} → {name}: {n:,}")
    drawn = drawn_evenly(found) if args.even else random.Random(SEED).sample(found, min(SAMPLE, len(found)))
    lines = [f"{i} {noun} → {name}: {sentences(new, name)}\n" for i, noun, name, new in drawn]
    args.out.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
