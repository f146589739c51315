"""Writes a run as a dataset that a trainer reads: checked first, whole or absent, with manifest and card.

Each format has its own file (`formats.FORMATS`). Writes the table `export`.
"""

import json
from dataclasses import dataclass, field, fields
from dataclasses import replace as changed
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from adr.errors import AdrError
from adr.export import card, croissant, manifest, mixture, provenance, trainer
from adr.export import report as report_page
from adr.export.counts import count
from adr.export.epochs import WrittenEpoch, epochs_of, in_manifest, need_epochs, told_by_run, write_epochs
from adr.export.folder import is_export, whole
from adr.export.formats import named
from adr.export.ids import repaired_ids
from adr.export.image_choices import chosen
from adr.export.images import place_images
from adr.export.leaving import BEFORE_MIXTURE, Leaving, leaving
from adr.export.lint import Finding, Lint, lint
from adr.export.only import Only, narrowed, refuse_only
from adr.export.options import ExportOptions
from adr.export.parts import Part
from adr.export.work import Format, Work
from adr.files import sha256_of
from adr.options import given_options, options_of
from adr.progress import Progress, silent
from adr.recipe import Recipe
from adr.recipe_replay import replayable
from adr.report import OnlyWhereThere, to_json
from adr.store import Store
from adr.workspace import Workspace

REPAIRED = ("too_few_markers", "too_few_video_markers")  # the errors that placing markers mends


@dataclass(frozen=True)
class Preview:
    """What an export would write: rows, format, lint, and where the pictures would be."""

    format: Format
    images: str
    leave: Leaving
    lint: Lint
    left_out: tuple[int, ...] = ()  # rows left out because of errors
    parts: tuple[Part, ...] = ()  # the files of an export with weights
    epochs: tuple[Leaving, ...] = ()  # what each epoch has, where all are written

    @property
    def blocked(self) -> tuple[Finding, ...]:
        """Errors that block the export."""
        return () if self.left_out else self.lint.errors

    @property
    def empty(self) -> bool:
        """Whether no row is left to write."""
        return self.format.part != "decisions" and not self.leave.instances


@dataclass(frozen=True)
class ExportReport:
    """What was written. sha256: of the main data file or files; files: {path: SHA-256}, without the pictures, which
    images.sha256 lists."""

    export: int
    run: int
    format: str
    folder: str
    instances: int  # rows, including copies and candidates
    synthetic: int
    left_out: int
    images: int  # copied or linked
    bytes: int  # of the listed files
    sha256: str
    files: dict[str, str]
    main: list[str]
    warnings: dict[str, int] = field(default_factory=dict)  # {kind of finding: rows}
    pushed: str | None = None  # the address of the repository that it was sent to
    epochs: OnlyWhereThere[list[WrittenEpoch]] = None


def preview(
    store: Store,
    workspace: Workspace,
    run: int,
    options: ExportOptions,
    *,
    only: Only | None = None,
    progress: Progress = silent,
) -> Preview:
    """The rows and the lint of an export, without writing it; AdrError for options that do not go together.

    only: the instances that it is limited to."""
    with narrowed(store, run, only, _epoch(options)) as epoch:
        return _preview(store, workspace, run, options, only, epoch, progress)


def _epoch(options: ExportOptions) -> int:
    """Whose rows are written where none are left out, as in `kept_in`."""
    return BEFORE_MIXTURE if options.mixture == "weights" else 0 if options.epochs else 1


def _preview(
    store: Store,
    workspace: Workspace,
    run: int,
    options: ExportOptions,
    only: Only | None,
    epoch: int,
    progress: Progress,
) -> Preview:
    format = named(options.format)
    images = chosen(store, format, options.images)
    weights = options.mixture == "weights"
    if only is not None:
        refuse_only(format.part, format.title, weights=weights, epochs=bool(options.epochs))
    if options.epochs:
        need_epochs(store, run, format, options)
    leave = leaving(
        store,
        workspace,
        run,
        order=options.order,
        synthetic="none" if format.part == "decisions" or only is not None else options.synthetic,
        accept_above=options.accept_above,
        epoch=epoch,
    )
    leave = changed(leave, only=only)
    if weights:
        mixture.refuse_weights(store, run, leave.recipe, format, epochs=bool(options.epochs))
        format = format.with_weights()
    if format.part == "synthetic":
        made = [row for row in leave.with_image if leave.candidate(row).retrieved is None]
        leave = changed(leave, order=np.array(made, np.int32))
        if not leave.synthetic:
            raise AdrError(
                f"{format.title} only holds synthetic pictures, and none of this run's are accepted.",
                "Accept candidates with pictures on the Review page, or choose another format.",
            )
    if options.repair_ids and format.rules.carries_ids:
        leave = changed(leave, new_ids=repaired_ids(store, leave))
    need_image_folder(store, leave, format, images)
    leave = changed(leave, place_markers=options.place_markers)
    found = lint(
        store,
        leave,
        format.rules,
        keeps=format.keeps,
        images=images,
        check_all_images=options.check_all_images,
        progress=progress,
    )
    left_out: tuple[int, ...] = ()
    if options.leave_out_faulty and len(found.faulty):
        left_out = tuple(found.faulty.tolist())
        stay = ~np.isin(leave.order, found.faulty)
        repaired = bool(leave.new_ids)
        leave = changed(leave, order=leave.order[stay], new_ids={})  # ids are repaired by place, and places change
        if repaired:
            leave = changed(leave, new_ids=repaired_ids(store, leave))
    repair = options.repair_ids and format.rules.carries_ids and options.epochs == "files"
    epochs = epochs_of(store, leave, options.order, left_out, repair=repair) if options.epochs else ()
    parts = mixture.parts_of(store, leave) if weights else ()
    return Preview(format, images, leave, found, left_out, parts, epochs)


def export(
    store: Store,
    workspace: Workspace,
    run: int,
    *,
    out: Path,
    replace: bool = False,
    recipe: Recipe | None = None,
    measured: str = "",
    only: Only | None = None,
    progress: Progress = silent,
    **options: Any,
) -> ExportReport:
    """Write the folder `out`; options are the fields of `ExportOptions`.

    recipe: the recipe that the manifest names; by default the run's own recipe with these options as its [export].
    measured: what an experiment on the run has shown, for the card. only: the instances that it is limited to; then no
    candidates are written.
    AdrError when `out` exists, when the lint has errors, or when the disk is full.

    A cancel from `progress`, a fault or a kill leaves the folder as it was before, or leaves none.
    """
    chosen = options_of(ExportOptions, options, "The export")
    with (
        whole(Path(out), replace=replace, recorded=_recorded(store, out)) as folder,
        narrowed(store, run, only, _epoch(chosen)) as epoch,
    ):
        seen = _preview(store, workspace, run, chosen, only, epoch, progress)
        if seen.empty:
            raise AdrError(*_nothing_left(seen))
        if seen.blocked:
            raise AdrError(*blocked_words(seen.blocked))
        work = Work(
            store,
            seen.leave,
            folder,
            seen.images,
            seen.leave.form,
            progress,
            tuple(row for row in seen.left_out if row >= 0),
            seen.parts,
        )
        sums = {name: sha256_of(folder / name) for name in seen.format.write(work)}
        epochs = write_epochs(work, seen.format, seen.epochs, files=chosen.epochs == "files")
        placed = 0 if seen.images == "inside" else place_images(work)
        provenance.write_synthetic(work)
        if seen.format.part == "all":
            provenance.write_dropped(work)
        progress(0, None, "Counting")
        counts = count(store, seen.leave)
        named_recipe = recipe or replayable(store, changed(seen.leave.recipe, export=given_options(chosen)))
        written = manifest.build(
            work,
            seen.format,
            counts,
            seen.lint.findings,
            sums,
            options_said(chosen, seen.images, len(seen.leave.new_ids), weights=bool(seen.parts)),
            named_recipe,
        )
        if seen.parts:
            mixture.write_weights(work)
            written["mixture"] = mixture.as_json(work, seen.format, list(sums))
        if epochs:
            written["epochs"] = in_manifest(epochs, told_by_run(store, run))
        if only is not None:
            written["only"] = only.as_json(written["counts"]["kept_instances"])
        if measured:
            written["measured"] = measured
        with work.file(report_page.FILE) as out_file:
            out_file.write(report_page.page(store, seen.leave, counts).encode())
        trainer.write(work, seen.format, written)
        croissant.write(work, seen.format, written, sums)
        card.write(work, seen.format, counts, written)
        progress(0, None, "Hashing")
        written["files"] = manifest.hashes(folder, sums)
        manifest.write(work, written)
        progress(1, 1, "Finishing")
    return _record(store, run, Path(out).expanduser().absolute(), seen, written, placed, epochs)


def exports(store: Store) -> list[dict[str, Any]]:
    """The exports written so far, newest first."""
    frame = store.frame(
        """
        select export, run, format, folder, instances, synthetic, files, bytes, sha256, manifest, created_at
        from export order by export desc
        """
    )
    return [dict(row) for row in frame.to_dict("records")]


@dataclass(frozen=True)
class WrittenExport:
    """An export in short. instances: rows, including copies and candidates; there: whether its folder still holds an
    export."""

    export: int
    run: int
    format: str
    folder: str
    instances: int
    synthetic: int
    files: int
    bytes: int
    sha256: str
    there: bool
    created_at: datetime


@dataclass(frozen=True)
class ExportsReport:
    """The exports written from a workspace, newest first."""

    exports: tuple[WrittenExport, ...]


def exports_report(store: Store) -> ExportsReport:
    """All exports in short, newest first."""
    names = [f.name for f in fields(WrittenExport) if f.name != "there"]
    rows = [
        dict(zip(names, row, strict=True))
        for row in store.rows(f"select {', '.join(names)} from export order by export desc")
    ]
    return ExportsReport(tuple(WrittenExport(**row, there=is_export(Path(row["folder"]))) for row in rows))


def need_image_folder(store: Store, leave: Leaving, format: Format, images: str) -> None:
    """AdrError when pictures are to be written and the dataset was read without their folder. images: of IMAGES."""
    if images != "reference" and leave.image_root is None and format.rules.conversation and _with_media(store, leave):
        raise AdrError(
            "The dataset was read without an image folder, so its pictures cannot be written.",
            "Reference the pictures, or ingest again with the image folder (Dataset page).",
        )


def _with_media(store: Store, leave: Leaving) -> bool:
    return bool(
        store.value(
            """
            select 1 from instance join kept_in using (instance)
            where run = $1 and epoch = $2 and len(images) + len(videos) > 0 limit 1
            """,
            leave.which,
        )
    )


def blocked_words(errors: tuple[Finding, ...]) -> tuple[str, str]:
    """The sentence and the next step for errors that block an export."""
    said = "; ".join(
        f"{finding.kind} in {finding.rows:,} rows ({', '.join(finding.examples[:2])})" for finding in errors
    )
    place = "put in the markers (--place-markers), " if any(e.kind in REPAIRED for e in errors) else ""
    return (
        f"A trainer could not read this export: {said}.",
        f"Correct the source, {place}choose another format, or leave out the rows with errors (--leave-out-faulty).",
    )


def _nothing_left(seen: Preview) -> tuple[str, str]:
    if not seen.left_out and seen.leave.only is not None:
        return (
            f"There is nothing to write: run {seen.leave.run} keeps none of these instances ({seen.leave.only.words}).",
            "Choose another run, or other instances.",
        )
    if not seen.left_out:
        return (
            f"There is nothing to write: run {seen.leave.run} keeps no instance, and no candidate is accepted.",
            "Apply a recipe that keeps some, on the Rebalance page.",
        )
    kinds = ", ".join(finding.kind for finding in seen.lint.errors)
    return (
        f"There is nothing left to write: each row has an error ({kinds}).",
        "Correct the source, or choose another format.",
    )


def options_said(options: ExportOptions, images: str, repaired: int, *, weights: bool) -> dict[str, Any]:
    """The options as the manifest holds them. images: where the pictures are; repaired: ids."""
    return {
        "images": images,
        "order": options.order,
        "synthetic": options.synthetic,
        "accept_above": options.accept_above,
        "repair_ids": options.repair_ids,
        "repaired_ids": repaired,
        "leave_out_faulty": options.leave_out_faulty,
        **({"license": options.license} if options.license else {}),
        **({"place_markers": True} if options.place_markers else {}),
        **({"mixture": options.mixture} if weights else {}),
        **({"epochs": options.epochs} if options.epochs else {}),
    }


def _recorded(store: Store, out: Path) -> bool:
    """Whether the table `export` names the folder."""
    folder = str(Path(out).expanduser().absolute())
    return bool(store.value("select count(*) from export where folder = $1", [folder]))


def _record(
    store: Store,
    run: int,
    folder: Path,
    seen: Preview,
    written: dict[str, Any],
    placed: int,
    epochs: list[WrittenEpoch],
) -> ExportReport:
    """Record the export in the database, which is the place for times and paths."""
    with store.atomic() as writer:
        number = int(writer.value("select coalesce(max(export), 0) + 1 from export"))
        report = ExportReport(
            export=number,
            run=run,
            format=seen.format.name,
            folder=str(folder),
            instances=seen.leave.instances,
            synthetic=seen.leave.synthetic,
            left_out=len(seen.left_out),
            images=placed,
            bytes=sum(file["bytes"] for file in written["files"]),
            sha256=written["sha256"],
            files={file["path"]: file["sha256"] for file in written["files"]},
            main=list(written["main"]),
            warnings={finding.kind: finding.rows for finding in seen.lint.findings if finding.level == "warning"},
            epochs=epochs or None,
        )
        writer.execute(
            """
            insert into export (export, run, format, folder, instances, synthetic, files, bytes, sha256, manifest,
                                report, created_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, now() at time zone 'UTC')
            """,
            [
                report.export,
                report.run,
                report.format,
                report.folder,
                report.instances,
                report.synthetic,
                len(report.files),
                report.bytes,
                report.sha256,
                json.dumps(written, ensure_ascii=False),
                to_json(report),
            ],
        )
    return report
