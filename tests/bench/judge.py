"""How many keystrokes a judge saves, and how good its accepts are: `python tests/bench/judge.py FACTS.json`.

Generates pictures of every kind of the demo world with the starter model, scores them with the starter CLIP as a worker
does, and takes the referee of `starter.py`, which shares nothing with either, as the truth: a candidate is good when
the referee's first choice among all kinds is its entity. What that takes is kept in FACTS.json for the next call. Then
a person who always says what the referee says reviews them, helped by the offline judge (the scorer), and by a judge
behind a scripted server that says what the referee says except for a share of errors.
"""

import argparse
import json
import os
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from adr.judge.ask import ask
from adr.store import Store
from adr.synthesize.scores import load_scorer
from adr.workspace import Workspace
from tests.bench import starter
from tests.worlds.judging import Reviewed, answering, make_candidates, review
from tests.worlds.language_server import scripted

STEPS = 12


def facts(per_kind: int, per_kind_referee: int, wrong: float) -> list[dict[str, Any]]:
    """One record per picture: kind, whether it is good, and what the scorer says of it. wrong: the share of pictures
    that are made of another kind than the candidate is meant to show."""
    kinds = [kind for kind in starter.KINDS for _ in range(per_kind)]
    drawn = random.Random(4)
    asked = [drawn.choice(starter.KINDS) if drawn.random() < wrong else kind for kind in kinds]
    prompts = starter.prompts_for([starter.with_article(kind) for kind in asked])
    made = {"num_inference_steps": STEPS, "guidance_scale": 6.0}
    images = starter.generate(starter.load_pipeline(starter.MODELS / "starter-diffusion"), prompts, 3_000_000, made)
    print(len(images), "pictures", flush=True)
    scorer = load_scorer(str(starter.MODELS / "starter-clip"), "cpu")
    referee, own = starter.train_referee(per_kind_referee, 8)
    print(f"referee's own top-1: {own:.1%}", flush=True)
    first = starter.judge(referee, starter.referee_input(images)).argmax(1).tolist()
    found = []
    for kind, prompt, image, choice in zip(kinds, prompts, images, first, strict=True):
        score = scorer.score(image, (kind,), starter.KINDS, prompt, None)
        record = {"kind": kind, "good": starter.KINDS[choice] == kind, "score": score.score}
        found.append(record | {"rank": score.entity_rank, "flags": list(score.flags)})
    return found


def reviewed(records: list[dict[str, Any]], by: str, errors: float = 0.0) -> Reviewed:
    """A whole review with one judge; errors: the share in which the scripted judge says the opposite."""
    with tempfile.TemporaryDirectory() as folder:
        workspace, store = Workspace.at(folder), Store.memory()
        names = make_candidates(store, workspace.folder, len(records))
        with store.atomic() as writer:
            for name, record in zip(names, records, strict=True):
                writer.execute(
                    "update candidate set score = $2, entity_rank = $3, flags = $4 where candidate = $1",
                    [name, record["score"], record["rank"], record["flags"]],
                )
        drawn = random.Random(1)
        said = {}
        for number, record in enumerate(records):
            accepts = record["good"] != (drawn.random() < errors)
            said[number] = ("accept" if accepts else "reject", round(0.7 + 0.3 * drawn.random(), 2))
        with scripted(answering(said)) as (url, _):
            os.environ["ADR_JUDGE_URL"] = url
            report = ask(store, workspace, by)
        good = {name: bool(record["good"]) for name, record in zip(names, records, strict=True)}
        return review(store, report.judge, good)


def told(name: str, found: Reviewed) -> str:
    """One line of the table."""
    precision = f"{found.right / found.accepted:.1%}" if found.accepted else "none"
    state = "stopped" if found.stopped else "trusted" if found.calibrated else "never trusted"
    return (
        f"{name:34} {state:14} {found.keystrokes:5} of {found.candidates} keys ({found.saved:.0%} fewer), "
        f"{found.accepted} accepted by the rule, precision {precision}"
    )


def main() -> None:
    """Make the facts unless they are there, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("facts", type=Path)
    parser.add_argument("--pictures", type=int, default=6, help="of each kind")
    parser.add_argument("--wrong", type=float, default=0.15, help="share made of another kind, since few are bad")
    parser.add_argument("--referee", type=int, default=60, help="drawn pictures of each kind for the referee")
    given = parser.parse_args()
    if not given.facts.exists():
        given.facts.write_text(json.dumps(facts(given.pictures, given.referee, given.wrong)))
    records = json.loads(given.facts.read_text())
    share = sum(record["good"] for record in records) / len(records)
    firsts = [record["good"] for record in records if record["rank"] == 1 and not record["flags"]]
    print(
        f"{len(records)} pictures, {share:.1%} good by the referee; of the scorer's first choices "
        f"{sum(firsts) / len(firsts):.1%}"
    )
    print(told("the scorer alone", reviewed(records, "scorer")))
    for errors in (0.0, 0.01, 0.02, 0.05, 0.1):
        print(told(f"a server with {errors:.0%} errors", reviewed(records, "url", errors)))


if __name__ == "__main__":
    main()
