"""LLaVA: `answers.jsonl` with question_id and text, and results of VQAv2 with question_id and answer.

Neither says what is right; a file of questions does (`questions`).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from adr.tail_eval.log import LogItem


def read_answers(path: Path, records: Sequence[Mapping[str, Any]]) -> list[LogItem]:
    """The items of one file, without score."""
    return [
        LogItem(
            item=str(record["question_id"]),
            task=path.stem,
            question=str(record.get("prompt", "")).replace("<image>", "").strip(),
            prediction=str(record["text"] if "text" in record else record["answer"]),
        )
        for record in records
    ]
