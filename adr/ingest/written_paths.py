"""Image paths as people write them (absolute, as file:// addresses, with backslashes), made relative to the folder.

Looks for files only to tell a backslash in a name from one between folders. Knows nothing of conversations.
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa

from adr.names import UNSAFE_PATH
from adr.store import Writer

# A path that may be written otherwise than relative to the image folder. The same expression serves Python and DuckDB.
WRITTEN = r"^[/\\]|^file:|^[A-Za-z]:([/\\]|$)|^[^:]*\\"
_FILE_ADDRESS = re.compile(r"file:(?://(?:localhost(?=/))?)?", re.IGNORECASE)


def relative(path: str, folder: Path | None) -> str | None:
    """An image path relative to `folder`, as `instance` keeps it; None when the image is not below a folder."""
    for way in _ways(path):
        if os.path.isabs(way):
            below = _below(way, folder)
        elif "\\" in way and not (folder is not None and os.path.lexists(folder / way)):
            below = way.replace("\\", "/")
        else:
            below = way
        if below is not None and not re.search(UNSAFE_PATH, below):
            return below
    return None


def _ways(path: str) -> Iterable[str]:
    """What a path may stand for: a file address with and without its escapes, the one that is on disk first."""
    address = _FILE_ADDRESS.match(path)
    if address is None:
        return [path]
    rest = path[address.end() :]
    plain = unquote(rest)
    return [rest, plain] if rest == plain or os.path.lexists(rest) else [plain, rest]


def _below(path: str, folder: Path | None) -> str | None:
    if folder is None:
        return None
    plain = os.path.normpath(path)
    for root in (os.path.normpath(folder), os.path.realpath(folder)):
        if plain.startswith(root.rstrip(os.sep) + os.sep):
            return os.path.relpath(plain, root)
    return None


def make_relative(writer: Writer, source: int, folder: Path | None, prefix: str = "") -> int:
    """Make the paths of a source's images and videos, which begin with `prefix`, relative to `folder` after it, and set
    aside instances with one that is not below it; returns how many instances have an image path that is written
    otherwise in their record."""
    _rewrite(writer, "videos", source, folder, prefix)
    return _rewrite(writer, "images", source, folder, prefix)


def _rewrite(writer: Writer, column: str, source: int, folder: Path | None, prefix: str) -> int:
    """As `make_relative`, for one column of paths."""
    written = [
        path
        for (path,) in writer.rows(
            f"select distinct path from (select substr(unnest({column}), len($3) + 1) as path from instance "
            "where source = $1) where regexp_matches(path, $2)",
            [source, WRITTEN, prefix],
        )
    ]
    if not written:
        return 0
    below = [relative(path, folder) for path in written]
    writer.register(
        "written", pa.table({"path": pa.array(written, pa.string()), "below": pa.array(below, pa.string())})
    )
    writer.execute(
        f"""
        create or replace temp table rewritten as
        with given as (
            select instance, substr(unnest({column}), len($2) + 1) as path, generate_subscripts({column}, 1) as place
            from instance where source = $1
        )
        select instance, list($2 || case when w.path is null then g.path else w.below end order by place) as paths,
               min(case when w.path is not null and w.below is null then g.path end) as outside
        from given g left join written w using (path)
        group by instance having count(w.path) > 0""",
        [source, prefix],
    )
    _set_aside(writer, folder, column.removesuffix("s"))
    writer.execute(
        f"update instance set {column} = rewritten.paths from rewritten where rewritten.instance = instance.instance"
    )
    return int(writer.value("select count(*) from rewritten where outside is null"))


def _set_aside(writer: Writer, folder: Path | None, what: str) -> None:
    """Reject the instances of `rewritten` with a path outside the image folder."""
    where = f"is not below the image folder {folder}" if folder else "is absolute"
    writer.execute(
        """
        insert into rejected
        select instance, 'unsafe_path', 'The ' || $2 || ' path “' || left(outside, 80) || '” ' || $1
               || '; name the folder that holds it (--images).', left(raw, 200)
        from rewritten join instance using (instance) where outside is not null""",
        [where, what],
    )
    for table in ("annotation", "oddity", "instance"):
        writer.execute(
            f"delete from {table} where instance in (select instance from rewritten where outside is not null)"
        )
