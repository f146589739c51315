"""Files of questions: what was asked, what is right, and of which picture. They complete the items of a log.

Forms: JSON Lines, JSON lists and CSV with question_id (or item, index, id); the label files of POPE; SEED-Bench.json;
annotations of VQAv2 and TextVQA; GQA's questions by id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from adr.errors import AdrError
from adr.tail_eval.log import Fact, LogItem, Questions, Target
from adr.tail_eval.rows import rows_of

_IDS = ("question_id", "item", "index", "id", "pid")
_TEXTS = ("question", "text", "prompt")
_RIGHT = ("label", "answer", "gt_answer", "multiple_choice_answer", "target")
_PICTURES = ("image", "image_id", "imageId", "picture", "data_id", "image_path", "cluster")
_LISTS = ("questions", "annotations", "data")  # keys below which a JSON object has its list


def read_questions(path: Path) -> Questions:
    """The facts of one file, in its order."""
    found = rows_of(path)
    return Questions(path.name, [_fact(row) for row in _listed(path, found)])


def completed(items: Sequence[LogItem], files: Sequence[Questions]) -> list[LogItem]:
    """The items with what the files say of them. The first file has the questions that were asked, by their ids; a
    further one is joined by picture and question where both are known, else by id.

    AdrError when the first file has questions that the log lacks, or a file says nothing of an item.
    """
    made = list(items)
    for number, file in enumerate(files):
        made = _joined(made, file, asked=number == 0)
    return made


def _joined(items: list[LogItem], file: Questions, *, asked: bool) -> list[LogItem]:
    by_id = {fact.id: fact for fact in file.facts}
    by_text = {_key(fact.picture, fact.question): fact for fact in file.facts if fact.picture and fact.question}
    use_text = not asked and bool(by_text)
    found = [
        by_text.get(_key(item.picture, item.question)) if use_text else by_id.get(item.question_id or item.item)
        for item in items
    ]
    if not use_text and any(fact is None for fact in found):
        found = [fact or by_id.get(item.item) for fact, item in zip(found, items, strict=True)]
    if asked:
        _check_complete(items, found, file)
    return [item if fact is None else _with(item, fact) for item, fact in zip(items, found, strict=True)]


def _check_complete(items: Sequence[LogItem], found: Sequence[Fact | None], file: Questions) -> None:
    unknown = [item.item for item, fact in zip(items, found, strict=True) if fact is None]
    if unknown:
        raise AdrError(
            f"{file.name} says nothing of {len(unknown):,} items of the log, such as {unknown[0]}.",
            "Give the file of questions that was asked.",
        )
    answered = {fact.id for fact in found if fact is not None}
    missing = [fact.id for fact in file.facts if fact.id not in answered]
    if missing:
        raise AdrError(
            f"The log lacks {len(missing):,} of the {len(file.facts):,} questions of {file.name}, such as "
            f"{', '.join(missing[:3])}.",
            "A rate over what is there would mislead; let the model answer all of them.",
        )


def _with(item: LogItem, fact: Fact) -> LogItem:
    return replace(
        item,
        question=fact.question or item.question,
        target=fact.target if fact.target is not None else item.target,
        picture=fact.picture or item.picture,
        objects=fact.objects if fact.objects is not None else item.objects,
        answer=fact.answer or item.answer,
        task=f"{item.task}/{fact.category}" if fact.category and item.task != fact.category else item.task,
    )


def _key(picture: str, question: str) -> tuple[str, str]:
    """A picture and the first line of a question: prompts add a line such as "Answer with one word"."""
    return Path(picture).name, question.strip().split("\n")[0].strip()


def _listed(path: Path, found: Any) -> list[Mapping[str, Any]]:
    if isinstance(found, Mapping):
        for key in _LISTS:
            if isinstance(found.get(key), list):
                return list(found[key])
        if all(isinstance(value, Mapping) for value in found.values()):
            return [{"question_id": key, **value} for key, value in found.items()]
    if isinstance(found, list) and all(isinstance(row, Mapping) for row in found):
        return found
    raise AdrError(f"{path.name} is no file of questions.", "docs/tail-eval.md lists the forms that are read.")


def _fact(row: Mapping[str, Any]) -> Fact:
    number = next((row[key] for key in _IDS if key in row), None)
    if number is None:
        raise AdrError(
            f"A question has no id: its keys are {', '.join(list(row)[:8])}.", "It needs question_id or item."
        )
    target = _target(row)
    letter = target.strip().lower() if isinstance(target, str) else ""
    objects = row.get("objects")
    return Fact(
        id=str(number),
        question=str(next((row[key] for key in _TEXTS if row.get(key)), "")).replace("<image>", "").strip(),
        target=target,
        picture=str(next((row[key] for key in _PICTURES if row.get(key) is not None), "")),
        category=str(row.get("category") or ""),
        objects=tuple(map(str, objects)) if isinstance(objects, list) else None,
        answer=str(row.get(f"choice_{letter}", "")),
    )


def _target(row: Mapping[str, Any]) -> Target:
    if isinstance(people := row.get("answers"), list) and people:
        return tuple(str(one["answer"]) if isinstance(one, Mapping) else str(one) for one in people)
    said = next((row[key] for key in _RIGHT if row.get(key) not in (None, "")), None)
    return None if said is None else str(said)
