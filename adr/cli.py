"""The verbs of the app on a command line; the only place that prints.

Each verb calls the function that the page calls and prints its report. `--json` puts one JSON report on standard
output; progress goes to standard error. Exit 0 done, 1 an error told in a sentence, 2 wrong usage.
"""

import argparse
import dataclasses
import json
import logging
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from adr.errors import AdrError
from adr.options import is_switch
from adr.progress import Cancelled, Progress, silent
from adr.recipe import PERSPECTIVES, Recipe
from adr.report import plain
from adr.settings import SETTINGS, setting
from adr.store import Store
from adr.workspace import Workspace


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    progress = silent if options.quiet else _bar()
    try:
        report = options.verb(options, progress)
    except AdrError as error:
        _finish(progress)
        print(f"{error.sentence} {error.next_step}".strip(), file=sys.stderr)
        return 1
    except (KeyboardInterrupt, Cancelled):
        _finish(progress)
        print("Stopped. What was finished is kept; the same command goes on from there.", file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 1
    _finish(progress)
    found = plain(report)
    if options.json:
        print(json.dumps(found, ensure_ascii=False, default=str))
    else:
        _say(found)
    return 0


def _app(options: argparse.Namespace, progress: Progress) -> Any:
    from adr.app import run_app

    workspace = Workspace.at(options.workspace)

    def answers(address: str) -> None:
        print(f"ADR Workbench: {address}\nWorkspace: {workspace.folder}\nCtrl-C ends it.", file=sys.stderr, flush=True)

    run_app(workspace, options.port, answers)
    return {}


def _demo(options: argparse.Namespace, progress: Progress) -> Any:
    from adr import pipeline

    with _opened(options, create=True) as (workspace, store):
        return pipeline.demo(
            store, workspace, instances=options.instances, seed=options.seed, replace=options.replace, progress=progress
        )


def _ingest(options: argparse.Namespace, progress: Progress) -> Any:
    from adr.ingest.ingest import ingest

    with _opened(options, create=True) as (_, store):
        return ingest(
            store,
            Path(options.source),
            Path(options.images) if options.images else None,
            objects=Path(options.objects) if options.objects else None,
            replace=options.replace,
            progress=progress,
        )


def _index(options: argparse.Namespace, progress: Progress) -> Any:
    from adr.index.index import IndexOptions, index

    recipe = Recipe.from_file(options.recipe).index if options.recipe else {}
    with _opened(options) as (_, store):
        return index(store, progress=progress, **{**recipe, **_given(options, IndexOptions)})


def _curve(options: argparse.Namespace, progress: Progress) -> Any:
    from adr.explore.distribution import curve

    with _opened(options) as (_, store):
        return curve(store, options.perspective, tail_share=options.tail_share, top=options.top)


def _rebalance(options: argparse.Namespace, progress: Progress) -> Any:
    from adr.rebalance.runs import rebalance

    recipe = Recipe.from_file(options.recipe)
    with _opened(options) as (_, store):
        return rebalance(store, recipe, name=options.name, progress=progress)


def _explain(options: argparse.Namespace, progress: Progress) -> Any:
    from adr.rebalance.explain import explain

    with _opened(options) as (_, store):
        return explain(store, options.run, options.instance)


def _plan(options: argparse.Namespace, progress: Progress) -> Any:
    from adr.synthesize.plan import plan

    with _opened(options) as (workspace, store):
        chosen = {
            name: value
            for name, value in (
                ("budget", options.budget),
                ("generator", options.generator),
                ("model", options.model),
                ("target", options.target),
                ("per_slot", options.per_slot),
                ("per_parent", options.per_parent),
                ("conversations", options.conversations),
                ("steps", options.steps),
                ("alone", options.alone or None),
            )
            if value is not None
        }
        return plan(store, workspace, options.run, progress=progress, **chosen)


def _generate(options: argparse.Namespace, progress: Progress) -> Any:
    from adr.synthesize.generate import generate

    with _opened(options) as (workspace, store):
        return generate(
            store, workspace, options.plan, generator=options.generator, workers=options.workers, progress=progress
        )


def _collect(options: argparse.Namespace, progress: Progress) -> Any:
    from adr.synthesize.collect import collect

    with _opened(options) as (workspace, store):
        return collect(store, workspace, options.plan, progress=progress)


def _verdicts(options: argparse.Namespace, progress: Progress) -> Any:
    from adr.review.exchange import export_verdicts, import_verdicts

    with _opened(options) as (_, store):
        act = import_verdicts if options.way == "import" else export_verdicts
        return act(store, Path(options.file))


def _export(options: argparse.Namespace, progress: Progress) -> Any:
    from adr.export.export import export
    from adr.export.options import ExportOptions

    given = _given(options, ExportOptions)
    with _opened(options) as (workspace, store):
        return export(
            store, workspace, options.run, out=Path(options.out), replace=options.replace, progress=progress, **given
        )


def _run(options: argparse.Namespace, progress: Progress) -> Any:
    from adr import pipeline

    recipe = Recipe.from_file(options.recipe)
    with _opened(options, create=True) as (workspace, store):
        return pipeline.run(
            store,
            workspace,
            recipe,
            Path(options.source),
            images=Path(options.images) if options.images else None,
            objects=Path(options.objects) if options.objects else None,
            out=Path(options.out),
            verdicts=Path(options.verdicts) if options.verdicts else None,
            reindex=options.reindex,
            progress=progress,
        )


def _doctor(options: argparse.Namespace, progress: Progress) -> Any:
    from adr.doctor import doctor

    return doctor(Path(options.workspace))


class _opened:
    """The workspace and its store, given back at the end."""

    def __init__(self, options: argparse.Namespace, create: bool = False) -> None:
        self.workspace = Workspace.at(options.workspace, create=create)

    def __enter__(self) -> tuple[Workspace, Store]:
        self.store = Store(self.workspace.database)
        return self.workspace, self.store

    def __exit__(self, *error: object) -> None:
        self.store.close()


def _parser() -> argparse.ArgumentParser:
    from adr.export.options import ExportOptions
    from adr.index.index import IndexOptions

    table = "\n".join(f"  {s.variable:24} {s.sentence} [{s.default or 'none'}]" for s in SETTINGS.values())
    parser = argparse.ArgumentParser(
        prog="adr",
        description="Adaptive Data Refinement for vision-language instruction data.",
        epilog=f"settings, read from the environment:\n{table}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "-w",
        "--workspace",
        default=setting("ADR_WORKSPACE"),
        metavar="FOLDER",
        help="the workspace folder [%(default)s]",
    )
    shared.add_argument("--json", action="store_true", help="print one JSON report on standard output")
    shared.add_argument("--quiet", action="store_true", help="no progress on standard error")
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    def verb(name: str, act: Any, says: str) -> argparse.ArgumentParser:
        made = verbs.add_parser(name, parents=[shared], help=says, description=says)
        made.set_defaults(verb=act)
        return made

    app = verb("app", _app, "open the app on the workspace, on this machine alone")
    app.add_argument("--port", type=int, metavar="N", help="the port it listens on [8501, or the next free one]")

    demo = verb("demo", _demo, "draw the demo world into the workspace and ingest it")
    demo.add_argument("--instances", type=_count, default=3000)
    demo.add_argument("--seed", type=int, default=0)
    demo.add_argument("--replace", action="store_true", help="replace what the workspace holds")

    ingest = verb("ingest", _ingest, "read a dataset")
    ingest.add_argument("source", metavar="SOURCE", help="a LLaVA JSON array, JSON Lines, or the messages form")
    ingest.add_argument("--images", metavar="DIR", help="the folder its image paths are relative to")
    ingest.add_argument(
        "--objects", metavar="FILE", help='object annotations: JSON Lines of {"image": …, "objects": […]}'
    )
    ingest.add_argument("--replace", action="store_true", help="replace what the workspace holds")

    index = verb("index", _index, "build the postings of the four perspectives")
    index.add_argument("--recipe", metavar="FILE", help="take [index] of a recipe; options given here win")
    _add_options(index, IndexOptions)

    curve = verb("curve", _curve, "the distribution of one perspective")
    curve.add_argument("--perspective", choices=PERSPECTIVES, required=True)
    curve.add_argument("--tail-share", type=_share, metavar="R", help="share of postings in the tail [the paper's]")
    curve.add_argument("--top", type=_count, default=20)

    rebalance = verb("rebalance", _rebalance, "apply a recipe")
    rebalance.add_argument("--recipe", required=True, metavar="FILE")
    rebalance.add_argument("--name", help="a name for the run")

    explain = verb("explain", _explain, "why an instance was kept or dropped")
    explain.add_argument("--run", type=_count, required=True)
    explain.add_argument("--instance", type=int, required=True)

    plan = verb("plan", _plan, "what to synthesize")
    plan.add_argument("--run", type=_count, required=True)
    plan.add_argument("--budget", type=_count, metavar="N", help="slots at most [what rebalancing dropped]")
    plan.add_argument("--target", type=float, metavar="N", help="instances wanted per tail entity [τ]")
    plan.add_argument("--per-slot", type=_count, metavar="N", help="candidates per slot [2]")
    plan.add_argument("--per-parent", type=_count, metavar="K", help="variations of one parent at most")
    plan.add_argument(
        "--generator", help="text-to-image, image-to-image, image-variation, controlnet, or language (no picture)"
    )
    plan.add_argument("--model", help="folder or hub id of the diffusion model")
    plan.add_argument("--steps", type=_count, help="denoising steps")
    plan.add_argument(
        "--alone",
        action="store_true",
        help="also what no parent shows, objects and pairs, from a prompt alone (text-to-image)",
    )
    plan.add_argument("--conversations", help="template, parent, captioner, language_model, synonyms or rewrite")

    generate = verb("generate", _generate, "make images and conversations of a plan; goes on where it stopped")
    generate.add_argument("--plan", type=_count, required=True)
    generate.add_argument("--generator", help="another generator than the plan's")
    generate.add_argument("--workers", type=_count, default=1, help="worker processes, one per GPU")

    collect = verb("collect", _collect, "take finished files in as candidates")
    collect.add_argument("--plan", type=_count, required=True)

    verdicts = verb("verdicts", _verdicts, "reviews as CSV or JSON Lines, in and out")
    verdicts.add_argument("way", choices=("import", "export"))
    verdicts.add_argument("file", metavar="FILE")

    export = verb("export", _export, "write the refined dataset")
    export.add_argument("--run", type=_count, required=True)
    export.add_argument("--out", required=True, metavar="DIR")
    _add_options(export, ExportOptions)
    export.add_argument("--replace", action="store_true", help="overwrite an existing folder")

    run = verb("run", _run, "every stage, unattended; goes on where it stopped")
    run.add_argument("recipe", metavar="RECIPE")
    run.add_argument("source", metavar="SOURCE")
    run.add_argument("--images", metavar="DIR")
    run.add_argument("--objects", metavar="FILE")
    run.add_argument("--verdicts", metavar="FILE", help="verdicts to take in before the export")
    run.add_argument("--out", required=True, metavar="DIR")
    run.add_argument("--reindex", action="store_true", help="make an index anew that does not fit the recipe")

    verb("doctor", _doctor, "check a workspace and what is installed")
    return parser


def _add_options(parser: argparse.ArgumentParser, kind: type[Any]) -> None:
    """An argument for each option of a stage; those that are not given stay out of `_given`."""
    for of in dataclasses.fields(kind):
        name, says = f"--{of.name.replace('_', '-')}", of.metadata["says"]
        shown = "" if of.default in (None, False) else f" [{of.default}]"
        if is_switch(of):
            parser.add_argument(name, action="store_true", default=None, help=says)
            continue
        bounded = of.metadata["least"] is not None
        parser.add_argument(
            name,
            choices=of.metadata["choices"],
            type=float if bounded else str,
            metavar=of.metadata["metavar"],
            help=f"{says}{shown}",
        )


def _given(options: argparse.Namespace, kind: type[Any]) -> dict[str, Any]:
    """The options of a stage that stand on the command line."""
    return {f.name: value for f in dataclasses.fields(kind) if (value := getattr(options, f.name)) is not None}


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("give a whole number from 1")
    return value


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError("give a share from 0 to 1")
    return value


def _bar() -> Progress:
    """Progress on standard error: one line rewritten on a terminal, a line now and then elsewhere."""
    terminal = sys.stderr.isatty()
    pause = 0.1 if terminal else 5.0
    said, told, started = 0.0, "", time.monotonic()

    def progress(done: int, total: int | None, message: str) -> None:
        nonlocal said, told, started
        now = time.monotonic()
        if message != told:
            told, started = message, now
        if now - said < pause and not (total and done >= total and terminal):
            return
        said = now
        line = f"{message} {done:,}" + (f" of {total:,}" if total else "")
        elapsed = now - started
        if total and done and elapsed > 2:
            line += f", {elapsed * (total - done) / done:,.0f} s left"
        print(f"\r\x1b[K{line}" if terminal else line, end="" if terminal else "\n", file=sys.stderr, flush=True)

    return progress


def _finish(progress: Progress) -> None:
    if progress is not silent and sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr)


def _say(plain: Any, indent: str = "") -> None:
    """A report in lines a person can read."""
    for key, value in plain.items() if isinstance(plain, dict) else enumerate(plain):
        name = str(key).replace("_", " ")
        if isinstance(value, dict) and value:
            print(f"{indent}{name}:")
            _say(value, indent + "  ")
        elif isinstance(value, list) and value and isinstance(value[0], list):
            print(f"{indent}{name}:")
            for row in value:
                print(f"{indent}  " + "  ".join(str(cell) for cell in row))
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            print(f"{indent}{name}:")
            for row in value:
                told = (
                    [row["sentence"], row["next_step"]]
                    if "next_step" in row
                    else [", ".join(f"{k} {v}" for k, v in row.items())]
                )
                print(f"{indent}  " + " ".join(told))
        else:
            shown = (
                f"{value:,}"
                if isinstance(value, int) and not isinstance(value, bool)
                else (f"{value:,.4g}" if isinstance(value, float) else value)
            )
            print(f"{indent}{name}: {shown}")
