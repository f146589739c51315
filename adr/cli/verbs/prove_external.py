"""`adr prove export` and `adr prove read`: the arms for an outside trainer, and its logs back.

The two actions of `adr prove` that train nothing here; `adr.cli.verbs.prove` has the parser and the other actions.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

from adr.cli.arguments import path
from adr.cli.blocks import Block, facts, headline, note, sentence, table
from adr.cli.opened import opened
from adr.cli.phrases import enumerated
from adr.errors import AdrError
from adr.export.formats import FORMATS as TITLES
from adr.figures import counted, share_words
from adr.progress import Progress
from adr.prove.external import FORMATS, IMAGES, ExternalReport, export_arms
from adr.prove.external_logs import ExternalResults, read_results

SHOWN = 6  # names listed


WAYS = ("export", "read")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """For which trainer and where to, and where its logs are."""
    parser.add_argument("logs", nargs="?", type=path, metavar="LOGS", help="read: the folder logs of exported arms")
    asked = parser.add_argument_group("export")
    asked.add_argument("--format", choices=FORMATS, help="the trainer's format")
    asked.add_argument("--out", type=path, metavar="DIR", help="the folder to write")
    asked.add_argument("--images", choices=IMAGES, default=IMAGES[0], help="the source's pictures [%(default)s]")


def export_or_read(options: argparse.Namespace, progress: Progress) -> ExternalReport | ExternalResults:
    """Write the arms, the test set and the two scripts; or read the logs as trials of the experiment."""
    if options.way == "read":
        if options.logs is None:
            raise AdrError("There are no logs to read.", "Name the folder `logs` inside what `adr prove export` wrote.")
        with opened(options) as (workspace, store):
            return read_results(store, workspace, Path(options.logs), progress=progress)
    if options.format is None or options.out is None:
        raise AdrError("An export needs a format and a folder.", f"Give --out DIR and --format {' or '.join(FORMATS)}.")
    with opened(options) as (workspace, store):
        return export_arms(
            store,
            workspace,
            options.proof,
            format=options.format,
            out=Path(options.out),
            images=options.images,
            progress=progress,
        )


def external_page(report: ExternalReport | ExternalResults) -> Iterator[Block]:
    """What was exported, or what was read."""
    yield from _exported(report) if isinstance(report, ExternalReport) else _read(report)


def _exported(report: ExternalReport) -> Iterator[Block]:
    """How many arms, and what to do with them."""
    yield headline(
        f"{counted(len(report.arms), 'dataset')} of experiment {report.experiment} written to {report.folder}, for "
        f"{TITLES[report.format].title}."
    )
    yield table(
        ["arm and seed", "rows", "synthetic"],
        [(one.name, f"{one.rows:,}", f"{one.synthetic:,}") for one in report.arms],
    )
    yield facts([("steps of each", f"{report.steps:,}"), ("test questions", f"{report.test:,}")])
    for arm, why in report.left_out.items():
        yield sentence(f"{arm} is left out: {why}.")
    yield note("Next: train.sh and eval.sh in that folder, then adr prove read on its logs.")


def _read(report: ExternalResults) -> Iterator[Block]:
    """The score of each arm and seed, and what is missing for an interval."""
    yield headline(f"{counted(len(report.trials), 'log')} read as trials of experiment {report.experiment}.")
    yield table(
        ["arm", "seed", "items", "right"],
        [(one.arm, one.seed, f"{one.items:,}", share_words(one.score)) for one in report.trials],
    )
    if report.missing:
        yield sentence(f"Without a log: {enumerated(report.missing[:SHOWN], len(report.missing))}.")
    if report.one_seed:
        yield sentence(f"One seed only, points without interval: {', '.join(report.one_seed)}.")
    for notice in report.notices:
        yield sentence(notice)
