"""The dataset card: README.md of an export."""

from typing import Any

from adr.export.counts import Counts
from adr.export.work import Format, Work

FILE = "README.md"


def write(work: Work, format: Format, counts: list[Counts], manifest: dict[str, Any]) -> None:
    """Write the card into the export's folder."""
    with work.file(FILE) as out:
        out.write(f"# {format.title}\n\n{manifest['recipe']['in_words']}\n".encode())
