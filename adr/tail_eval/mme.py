"""MME's own text files, one per category: picture, question, right answer and answer, with tabs between them."""

from collections.abc import Sequence
from pathlib import Path

from adr.tail_eval.log import LogItem
from adr.tail_eval.scoring import is_yes_or_no

_FIELDS = 4


def is_mme(line: str) -> bool:
    """Whether a line is one of MME's results."""
    cells = line.rstrip("\n").split("\t")
    return len(cells) == _FIELDS and is_yes_or_no(cells[2])


def read_text(path: Path, lines: Sequence[str]) -> list[LogItem]:
    """The items of one category. A picture has two questions; the id of each is the picture with the question."""
    made = []
    for line in lines:
        picture, question, target, prediction = line.rstrip("\n").split("\t")
        made.append(
            LogItem(
                item=f"{picture}: {question}",
                task=f"mme/{path.stem}",
                question=question,
                prediction=prediction,
                target=target,
                picture=f"{path.stem}/{picture}",
            )
        )
    return made
