"""Where output goes: pages and JSON to standard output, sentences to standard error."""

import json
import os
import sys
from collections.abc import Iterable
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from adr.cli.blocks import Block

BROKEN_PIPE = 141
"""The exit status that a shell reports for a program that wrote to a closed pipe: 128 + SIGPIPE."""
WIDTH = 100
"""Width of a page, in characters, where there is no terminal and COLUMNS is not set."""

_ANY_WIDTH = 10_000


class Unread(Exception):
    """The reader of the output has gone, as after `| head`."""


def say_json(report: Any) -> None:
    """One JSON report on standard output."""
    from adr.report import plain

    found = plain(report)
    text = json.dumps(found, ensure_ascii=False, default=str)
    _write(sys.stdout, f"{text if _fits(text, sys.stdout) else json.dumps(found, default=str)}\n")


def say_page(blocks: "Iterable[Block]") -> None:
    """The blocks of a page on standard output."""
    _write(sys.stdout, page_text(blocks, console_of(sys.stdout)))


def tell(text: str) -> None:
    """Lines on standard error, without the characters that a terminal acts on."""
    from adr.cli.clean import clean

    _write(sys.stderr, "".join(f"{clean(line)}\n" for line in text.splitlines()))


def console_of(stream: TextIO) -> "Console":
    """The console that draws on a stream: colours on a terminal only (and not with NO_COLOR), no markup in any text."""
    from rich.console import Console

    width = None if stream.isatty() or "COLUMNS" in os.environ else WIDTH
    return Console(file=stream, width=width, markup=False, highlight=False, emoji=False)


def page_text(blocks: "Iterable[Block]", console: "Console") -> str:
    """The blocks as a console draws them, with a blank line around each table."""
    with console.capture() as captured:
        former: Block | None = None
        for block in blocks:
            if former is not None and _apart(former, block):
                console.print()
            _draw(block, console)
            former = block
    text = captured.get()
    return text if console.is_terminal else "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def _apart(former: "Block", block: "Block") -> bool:
    """Whether a blank line stands between two blocks: around a table, unless one of the blocks is blank itself."""
    from rich.table import Table

    blank = any(not isinstance(one, Table) and not one.plain for one in (former, block))
    return not blank and (isinstance(former, Table) or isinstance(block, Table))


def _draw(block: "Block", console: "Console") -> None:
    """Draw one block; a table wider than the console runs past its edge, so that nothing is hidden."""
    from rich.table import Table

    if isinstance(block, Table):
        least = block.__rich_measure__(console, console.options.update(width=_ANY_WIDTH)).minimum
        block.width = least if least > console.width else None
        console.print(block, crop=False)
    else:
        console.print(block, soft_wrap=bool(block.no_wrap))


def flush() -> None:
    """Write out what is buffered for standard output."""
    with _while_read():
        sys.stdout.flush()


def unplug() -> None:
    """Discard what is still written to standard output and error, also at the end of the process."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # a stream without a file descriptor
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _write(stream: TextIO, text: str) -> None:
    if not _fits(text, stream):
        text = text.encode(stream.encoding, "replace").decode(stream.encoding)
    with _while_read():
        stream.write(text)
        stream.flush()


def _fits(text: str, stream: TextIO) -> bool:
    try:
        text.encode(stream.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


@contextmanager
def _while_read() -> "Iterator[None]":
    """Turns a closed output pipe into `Unread`, so that a broken pipe inside a stage is not mistaken for it."""
    try:
        yield
    except BrokenPipeError as error:
        raise Unread from error
