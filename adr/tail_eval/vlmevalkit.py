"""VLMEvalKit: a table with index, question, answer and prediction, and after its judge `hit` or `score`."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from adr.errors import AdrError
from adr.tail_eval.log import LogItem
from adr.tail_eval.scoring import is_letter

_SUFFIX = re.compile(r"_(openai_result|exact_matching_result|auxmatch|[\w.-]+_result|score)$")
_RIGHT = {"1": 1.0, "1.0": 1.0, "true": 1.0, "0": 0.0, "0.0": 0.0, "false": 0.0}
_FAILED = "failed to obtain answer"


def read_sheet(path: Path, rows: Sequence[Mapping[str, str]]) -> list[LogItem]:
    """The items of one table. An answer that the tool failed to obtain makes it incomplete: AdrError."""
    failed = [row["index"] for row in rows if _FAILED in row.get("prediction", "").lower()]
    if failed:
        raise AdrError(
            f"{path.name} has no answer to {len(failed):,} of {len(rows):,} questions, the first with index "
            f"{failed[0]}: the model's service failed.",
            "Let VLMEvalKit ask again; it continues where it stopped.",
        )
    task = task_of(path)
    return [_item(row, task) for row in rows]


def task_of(path: Path) -> str:
    """The dataset that a table is of: its name without the model's, which is that of its folder, and without suffix."""
    name = path.stem
    for folder in (path.parent.name, path.parent.parent.name):
        if folder and name.startswith(f"{folder}_"):
            name = name[len(folder) + 1 :]
    return _SUFFIX.sub("", name)


def _item(row: Mapping[str, str], task: str) -> LogItem:
    target = row.get("answer") or None
    letter = target.strip(" ().") if target and is_letter(target) else ""
    return LogItem(
        item=row["index"],
        task=task,
        question=row.get("question", ""),
        prediction=row.get("prediction"),
        target=target,
        score=_score(row),
        picture=row.get("image_path") or row.get("image_id") or row.get("image_name") or "",
        answer=row.get(letter, "") if letter else "",
    )


def _score(row: Mapping[str, str]) -> float | None:
    for name in ("hit", "score"):
        if (said := _RIGHT.get(row.get(name, "").strip().lower())) is not None:
            return said
    return None
