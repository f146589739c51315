"""`adr words`: read all texts once, so that a filter finds words without reading them again."""

import argparse
from collections.abc import Iterator

from adr.cli.blocks import Block, headline
from adr.cli.opened import opened
from adr.figures import counted, time_words
from adr.progress import Progress
from adr.select.word_table import WordsReport, make_word_table


def arguments(parser: argparse.ArgumentParser) -> None:
    """None of its own."""


def act(options: argparse.Namespace, progress: Progress) -> WordsReport:
    """Make the tables."""
    with opened(options) as (_, store):
        return make_word_table(store, progress)


def page(report: WordsReport) -> Iterator[Block]:
    """How much was read."""
    read = f"{counted(report.instances, 'instance')} read, {counted(report.words, 'different word')}"
    yield headline(f"{read}, in {time_words(report.seconds)}. Filters on texts are answered from them.")
