"""One kill: a stage on a workspace, ended at a moment; then the workspace is opened again and everything is checked."""

import json
import math
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adr.store import Store
from tests.faults.invariants import broken, contents
from tests.faults.world import World

ROOT = Path(__file__).resolve().parents[2]
_FULL = ("is full", "File too large")
KINDS = ("time", "files", "statements", "bytes")


@dataclass(frozen=True)
class Stage:
    """A stage to kill: the snapshot that it begins from, and its arguments. once: whether the same command is refused,
    or does the same once more, after it was done; then it is repeated only when the kill left the work undone. kinds:
    of moments at which it is killed. group: whether processes that it started may die with it."""

    name: str
    begins: str
    verb: list[str]
    once: bool = False
    kinds: tuple[str, ...] = KINDS
    group: bool = False


def stages(world: World) -> list[Stage]:
    """All stages that write, in the order of the data; plan 2 is of words."""
    images = ["--images", str(world.pictures)]
    said = str(world.folder / "acknowledged.txt")
    verb = world.verb
    found = [
        Stage("ingest", "empty", verb("ingest", str(world.source), *images), once=True),
        Stage("ingest --replace", "exported", verb("ingest", str(world.other), *images, "--replace")),
        Stage("index", "ingested", verb("index")),
        Stage("index again", "reviewed", verb("index", "--objects", "text")),
        Stage("rebalance", "indexed", verb("rebalance", "--recipe", str(world.recipe)), once=True),
        Stage("plan", "rebalanced", verb(*world.plan()), once=True),
        Stage("collect", "made", verb("collect", "--plan", "1")),
        Stage("review", "collected", ["review", str(world.workspace), said]),
        Stage("verdicts import", "collected", verb("verdicts", "import", str(world.verdicts))),
        Stage("export", "reviewed", verb(*world.export()), once=True),
        Stage("export --replace", "exported", verb(*world.export("--repair-ids", "--replace")), once=True),
    ]
    kinds = ("time", "files", "statements")
    found.insert(6, Stage("generate", "worded", verb("generate", "--plan", "2"), kinds=kinds, group=True))
    return found


@dataclass
class Undisturbed:
    """What a stage does when nothing happens to it."""

    contents: dict[str, Any]
    problems: list[Any]  # what `doctor` says: facts of the machine, none of the workspace
    seconds: float
    passed: Mapping[str, int]
    largest: int  # bytes of the largest file


@dataclass
class Trial:
    """One kill and what was found after it. faults: sentences, empty when all is well."""

    stage: str
    moment: Mapping[str, Any]
    signal: int = 0
    done: bool = False  # the work had been committed already
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)


class Harness:
    """A world, and the process that does its stages."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.random = world, random.Random(seed)
        self._known: dict[str, Undisturbed] = {}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.zygote"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
        )

    def ready(self) -> None:
        """Wait until the process has imported everything."""
        self._heard()

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()

    def do(self, verb: list[str], moment: Mapping[str, Any] | None = None, group: bool = False) -> dict[str, Any]:
        """Do a verb in a process of its own; how it ended, with `text`, what it printed."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"verb": verb, "moment": moment, "group": group}) + "\n")
        self.process.stdin.flush()
        return self._heard()

    def _heard(self) -> dict[str, Any]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, "the process that does the stages has ended"
        found: dict[str, Any] = json.loads(line)
        return found

    def undisturbed(self, stage: Stage) -> Undisturbed:
        """What the stage does when nothing happens to it; found once."""
        if stage.name not in self._known:
            self._begin(stage)
            ended = self.do(stage.verb)
            assert ended["status"] == 0, ended["text"]
            assert broken(self.world.workspace) == []
            files = [path.stat().st_size for path in self.world.workspace.rglob("*") if path.is_file()]
            self._known[stage.name] = Undisturbed(
                contents(self.world.workspace), self._problems(), ended["seconds"], ended, max(files)
            )
        return self._known[stage.name]

    def kill(self, stage: Stage, kind: str) -> Trial:
        """Kill the stage at a random moment of a kind, and check everything. A moment after its end is drawn again."""
        known = self.undisturbed(stage)
        for attempt in range(8):
            moment = self._moment(kind, known, 0.97 * 0.8**attempt)
            self._begin(stage)
            ended = self.do(stage.verb, moment, stage.group and self.random.random() < 0.5)
            if ended["signal"]:
                break
        trial = Trial(stage.name, moment, ended["signal"], seconds=ended["seconds"])
        if not ended["signal"]:
            trial.faults.append(f"it was never hit: {ended}")
            return trial
        self._check(stage, known, trial)
        return trial

    def fill(self, stage: Stage, most: int | None = None) -> Trial:
        """Do the stage where no file may grow beyond a size, as on a full disk: either all fits, or the stage says so
        in a sentence, and everything holds that holds after a kill. most: bytes; None: of the largest file."""
        known = self.undisturbed(stage)
        size = int(math.exp(self.random.uniform(0, math.log(most or known.largest))))
        self._begin(stage)
        ended = self.do(stage.verb, moment := {"by": "full", "at": size})
        trial = Trial(stage.name, moment, ended["signal"], seconds=ended["seconds"])
        lines = ended["text"].strip().splitlines()
        if ended["status"] == 0:  # all fitted
            trial.done = True
            trial.faults += differences(known.contents, contents(self.world.workspace))
            return trial
        if ended["status"] != 1 or len(lines) != 1 or not any(word in lines[0] for word in _FULL):
            trial.faults.append(f"status {ended['status']}: {ended['text'][-1500:]}")
        self._check(stage, known, trial)
        return trial

    def _moment(self, kind: str, known: Undisturbed, share: float) -> dict[str, Any]:
        if kind == "time":
            return {"by": kind, "at": self.random.uniform(0.0, known.seconds * share)}
        last = known.largest if kind == "bytes" else known.passed[kind]
        return {"by": kind, "at": self.random.randint(1, max(1, int(last * share)))}

    def _begin(self, stage: Stage) -> None:
        self.world.restore(stage.begins)
        (self.world.folder / "acknowledged.txt").unlink(missing_ok=True)

    def _check(self, stage: Stage, known: Undisturbed, trial: Trial) -> None:
        folder = self.world.workspace
        opened = (folder / "adr.duckdb").exists()
        if opened and (problems := self._problems(created=stage.begins != "empty")) != known.problems:
            trial.faults.append(f"doctor: {problems}")
        trial.faults += broken(folder)
        trial.faults += self._unacknowledged()
        trial.done = stage.once and opened and contents(folder) == known.contents
        if not trial.done:
            self._repeat(stage, known, trial)

    def _repeat(self, stage: Stage, known: Undisturbed, trial: Trial) -> None:
        """The same command, two hours later, succeeds and gives what an undisturbed run gives; it also clears away what
        the kill has left unfinished."""
        for path in _left_over(self.world.workspace):
            os.utime(path, (time.time() - 7200,) * 2)
        with self._settled():
            again = self.do(stage.verb)
        if again["status"] != 0:
            trial.faults.append(
                f"the same command ended with {again['status'] or again['signal']}: {again['text'][-600:]}"
            )
            return
        trial.faults += broken(self.world.workspace)
        trial.faults += differences(known.contents, contents(self.world.workspace))
        if (problems := self._problems()) != known.problems:
            trial.faults.append(f"doctor after the same command: {problems}")
        folder = self.world.workspace
        trial.faults += [f"left over: {path.relative_to(folder)}" for path in _left_over(folder)]

    @contextmanager
    def _settled(self) -> Iterator[None]:
        """Afterwards, workers that outlived their parent have ended: they finish the candidate that they were at."""
        yield
        until = time.monotonic() + 20
        claims = self.world.workspace / "plans"
        while any(claims.glob("*/claims/[0-9]*")) and time.monotonic() < until:
            time.sleep(0.05)

    def _problems(self, created: bool = True) -> list[Any]:
        """The problems that `doctor` finds, without those of the machine that this file cannot change."""
        ended = self.do(["doctor", "-w", str(self.world.workspace), "--json"])
        try:
            found: list[Any] = json.loads(ended["text"].splitlines()[-1])["problems"]
        except (ValueError, IndexError):
            return [ended["text"][-600:]]
        unmade = "holds no tables"  # a kill before the first commit of a new workspace
        return [problem for problem in found if created or unmade not in problem["sentence"]]

    def _unacknowledged(self) -> list[str]:
        """Steps of the review that were acknowledged and are not there."""
        file = self.world.folder / "acknowledged.txt"
        if not file.exists():
            return []
        with closing(Store(self.world.workspace / "adr.duckdb")) as store:
            there = {f"{c} {j}" for c, j in store.rows("select candidate, judgement from verdict")}
        lines = file.read_text().split("\n")[:-1]
        return [f"the acknowledged verdict “{line}” is lost" for line in lines if line not in there]


def differences(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """How the contents of a workspace differ from those of an undisturbed one."""
    return [
        f"{name} differs from an undisturbed run: {_apart(wanted.get(name), found.get(name))}"
        for name in sorted(wanted.keys() | found.keys())
        if wanted.get(name) != found.get(name)
    ]


def _apart(wanted: Any, found: Any) -> str:
    if isinstance(wanted, list) and isinstance(found, list):
        more, less = [row for row in found if row not in wanted], [row for row in wanted if row not in found]
        return f"{len(found)} rows instead of {len(wanted)}; new {str(more[:1])[:300]}, missing {str(less[:1])[:300]}"
    return f"{str(found)[:200]} instead of {str(wanted)[:200]}"


def _left_over(folder: Path) -> list[Path]:
    """Unfinished files and folders that nothing will ever read."""
    found = [path for path in folder.rglob(".*") if "replaced" not in path.parts and path.name != ".lock"]
    return [path for path in found if not any(parent in found for parent in path.parents)]
