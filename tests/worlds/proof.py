"""The files of an experiment, made by drawing the scores: what each arm gains where, is given."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from adr import __version__
from adr.prove.candidates import identity
from adr.prove.design import fingerprint
from adr.recipe import Recipe

RARITIES = ("head", "mid", "tail", "few", "unseen")
KINDS = ("what be", "how many", "be there")
ENTITIES = {"head": "dog", "mid": "bus", "tail": "harp", "few": "okapi", "unseen": "quokka"}
QUICK = ("original", "random", "refined", "refined_synthetic", "random_synthetic")
PRIMARY = (
    {"arm": "refined_synthetic", "against": "original", "group": "tail", "kind": None},
    {"arm": "refined", "against": "random", "group": "tail", "kind": None},
)


def design(**changes: Any) -> dict[str, Any]:
    """A design as `adr prove design` writes it, of a run that keeps everything, with nothing accepted."""
    found = {
        "created": "2026-11-26T10:00:00+00:00",
        "run": 1,
        "plan": None,
        "recipe": Recipe(name="all", min_passes=0).to_toml(),
        "index": "",
        "candidates": identity([]),
        "files": {},
        "test": {"from": "split", "share": 0.1},
        "arms": list(QUICK),
        "seeds": [1, 2, 3],
        "learning_rates": [1.0, 0.1],
        "budgets": ["steps", "epochs"],
        "steps": 800,
        "batch": 96,
        "model": {"kind": "probe", "features": "starter-clip", "fingerprint": "abc"},
        "reference": "random",
        "primary": list(PRIMARY),
        "code": __version__,
        "untestable": {"object": 12},
        "left_out": {"near_a_test_picture": 2},
        "groups": {"few": 5, "tail": 20, "head": 100},
        "detectable": None,
        **changes,
    }
    return {"fingerprint": fingerprint(found)} | found


def write_proof(
    folder: Path,
    told: Mapping[str, Any] | None = None,
    gains: Mapping[str, Mapping[str, float]] | None = None,
    pictures: Sequence[Path] = (),
    per_cell: int = 24,
    gate: bool | None = True,
    noise: float = 1.0,
    gains_at: Mapping[float, float] | None = None,
) -> dict[str, Any]:
    """Write an experiment whose trials have all ended; returns its design.

    gains: {arm: {rarity: share of answers that become right}}; gains_at: {learning rate: factor of the gains};
    per_cell: test pairs per rarity and kind; pictures: files to show; gate: passed or not, None for no file.
    """
    told = dict(told or design())
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "design.json").write_text(json.dumps(told))
    pairs = _pairs(per_cell, pictures)
    pairs.to_parquet(folder / "pairs.parquet")
    names = sorted(set(pairs["picture"].dropna()))
    shown = {f"{place:064x}": str(path) for place, path in enumerate(pictures)}
    pd.DataFrame(
        {"picture": names, "path": [shown.get(name, "gone.png") for name in names], "row": range(len(names))}
    ).to_parquet(folder / "pictures.parquet")
    _arms(folder, told)
    items = _trials(folder, told, pairs[pairs["side"] == "test"], gains or {}, noise, gains_at or {})
    items.to_parquet(folder / "items.parquet")
    if gate is not None:
        says = "The model beats its blind twin by 14.2 points." if gate else "The model has not learned enough."
        (folder / "gate.json").write_text(json.dumps({"passed": gate, "sentence": says, "figures": {"blind": 14.2}}))
    return told


def _pairs(per_cell: int, pictures: Sequence[Path]) -> pd.DataFrame:
    rows = []
    for rarity in RARITIES:
        for number in range(per_cell):
            for kind in KINDS:
                picture = (len(rows) // len(KINDS)) % max(1, len(pictures) or 40)
                rows.append(
                    {
                        "side": "test",
                        "candidate": None,
                        "picture": f"{picture:064x}",
                        "question": f"{kind}: {ENTITIES[rarity]} {number}?",
                        "answer": ENTITIES[rarity],
                        "kind": kind,
                        "entity": f"{ENTITIES[rarity]} {number % 6}",
                        "rarity": rarity,
                        "cluster": len(rows) // len(KINDS),
                    }
                )
    made = [
        {"side": "train", "candidate": f"p1-{n}", "entity": f"{ENTITIES[rarity]} {which}", "rarity": rarity}
        for rarity in ("few", "tail")
        for which in range(6)
        for n in range(
            100 * which + (1000 if rarity == "few" else 0), 100 * which + which * 3 + 1000 * (rarity == "few")
        )
    ]
    found = pd.DataFrame([*rows, *made])
    return found.assign(pair=range(len(found)))


def _arms(folder: Path, told: Mapping[str, Any]) -> None:
    (folder / "arms").mkdir(exist_ok=True)
    candidates = pd.read_parquet(folder / "pairs.parquet", columns=["candidate"])["candidate"].dropna().tolist()
    for arm in told["arms"]:
        size = 900 if arm.startswith("original") else 700
        mine = candidates if arm.endswith("synthetic") else []
        rows = {"position": [*range(size), *[None] * len(mine)], "candidate": [*[None] * size, *mine]}
        for seed in told["seeds"]:
            pd.DataFrame(rows).assign(copies=1, picture=None).to_parquet(folder / "arms" / f"{arm}-{seed}.parquet")


def _trials(
    folder: Path,
    told: Mapping[str, Any],
    test: pd.DataFrame,
    gains: Mapping[str, Mapping[str, float]],
    noise: float,
    gains_at: Mapping[float, float],
) -> pd.DataFrame:
    (folder / "trials").mkdir(exist_ok=True)
    random = np.random.default_rng(7)
    hard = random.uniform(0, 1, len(test))
    base = test["rarity"].map({"head": 0.75, "mid": 0.6, "tail": 0.4, "few": 0.3, "unseen": 0.3}).to_numpy()
    found = []
    for arm in told["arms"]:
        for seed in told["seeds"]:
            for rate in told["learning_rates"]:
                for budget in told["budgets"]:
                    gain = test["rarity"].map(dict(gains.get(arm, {}))).fillna(0).to_numpy(float)
                    level = base + gain * gains_at.get(rate, 1.0) + random.normal(0, 0.01 * noise)
                    score = (hard + random.normal(0, 0.15 * noise, len(test)) < level).astype(float)
                    rows = pd.DataFrame(
                        {
                            "pair": test["pair"].to_numpy(),
                            "score": score,
                            "nll": 2.0 - 2 * level + random.normal(0, 0.2 * noise, len(test)),
                            "entity_nll": np.where(test["kind"] == "what be", 1.0 - level, np.nan),
                            "said": np.where(score == 1, test["answer"], "dog"),
                        }
                    )
                    name = f"{arm}-{seed}-{rate:g}-{budget}"
                    rows.to_parquet(folder / "trials" / f"{name}.parquet")
                    report = {"fingerprint": told["fingerprint"], "steps": told["steps"], "seconds": 5.7}
                    (folder / "trials" / f"{name}.json").write_text(json.dumps(report))
                    columns = {"arm": arm, "seed": seed, "learning_rate": rate, "budget": budget}
                    of_pair = test[["cluster", "kind", "rarity"]].reset_index(drop=True)
                    found.append(pd.concat([rows, of_pair], axis=1).assign(**columns).drop(columns="said"))
    return pd.concat(found, ignore_index=True)
