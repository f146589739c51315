"""`adr index`: build the postings, or add perspectives to those that stand."""

import argparse
from collections.abc import Iterator

from adr.cli.arguments import add_cluster, add_options, cluster_of, count, given, recipe_file
from adr.cli.blocks import Block, headline, sentence, table
from adr.cli.opened import opened
from adr.cli.phrases import perspective_words
from adr.figures import counted, time_words
from adr.index.index import index
from adr.index.options import IndexOptions
from adr.index.perspectives.change import change_perspectives
from adr.index.report import IndexReport, index_report
from adr.language_names import language_name
from adr.perspectives import indexed
from adr.progress import Progress
from adr.recipe import Recipe


def arguments(parser: argparse.ArgumentParser) -> None:
    """A recipe with an [index] table, and the options of the index."""
    parser.add_argument(
        "--recipe", type=recipe_file, metavar="FILE", help="take [index] of this recipe; arguments override it"
    )
    add_options(parser, IndexOptions)
    add_cluster(parser)
    parser.add_argument("--workers", type=count, default=1, metavar="N", help="with ray: so many look at a time")


def act(options: argparse.Namespace, progress: Progress) -> IndexReport:
    """Index every instance; where perspectives are all that is asked for, add them to the index that stands."""
    recipe = Recipe.from_file(options.recipe).index if options.recipe else {}
    asked = {**recipe, **given(options, IndexOptions)}
    with opened(options) as (_, store):
        if set(asked) == {"perspectives"} and index_report(store) is not None:
            return change_perspectives(store, [*indexed(store), *asked["perspectives"]], progress=progress)
        return index(store, on_ray=cluster_of(options), progress=progress, **asked)


def page(report: IndexReport) -> Iterator[Block]:
    """How the postings were made, and how many there are of each perspective."""
    nouns = report.spacy_model or "word lists"
    checked = f", checked on the images by {report.verified_by}" if report.verified_by else ""
    yield headline(
        f"{counted(report.instances, 'instance')} indexed in {time_words(report.seconds)}: nouns by {nouns}, "
        f"objects from {report.objects_from}{checked}."
    )
    yield table(
        ["perspective", "entities", "postings"],
        [(perspective_words(p), f"{report.entities[p]:,}", f"{n:,}") for p, n in report.postings.items()],
    )
    if set(report.languages) - {"en"}:
        listed = ", ".join(f"{language_name(code)} {turns:,}" for code, turns in report.languages.items())
        yield sentence(f"Turns by language: {listed}.")
    if report.templates:
        yield sentence(
            f"{counted(report.templates, 'recurring piece of prompts was', 'recurring pieces of prompts were')} found; "
            "their words are no entities, except of those that are let in."
        )
    for notice in report.notices:
        yield sentence(notice)
