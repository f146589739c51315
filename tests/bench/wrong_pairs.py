"""How well wrong pairs are found: `python -m tests.bench.wrong_pairs WORKSPACE`.

WORKSPACE holds the demo with index and features (`adr demo`, `adr index`, `adr embed`). The pictures of 5 % of the
instances are shuffled among them, with six seeds; prints average precision and the pairs that are doubted.
"""

import sys
from dataclasses import replace

import numpy as np

from adr.embed.agreement import agreements
from adr.embed.features import instance_rows, load_features
from adr.embed.wrong_pairs import DOUBTED, named_of, things_of
from adr.settings import setting
from adr.store import Store
from adr.workspace import Workspace

SEEDS = range(10, 16)


def main() -> None:
    workspace = Workspace.at(sys.argv[1])
    store = Store(workspace.database)
    features = load_features(workspace.features, setting("ADR_SCORER_MODEL"))
    instances, rows = instance_rows(store, features)
    named = named_of(store, instances, rows, things_of(store))
    for seed in SEEDS:
        chosen = np.random.default_rng(seed).choice(len(rows), len(rows) // 20, replace=False)
        wrong, shuffled = np.zeros(len(rows), bool), rows.copy()
        wrong[chosen], shuffled[chosen] = True, rows[np.roll(chosen, 1)]
        found = agreements(features.vectors, replace(named, rows=shuffled)).agreement
        order = np.argsort(np.where(np.isnan(found), 2, found), kind="stable")
        hits = wrong[order]
        precision = float((np.cumsum(hits) / np.arange(1, len(hits) + 1) * hits).sum() / wrong.sum())
        doubted = found < DOUBTED
        print(
            f"seed {seed}: average precision {precision:.3f}; {doubted.sum()} doubted, "
            f"{(doubted & wrong).sum()} of them among {wrong.sum()} wrong"
        )
    store.close()


if __name__ == "__main__":
    main()
