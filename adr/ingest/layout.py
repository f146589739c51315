"""What kind of file a source is, before any record is read. Knows nothing of what a record holds."""

import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from adr.containers import shard_files, source_bytes
from adr.errors import AdrError
from adr.files import refuse_special
from adr.ingest.boundaries import LARGEST_RECORD, boundaries
from adr.ingest.compressed import SourceText, compression

BLANK = b" \t\r\n"
_LOOKED_AT = 1 << 16
_AT_ONCE = 4 << 20
_JSON_NAMES = tuple(f"{ending}{packed}" for ending in (".json", ".jsonl", ".ndjson") for packed in ("", ".gz", ".zst"))
_FIRST_KEY = re.compile(rb'\{\s*"(?:[^"\\]|\\.)*"\s*:\s*\{')

# First bytes of files that are easily named by mistake, and what to do about each.
_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"BZh", "is compressed (bzip2)", "Unpack it first: `bunzip2 FILE`."),
    (b"\xfd7zXZ", "is compressed (xz)", "Unpack it first: `unxz FILE`."),
    (b"PK\x03\x04", "is a zip archive", "Unpack it and name the JSON file inside."),
    (b"PAR1", "is a Parquet file", "Write it as JSON Lines first: `datasets` has `to_json`."),
    (b"\xff\xd8\xff", "is a JPEG picture", "Name the JSON file that holds the conversations."),
    (b"\x89PNG", "is a PNG picture", "Name the JSON file that holds the conversations."),
    (b"\xff\xfe", "is written in UTF-16", "Save it as UTF-8 first: `iconv -f UTF-16 -t UTF-8 FILE`."),
    (b"\xfe\xff", "is written in UTF-16", "Save it as UTF-8 first: `iconv -f UTF-16 -t UTF-8 FILE`."),
)


@dataclass(frozen=True)
class Layout:
    """How the records lie in a file.

    layout: 'array' (one JSON array), 'lines' (one record per line), 'objects' (objects one after another, each over
    several lines), 'keyed' (one object that holds the records under their ids), or what the shards are: 'parquet',
    'arrow' or 'webdataset'.
    """

    path: Path
    layout: str
    start: int  # byte offset of the first record in the text: after the opening bracket, or after a byte order mark
    bytes: int  # of the file as it lies on the disk
    compression: str | None = None  # 'gzip', 'zstd' or None
    files: tuple[Path, ...] = ()  # the shards
    stretch: tuple[int, int] | None = None  # the bytes that are read, where the file holds other records too

    def open(self) -> SourceText:
        """The text from its beginning, unpacked: of the file, or of a stretch of it."""
        return SourceText(self.path, self.compression, self.stretch)


def look_at_source(path: Path) -> Layout:
    """The layout of a source: a file of JSON records, a shard, or a folder of shards; AdrError for anything else."""
    path = path.expanduser().absolute()
    refuse_special(path)
    with _readable(path):
        if path.is_dir():
            found = shard_files(path)
            if found is None:
                raise _is_folder(path)
            return Layout(path, found[0], 0, source_bytes(path), files=tuple(found[1]))
        with path.open("rb") as file:
            shards = _shard_layout(file.read(512))
        if shards:
            return Layout(path, shards, 0, path.stat().st_size, files=(path,))
    return look_at(path)


def _shard_layout(head: bytes) -> str | None:
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith((b"ARROW1", b"\xff\xff\xff\xff")):
        return "arrow"
    return "webdataset" if head[257:262] == b"ustar" else None


def look_at(path: Path) -> Layout:
    """The layout of the file at `path`; AdrError unless it is a readable file of JSON records."""
    path = path.expanduser().absolute()
    refuse_special(path)
    with _readable(path):
        if path.is_dir():
            raise _is_folder(path)
        with path.open("rb") as file:
            head = file.read(16)
        for magic, what, advice in _MAGIC:
            if head.startswith(magic):
                raise AdrError(f"{path} {what}, not JSON text.", advice.replace("FILE", path.name))
        return _look_into(path, path.stat().st_size, compression(head))


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Turns what the system says about a file that cannot be read into an AdrError."""
    try:
        yield
    except FileNotFoundError:
        raise AdrError(
            f"There is no file {path}.", "Check the path; it must be a path on the machine that runs this program."
        ) from None
    except (OSError, EOFError, ValueError, zlib.error) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise AdrError(f"{path} cannot be read: {why}.", "Check the path and its permissions.") from None


def _look_into(path: Path, size: int, packed: str | None) -> Layout:
    with SourceText(path, packed) as text:
        start, seen = _first_text(text)
        if not seen:
            what = "is empty" if size == 0 else "holds only white space"
            raise AdrError(f"{path} {what}.", "Name a JSON array or a JSON Lines file of conversations.")
        if seen[:1] == b"[":
            return Layout(path, "array", start + 1, size, packed)
        if seen[:1] == b"{":
            layout = _objects_layout(text, seen)
            return Layout(path, layout, start + (layout == "keyed"), size, packed)
    if seen[257:262] == b"ustar":
        raise AdrError(f"{path} is a compressed tar archive.", "Unpack it to a .tar file first.")
    excerpt = seen[:40].decode("utf-8", "replace").split("\n")[0]
    raise AdrError(
        f"{path} is not JSON: it begins with “{excerpt}”.", "Name a JSON array or a JSON Lines file of conversations."
    )


def _first_text(text: SourceText) -> tuple[int, bytes]:
    """Offset of the first character that is not white space, and the text from there (empty when there is none)."""
    offset = 0
    while data := text.read(_LOOKED_AT):
        if offset == 0 and data.startswith(b"\xef\xbb\xbf"):
            offset, data = 3, data[3:]
        if said := data.lstrip(BLANK):
            return offset + len(data) - len(said), said
        offset += len(data)
    return offset, b""


def _objects_layout(text: SourceText, seen: bytes) -> str:
    """'lines', 'objects' or 'keyed' for a text that begins with a brace. `seen`: what has been read of it.

    A line that ends within a record tells: writers of JSON Lines never break a record. A nested brace never stands at
    the beginning of a line where records are indented, so the next one that does begins the next record.
    """
    said = _read_until(text, bytearray(seen), b"\n")
    line, _, rest = bytes(said).partition(b"\n")
    alone = not rest.strip(BLANK) and not (data := text.read(_AT_ONCE))
    if alone:
        return "keyed" if _is_keyed(line) else "lines"
    if boundaries(line.strip(BLANK)[1:])[1] is not None or rest.lstrip(BLANK)[:1] == b"{":
        return "lines"
    said = _read_until(text, said + (b"" if rest.strip(BLANK) else data), b"\n{")
    return "objects" if b"\n{" in said or not _is_keyed(bytes(said)) else "keyed"


def _read_until(text: SourceText, said: bytearray, wanted: bytes) -> bytearray:
    """What has been read, with as much more as it takes to find `wanted`, or to fill the largest record."""
    looked = 0
    while said.find(wanted, looked) < 0 and len(said) < LARGEST_RECORD and (data := text.read(_AT_ONCE)):
        looked = max(len(said) - len(wanted), 0)
        said += data
    return said


def _is_keyed(text: bytes) -> bool:
    """Whether every value of the object is an object; of an object larger than a record may be, the first value."""
    if len(text) >= LARGEST_RECORD:
        return _FIRST_KEY.match(text) is not None
    commas, closing = boundaries(text[1:])
    if closing is None or text[closing + 2 :].strip(BLANK):
        return False
    starts = [0, *(int(comma) + 1 for comma in commas if comma < closing)]
    return all(_FIRST_KEY.match(b"{" + text[1 + start : 1 + start + _LOOKED_AT]) for start in starts)


def _is_folder(path: Path) -> AdrError:
    inside = sorted(p.name for p in path.iterdir() if p.name.lower().endswith(_JSON_NAMES))
    shown = ", ".join(inside[:5]) + (" …" if len(inside) > 5 else "")
    return AdrError(
        f"{path} is a folder, not a file.",
        f"Name one of its files: {shown}."
        if inside
        else "Name a file of conversations; this folder holds neither JSON files nor Parquet, Arrow or tar shards.",
    )
