"""A review in which a judge helps: a person who knows the truth judges what the judge leaves to them."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from PIL import Image

from adr.errors import AdrError
from adr.review.calibration import FIRST, calibration
from adr.review.judge_rule import apply_rules, judge_rules, set_rule
from adr.review.verdicts import judge
from adr.store import Store


def make_candidates(store: Store, folder, count: int) -> list[str]:
    """`count` chosen candidates of two entities with one small picture, each with its own conversation; their names."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (16, 16), (200, 90, 30)).save(folder / "images" / "one.png")
    names = [f"p1-{number:05d}-0" for number in range(count)]
    with store.atomic() as writer:
        writer.execute("insert into entity (entity, perspective, name) values (0, 1, 'harp'), (1, 1, 'kite')")
        writer.execute("insert into plan (plan, run) values (1, 1)")
        writer.insert(
            "candidate",
            pd.DataFrame(
                {
                    "candidate": names,
                    "plan": 1,
                    "slot": range(count),
                    "alternative": 0,
                    "chosen": True,
                    "entity": [number % 2 for number in range(count)],
                    "image": "images/one.png",
                    "perceptual_distance": 30,
                    "flags": [[] for _ in names],
                    "turns": [
                        [
                            {"role": "human", "text": "<image>\nWhat is it?"},
                            {"role": "gpt", "text": f"Number {number}."},
                        ]
                        for number in range(count)
                    ],
                }
            ),
        )
    return names


def answering(opinions: Mapping[int, tuple[str, float]]):
    """A script for `language_server.scripted`: answers about “Number N.” with the opinion (judgement, confidence)."""

    def answer(body):
        text = body["messages"][-1]["content"][-1]["text"]
        judgement, confidence = opinions[int(re.search(r"Number (\d+)\.", text)[1])]
        reason = "not_the_entity" if judgement == "reject" else None
        return json.dumps({"judgement": judgement, "reason": reason, "confidence": confidence})

    return answer


@dataclass(frozen=True)
class Reviewed:
    """keystrokes: the person's verdicts; accepted: candidates accepted by the judge's rule at the end; right: of them,
    those that are good; stopped: whether the rule ended; calibrated: whether a rule could be set at all."""

    candidates: int
    keystrokes: int
    accepted: int
    right: int
    stopped: bool
    calibrated: bool

    @property
    def saved(self) -> float:
        """The share of keystrokes that the judge has saved."""
        return 1 - self.keystrokes / self.candidates


def review(store: Store, name: str, good: Mapping[str, bool], precision: float = 0.97) -> Reviewed:
    """Judge all waiting candidates with one key each, in a random order; after `FIRST`, and then after every 25 more,
    try to let the accepts of the judge named `name` count."""
    keys, calibrated = 0, False
    while True:
        left = store.rows(
            """
            select c.candidate from candidate c left join opinion o on o.candidate = c.candidate and o.judge = $1
            where c.chosen and c.candidate not in (select candidate from current_verdict)
            order by o.candidate is not null desc, md5(c.candidate) limit 1""",
            [name],
        )
        if not left:
            break
        (candidate,) = left[0]
        judge(store, [candidate], "accept" if good[candidate] else "reject", "person")
        keys += 1
        if not calibrated and keys >= FIRST and (keys - FIRST) % 25 == 0:
            calibrated = _try(store, name, precision)
    apply_rules(store)
    by_rule = [c for (c,) in store.rows("select candidate from current_verdict where rule is not null")]
    return Reviewed(
        candidates=len(good),
        keystrokes=keys,
        accepted=len(by_rule),
        right=sum(good[c] for c in by_rule),
        stopped=any(rule.state == "stopped" for rule in judge_rules(store)),
        calibrated=calibrated,
    )


def _try(store: Store, name: str, precision: float) -> bool:
    if not calibration(store, name, precision).ready:
        return False
    try:
        set_rule(store, name, "person", precision=precision)
    except AdrError:
        return False
    return True
