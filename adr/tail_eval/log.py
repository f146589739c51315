"""A benchmark log as one table: questions with what a model answered and how well. Knows nothing of any file form."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Target = str | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class LogItem:
    """One question of a log, with its answer. score: 0 wrong .. 1 right, None until it is known."""

    item: str  # its id within the task
    task: str
    version: str = ""  # of the task, as the log says it
    question: str = ""
    prediction: str | None = None  # the model's raw answer
    target: Target = None  # the right answer, or the answers that people gave
    score: float | None = None
    picture: str = ""  # a name that the questions about one picture share
    doc_hash: str = ""  # of the question in its benchmark, as the log says it
    question_id: str = ""  # a second id that a file of questions may use
    answer: str = ""  # text of the right answer where the target is only its letter
    objects: tuple[str, ...] | None = None  # what the picture shows, where it is annotated


@dataclass(frozen=True)
class BenchmarkLog:
    """The items of one model, or of one arm and seed."""

    name: str
    form: str
    items: Sequence[LogItem]
    notices: tuple[str, ...] = ()

    @property
    def versions(self) -> dict[str, str]:
        """{task: its version, '' where the log does not say it}."""
        return {item.task: item.version for item in self.items}

    @property
    def failures(self) -> npt.NDArray[np.float64]:
        """1 − score of every item."""
        return 1.0 - np.array([item.score for item in self.items], dtype=np.float64)

    @property
    def clusters(self) -> npt.NDArray[np.int64]:
        """A number per item; questions about one picture share it. An item without a picture stands alone."""
        numbers: dict[object, int] = {}
        keys = [(item.picture,) if item.picture else (item.task, item.item) for item in self.items]
        return np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)


@dataclass
class Fact:
    """What a file of questions says about one of them."""

    id: str
    question: str = ""
    target: Target = None
    picture: str = ""
    category: str = ""
    objects: tuple[str, ...] | None = None
    answer: str = ""


@dataclass
class Questions:
    """A file of questions: what is asked, or what is right."""

    name: str
    facts: list[Fact] = field(default_factory=list)


def content_hash(item: LogItem) -> str:
    """What identifies the question of an item: the hash that the log has, else one of its question and target."""
    if item.doc_hash:
        return item.doc_hash
    return hashlib.sha256(repr((item.question, item.target)).encode()).hexdigest()
