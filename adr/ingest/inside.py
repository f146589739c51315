"""Which folder a source's pictures start from when they lie inside its shards. Reads no picture."""

import re
from collections.abc import Iterable
from pathlib import Path

from adr.containers import SHARDS, picture_root
from adr.errors import AdrError
from adr.ingest.layout import Layout
from adr.ingest.sources import SourcePlace
from adr.store import Writer


def picture_folder(writer: Writer, layout: Layout, folder: Path | None, place: SourcePlace) -> Path | None:
    """The image folder of a source: the one that holds its shards where pictures lie inside them, else `folder`.

    AdrError when pictures lie inside and another folder was named.
    """
    if layout.layout not in SHARDS:
        return folder
    root = picture_root(layout.path)
    shards = [f"{place.prefix}{file.relative_to(root).as_posix()}/" for file in layout.files]
    inside = writer.value(
        """
        with path as (select unnest(images || videos) as path from instance where source = $2),
             prefix as (select distinct regexp_extract(path, '^.*/', 0, 's') as prefix from path)
        select count(*) from prefix join (select unnest($1::varchar[]) as shard) on starts_with(prefix, shard)""",
        [shards, place.source],
    )
    if not inside:
        return folder
    return refuse_other_folder(layout, folder)


def refuse_other_folder(layout: Layout, folder: Path | None) -> Path:
    """The image folder of a source whose pictures lie inside its shards; AdrError when another folder was named."""
    root = picture_root(layout.path)
    if folder is not None and folder != root:
        raise AdrError(
            f"The pictures of {layout.path} lie inside it, and the image folder {folder} was named.",
            "Leave the image folder out.",
        )
    return root


class NamedInside:
    """Whether texts of a source's records name a picture inside its shards: `found`, by what `look` has seen so far."""

    def __init__(self, layout: Layout) -> None:
        self.found = False
        root = picture_root(layout.path)
        self._shards = {file.relative_to(root).as_posix().encode() for file in layout.files}
        endings = {re.escape(file.suffix.encode()) or b'[^"/]' for file in layout.files}
        self._named = re.compile(rb'"([^"]*?(?:%s))/' % b"|".join(sorted(endings)))

    def look(self, texts: Iterable[bytes]) -> None:
        """Look at some texts, unless a picture was found before."""
        if not self.found:
            self.found = any(name in self._shards for text in texts for name in self._named.findall(text))
