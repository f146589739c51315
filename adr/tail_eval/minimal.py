"""Our own minimal form, for what a script writes: JSON Lines or CSV with `item` and `score` (0..1).

Besides: task, version, question, target, prediction, picture or cluster, entities (what the picture shows), doc_hash.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from adr.errors import AdrError
from adr.tail_eval.log import LogItem


def read_minimal(path: Path, records: Sequence[Mapping[str, Any]]) -> list[LogItem]:
    """The items of one file. AdrError when it holds several arms or seeds, or a score that is not one."""
    told = {(str(record.get("arm", "")), str(record.get("seed", ""))) for record in records}
    if len(told) > 1:
        raise AdrError(
            f"{path.name} holds {len(told):,} arms or seeds.", "Give each its own file, so that they are not averaged."
        )
    return [_item(path, record) for record in records]


def _item(path: Path, record: Mapping[str, Any]) -> LogItem:
    objects = record.get("entities")
    return LogItem(
        item=str(record["item"]),
        task=str(record.get("task") or "items"),
        version=str(record.get("version") or ""),
        question=str(record.get("question") or ""),
        prediction=None if record.get("prediction") is None else str(record["prediction"]),
        target=None if record.get("target") in (None, "") else str(record["target"]),
        score=_score(path, record),
        picture=str(record.get("picture") or record.get("cluster") or ""),
        doc_hash=str(record.get("doc_hash") or ""),
        objects=tuple(map(str, objects)) if isinstance(objects, list) else None,
    )


def _score(path: Path, record: Mapping[str, Any]) -> float | None:
    said = record.get("score")
    if said in (None, ""):
        return None
    try:
        score = float(str(said))
    except ValueError:
        score = -1.0
    if isinstance(said, bool) or not 0 <= score <= 1:
        raise AdrError(
            f"{path.name} gives item {record['item']} the score {said!r}.", "A score is a number from 0 to 1."
        )
    return score
