"""A small dataset, and the workspace as it is after each stage: what the faults begin from."""

import contextlib
import csv
import io
import json
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from PIL import Image

from adr.cli import main
from adr.store import Store
from adr.synthesize.plan_file import PlanFolder
from adr.workspace import Workspace
from tests.worlds.tail import sidecar

SLOTS = 9
RECORDS = 300
FREQUENT = ("cat", "sofa", "dog", "car", "cat")
RARE = {3: "harp", 13: "kettle", 23: "couch", 33: "automobile"}  # by the last digits of an instance, base 50
RECIPE = """
[rebalance]
seed = 7
min_passes = 2
perspectives = ["token", "object", "interrogation"]

[rebalance.tau]
token = 20.0
object = 20.0
interrogation = 60.0
"""


class World:
    """Files that stages read, in `folder`, and snapshots of the workspace in `folder`/after."""

    def __init__(self, folder: Path, image_model: str = "assets/models/starter-diffusion") -> None:
        self.folder = folder
        self.workspace = folder / "w"
        self.model = image_model
        self.source, self.pictures = folder / "source.json", folder / "pictures"
        self.other, self.recipe, self.verdicts = folder / "other.json", folder / "recipe.toml", folder / "verdicts.csv"
        self.pictures.mkdir(parents=True)
        for number in range(RECORDS):
            color = (number % 256, 255 - number % 256, 90)
            Image.new("RGB", (16, 16), color).save(self.pictures / f"{number}.png")
        self.source.write_text(json.dumps(_records(RECORDS)))
        self.other.write_text(json.dumps(_records(RECORDS - 60)))
        self.recipe.write_text(RECIPE)

    def verb(self, name: str, *more: str) -> list[str]:
        """The arguments of a verb on the workspace."""
        return [name, "-w", str(self.workspace), "--quiet", *more]

    def build(self) -> None:
        """Make all snapshots: empty, ingested, indexed, rebalanced, planned, made, collected, reviewed, exported."""
        images = ["--images", str(self.pictures)]
        self._keep("empty", self.workspace.mkdir)
        self._after("ingested", "ingest", str(self.source), *images)
        self._after("indexed", "index")
        self._after("rebalanced", "rebalance", "--recipe", str(self.recipe))
        self._after("planned", *self.plan())
        self._keep("made", self._make_by_hand)
        self._after("collected", "collect", "--plan", "1")
        self._keep("reviewed", self._judge)
        self._after("exported", *self.export())

    def plan(self) -> list[str]:
        """The verb and the arguments that plan pictures."""
        return ["plan", "--run", "1", "--budget", str(SLOTS), "--model", self.model, "--steps", "1"]

    def export(self, *more: str) -> list[str]:
        """The verb and the arguments that write the export."""
        out = self.workspace / "exports" / "refined"
        return ["export", "--run", "1", "--format", "llava", "--images", "copy", "--out", str(out), *more]

    def plan_words(self) -> None:
        """Add plan 2, of reworded conversations, to the snapshot `planned`."""
        self.restore("planned")
        self._after("worded", "plan", "--run", "1", "--budget", "60", "--generator", "language")

    def restore(self, name: str) -> None:
        """Put the workspace back as it was after a stage."""
        shutil.rmtree(self.workspace, ignore_errors=True)
        shutil.copytree(self.folder / "after" / name, self.workspace, symlinks=True)

    def _after(self, name: str, verb: str, *more: str) -> None:
        self._keep(name, lambda: _must(self.verb(verb, *more)))

    def _keep(self, name: str, act: Callable[[], object]) -> None:
        act()
        shutil.copytree(self.workspace, self.folder / "after" / name, symlinks=True)

    def _make_by_hand(self) -> None:
        """Candidates as workers would have left them, each with its own picture."""
        workspace = Workspace(self.workspace)
        folder = PlanFolder(workspace.plans / "1")
        with closing(Store(workspace.database)) as store:
            for (slot,) in store.rows("select slot from slot where plan = 1 order by slot"):
                for alternative in range(2):
                    data = _picture(slot * 2 + alternative)
                    record = sidecar(store, workspace, slot, alternative, image=data)
                    told = [{"role": "human", "text": "<image>\nWhat is it?"}, {"role": "gpt", "text": "A thing."}]
                    record |= {"turns": told, "score": 0.5 + slot / 100 + alternative / 1000}
                    folder.image(slot, alternative).write_bytes(data)
                    folder.sidecar(slot, alternative).write_text(json.dumps(record))

    def _judge(self) -> None:
        """Verdicts on two thirds of the candidates, imported from the file that also serves the stage `import`."""
        with self.verdicts.open("w", newline="") as out:
            rows = csv.writer(out)
            rows.writerow(["candidate", "judgement", "reviewer", "judged_at"])
            for slot in range(SLOTS):
                for alternative in range(2):
                    word = ("accept", "accept", "reject")[slot % 3]
                    rows.writerow([f"p1-{slot:05d}-{alternative}", word, "bea", f"2026-01-02T03:04:{slot:02d}"])
        _must(self.verb("verdicts", "import", str(self.verdicts)))


def _must(verb: list[str]) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        assert main(verb) == 0, verb


def _picture(number: int) -> bytes:
    image = Image.new("RGB", (24, 24), (9 * number % 256, 40, 200))
    image.paste((250, 240, 90), (number % 12, 4, 12 + number % 12, 18))
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


def _records(count: int) -> list[dict[str, object]]:
    return [
        {
            "id": n,
            "image": f"{n}.png",
            "conversations": [
                {"from": "human", "value": f"<image>\nWhere is the {_thing(n)}?"},
                {"from": "gpt", "value": f"The {_thing(n)} is near the {FREQUENT[n // 5 % 5]}."},
            ],
        }
        for n in range(count)
    ]


def _thing(number: int) -> str:
    return RARE.get(number % 50, FREQUENT[number % 5])
