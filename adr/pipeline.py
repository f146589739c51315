"""The stages in order; reads like the README's paragraph.

source → ingest → index → rebalance → plan → generate → collect → review → export

`run` does all of it unattended. It looks up what the workspace already holds for the same source and recipe, and goes
on from there.
"""

import json
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from adr.containers import picture_root, source_sha256
from adr.embed.copies import CopiesReport, copies, copies_report
from adr.embed.embed import NoPictures, embed
from adr.embed.overlaid import SAME_DIFFERENCE
from adr.errors import AdrError
from adr.export.export import ExportReport, export
from adr.export.folder import is_export
from adr.export.options import ExportOptions
from adr.index.index import index
from adr.index.options import IndexOptions, differences, made_by_other_rules
from adr.index.perspectives.change import beside, change_perspectives
from adr.index.report import IndexReport, index_report
from adr.ingest.ingest import IngestReport, ingest, ingest_report
from adr.ingest.options import ingest_options
from adr.ingest.sources import Given
from adr.options import options_of
from adr.perspectives import CLUSTERED, indexed
from adr.progress import Progress, silent
from adr.rebalance.runs import RebalanceReport, rebalance, run_report, same_run
from adr.recipe import Recipe
from adr.review.exchange import ExchangeReport, import_verdicts
from adr.store import Store
from adr.synthesize.collect import CollectReport, collect
from adr.synthesize.generate import GenerateReport, generate
from adr.synthesize.plan import PlanReport, plan, plan_report, same_plan, settings_of
from adr.synthesize.plan_file import NO_SCORER
from adr.workspace import Workspace

# The options of a recipe's [synthesize] that are for `generate`; the rest are for `plan`.
GENERATE_OPTIONS = ("workers",)
Report = TypeVar("Report")


def copies_and_index(
    store: Store, *, looks: bool = False, same_difference: float | None = None, progress: Progress = silent
) -> CopiesReport:
    """Find copies; where there is an index, it has their clusters as perspectives afterwards. same_difference: as by
    `copies`, None for its own."""
    bound = SAME_DIFFERENCE if same_difference is None else same_difference
    report = copies(store, looks=looks, same_difference=bound, progress=progress)
    if index_report(store) is not None:
        change_perspectives(store, [*indexed(store), *CLUSTERED], again=CLUSTERED, progress=progress)
    return report


def embed_for(store: Store, workspace: Workspace, plan: int, *, progress: Progress = silent) -> None:
    """Let the scorer of a plan look at every picture of the source, so that `collect` compares candidates with all of
    them. What it has looked at before is kept; without a scorer, or pictures on disk, there is nothing to do."""
    scorer = settings_of(store, plan).scorer
    if scorer != NO_SCORER:
        with suppress(NoPictures):
            embed(store, workspace, scorer, progress=progress)


def demo(
    store: Store,
    workspace: Workspace,
    *,
    instances: int = 3000,
    seed: int = 0,
    replace: bool = False,
    progress: Progress = silent,
) -> IngestReport:
    """Draw the demo world into `workspace`/demo and ingest it; returns the report of ingest."""
    from adr.demo.world import draw_world

    folder = workspace.folder / "demo"
    if store.value("select count(*) from instance") and not replace:
        raise AdrError(
            f"The workspace {workspace.name} holds a dataset already.",
            "Choose an empty folder, or ask to replace it (--replace).",
        )
    fresh, former = folder.with_name("demo.new"), folder.with_name("demo.old")
    for left in (fresh, former):  # left over when a process was killed
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
        if former.exists():  # the tables still name its images
            former.rename(folder)
        raise
    shutil.rmtree(former, ignore_errors=True)
    return report


@dataclass(frozen=True)
class RunReport:
    """The reports of all stages, the same whether a stage was done or found done for the same source and recipe (those
    are listed in `reused`). plan, generate and collect are None when the recipe has no [synthesize]; verdicts is None
    without a file of verdicts. notices: what a person should know about a stage that was found done.
    """

    ingest: IngestReport
    index: IndexReport
    rebalance: RebalanceReport
    plan: PlanReport | None
    generate: GenerateReport | None
    collect: CollectReport | None
    verdicts: ExchangeReport | None
    export: ExportReport
    reused: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


def run(
    store: Store,
    workspace: Workspace,
    recipe: Recipe,
    source: Path | Sequence[Path],
    *,
    images: Path | None = None,
    objects: Path | None = None,
    out: Path,
    verdicts: Path | None = None,
    reindex: bool = False,
    progress: Progress = silent,
) -> RunReport:
    """Every stage from a source, or several that share an image folder, to an export in `out`; returns all reports.

    Stopped anywhere, the same call goes on at that stage. [ingest], [index], [synthesize] and [export] of the recipe
    are the options of these stages; without [synthesize] nothing is synthesized. reindex: replace an index that does
    not fit the recipe. AdrError as the stages raise it, and when the workspace or `out` holds something else.
    """
    work = _Run(store, workspace, recipe, progress)
    paths = [source] if isinstance(source, str | Path) else source
    given = [Given(Path(path), images, objects) for path in paths]
    return work.all(given, Path(out), verdicts, reindex)


class _Run:
    """One unattended run: each step does its stage, or finds it done."""

    def __init__(self, store: Store, workspace: Workspace, recipe: Recipe, progress: Progress) -> None:
        self.store, self.workspace, self.recipe, self.progress = store, workspace, recipe, progress
        self.reused: list[str] = []
        self.notices: list[str] = []

    def all(self, given: Sequence[Given], out: Path, verdicts: Path | None, reindex: bool) -> RunReport:
        """The steps in order."""
        self._check(out)
        ingested = self._ingest(given)
        indexed = self._index(reindex)
        rebalanced = self._rebalance()
        planned = generated = collected = judged = None
        if self.recipe.synthesize:
            planned = self._plan(rebalanced.run)
            generated, collected = self._make(planned.plan)
        if verdicts is not None:
            judged = import_verdicts(self.store, Path(verdicts))
        exported = self._export(rebalanced.run, out)
        return RunReport(
            ingest=ingested,
            index=indexed,
            rebalance=rebalanced,
            plan=planned,
            generate=generated,
            collect=collected,
            verdicts=judged,
            export=exported,
            reused=tuple(self.reused),
            notices=tuple(self.notices),
        )

    def _check(self, out: Path) -> None:
        """Refuse unknown options and an output folder that is taken before hours of work, not after."""
        ingest_options(self.recipe.ingest, "[ingest] of the recipe")
        options_of(IndexOptions, self.recipe.index, "[index] of the recipe")
        options_of(ExportOptions, self.recipe.export, "[export] of the recipe")
        if out.exists() and any(out.iterdir() if out.is_dir() else [out]) and not is_export(out):
            raise AdrError(f"{out} holds something other than an export.", "Choose another folder.")

    def _found(self, stage: str, report: Report) -> Report:
        self.reused.append(stage)
        return report

    def _ingest(self, given: Sequence[Given]) -> IngestReport:
        found = self.store.rows("select sha256, images, objects, path, mapping from source order by source")
        options = ingest_options(self.recipe.ingest, "[ingest] of the recipe")
        if not found:
            mapped = [replace(one, options=options) for one in given]
            return ingest(self.store, mapped, progress=self._said("ingest"))
        self.progress(0, None, "ingest: comparing the source")
        if len(found) != len(given) or not all(map(_is_read_from, found, given)):
            held = ", ".join(row[3] for row in found)
            raise AdrError(
                f"The workspace holds another dataset ({held}), or the same with other images or objects.",
                "Give an empty folder with -w.",
            )
        if {row[4] for row in found} != {options.to_json()}:
            raise AdrError(
                "The workspace holds this dataset, read with another mapping than [ingest] of the recipe has.",
                "Write the mapping it was read with into the recipe, or give an empty folder with -w.",
            )
        return self._found("ingest", ingest_report(self.store))

    def _index(self, reindex: bool) -> IndexReport:
        if any(p in CLUSTERED for p in self._perspectives()) and copies_report(self.store) is None:
            copies(self.store, progress=self._said("copies"))
        found = index_report(self.store)
        if found is None:
            return self._reindexed()
        if differs := differences(self.store, self.recipe.index):
            if reindex:
                return self._reindexed()
            raise AdrError(
                f"The workspace has an index that this recipe does not ask for: {differs}.",
                "Rebuild it with --reindex, or write the options it was made with into the recipe's [index].",
            )
        self.notices += made_by_other_rules(self.store, self.recipe.index)
        has = indexed(self.store)
        if lacking := [p for p in self._perspectives() if p not in has]:
            return change_perspectives(self.store, [*has, *lacking], progress=self._said("index"))
        return self._found("index", found)

    def _reindexed(self) -> IndexReport:
        options = {**self.recipe.index, "perspectives": self._perspectives()}
        return index(self.store, progress=self._said("index"), **options)

    def _perspectives(self) -> tuple[str, ...]:
        """What the recipe needs of perspectives beside the paper's four, asked for in [index] or not."""
        return beside((*self.recipe.index.get("perspectives", ()), *self.recipe.mentioned))

    def _rebalance(self) -> RebalanceReport:
        known = same_run(self.store, self.recipe)
        if known is None:
            return rebalance(self.store, self.recipe, progress=self._said("rebalance"))
        return self._found("rebalance", run_report(self.store, known))

    def _plan(self, number: int) -> PlanReport:
        options = {key: value for key, value in self.recipe.synthesize.items() if key not in GENERATE_OPTIONS}
        known = same_plan(self.store, number, options)
        if known is None:
            return plan(self.store, self.workspace, number, progress=self._said("plan"), **options)
        return self._found("plan", plan_report(self.store, known))

    def _make(self, plan: int) -> tuple[GenerateReport, CollectReport]:
        options = {key: value for key, value in self.recipe.synthesize.items() if key in GENERATE_OPTIONS}
        made = generate(self.store, self.workspace, plan, progress=self._said("generate"), **options)
        embed_for(self.store, self.workspace, plan, progress=self._said("embed"))
        return made, collect(self.store, self.workspace, plan, progress=self._said("collect"))

    def _export(self, number: int, out: Path) -> ExportReport:
        replace = is_export(out) and self._own(out)
        return export(
            self.store,
            self.workspace,
            number,
            out=out,
            replace=replace,
            recipe=self.recipe,
            progress=self._said("export"),
            **self.recipe.export,
        )

    def _own(self, out: Path) -> bool:
        """Whether `out` was made from this recipe and this source, so that it may be written again."""
        made = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
        same = (
            made.get("recipe", {}).get("whole_fingerprint") == self.recipe.whole_fingerprint
            and made.get("source", {}).get("sha256") == ingest_report(self.store).sha256
        )
        if not same:
            raise AdrError(f"{out} holds an export of another recipe or source.", "Choose another folder.")
        return True

    def _said(self, stage: str) -> Progress:
        """Progress that names its stage."""

        def progress(done: int, total: int | None, message: str) -> None:
            self.progress(done, total, f"{stage}: {message[:1].lower()}{message[1:]}")

        return progress


def _is_read_from(row: tuple[Any, ...], given: Given) -> bool:
    """Whether a row (hash, image folder, objects, …) of the table `source` was read from what is given."""
    sha256, images, objects = row[:3]
    inside = given.images is None and images == str(picture_root(given.path))
    same_files = (sha256, objects) == (_sha256(given.path), _absolute(given.objects))
    return same_files and (inside or images == _absolute(given.images))


def _absolute(path: Path | None) -> str | None:
    return None if path is None else str(Path(path).expanduser().absolute())


def _sha256(path: Path) -> str:
    try:
        return source_sha256(path)
    except OSError as error:
        raise AdrError(f"The source {path} cannot be read: {error.strerror}.", "Check the path.") from error
