"""The arms of an experiment as datasets for an outside trainer, with one script that trains and one that evaluates.

Writes files only. Each arm and seed is written by the export stage's own writers from `arms/ARM-SEED.parquet`; the
pictures lie once beside them. `adr.prove.external_logs` reads the results back.
"""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
from PIL import Image

from adr.errors import AdrError
from adr.export.formats import named
from adr.export.images import place_images
from adr.export.leaving import CHUNK, Accepted, Exported, Leaving, candidate_row, leaving
from adr.export.lint import lint
from adr.export.work import Format, Work
from adr.files import recover, whole_folder
from adr.markers import VIDEO_MARKER
from adr.picture_file import open_picture
from adr.progress import Progress, silent
from adr.prove.departures import refuse_changed
from adr.prove.external_scripts import BATCH, BLANK, TASK, eval_script, task_module, train_script
from adr.prove.proof import proof_folder
from adr.prove.proof_folder import ProofFolder, write_json
from adr.prove.trials import BLIND
from adr.recipe import Recipe
from adr.store import Store
from adr.workspace import Workspace

FORMATS = ("llama-factory", "ms-swift", "llava")
IMAGES = ("link", "copy")
INFO = "external.json"
"""What a folder of exported arms says of itself; written last."""
TEST = "test.jsonl"
BY_LOSS = {"logit_adjusted": "it changes the loss, not the data"}
"""Arms that no dataset can stand for, each with the reason."""


@dataclass(frozen=True)
class ExternalArm:
    """One dataset. name: ARM-SEED; rows: with copies and candidates; files: its data, relative to the folder."""

    name: str
    rows: int
    synthetic: int
    files: tuple[str, ...]


@dataclass(frozen=True)
class ExternalReport:
    """What was exported. test: questions of the test set, those with short answers; left_out: {arm: why}."""

    experiment: int
    format: str
    folder: str
    steps: int
    arms: tuple[ExternalArm, ...]
    test: int
    left_out: dict[str, str]


def export_arms(
    store: Store,
    workspace: Workspace,
    experiment: int | None = None,
    *,
    format: str,
    out: Path,
    images: str = "link",
    progress: Progress = silent,
) -> ExternalReport:
    """Write the folder `out` with `arms/ARM-SEED/`, `images/`, the test set, `train.sh` and `eval.sh`, whole or absent.

    experiment: its number, None for the latest. images: link or copy the source's pictures. AdrError for an unknown
    format, when the design says no number of steps, when `out` is not empty, when a trainer could not read a row, or
    when an accept has been withdrawn since.
    """
    if format not in FORMATS or images not in IMAGES:
        raise AdrError(
            f"There is no {format!r} with {images!r}.", f"Formats: {', '.join(FORMATS)}; {' or '.join(IMAGES)}."
        )
    number, folder = proof_folder(store, workspace, experiment)
    found = refuse_changed(folder)
    if not found["steps"]:
        raise AdrError(
            f"The design of experiment {number} does not say how many steps a training has.",
            "Make a design with --model external --steps N, so that all arms have as many.",
        )
    target = out.expanduser().absolute()
    recover(target)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise AdrError(f"{target} is not an empty folder.", "Choose another folder.")
    with whole_folder(target) as unfinished:
        made = _Export(store, workspace, folder, found, named(format), images, unfinished, progress)
        return made.write(number, target)


class _WithoutPictures(Work):
    """An export whose rows all show the grey picture: what the blind twin is trained on."""

    def rows(self, *, turns: bool = False, raw: bool = True, size: int = CHUNK) -> Iterator[list[Exported]]:
        """The rows in lists, each rewritten with BLANK for every picture and without videos."""
        for batch in super().rows(turns=True, raw=False, size=size):
            for row in batch:
                row.images, row.videos = [BLANK] * len(row.images), []
                row.turns = [(role, text.replace(VIDEO_MARKER, "")) for role, text in row.turns]
            yield batch


class _Export:
    """One export while it is made."""

    def __init__(
        self,
        store: Store,
        workspace: Workspace,
        folder: ProofFolder,
        found: Mapping[str, Any],
        format: Format,
        images: str,
        out: Path,
        progress: Progress,
    ) -> None:
        self.store, self.folder, self.found, self.format, self.out = store, folder, found, format, out
        self.progress = progress
        recipe = Recipe.from_toml(found["recipe"], "the recipe of the design")
        self.leave = leaving(store, workspace, found["run"], accept_above=recipe.export.get("accept_above"))
        self.images = images if self.leave.image_root is not None else "reference"
        self.number = {one.candidate: number for number, one in enumerate(self.leave.accepted)}
        self.shown = self._shown()

    def write(self, experiment: int, target: Path) -> ExternalReport:
        """Write everything; the folder's own description last."""
        seeds = self.found["seeds"]
        names = [f"{arm}-{seed}" for arm in self.found["arms"] if arm not in BY_LOSS for seed in seeds]
        leaves = {name: self._leave(name) for name in names}
        leaves |= {f"{BLIND}-{seed}": leaves[f"original-{seed}"] for seed in seeds if f"original-{seed}" in leaves}
        names = list(leaves)
        whole = replace(self.leave, order=np.unique(np.concatenate([leave.order for leave in leaves.values()])))
        self._check(whole)
        place_images(self._work(whole, self.out))
        self._write_blank()
        arms = tuple(self._arm(name, leave) for name, leave in leaves.items())
        test = self._test()
        self._scripts(names)
        report = ExternalReport(
            experiment,
            self.format.name,
            str(target),
            int(self.found["steps"]),
            arms,
            test,
            {arm: why for arm, why in BY_LOSS.items() if arm in self.found["arms"]},
        )
        write_json(
            self.out / INFO,
            {
                "experiment": experiment,
                "fingerprint": self.found["fingerprint"],
                "format": self.format.name,
                "arms": names,
            },
        )
        return report

    def _work(self, leave: Leaving, folder: Path) -> Work:
        return Work(self.store, leave, folder, self.images, self.leave.form, self.progress)

    def _arm(self, name: str, leave: Leaving) -> ExternalArm:
        folder = self.out / "arms" / name
        folder.mkdir(parents=True)
        work = self._work(leave, folder)
        files = self.format.write(_WithoutPictures(**vars(work)) if name.startswith(f"{BLIND}-") else work)
        return ExternalArm(name, leave.instances, leave.synthetic, tuple(f"arms/{name}/{file}" for file in files))

    def _write_blank(self) -> None:
        """The grey picture of the blind twin, in training and in the test."""
        path = self.out / "images" / BLANK
        path.parent.mkdir(exist_ok=True)
        Image.new("RGB", (336, 336), (127, 127, 127)).save(path)

    def _leave(self, name: str) -> Leaving:
        """The rows of one arm: instances with their copies, then candidates, some on another one's picture."""
        rows = self.folder.read(f"arms/{name}").to_pydict()
        order: list[int] = []
        accepted = list(self.leave.accepted)
        for position, candidate, copies, picture in zip(*(rows[key] for key in _ARM), strict=True):
            row = position if candidate is None else candidate_row(self._accepted(candidate))
            order += [int(row)] * int(copies)
            if candidate is not None and picture is not None:
                accepted[self.number[candidate]] = self._on_another(candidate, picture)
        return replace(self.leave, order=np.array(order, dtype=np.int64), accepted=accepted)

    def _accepted(self, candidate: str) -> int:
        if candidate not in self.number:
            raise AdrError(
                f"The candidate {candidate} is no longer accepted, and the design trains on it.",
                "Accept it again on the Review page, or make a new design.",
            )
        return self.number[candidate]

    def _on_another(self, candidate: str, picture: str) -> Accepted:
        """A candidate with the picture of another one, whose SHA-256 this is."""
        own, other = (self.leave.accepted[self.number[name]] for name in (candidate, self.shown[picture]))
        return replace(own, image=other.image, images=other.images, raw=None)

    def _shown(self) -> dict[str, str]:
        """{SHA-256 of a picture: a candidate that shows it}."""
        pairs = self.folder.read("pairs", ["candidate", "picture"])
        made = pairs.filter(pc.is_valid(pairs["candidate"])).to_pydict()
        return {
            picture: candidate
            for candidate, picture in zip(made["candidate"], made["picture"], strict=True)
            if picture and candidate in self.number
        }

    def _check(self, whole: Leaving) -> None:
        """AdrError when the trainer could not read a row of some arm."""
        found = lint(
            self.store,
            whole,
            self.format.rules,
            keeps=self.format.keeps,
            images=self.images,
            check_all_images=False,
            progress=self.progress,
        )
        if found.errors:
            said = "; ".join(f"{one.kind} in {one.rows:,} rows ({', '.join(one.examples[:2])})" for one in found.errors)
            raise AdrError(f"A trainer could not read these arms: {said}.", "Correct the source and make a new design.")

    def _test(self) -> int:
        """Write the test set in the minimal form, with its pictures; returns how many questions it has."""
        pairs = self.folder.read("pairs")
        test = pairs.filter(pc.and_(pc.equal(pairs["side"], "test"), pairs["short"])).sort_by("pair").to_pylist()
        if not test:
            raise AdrError(
                "The test set has no question with a short answer, which is what a log can say right or wrong of.",
                "Use the model decoder, which scores long answers by their likelihood.",
            )
        pictures = self.folder.read("pictures").to_pydict()
        paths = dict(zip(pictures["picture"], pictures["path"], strict=True))
        lines = [json.dumps(self._question(row, paths), ensure_ascii=False) + "\n" for row in test]
        (self.out / TEST).write_text("".join(lines), encoding="utf-8")
        return len(test)

    def _question(self, row: Mapping[str, Any], paths: Mapping[str, str]) -> dict[str, Any]:
        return {
            "item": row["pair"],
            "task": TASK,
            "version": self.found["fingerprint"][:12],
            "question": row["question"],
            "target": row["answer"],
            "picture": self._picture(row["picture"], paths) if row["picture"] in paths else "",
            "cluster": row["cluster"],
        }

    def _picture(self, picture: str, paths: Mapping[str, str]) -> str:
        """The path, in the folder, of a copy of a test picture."""
        source = Path(paths[picture])
        name = f"test-images/{picture}{source.suffix.lower()}"
        target = self.out / name
        if not target.exists():
            target.parent.mkdir(exist_ok=True)
            with open_picture(source) as given, target.open("xb") as made:
                shutil.copyfileobj(given, made)
        return name

    def _scripts(self, names: Sequence[str]) -> None:
        (self.out / "arms.txt").write_text("".join(f"{name}\n" for name in names), encoding="utf-8")
        task = self.out / "tasks" / TASK
        task.mkdir(parents=True)
        (task / f"{TASK}.py").write_text(task_module(), encoding="utf-8")
        batch = int(self.found["batch"]) or BATCH
        for name, text in (
            ("train.sh", train_script(self.format.name, int(self.found["steps"]), batch)),
            ("eval.sh", eval_script(self.format.name, self.found["fingerprint"][:12])),
        ):
            (self.out / name).write_text(text, encoding="utf-8")
            (self.out / name).chmod(0o755)


_ARM = ("position", "candidate", "copies", "picture")
