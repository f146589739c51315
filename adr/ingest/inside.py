"""Which folder a source's pictures start from when they lie inside its shards. Reads no picture."""

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
    if folder is not None and folder != root:
        raise AdrError(
            f"The pictures of {layout.path} lie inside it, and the image folder {folder} was named.",
            "Leave the image folder out.",
        )
    return root
