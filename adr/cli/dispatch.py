"""Runs one verb, from its arguments to its exit status. Knows nothing of what a verb does."""

import argparse
import logging
import sys
from collections.abc import Sequence
from contextlib import ExitStack, redirect_stdout
from typing import Any

from adr.cli import output
from adr.cli.hand_over import report_of
from adr.cli.parser import VerbModule, verb_module, verb_parser
from adr.cli.progress import Listeners, shown_progress
from adr.errors import AdrError
from adr.faults import meaning
from adr.progress import Cancelled


def run_verb(arguments: Sequence[str]) -> int:
    """Run the verb and print its report; returns the exit status. Raises SystemExit for --help and wrong usage."""
    options = verb_parser(arguments).parse_args(arguments)
    verb = verb_module(options.verb)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s", handlers=[_Warnings()])
    try:
        with ExitStack() as options.end:  # what the verb has opened is closed once its report is printed
            return _run(verb, options)
    except (AdrError, OSError) as error:
        if (said := meaning(error)) is None:
            raise
        output.tell(f"{said.sentence} {said.next_step}".strip())
        return 1
    except (KeyboardInterrupt, Cancelled):
        output.tell("Stopped. Finished work is kept; the same command continues from there.")
        return 1


def _run(verb: VerbModule, options: argparse.Namespace) -> int:
    """Do the verb and print its report; returns the exit status."""
    # Standard output is the report's; what a package prints (Ray does when it loses a machine) goes to standard error.
    with shown_progress(options.quiet) as shown, redirect_stdout(sys.stderr):
        options.listeners = Listeners([shown])
        report = report_of(verb, options, options.listeners)
    if report is not None:
        _show(verb, report, options)
    return verb.status(report) if hasattr(verb, "status") else 0


def _show(verb: VerbModule, report: Any, options: argparse.Namespace) -> None:
    if options.json:
        output.say_json(report)
    else:
        output.say_page(verb.page(report))


class _Warnings(logging.Handler):
    """Log lines on standard error, above a progress bar where there is one."""

    def emit(self, record: logging.LogRecord) -> None:
        output.tell(self.format(record))
