"""The stages in order; reads like the README's paragraph.

source → ingest → index → rebalance → plan → generate → collect → review → export

`run` does all of it unattended. It asks the workspace what is done already for the same source and recipe, and goes on
from there.
"""

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adr.errors import AdrError
from adr.progress import Progress, silent
from adr.recipe import Recipe
from adr.store import Store
from adr.workspace import Workspace

# What a recipe's [export] may hold, and what of its [synthesize] is for `generate`; the rest of that is for `plan`.
EXPORT_OPTIONS = ("format", "images", "order", "synthetic", "accept_above", "repair_ids", "leave_out_faulty")
GENERATE_OPTIONS = ("workers",)


def demo(
    store: Store,
    workspace: Workspace,
    *,
    instances: int = 3000,
    seed: int = 0,
    replace: bool = False,
    progress: Progress = silent,
) -> Any:
    """Draw the demo world into `workspace`/demo and ingest it; returns the ingest's report."""
    from adr.demo.world import draw_world
    from adr.ingest.ingest import ingest

    folder = workspace.folder / "demo"
    if store.value("select count(*) from instance") and not replace:
        raise AdrError(
            f"The workspace {workspace.name} holds a dataset already.",
            "Choose an empty folder, or ask to replace it (--replace).",
        )
    fresh, former = folder.with_name("demo.new"), folder.with_name("demo.old")
    for left in (fresh, former):  # of a run that was killed
        shutil.rmtree(left, ignore_errors=True)
    draw_world(fresh, instances=instances, seed=seed, progress=progress)
    if folder.exists():
        folder.rename(former)
    fresh.rename(folder)
    try:
        report = ingest(
            store,
            folder / "demo.json",
            folder / "images",
            objects=folder / "objects.jsonl",
            replace=replace,
            progress=progress,
        )
    except BaseException:
        shutil.rmtree(folder)
        if former.exists():  # what the tables still name keeps its pictures
            former.rename(folder)
        raise
    shutil.rmtree(former, ignore_errors=True)
    return report


@dataclass(frozen=True)
class RunReport:
    """The reports of all stages. A stage in `reused` was done before for the same source and recipe; its report then
    holds what the workspace tells of it. plan, generate and collect are None when the recipe has no [synthesize]."""

    ingest: Any
    index: Any
    rebalance: Any
    plan: Any = None
    generate: Any = None
    collect: Any = None
    verdicts: Any = None
    export: Any = None
    reused: tuple[str, ...] = field(default=())


def run(
    store: Store,
    workspace: Workspace,
    recipe: Recipe,
    source: Path,
    *,
    images: Path | None = None,
    objects: Path | None = None,
    out: Path,
    verdicts: Path | None = None,
    progress: Progress = silent,
) -> RunReport:
    """Every stage from a source file to an export in `out`, unattended; returns all reports.

    Stopped anywhere, the same call goes on at that stage. [synthesize] and [export] of the recipe are the options of
    these stages; without [synthesize] nothing is synthesized. AdrError as the stages raise it, and when the workspace
    or `out` holds something else.
    """
    return _Run(store, workspace, recipe, progress).all(Path(source), images, objects, Path(out), verdicts)


class _Run:
    """One unattended run: each step does its stage, or finds it done."""

    def __init__(self, store: Store, workspace: Workspace, recipe: Recipe, progress: Progress) -> None:
        self.store, self.workspace, self.recipe, self.progress = store, workspace, recipe, progress
        self.reused: list[str] = []

    def all(
        self, source: Path, images: Path | None, objects: Path | None, out: Path, verdicts: Path | None
    ) -> RunReport:
        """The steps in order."""
        from adr.export.folder import is_export

        self._check_options()
        if out.exists() and any(out.iterdir() if out.is_dir() else [out]) and not is_export(out):
            raise AdrError(f"{out} holds other things than an export.", "Choose another folder.")
        ingested = self._ingest(source, images, objects)
        indexed = self._index()
        rebalanced, number = self._rebalance()
        planned = generated = collected = judged = None
        if self.recipe.synthesize:
            planned, plan = self._plan(number)
            generated, collected = self._make(plan)
        if verdicts is not None:
            from adr.review.exchange import import_verdicts

            judged = import_verdicts(self.store, Path(verdicts))
        exported = self._export(number, out)
        return RunReport(
            ingested, indexed, rebalanced, planned, generated, collected, judged, exported, tuple(self.reused)
        )

    def _check_options(self) -> None:
        """Refuse a recipe whose [export] has an unknown option before hours of work, not after."""
        unknown = sorted(set(self.recipe.export) - set(EXPORT_OPTIONS))
        if unknown:
            raise AdrError(
                f"[export] of the recipe holds the unknown option {unknown[0]!r}.",
                f"Allowed are {', '.join(EXPORT_OPTIONS)}.",
            )
        from adr.export.formats import named

        named(str(self.recipe.export.get("format", "llava")))

    def _ingest(self, source: Path, images: Path | None, objects: Path | None) -> Any:
        from adr.ingest.ingest import ingest

        found = self.store.row("select path, images, objects, sha256, instances, rejected, warnings from source")
        if found is None:
            return ingest(self.store, source, images, objects=objects, progress=self._said("ingest"))
        self.progress(0, None, "ingest: comparing the source")
        same = found[3] == _sha256(source) and found[1] == _absolute(images) and found[2] == _absolute(objects)
        if not same:
            raise AdrError(
                f"The workspace holds another dataset ({found[0]}), or the same with other images or objects.",
                "Give an empty folder with -w.",
            )
        self.reused.append("ingest")
        return {
            "source": found[0],
            "images": found[1],
            "sha256": found[3],
            "instances": found[4],
            "rejected": dict(self.store.rows("select reason, count(*) from rejected group by all order by all")),
            "warnings": json.loads(found[6] or "{}"),
        }

    def _index(self) -> Any:
        from adr.index.index import index

        if not self.store.value(
            "select count(*) from index_made, source where extractor = 'lexicon' and verified_by is null "
            "and indexed_at >= ingested_at"
        ):
            return index(self.store, progress=self._said("index"))
        self.reused.append("index")
        rows = self.store.rows(
            "select perspective::varchar, count(*), sum(n)::bigint from entity group by all order by 1"
        )
        return {"postings": {p: n for p, _, n in rows}, "entities": {p: n for p, n, _ in rows}}

    def _rebalance(self) -> tuple[Any, int]:
        from adr.rebalance.runs import rebalance

        found = self.store.row(
            """
            select run, report from run
            where fingerprint = ? and created_at >= (select max(indexed_at) from index_made)
            order by run desc limit 1
            """,
            [self.recipe.fingerprint],
        )
        if found is None:
            report = rebalance(self.store, self.recipe, progress=self._said("rebalance"))
            return report, report.run
        self.reused.append("rebalance")
        return json.loads(found[1]), int(found[0])

    def _plan(self, number: int) -> tuple[Any, int]:
        from adr.synthesize.plan import plan

        options = {key: value for key, value in self.recipe.synthesize.items() if key not in GENERATE_OPTIONS}
        for known, settings, slots, candidates in self.store.rows(
            "select plan, settings, slots, candidates from plan where run = ? order by plan desc", [number]
        ):
            chosen = json.loads(settings)
            if all(chosen.get(key) == value for key, value in options.items() if not isinstance(value, Mapping | list)):
                self.reused.append("plan")
                return {"plan": known, "run": number, "slots": slots, "candidates": candidates}, int(known)
        report = plan(self.store, self.workspace, number, progress=self._said("plan"), **options)
        return report, report.plan

    def _make(self, plan: int) -> tuple[Any, Any]:
        from adr.synthesize.collect import collect
        from adr.synthesize.generate import generate

        options = {key: value for key, value in self.recipe.synthesize.items() if key in GENERATE_OPTIONS}
        made = generate(self.store, self.workspace, plan, progress=self._said("generate"), **options)
        return made, collect(self.store, self.workspace, plan, progress=self._said("collect"))

    def _export(self, number: int, out: Path) -> Any:
        from adr.export.export import export
        from adr.export.folder import is_export

        replace = is_export(out) and self._own(out)
        return export(
            self.store,
            self.workspace,
            number,
            out=out,
            replace=replace,
            progress=self._said("export"),
            **self.recipe.export,
        )

    def _own(self, out: Path) -> bool:
        """Whether `out` was made from this recipe and this source, so that writing it again is what was asked."""
        made = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
        same = made.get("recipe", {}).get("fingerprint") == self.recipe.fingerprint and made.get("source", {}).get(
            "sha256"
        ) == self.store.value("select sha256 from source")
        if not same:
            raise AdrError(f"{out} holds an export of another recipe or source.", "Choose another folder.")
        return True

    def _said(self, stage: str) -> Progress:
        """Progress that names its stage."""

        def progress(done: int, total: int | None, message: str) -> None:
            self.progress(done, total, f"{stage}: {message[:1].lower()}{message[1:]}")

        return progress


def _absolute(path: Path | None) -> str | None:
    return None if path is None else str(Path(path).expanduser().absolute())


def _sha256(path: Path) -> str:
    try:
        with path.expanduser().open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise AdrError(f"The source {path} cannot be read: {error.strerror}.", "Check the path.") from error
