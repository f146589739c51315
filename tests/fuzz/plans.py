"""A plan's folder after anything has happened to one of its files: the pages show it, and collect takes the rest in."""

import json
import os
import shutil
from contextlib import closing, suppress
from pathlib import Path
from random import Random

from adr.errors import AdrError
from adr.store import Store
from adr.synthesize.collect import collect
from adr.synthesize.outlook import failed_details, newest_made, seconds_each
from adr.synthesize.plan import plan, plan_folder, settings_of
from adr.synthesize.plan_file import DamagedSlot
from adr.synthesize.plan_lines import PlanLines
from adr.synthesize.plan_list import plans_report
from adr.workspace import Workspace
from tests.fuzz.mutations import altered, spoiled, written
from tests.fuzz.outcome import Case, refused
from tests.worlds.tail import by_hand, make_tail_world

_NAMES = (
    *("²-0.json", "0-².json", "٣-0.json", "00001-0.JSON", "00001-0.json.json", "-.json", "00001-.json", ".json"),
    *(f"{'9' * 200}-0.json", "99999999999999999999-0.failed.json", "00001-0-0.json", "00000--1.json", "x.failed.json"),
    *("00007-0.json", "00000-64.json", "00000-0.failed.json", "\udcff-0.json", ".00000-0.json.1-a.tmp"),
)
_DIARIES = (b"p1-\xff-0\n", b"p1-x-0\n", b"p1-0\xc2\xb2-0\n", b"p1-00000-0\n" * 900, b"p2-00000-0\n", b"p1-99999-99\n")
_WHOLE = ("plan.json", "plan.jsonl", "compared.json", "made.txt")
Files = dict[str, bytes]


class Plans:
    """Plan 1 of two slots with two candidates each, all of them finished, and one that could not be made."""

    def __init__(self, folder: Path) -> None:
        (folder / "model").mkdir()
        self._outside = folder
        self._store = make_tail_world(Store.memory(), folder / "source")
        self._workspace = Workspace.at(folder / "workspace")
        plan(self._store, self._workspace, 1, budget=9, model=str(folder / "model"), generator="image-to-image")
        vectors = {(0, 0): [1, 0], (0, 1): [0, 1], (1, 0): [0.6, 0.8]}
        png = (folder / "source" / "0.png").read_bytes()
        scores = {key: (0.5, None, vector) for key, vector in vectors.items()}
        by_hand(self._store, self._workspace, scores, failed=[(1, 1, "out_of_memory")], image=png)
        self._plan = plan_folder(self._workspace, 1)
        self._plan.diary.write_text("p1-00000-0\np1-00000-1\np1-00001-0\n")
        (self._plan.folder / "compared.json").write_text('{"clip": 0}')
        self._folder = self._plan.folder
        self._sound: Files = {
            path.relative_to(self._folder).as_posix(): path.read_bytes()
            for path in sorted(self._folder.rglob("*"))
            if path.is_file()
        }
        self._seen = self._listed()

    def made(self, chance: Random) -> Case:
        """A file of the plan with other bytes or values, under another name, or something else in its place."""
        name = chance.choice((*self._sound, *_WHOLE))
        what = chance.choice(("bytes", "values", "values", "name", "place"))
        data = self._sound[name]
        if what == "values" and name.endswith((".json", ".jsonl")):
            lines = data.splitlines() if name.endswith("l") else [data]
            at = chance.randrange(len(lines))
            lines[at] = written(altered(chance, json.loads(lines[at])))
            return Case(name, b"\n".join(lines) + b"\n")
        if what == "values" and name.endswith(".npy"):
            return Case(name, spoiled(chance, data[:128]) + data[128:])
        if what == "name":
            return Case(f"made/{chance.choice(_NAMES)}", data)
        if what == "place":
            return Case(f"{chance.choice(('folder', 'link', 'pipe', 'nothing'))} {name}", b"")
        if name == "made.txt":
            return Case(name, chance.choice((*_DIARIES, spoiled(chance, data))))
        return Case(name, spoiled(chance, data, tuple(self._sound.values())))

    def tried(self, case: Case) -> str:
        """The plan as a worker reads it, as the pages show it, and collected twice."""
        self._restore()
        place, _, name = case.shown.rpartition(" ")
        self._put(place, self._folder / name, case.data)
        said = "taken"
        try:
            self._plan.head()
            with closing(PlanLines(self._plan)) as lines:
                for number, line in enumerate(self._plan.lines()):
                    assert not isinstance(line, DamagedSlot) or line.detail
                    assert type(lines.slot(number)) is type(line)
        except AdrError as error:
            said = refused(error)
        try:
            self._collect()
        except AdrError as error:
            said = refused(error)
        newest_made(self._store, self._workspace, 1)
        seconds_each(self._store, self._workspace, settings_of(self._store, 1))
        plans_report(self._store, self._workspace)
        assert all(
            isinstance(reason, str) and isinstance(detail, str) for _, _, reason, detail in failed_details(self._plan)
        )
        self._plan.failed()
        return said

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def _collect(self) -> None:
        collect(self._store, self._workspace, 1)
        rows = self._store.rows("select candidate, image from candidate")
        assert len(rows) <= 4
        for candidate, image in rows:
            assert image is None or (self._workspace.folder / image).is_file(), candidate
        assert collect(self._store, self._workspace, 1).collected == 0
        changed = set(self._listed().items()) ^ set(self._seen.items())
        assert not changed, f"outside the workspace: {changed}"

    def _restore(self) -> None:
        for folder in (self._folder, self._workspace.folder / "embeddings", self._workspace.images):
            shutil.rmtree(folder, ignore_errors=True)
        for name, data in self._sound.items():
            path = self._folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        self._plan.claims.mkdir()
        self._workspace.images.mkdir()
        self._store.execute("delete from candidate")
        self._store.execute("delete from failed")

    def _put(self, place: str, path: Path, data: bytes) -> None:
        if place:
            path.unlink()
        if place == "folder":
            path.mkdir()
        elif place == "link":
            path.symlink_to(self._outside / "source" / "0.png")
        elif place == "pipe":
            os.mkfifo(path)
        elif not place:
            with suppress(OSError):  # a name that the file system does not take
                path.write_bytes(data)

    def _listed(self) -> dict[Path, int]:
        inside = self._workspace.folder
        paths = [path for path in self._outside.rglob("*") if inside not in (path, *path.parents)]
        return {path: path.stat().st_mtime_ns for path in paths}
