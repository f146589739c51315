"""The verbs of the app on a command line; the only place that prints.

Each verb calls the function that the page calls and prints its report: in words and tables, or with `--json` as one
JSON report on standard output. Progress goes to standard error. Exit 0 done, 1 an error told in a sentence, 2 wrong
usage, 141 when nobody reads what is printed any more.
"""

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit status. arguments: what follows the program's name, None for this process's."""
    from adr.cli import output
    from adr.cli.dispatch import run_verb

    try:
        try:
            return run_verb(sys.argv[1:] if arguments is None else arguments)
        finally:
            output.flush()
    except output.Unread:
        output.unplug()
        return output.BROKEN_PIPE
