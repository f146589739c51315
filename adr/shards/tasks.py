"""Does one task of a run over shards, unless its files are there: files whole or absent, the done file last.

Every engine calls `perform`, in whichever process or on whichever machine. Knows nothing of what a stage does.
"""

import json
import os
import shutil
import socket
import time
import traceback
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from adr import __version__
from adr.errors import AdrError
from adr.faults import meaning
from adr.files import write_whole
from adr.recipe import fingerprint_of
from adr.shards.shard_run import GLOBAL, ShardRun, Task
from adr.shards.shard_set import ShardSet
from adr.shards.stages import STAGES, ShardStage, stage_named

DONE, FAILED = "done.json", "failed.json"
MADE, THERE, NOT_MADE = "made", "there", "failed"


@dataclass(frozen=True)
class Outcome:
    """How a task ended. state: 'made', 'there' (its files were there) or 'failed'; sentence: why it failed."""

    task: Task
    state: str
    sentence: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    host: str = ""


@dataclass(frozen=True)
class FailedTask:
    """A task that failed, as reports name it. shard: None for a task over all shards."""

    shard: int | None
    sentence: str
    host: str


def perform(run: ShardRun, task: Task, stages: Sequence[ShardStage] = STAGES) -> Outcome:
    """Do a task. Its files are in place when it returns 'made' or 'there'. When it fails, `NNNNN.failed.json` says why,
    and the task is not done, whatever was there before."""
    started, processor = time.monotonic(), time.process_time()

    def ended(state: str, sentence: str = "") -> Outcome:
        seconds, cpu = time.monotonic() - started, time.process_time() - processor
        return Outcome(task, state, sentence, round(seconds, 3), round(cpu, 3), socket.gethostname())

    stamp = ""
    try:
        stage = stage_named(task.stage, stages)
        stamp = stamp_of(run, stage, task.shard, stages)
        if is_done(run, task, stamp):
            run.file(task.stage, task.shard, FAILED).unlink(missing_ok=True)
            return ended(THERE)
        place = run.place(task.stage)
        place.mkdir(parents=True, exist_ok=True)
        run.file(task.stage, task.shard, DONE).unlink(missing_ok=True)
        with _empty_folder(place, task) as folder:
            figures = stage.make(ShardSet.at(Path(run.folder)), run, task.shard, folder)
            files = _moved(folder, place)
    except Exception as error:
        if stamp and is_done(run, task, stamp):  # by another process that did the same task
            return ended(THERE)
        return set_aside(run, ended(NOT_MADE, sentence_of(error)))
    outcome = ended(MADE)
    _write(run, outcome, DONE, {"stamp": stamp, "asked": stage.asked(run), "files": files, "figures": figures})
    run.file(task.stage, task.shard, FAILED).unlink(missing_ok=True)
    for left in place.glob(f".{task.shard}.*.tmp"):  # of processes that were killed
        shutil.rmtree(left, ignore_errors=True)
    return outcome


def set_aside(run: ShardRun, outcome: Outcome) -> Outcome:
    """Write down that a task has failed, and why; returns the outcome."""
    run.place(outcome.task.stage).mkdir(parents=True, exist_ok=True)
    run.file(outcome.task.stage, outcome.task.shard, DONE).unlink(missing_ok=True)
    _write(run, outcome, FAILED, {"sentence": outcome.sentence})
    return outcome


def figures_of(run: ShardRun, stage: str, number: int) -> dict[str, Any]:
    """What a stage said of a task that is done; AdrError when it is not."""
    return dict(_done(run, Task(stage, number))["figures"])


def was_asked(run: ShardRun, stage: ShardStage) -> bool:
    """Whether a task over all shards was done for the wish that the run has, from whatever files."""
    try:
        return bool(_done(run, Task(stage.name, GLOBAL))["asked"] == json.loads(json.dumps(stage.asked(run))))
    except AdrError:
        return False


def is_done(run: ShardRun, task: Task, stamp: str) -> bool:
    """Whether the files of a task are there and were made by the same code, from the same files, for the same wish."""
    try:
        done = _done(run, task)
    except AdrError:
        return False
    if task.stage == "join" and not (run.out is not None and (Path(run.out) / "manifest.json").is_file()):
        return False
    place = run.place(task.stage)
    return bool(done["stamp"] == stamp) and all((place / name).is_file() for name in done["files"])


def stamp_of(run: ShardRun, stage: ShardStage, number: int, stages: Sequence[ShardStage] = STAGES) -> str:
    """What identifies the files of a task: the code, what the run asks for, and the stamps of the files it reads.

    AdrError when a task that it reads from is not done.
    """
    shards = ShardSet.at(Path(run.folder))
    read = {}
    for name in stage.reads:
        numbers = _numbers(shards, stage_named(name, stages), stage, number)
        read[name] = [_done(run, Task(name, one))["stamp"] for one in numbers]
    return fingerprint_of(
        {
            "code": __version__,
            "stage": [stage.name, stage.version],
            "words": _lexicon() if stage.words else None,
            "asked": stage.asked(run),
            "read": read if stage.reads else _source_of(shards, number),
        }
    )


def sentence_of(error: BaseException) -> str:
    """What an error means, in a sentence; of an error that is not known, where it happened."""
    if (known := meaning(error)) is not None:
        return f"{known.sentence} {known.next_step}".strip()
    last = traceback.extract_tb(error.__traceback__)[-1:]
    where = f" ({Path(last[0].filename).name}, line {last[0].lineno})" if last else ""
    return f"{type(error).__name__}: {error}{where}."


def _numbers(shards: ShardSet, read: ShardStage, stage: ShardStage, number: int) -> Sequence[int]:
    """Which tasks of the stage `read` a task of `stage` reads from."""
    if read.whole:
        return (GLOBAL,)
    return range(len(shards.shards)) if stage.whole else (number,)


def _source_of(shards: ShardSet, number: int) -> dict[str, Any]:
    shard = shards.shards[number]
    return {"shard": asdict(shard), "source": asdict(shards.sources[shard.source])}


def _lexicon() -> str:
    from adr.index.lexicon import Lexicon

    return Lexicon.english().fingerprint


def _done(run: ShardRun, task: Task) -> dict[str, Any]:
    path = run.file(task.stage, task.shard, DONE)
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        of = "" if task.shard == GLOBAL else f" of shard {task.shard:,}"
        raise AdrError(f"The stage {task.stage}{of} is not done.", f"Run it first: --stage {task.stage}.") from None


@contextmanager
def _empty_folder(place: Path, task: Task) -> Iterator[Path]:
    """A folder in `place` to fill, which is deleted at the end."""
    folder = place / f".{task.shard}.{os.getpid()}-{uuid.uuid4().hex[:8]}.tmp"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _moved(folder: Path, place: Path) -> list[str]:
    """Move the files of a folder into place; returns their names."""
    names = sorted(file.name for file in folder.iterdir())
    for name in names:
        os.replace(folder / name, place / name)
    return names


def _write(run: ShardRun, outcome: Outcome, name: str, more: dict[str, Any]) -> None:
    """Write the file that says how a task ended."""
    said = {
        **more,
        "seconds": outcome.seconds,
        "cpu_seconds": outcome.cpu_seconds,
        "host": outcome.host,
        "ended": round(time.time(), 1),
    }
    write_whole(run.file(outcome.task.stage, outcome.task.shard, name), json.dumps(said, ensure_ascii=False).encode())
