"""A balanced test of the demo world: as many pictures of every kind, however rare it is, and short questions about it.

Seven kinds of question: is it there, is something there that is not, how many, what is it, which colour, what is it
for, where is it found. Knows nothing about workspaces or the database.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import Generator

from adr.demo.habitats import HABITATS, RANKS
from adr.demo.questions import Turn, pick
from adr.demo.questions.looking import colour_subject
from adr.demo.scene import Scene, draw_scene
from adr.demo.things import THINGS
from adr.demo.wording import a, kinds, sentence
from adr.errors import AdrError
from adr.files import whole_folder
from adr.progress import Progress, silent

BRIEFLY = "\nAnswer the question using a single word or phrase."
EACH = 10
_COMPANY = 0.5
_NUMBERS = (1, 1, 1, 2, 3)


@dataclass(frozen=True)
class ExamReport:
    """What was written: how many questions (one per record of `dataset`) and pictures."""

    folder: Path
    questions: int
    images: int

    @property
    def dataset(self) -> Path:
        """The LLaVA JSON array: one question and its short answer per record."""
        return self.folder / "exam.json"

    @property
    def image_folder(self) -> Path:
        """The folder that the records' `image` is relative to."""
        return self.folder / "images"


def draw_exam(folder: Path, seed: int, each: int = EACH, progress: Progress = silent) -> ExamReport:
    """Draw `each` pictures of all kinds into `folder` and ask about them.

    The folder is written whole or not at all, and replaces an earlier test. AdrError where something else is in the
    way.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / "exam.json").exists():
        raise AdrError(f"{folder} holds files that are not a test.", "Name an empty or a new folder.")
    records: list[dict[str, Any]] = []
    total = each * len(RANKS)
    with whole_folder(folder) as draft:
        (draft / "images").mkdir()
        for number, (kind, scene, rng) in enumerate(_scenes(seed, each)):
            name = f"{number:05d}.jpg"
            scene.image.save(draft / "images" / name, quality=90, subsampling=0)
            other = _absent(scene, number + number // len(RANKS) * 7)
            for turn in questions(scene, kind, other, rng):
                records.append(
                    {
                        "id": f"exam/{len(records)}",
                        "image": name,
                        "conversations": [
                            {"from": "human", "value": f"<image>\n{turn.question}{BRIEFLY}"},
                            {"from": "gpt", "value": turn.answer},
                        ],
                    }
                )
            progress(number + 1, total, "Drawing the test")
        (draft / "exam.json").write_text(json.dumps(records, ensure_ascii=False), encoding="utf-8")
    return ExamReport(folder, len(records), total)


def questions(scene: Scene, kind: str, other: str, rng: Generator) -> list[Turn]:
    """What is asked about `kind` in its picture, and whether `other` is there, which is not; answers in a few words."""
    thing = THINGS[kind]
    found = [
        Turn(_presence(kind, rng), "Yes"),
        Turn(_presence(other, rng), "No"),
        Turn(pick(rng, (f"How many {thing.many} are there?", f"How many {thing.many} are in the picture?")),
             str(scene.count(kind))),
    ]  # fmt: skip
    if set(kinds(scene)) == {kind}:
        asked = pick(rng, ("What is in the picture?", "What is this a picture of?", "What’s shown in this image?"))
        found.append(Turn(asked, sentence(kind)[:-1]))
    if thing.spoken and scene.count(kind) == 1:
        placement = next(one for one in scene.placements if one.thing == kind)
        verb = "are" if thing.part.endswith("s") else "is"
        found.append(Turn(f"What color {verb} {colour_subject(thing)}?", placement.colour.capitalize()))
    if thing.use and thing.theme != "animals":
        found.append(Turn(f"What is {a(kind)} used for?", sentence(thing.use)[:-1]))
    if thing.place:
        found.append(Turn(f"Where would you usually find {a(kind)}?", sentence(thing.place)[:-1]))
    return found


def _presence(kind: str, rng: Generator) -> str:
    return pick(rng, (f"Is there {a(kind)} in the image?", f"Is there {a(kind)} in the picture?"))


def _absent(scene: Scene, turn: int) -> str:
    """A kind that is not in the picture, all taking turns, the rare ones as often as the common ones."""
    shown = set(kinds(scene))
    hidden = shown | {part for name in shown for part in THINGS[name].shows}
    order = [*RANKS[turn % len(RANKS) :], *RANKS[: turn % len(RANKS)]]
    return next(name for name in order if name not in hidden)


def _scenes(seed: int, each: int) -> Iterator[tuple[str, Scene, Generator]]:
    """A picture of every kind, `each` times; in every second one something from its usual company is there too."""
    for turn in range(each):
        for rank, kind in enumerate(RANKS):
            rng = np.random.default_rng([seed, turn, rank, 4])
            homes = [habitat for habitat in HABITATS.values() if kind in habitat.things]
            habitat = pick(rng, homes)
            shown = [kind] * pick(rng, _NUMBERS)
            if rng.random() < _COMPANY:
                shown.append(pick(rng, [name for name in habitat.things if name != kind]))
            yield kind, draw_scene(rng, shown, pick(rng, habitat.backgrounds)), rng
