"""The blocks of a verb's page: sentences, tables, files. Every text goes through `clean`; none is read as markup.

Verbs use these functions only; `adr.cli.output` draws the blocks.
"""

from collections.abc import Iterable, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from adr.cli.clean import clean

Block = Text | Table
_LEAST = 14  # the narrowest, in characters, that a column of longer words becomes


def headline(text: str) -> Block:
    """The sentence that a page begins with."""
    return Text(clean(text), style="bold")


def sentence(text: str) -> Block:
    """One sentence on its own line."""
    return Text(clean(text))


def gap() -> Block:
    """A blank line."""
    return Text("")


def note(text: str) -> Block:
    """A remark that the reader may skip."""
    return Text(clean(text), style="dim")


def verbatim(text: str) -> Block:
    """The lines of a file, not wrapped."""
    return Text("\n".join(map(clean, text.splitlines())), no_wrap=True, overflow="ignore")


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], *, words: Sequence[int] = (0,)) -> Block:
    """A table with these column heads, which may span several lines. words: positions of the columns that hold words;
    the other columns hold numbers, which are never wrapped."""
    made = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    cells = [[Text(clean(cell)) for cell in row] for row in rows]
    for number, head in enumerate(heads):
        title = Text("\n".join(map(clean, head.split("\n"))))
        if number in words:
            longest = max((row[number].cell_len for row in cells), default=0)
            made.add_column(title, overflow="fold", min_width=min(longest, _LEAST))
        else:
            made.add_column(title, justify="right", no_wrap=True)
    for row in cells:
        made.add_row(*row)
    return made


def facts(rows: Iterable[tuple[str, object]]) -> Block:
    """Names with their values, one pair per line."""
    made = Table.grid(padding=(0, 2))
    made.add_column(style="dim", no_wrap=True)
    made.add_column(overflow="fold")
    for name, value in rows:
        made.add_row(Text(clean(name)), Text(clean(value)))
    return made
