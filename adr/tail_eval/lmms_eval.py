"""lmms-eval: `DATE_samples_TASK.jsonl` beside `DATE_results.json`, and the older file with a list `logs`.

Each task names its score as it likes; a sample's `doc` is removed before it is written, so that a picture is known
only where the task's score names it or a file of questions does.
"""

import ast
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from adr.errors import AdrError
from adr.tail_eval.log import LogItem, Target

_SAMPLES = re.compile(r"^(?P<date>.*?)_?samples_(?P<task>.+)\.jsonl$")
_RECORD_KEYS = {
    *("doc_id", "doc", "target", "arguments", "args", "resps", "filtered_resps", "doc_hash", "prompt_hash"),
    *("target_hash", "input", "filter", "metrics", "success", "token_counts", "submission"),
}
_TOTALS = ("precision", "recall", "f1", "yes_ratio")  # parts of totals over all items, of no meaning for one
_ORDER = ("exact_match", "accuracy", "acc", "match", "score", "percetion")
_PICTURES = ("image_id", "image_source", "image_path", "image_name", "imageId", "img_id", "image")


def samples_file(path: Path) -> tuple[str, str] | None:
    """(date, task) of a file of samples, by its name; None for another file."""
    found = _SAMPLES.match(path.name)
    return (found["date"], found["task"]) if found else None


def read_samples(path: Path, records: Sequence[Mapping[str, Any]]) -> list[LogItem]:
    """The items of one file of samples. AdrError when it holds fewer of them than its results file says, or lacks a
    number in the row of `doc_id`."""
    date, task = samples_file(path) or ("", path.stem)
    results = _results(path.parent / f"{date}_results.json")
    version = _said(_at(results, "versions", task))
    records = _one_filter(records)
    _complete(path, task, records, _at(results, "n-samples", task))
    return [_item(record, task, version) for record in records]


def read_logs(path: Path, whole: Mapping[str, Any]) -> list[LogItem]:
    """The items of an older file, whose `logs` have each question's `doc`."""
    configs = whole.get("model_configs") or whole.get("config") or {}
    task = str(configs.get("task") or path.stem)
    version = _said(_at(whole, "versions", task), configs.get("version"), _metadata_version(configs))
    records = _one_filter(whole["logs"])
    _complete(path, task, records, None)
    return [_item(record, task, version) for record in records]


def _item(record: Mapping[str, Any], task: str, version: str) -> LogItem:
    doc = record.get("doc") if isinstance(record.get("doc"), Mapping) else {}
    assert isinstance(doc, Mapping)
    score, told = _score(record)
    target = _target(told.get("ground_truth", told.get("answer", record.get("target", doc.get("answer")))))
    question_id = str(told.get("question_id", doc.get("question_id", "")))
    return LogItem(
        item=str(record["doc_id"]),
        task=task,
        version=version,
        question=_question(doc.get("question") or record.get("input") or record.get("arguments") or ""),
        prediction=_first(record.get("filtered_resps", record.get("resps"))),
        target=target,
        score=score,
        picture=_picture(doc) or (question_id if _names_a_file(question_id) else ""),
        doc_hash=str(record.get("doc_hash") or ""),
        question_id=question_id,
    )


def _score(record: Mapping[str, Any]) -> tuple[float | None, Mapping[str, Any]]:
    """(score 0..1 or None, what the task says beside it), from the task's own key."""
    names = [name for name in record if name not in _RECORD_KEYS and not any(part in name for part in _TOTALS)]
    told: Mapping[str, Any] = {}
    for name in sorted(names, key=_standing):
        value = record[name]
        if isinstance(value, Mapping):
            told = told or value
            value = value.get("score", _compared(value))
        if isinstance(value, int | float) and 0 <= value <= 1:
            return float(value), told
    return None, told


@cache
def _standing(name: str) -> int:
    return next((place for place, part in enumerate(_ORDER) if part in name), len(_ORDER))


def _compared(value: Mapping[str, Any]) -> float | None:
    said, right = value.get("pred", value.get("prediction")), value.get("answer", value.get("ground_truth"))
    return None if said is None or right is None else float(str(said).strip() == str(right).strip())


def _one_filter(records: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The records of the first filter; a log has one per filter and question."""
    listed = list(records)
    return [record for record in listed if record.get("filter") == listed[0].get("filter")]


def _complete(path: Path, task: str, records: Sequence[Mapping[str, Any]], counted: Any) -> None:
    ids = [record["doc_id"] for record in records]
    if twice := [number for number, n in Counter(ids).items() if n > 1]:
        raise AdrError(f"{path.name} has doc_id {twice[0]} twice.", "A log has each question once; evaluate again.")
    if isinstance(counted, Mapping) and counted.get("effective") is not None:
        if len(ids) != int(counted["effective"]):
            raise AdrError(
                f"{path.name} has {len(ids):,} of the {int(counted['effective']):,} items of {task} that its results "
                "file counts.",
                "A rate over what is there would mislead; evaluate again.",
            )
        return
    if ids and all(isinstance(number, int) for number in ids):
        missing = sorted(set(range(max(ids) + 1)) - set(ids))
        if missing:
            raise AdrError(
                f"{path.name} lacks {len(missing):,} of {max(ids) + 1:,} items: doc_id "
                f"{', '.join(map(str, missing[:5]))}{' …' if len(missing) > 5 else ''}.",
                "A rate over what is there would mislead; evaluate again, or keep the results file beside it if only "
                "these questions were asked.",
            )


def _results(path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, Mapping) else {}


def _at(found: Mapping[str, Any], *keys: str) -> Any:
    value: Any = found
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _said(*versions: Any) -> str:
    """The first version that is said; 0.0 is one."""
    return next((str(one) for one in versions if one is not None), "")


def _metadata_version(configs: Mapping[str, Any]) -> Any:
    metadata = configs.get("metadata")
    listed = metadata if isinstance(metadata, list) else [metadata]
    return next((one["version"] for one in listed if isinstance(one, Mapping) and "version" in one), None)


def _first(value: Any) -> str | None:
    """The text of an answer that lies inside lists of lists."""
    while isinstance(value, list):
        value = value[0] if value else None
    return None if value is None else str(value)


def _question(value: Any) -> str:
    return (_first(value) or "").replace("<image>", "").strip()


def _target(value: Any) -> Target:
    """A target as text, or as the answers of several people where it is a list or the text of one."""
    if isinstance(value, str) and value.startswith("["):
        try:
            value = ast.literal_eval(value)
        except (ValueError, SyntaxError):
            return str(value)
    if isinstance(value, list | tuple):
        return tuple(str(one.get("answer", one)) if isinstance(one, Mapping) else str(one) for one in value)
    return None if value is None else str(value)


def _picture(doc: Mapping[str, Any]) -> str:
    for key in _PICTURES:
        if isinstance(doc.get(key), str | int):
            return str(doc[key])
    return ""


def _names_a_file(text: str) -> bool:
    return text.lower().endswith((".png", ".jpg", ".jpeg", ".webp"))
