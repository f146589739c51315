"""Reads a log, whatever tool wrote it: the form is recognised by what the file holds.

Says nothing about training data. What comes back has a score for every item, or nothing comes back.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from adr.errors import AdrError
from adr.tail_eval import llava, lmms_eval, minimal, mme, vlmevalkit
from adr.tail_eval.log import BenchmarkLog, LogItem
from adr.tail_eval.questions import completed, read_questions
from adr.tail_eval.rows import rows_of
from adr.tail_eval.scoring import is_yes_or_no, own_score

LMMS_EVAL, VLMEVALKIT, LLAVA, MME, MINIMAL = "lmms-eval", "VLMEvalKit", "LLaVA", "MME", "minimal"
_SUFFIXES = (".jsonl", ".json", ".xlsx", ".csv", ".tsv", ".txt")
_FORMS = "docs/tail-eval.md lists the forms that are read."


def read_log(path: Path, questions: Sequence[Path] = (), *, name: str = "") -> BenchmarkLog:
    """The log of one model: a file, or a folder with a file per task. name: how it is called; else its path's name.

    AdrError when the form is unknown, when it holds totals only, when items are missing or twice, or when it can be
    said of none of the items whether it was right.
    """
    files, notices = _files(path)
    form, items = "", []
    for file in files:
        form, found = _read(file)
        items += found
    items = completed(items, [read_questions(file) for file in questions])
    _once(path, items)
    scored, changed = _scored(path, items)
    if changed:
        notices.append(
            f"{changed:,} yes/no answers are judged otherwise by the log; here one rule reads the raw answers of all "
            "logs."
        )
    return BenchmarkLog(name or path.name, form, scored, tuple(notices))


def _files(path: Path) -> tuple[list[Path], list[str]]:
    """(the files of a log, notices): the newest file of samples per task where lmms-eval has written several."""
    if not path.exists():
        raise AdrError(f"There is no file or folder {path}.", "Check the path.")
    if path.is_file():
        return [path], []
    samples: dict[str, Path] = {}
    every = [file for file in sorted(path.rglob("*.jsonl")) if lmms_eval.samples_file(file)]
    for file in every:
        date, task = lmms_eval.samples_file(file) or ("", "")
        if task not in samples or date >= (lmms_eval.samples_file(samples[task]) or ("",))[0]:
            samples[task] = file
    if samples:
        older = len(every) - len(samples)
        return list(samples.values()), [f"{older:,} older files of samples were left aside."] if older else []
    found = [file for file in sorted(path.iterdir()) if file.suffix in _SUFFIXES and file.is_file()]
    if not found:
        raise AdrError(f"{path} holds no log.", _FORMS)
    return found, []


def _read(path: Path) -> tuple[str, list[LogItem]]:
    """(form, items) of one file."""
    if path.suffix != ".xlsx" and (lines := _mme_lines(path)):
        return MME, mme.read_text(path, lines)
    found = rows_of(path)
    if isinstance(found, Mapping):
        if isinstance(found.get("logs"), list) and found["logs"]:
            return LMMS_EVAL, lmms_eval.read_logs(path, found)
        raise AdrError(
            f"{path.name} holds totals only, without the score of each item.",
            "Evaluate with a log of samples (lmms-eval: --log_samples), and give that file.",
        )
    keys = set(found[0]) if isinstance(found, list) and found and isinstance(found[0], Mapping) else set()
    return _by_keys(path, keys, found)


def _by_keys(path: Path, keys: set[str], rows: Sequence[Mapping[str, Any]]) -> tuple[str, list[LogItem]]:
    if "doc_id" in keys and keys & {"filtered_resps", "resps"}:
        return LMMS_EVAL, lmms_eval.read_samples(path, rows)
    if {"index", "prediction"} <= keys:
        return VLMEVALKIT, vlmevalkit.read_sheet(path, rows)
    if "item" in keys:
        return MINIMAL, minimal.read_minimal(path, rows)
    if "question_id" in keys and keys & {"text", "answer"}:
        return LLAVA, llava.read_answers(path, rows)
    raise AdrError(
        f"{path.name} is in no form of a log that is known; its keys are {', '.join(sorted(keys)[:8])}.", _FORMS
    )


def _mme_lines(path: Path) -> list[str]:
    """The lines of a file that is MME's; none otherwise."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            if not mme.is_mme(file.readline()):
                return []
    except OSError as error:
        raise AdrError(f"{path} cannot be read: {error.strerror or error}.", "Check the path.") from error
    lines = [line for line in path.read_text(encoding="utf-8-sig", errors="replace").splitlines() if line.strip()]
    if bad := next((number for number, line in enumerate(lines, 1) if not mme.is_mme(line)), None):
        raise AdrError(f"Line {bad} of {path.name} has not MME's four fields.", "Write each result on one line.")
    return lines


def _once(path: Path, items: Sequence[LogItem]) -> None:
    twice = next((key for key, n in Counter((item.task, item.item) for item in items).items() if n > 1), None)
    if twice:
        raise AdrError(f"{path.name} has item {twice[1]} of {twice[0]} twice.", "A log has each question once.")


def _scored(path: Path, items: Sequence[LogItem]) -> tuple[list[LogItem], int]:
    """(the items with their scores, how many yes/no answers the log itself judges otherwise)."""
    made, changed, open_items = [], 0, []
    for item in items:
        own = own_score(item) if item.score is None or is_yes_or_no(item.target) else None
        if own is None and item.score is None:
            open_items.append(item.item)
        if own is not None and own != item.score:
            changed += item.score is not None
            item = replace(item, score=own)
        made.append(item)
    if open_items:
        raise AdrError(
            f"{path.name} does not say whether {len(open_items):,} of {len(items):,} items were right, such as "
            f"{open_items[0]}.",
            "Give the file with the right answers (--questions), or a log with a score per item.",
        )
    return made, changed
