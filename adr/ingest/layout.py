"""What kind of file a source is, before any record is read. Knows nothing of what a record holds."""

from dataclasses import dataclass
from pathlib import Path

from adr.errors import AdrError
from adr.files import refuse_special

BLANK = b" \t\r\n"
_LOOKED_AT = 1 << 16

# First bytes of files that are easily named by mistake, and what to do about each.
_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"\x1f\x8b", "is compressed (gzip)", "Unpack it first: `gunzip FILE`."),
    (b"BZh", "is compressed (bzip2)", "Unpack it first: `bunzip2 FILE`."),
    (b"\xfd7zXZ", "is compressed (xz)", "Unpack it first: `unxz FILE`."),
    (b"\x28\xb5\x2f\xfd", "is compressed (zstd)", "Unpack it first: `unzstd FILE`."),
    (b"PK\x03\x04", "is a zip archive", "Unpack it and name the JSON file inside."),
    (b"PAR1", "is a Parquet file", "Write it as JSON Lines first: `datasets` has `to_json`."),
    (b"\xff\xd8\xff", "is a JPEG picture", "Name the JSON file that holds the conversations."),
    (b"\x89PNG", "is a PNG picture", "Name the JSON file that holds the conversations."),
    (b"\xff\xfe", "is written in UTF-16", "Save it as UTF-8 first: `iconv -f UTF-16 -t UTF-8 FILE`."),
    (b"\xfe\xff", "is written in UTF-16", "Save it as UTF-8 first: `iconv -f UTF-16 -t UTF-8 FILE`."),
)


@dataclass(frozen=True)
class Layout:
    """How the records lie in a file: 'array' (one JSON array) or 'lines' (one record per line)."""

    path: Path
    layout: str
    start: int  # byte offset of the first record: after the array's bracket, or after a byte order mark
    bytes: int


def look_at(path: Path) -> Layout:
    """The layout of the file at `path`; AdrError unless it is a readable file of JSON records."""
    path = path.expanduser().absolute()
    refuse_special(path)
    try:
        if path.is_dir():
            raise _is_folder(path)
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(_LOOKED_AT)
    except FileNotFoundError:
        raise AdrError(
            f"There is no file {path}.", "Check the path; it must be a path on the machine that runs this program."
        ) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise AdrError(f"{path} cannot be read: {why}.", "Check the path and its permissions.") from None
    for magic, what, advice in _MAGIC:
        if head.startswith(magic):
            raise AdrError(f"{path} {what}, not JSON text.", advice.replace("FILE", path.name))
    start, seen = _first_text(path, 3 if head.startswith(b"\xef\xbb\xbf") else 0)
    if not seen:
        what = "is empty" if size == 0 else "holds only white space"
        raise AdrError(f"{path} {what}.", "Name a JSON array or a JSON Lines file of conversations.")
    if seen[:1] == b"[":
        return Layout(path, "array", start + 1, size)
    if seen[:1] == b"{":
        return Layout(path, "lines", start, size)
    excerpt = seen[:40].decode("utf-8", "replace").split("\n")[0]
    raise AdrError(
        f"{path} is not JSON: it begins with “{excerpt}”.", "Name a JSON array or a JSON Lines file of conversations."
    )


def _first_text(path: Path, offset: int) -> tuple[int, bytes]:
    """Offset of the first character that is not white space, and the text from there (empty when there is none)."""
    with path.open("rb") as file:
        file.seek(offset)
        while data := file.read(_LOOKED_AT):
            if text := data.lstrip(BLANK):
                return offset + len(data) - len(text), text
            offset += len(data)
    return offset, b""


def _is_folder(path: Path) -> AdrError:
    inside = sorted(p.name for p in path.iterdir() if p.suffix.lower() in {".json", ".jsonl", ".ndjson"})
    shown = ", ".join(inside[:5]) + (" …" if len(inside) > 5 else "")
    return AdrError(
        f"{path} is a folder, not a file.",
        f"Name one of its files: {shown}." if inside else "Name the JSON file; this folder holds none.",
    )
