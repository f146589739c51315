"""`adr run`: run every stage, unattended; continues where it stopped."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from adr import pipeline
from adr.cli.arguments import path, path_or_none, recipe_file
from adr.cli.blocks import Block, gap, headline, note, sentence
from adr.cli.opened import opened
from adr.cli.verbs import collect, export, generate, index, ingest, plan, rebalance, verdicts
from adr.progress import Progress
from adr.recipe import Recipe


def arguments(parser: argparse.ArgumentParser) -> None:
    """A recipe, a source with its images and objects, and the folder to write."""
    parser.add_argument("recipe", type=recipe_file, metavar="RECIPE", help="the recipe file (TOML)")
    parser.add_argument("source", type=path, nargs="+", metavar="SOURCE", help="the datasets, as for ingest")
    parser.add_argument("--images", type=path, metavar="DIR", help="the folder that the image paths start from")
    parser.add_argument("--objects", type=path, metavar="FILE", help="object annotations, as for ingest")
    parser.add_argument("--verdicts", type=path, metavar="FILE", help="verdicts to import before the export")
    parser.add_argument("--out", type=path, required=True, metavar="DIR", help="where the refined dataset goes")
    parser.add_argument("--reindex", action="store_true", help="build the index again if it does not fit the recipe")


def act(options: argparse.Namespace, progress: Progress) -> pipeline.RunReport:
    """Run the stages that are not done yet."""
    recipe = Recipe.from_file(options.recipe)
    with opened(options, create=True) as (workspace, store):
        return pipeline.run(
            store,
            workspace,
            recipe,
            [Path(source) for source in options.source],
            images=path_or_none(options.images),
            objects=path_or_none(options.objects),
            out=Path(options.out),
            verdicts=path_or_none(options.verdicts),
            reindex=options.reindex,
            progress=progress,
        )


def page(report: pipeline.RunReport) -> Iterator[Block]:
    """What was written, then the page of each stage."""
    made = report.export
    yield headline(f"{made.instances:,} rows ({made.synthetic:,} synthetic) written to {made.folder}.")
    for notice in report.notices:
        yield sentence(notice)
    for name, told in _stages(report):
        done = " (done before)" if name in report.reused else ""
        yield gap()
        yield note(f"── {name}{done}")
        yield from told


def _stages(report: pipeline.RunReport) -> Iterator[tuple[str, Iterator[Block]]]:
    """(stage, its page), in order; stages that the recipe does not use are left out."""
    yield "ingest", ingest.page(report.ingest)
    yield "index", index.page(report.index)
    yield "rebalance", rebalance.page(report.rebalance)
    if report.plan is not None:
        yield "plan", plan.page(report.plan)
    if report.generate is not None:
        yield "generate", generate.page(report.generate)
    if report.collect is not None:
        yield "collect", collect.page(report.collect)
    if report.verdicts is not None:
        yield "verdicts", verdicts.page(report.verdicts)
    yield "export", export.page(report.export)
