"""The command line: the app's verbs, and the only code that prints.

Each verb calls the function that its page calls and prints the report: as words and tables, or with `--json` as one
JSON report on standard output. Progress goes to standard error. Exit status: 0 done, 1 an error reported in a sentence,
2 wrong usage, 141 the reader of the output has gone.
"""

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit status. arguments: what follows the program's name; None: sys.argv."""
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
