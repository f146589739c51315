"""An outside trainer in small, and its evaluation: learns from exported arms alone, and writes logs as lmms-eval does.

What it learns: of the training questions in the same words, the answer of the one with the nearest colours.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import numpy as np
from PIL import Image

Row = tuple[str, str, str]  # question, answer, path of a picture or ''


class Nearest:
    """Answers of the nearest picture."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._by_question: dict[str, list[tuple[np.ndarray, str]]] = defaultdict(list)
        for question, answer, picture in rows:
            self._by_question[question].append((colours(picture), answer))

    def answer(self, question: str, picture: str) -> str:
        """The answer of the nearest; '' to a question in words that it has not met."""
        met, seen = self._by_question.get(question, []), colours(picture)
        distances = [float(np.abs(one - seen).sum()) for one, _ in met]
        return met[int(np.argmin(distances))][1] if met else ""


def colours(picture: str) -> np.ndarray:
    """The mean colours of the nine parts of a picture; zeros without one."""
    if not picture:
        return np.zeros(27)
    with Image.open(picture) as image:
        return np.asarray(image.convert("RGB").resize((3, 3), Image.Resampling.BOX), dtype=float).ravel()


def plain(question: str) -> str:
    """A question as the test set has it: without the marker of the picture."""
    return " ".join(question.replace("<image>", " ").split())


def exported_rows(arm: Path) -> list[Row]:
    """What a trainer reads in the folder of an arm, whatever its format."""
    images = arm.parent.parent / "images"
    rows = []
    for record in _records(arm):
        named = record.get("images") or record.get("image") or []
        named = [named] if isinstance(named, str) else named
        turns = [(turn.get("from", turn.get("role")), turn.get("value", turn.get("content"))) for turn in _talk(record)]
        picture = str(images / named[0]) if named else ""
        rows += [
            (plain(question), answer, picture)
            for (who, question), (other, answer) in pairwise(turns)
            if who in ("human", "user") and other in ("gpt", "assistant")
        ]
    return rows


def _records(arm: Path) -> list[dict]:
    if (arm / "dataset_info.json").is_file():
        info = json.loads((arm / "dataset_info.json").read_text())["adr"]
        return json.loads((arm / info["file_name"]).read_text())
    if (arm / "train.jsonl").is_file():
        return [json.loads(line) for line in (arm / "train.jsonl").read_text().splitlines()]
    return json.loads((arm / "llava.json").read_text())


def _talk(record: dict) -> list[dict]:
    return record.get("conversations") or record["messages"]


def train_and_evaluate(folder: Path) -> None:
    """Train on every arm of an exported folder, and write a log of samples for each."""
    test = [json.loads(line) for line in (folder / "test.jsonl").read_text().splitlines()]
    for name in (folder / "arms.txt").read_text().split():
        model = Nearest(exported_rows(folder / "arms" / name))
        write_log(
            folder / "logs" / name / "stand-in",
            test,
            [_said(model, folder, one, name.startswith("blind-")) for one in test],
        )


def _said(model: Nearest, folder: Path, one: dict, blind: bool) -> str:
    if not one["picture"]:
        return model.answer(one["question"], "")
    return model.answer(one["question"], str(folder / ("images/adr-blank.png" if blind else one["picture"])))


def write_log(folder: Path, test: list[dict], said: list[str], version: str = "1") -> None:
    """A log of samples and the results beside it, as lmms-eval writes them."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = {"adr_test": {"original": len(test), "effective": len(said)}}
    results = {"results": {}, "versions": {"adr_test": version}, "n-samples": counts}
    (folder / "20260101_000000_results.json").write_text(json.dumps(results))
    lines = [
        {
            "doc_id": place,
            "target": one["target"],
            "input": one["question"],
            "filtered_resps": [answer],
            "doc_hash": f"{place}-{one['target']}",
            "exact_match": float(answer == one["target"]),
        }
        for place, (one, answer) in enumerate(zip(test, said, strict=False))
    ]
    path = folder / "20260101_000000_samples_adr_test.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
