"""How well names without a look are found: `python -m tests.bench.tail_looks WORKSPACE`.

WORKSPACE holds the demo with index and features (`adr demo`, `adr index`, `adr embed`). With each of ten seeds, five
names on random pictures are put among the tail objects, as many pictures each as a random tail object has; prints the
ranks at which they come, from the least alike. Then each tail object gets one random picture; prints how often that
one fits it least, and how many of the pictures that do not fit are planted.
"""

import sys

import numpy as np
from numpy.typing import NDArray

from adr.embed.features import instance_rows, load_features
from adr.embed.likeness import apart, likenesses
from adr.embed.tail_looks import APART, LEAST, LEAST_APART, pictured_tail
from adr.settings import setting
from adr.store import Store
from adr.workspace import Workspace

SEEDS = range(10)
PLANTED = 5

Rows = NDArray[np.int32]


def main() -> None:
    workspace = Workspace.at(sys.argv[1])
    store = Store(workspace.database)
    features = load_features(workspace.features, setting("ADR_SCORER_MODEL"))
    instances, rows = instance_rows(store, features)
    groups = [one.rows for one in pictured_tail(store, instances, rows)[1]]
    every = np.unique(rows)
    for seed in SEEDS:
        random = np.random.default_rng(seed)
        sizes = random.choice([len(one) for one in groups], PLANTED)
        names = [random.choice(every, size, replace=False) for size in sizes]
        found = likenesses(features.vectors, every, [*groups, *names], LEAST).likeness
        ranks = np.argsort(np.argsort(found))[-PLANTED:] + 1
        print(
            f"seed {seed}: ranks {sorted(ranks.tolist())} of {len(found)}; likeness up to "
            f"{found[-PLANTED:].max():.1f}, of real names from {found[:-PLANTED].min():.1f}"
        )
    _single(features.vectors, every, [one for one in groups if len(one) >= LEAST_APART])
    store.close()


def _single(vectors: NDArray[np.float16], every: Rows, groups: list[Rows]) -> None:
    first = listed = right = 0
    for seed in SEEDS:
        random = np.random.default_rng(seed)
        with_one = [np.append(rows, random.choice(np.setdiff1d(every, rows))) for rows in groups]
        for close in likenesses(vectors, every, with_one, LEAST).closeness:
            far = apart(close)
            first += int(far.argmax()) == len(far) - 1
            listed += int((far >= APART).sum())
            right += int(far[-1] >= APART)
    total = len(groups) * len(SEEDS)
    print(
        f"one random picture per object: fits least in {first} of {total}; {right} of {total} listed, {listed} in all"
    )


if __name__ == "__main__":
    main()
