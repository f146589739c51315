"""Names that files, plans, verdicts and uploads give: each is checked here, so that none of them is a way elsewhere.

Knows paths only, nothing of what the files hold.
"""

from pathlib import Path

from adr.errors import AdrError

# A path that may leave its folder: it steps up, is absolute on some system, starts at a home folder, or holds a null
# byte. The same expression serves Python and DuckDB (RE2).
UNSAFE_PATH = r"(^|[/\\])\.\.([/\\\n]|$)|^[/\\~]|^[A-Za-z]:([/\\]|$)|\x00"
# The part of these that no image folder can make harmless; the others may be absolute paths below it.
STEPS_OUT = r"(^|[/\\])\.\.([/\\\n]|$)|^~|\x00"
_LONGEST = 200


def candidate_name(plan: int, slot: int, alternative: int) -> str:
    """The name by which a candidate is known everywhere: 'p1-00012-0'."""
    return f"p{plan:d}-{slot:05d}-{alternative:d}"


def file_name(given: str, otherwise: str) -> str:
    """The last part of a path that a browser sent, without control characters; `otherwise` when nothing is left."""
    last = given.replace("\\", "/").rpartition("/")[2]
    shown = "".join(letter for letter in last if letter.isprintable()).strip()
    whole = shown.encode("utf-8", "ignore")[-_LONGEST:].decode("utf-8", "ignore")  # the end, with the extension
    return otherwise if whole.strip(".") == "" else whole


def inside(folder: Path, name: str) -> Path:
    """The path of `name` in `folder`; AdrError unless it lies below the folder, also when links are followed."""
    path = folder / name
    try:
        root, there = folder.resolve(), path.resolve()
        safe = there != root and there.is_relative_to(root)
    except (OSError, ValueError, RuntimeError):  # a null byte, a loop of links
        safe = False
    if safe:
        return path
    shown = name[:80].replace("\x00", "\N{SYMBOL FOR NULL}")
    raise AdrError(f"“{shown}” leads out of {folder}.", "Names may not lead out of their folder, also not by a link.")
