"""`adr run`: every stage, unattended."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from adr import pipeline
from adr.cli.arguments import path_or_none
from adr.cli.blocks import Block, gap, headline, note, sentence
from adr.cli.opened import opened
from adr.cli.verbs import collect, export, generate, index, ingest, plan, rebalance, verdicts
from adr.progress import Progress
from adr.recipe import Recipe


def arguments(parser: argparse.ArgumentParser) -> None:
    """A recipe, a source with what belongs to it, and a folder."""
    parser.add_argument("recipe", metavar="RECIPE")
    parser.add_argument("source", metavar="SOURCE")
    parser.add_argument("--images", metavar="DIR", help="the folder its image paths are relative to")
    parser.add_argument("--objects", metavar="FILE", help="object annotations, as for ingest")
    parser.add_argument("--verdicts", metavar="FILE", help="verdicts to take in before the export")
    parser.add_argument("--out", required=True, metavar="DIR", help="where the refined dataset goes")
    parser.add_argument("--reindex", action="store_true", help="make an index anew that does not fit the recipe")


def act(options: argparse.Namespace, progress: Progress) -> pipeline.RunReport:
    """Do what is not done yet."""
    recipe = Recipe.from_file(options.recipe)
    with opened(options, create=True) as (workspace, store):
        return pipeline.run(
            store,
            workspace,
            recipe,
            Path(options.source),
            images=path_or_none(options.images),
            objects=path_or_none(options.objects),
            out=Path(options.out),
            verdicts=path_or_none(options.verdicts),
            reindex=options.reindex,
            progress=progress,
        )


def page(report: pipeline.RunReport) -> Iterator[Block]:
    """What was written, and then each stage as its own verb says it."""
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
    """(stage, its page), in order; stages that the recipe does without are left out."""
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
