"""`adr shards`: cut a dataset into shards, do its stages shard by shard here or on a cluster, show how far they are."""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from adr.cli.arguments import count, path, path_or_none, recipe_file
from adr.cli.blocks import Block, facts, headline, note, sentence, table
from adr.errors import AdrError
from adr.figures import counted, number_words, size_words, time_words
from adr.progress import Progress
from adr.ranges import RANGE
from adr.recipe import Recipe
from adr.shards.cut import CutReport, cut
from adr.shards.engines import engine_named
from adr.shards.exporting import FORMATS
from adr.shards.known_runs import known_runs
from adr.shards.run import ShardsReport, run
from adr.shards.shard_run import ShardRun
from adr.shards.shard_set import ShardSet
from adr.shards.stages import STAGES
from adr.shards.status import ShardsStatus, shards_status
from adr.shards.tasks import FailedTask

WAYS = ("cut", "run", "status")
_USAGE = "Write `adr shards cut SOURCE… --out DIR`, `adr shards run DIR --recipe FILE`, or `adr shards status DIR`."


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to do; the sources to cut, or the folder of the shards; what a run is to make, and on what."""
    parser.add_argument(
        "way",
        choices=WAYS,
        help="cut sources into shards; do the stages shard by shard, going on where it stopped; show how far they are",
    )
    parser.add_argument(
        "paths", type=path, nargs="+", metavar="PATH", help="cut: the sources, as for ingest; else: the shards"
    )
    parser.add_argument("--out", type=path, metavar="DIR", help="cut: the folder of the shards; run: of the export")
    parser.add_argument(
        "--recipe",
        type=recipe_file,
        metavar="FILE",
        help="run: the recipe (TOML); status: of the run to show [the one begun last]",
    )
    cutting = parser.add_argument_group("cut")
    cutting.add_argument("--records", type=count, default=RANGE, metavar="N", help="records of a shard [%(default)s]")
    cutting.add_argument("--images", type=path, metavar="DIR", help="the folder that the image paths start from")
    cutting.add_argument("--objects", type=path, metavar="FILE", help="object annotations, as for ingest")
    running = parser.add_argument_group("run")
    running.add_argument("--format", choices=FORMATS, default="llava", help="of the export [%(default)s]")
    running.add_argument("--epochs", type=count, metavar="E", help="draw the recipe E times [the recipe's]")
    running.add_argument(
        "--export-epochs",
        nargs="?",
        const="lists",
        choices=("lists", "files"),
        help="write all epochs: each as a list of rows of the main file, or as files too [the recipe's choice]",
    )
    running.add_argument("--replace", action="store_true", help="replace an export that is in --out")
    running.add_argument("--engine", choices=("local", "ray"), default="local", help="what does it [%(default)s]")
    running.add_argument("--address", metavar="A", help="of the Ray cluster: auto, or HOST:PORT")
    running.add_argument("--workers", type=count, metavar="N", help="tasks at once [one per core]")
    running.add_argument("--stage", choices=[one.name for one in STAGES], help="only this stage")
    running.add_argument(
        "--task", type=int, metavar="K", help="with --stage: only the shards K, K + N, K + 2N …, from 0"
    )
    running.add_argument("--of", type=count, metavar="N", help="how many tasks share the stage")


def act(options: argparse.Namespace, progress: Progress) -> CutReport | ShardsReport | ShardsStatus:
    """Cut, run, or look."""
    if options.way == "cut":
        _refuse(options.out is None, "--out says where the shards go.")
        return cut(
            [Path(source) for source in options.paths],
            Path(options.out),
            records=options.records,
            images=path_or_none(options.images),
            objects=path_or_none(options.objects),
            progress=progress,
        )
    _refuse(len(options.paths) > 1, "One folder of shards is named.")
    shards = ShardSet.at(Path(options.paths[0]))
    if options.way == "status":
        return shards_status(shards, _job(options) if options.recipe is not None else _last(shards))
    _refuse(options.recipe is None, "--recipe says what a run does.")
    with closing(engine_named(options.engine, options.workers, options.address)) as engine:
        return run(shards, _job(options), engine, progress, only_stage=options.stage, part=_part(options))


def _job(options: argparse.Namespace) -> ShardRun:
    recipe = Recipe.from_file(options.recipe)
    if options.epochs:
        recipe = replace(recipe, epochs=options.epochs)
    if options.export_epochs:
        recipe = replace(recipe, export={**recipe.export, "epochs": options.export_epochs})
    return ShardRun(str(Path(options.paths[0])), recipe.to_toml(), options.out, options.format, options.replace)


def _last(shards: ShardSet) -> ShardRun | None:
    """The run begun last."""
    known = known_runs(shards.folder)
    return known[0] if known else None


def _part(options: argparse.Namespace) -> tuple[int, int]:
    """Which shards a task of an array does: (k, n)."""
    _refuse((options.task is None) != (options.of is None), "--task and --of go together.")
    if options.task is None:
        return 0, 1
    _refuse(options.stage is None, "--task K --of N share out one stage, which --stage names.")
    _refuse(not 0 <= options.task < options.of, f"--task is {options.task}; with --of {options.of} it is 0 to N − 1.")
    return options.task, options.of


def _refuse(wrong: bool, said: str) -> None:
    if wrong:
        raise AdrError(said, _USAGE)


def status(report: CutReport | ShardsReport | ShardsStatus) -> int:
    """1 when shards failed in a run."""
    return 1 if isinstance(report, ShardsReport) and report.failed else 0


def page(report: CutReport | ShardsReport | ShardsStatus) -> Iterator[Block]:
    """What was cut, what became of each stage, or how far each is."""
    if isinstance(report, CutReport):
        yield from _of_cut(report)
    elif isinstance(report, ShardsReport):
        yield from _of_run(report)
    else:
        yield from _of_status(report)


def _of_cut(report: CutReport) -> Iterator[Block]:
    yield headline(
        f"{counted(report.records, 'record')} of {counted(report.sources, 'source')} cut into "
        f"{counted(report.shards, 'shard')}."
    )
    copies = size_words(report.copied) if report.copied else "none; every shard is a stretch of its source"
    yield facts(
        [
            ("folder", report.folder),
            ("sources", size_words(report.bytes)),
            ("copies", copies),
            ("time", time_words(report.seconds)),
        ]
    )
    if report.objects_unread:
        yield sentence(f"{counted(report.objects_unread, 'object annotation')} cannot be read.")
    yield note(f"Next: adr shards run {report.folder} --recipe FILE --out EXPORT")


def _of_run(report: ShardsReport) -> Iterator[Block]:
    yield headline(report.sentence)
    yield table(
        ["stage", "tasks", "done", "done before", "failed", "time", "processor time", "machines"],
        [
            (
                one.stage,
                f"{one.tasks:,}",
                f"{one.made:,}",
                f"{one.there:,}",
                f"{one.failed:,}",
                time_words(one.seconds),
                time_words(one.cpu_seconds),
                f"{len(one.hosts):,}",
            )
            for one in report.stages
        ],
    )
    yield from _failures(report.stages[-1].failures)
    if report.out is not None:
        yield note(f"Written to {report.out}.")


def _of_status(report: ShardsStatus) -> Iterator[Block]:
    done = sum(one.done == one.tasks for one in report.stages)
    yield headline(
        f"{counted(report.records, 'record')} in {counted(report.shards, 'shard')}: {done} of "
        f"{counted(len(report.stages), 'stage')} done"
        + (f", {counted(report.failed, 'task')} failed." if report.failed else ".")
    )
    yield table(
        ["stage", "done", "of", "failed", "records per second", "machines"],
        [
            (
                one.stage,
                f"{one.done:,}",
                f"{one.tasks:,}",
                f"{one.failed:,}",
                "–" if one.records_per_second is None else number_words(round(one.records_per_second)),
                ", ".join(f"{host} {n:,}" for host, n in one.hosts.items()) or "–",
            )
            for one in report.stages
        ],
        words=(0, 5),
    )
    yield from _failures([failure for one in report.stages for failure in one.failures])
    if report.recipe is None:
        yield note("The stages that follow from a recipe are shown with --recipe FILE.")


def _failures(failures: Sequence[FailedTask]) -> Iterator[Block]:
    """Why tasks failed."""
    for one in failures:
        where = "All shards" if one.shard is None else f"Shard {one.shard:,}"
        yield sentence(f"{where}, on {one.host}: {one.sentence}")
