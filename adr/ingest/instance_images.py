"""Which images of the workspace's instances are in an image folder. Looks for files; reads no pixel."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from adr.ingest.image_paths import look_for
from adr.progress import Progress
from adr.store import Writer

_WITHOUT_ENDING = r"\.[^./]*$"


def find_images(
    writer: Writer, folder: Path, progress: Progress, *, of: Sequence[int], prefix: str = "", follow_links: bool = False
) -> None:
    """Look in `folder` for the images of the instances of the sources `of`, whose paths begin with `prefix`.

    Makes the temporary tables `image_path` (path, prefix), `image_missing` and `image_leaving` (path): those not on
    disk, and those that leave the folder through a link; and writes into `image_link` where the links lead by which
    images are reached. follow_links: as in `look_for`.
    """
    writer.execute(
        """
        create or replace temp table image_path as
        select distinct path, regexp_extract(path, '^(.*/)?', 0, 's') as prefix
        from (select unnest(images) as path from instance where list_contains($1::integer[], source))""",
        [list(of)],
    )
    folders = [
        found[len(prefix) :]
        for (found,) in writer.rows("select distinct prefix from image_path order by prefix")
        if found.startswith(prefix)
    ]
    found = look_for(folder, folders, progress, follow_links=follow_links)
    for name, column, paths in (
        ("present", "path", found.present),
        ("leaving", "path", found.leaving),
        ("shard", "prefix", found.shards),
        ("leaving_folder", "prefix", found.leaving_folders),
    ):
        writer.register(name, pa.table({column: pa.array([prefix + path for path in paths], pa.string())}))
    writer.execute("""
        create or replace temp table image_leaving as
        select path from image_path where path in (select path from leaving)
            or prefix in (select prefix from leaving_folder)""")
    _record_links(writer, {prefix + path: target for path, target in found.links.items()})
    writer.execute(
        "create or replace temp table image_missing as "
        "select path from image_path where path not in (select path from present) "
        "and prefix not in (select prefix from shard)"
    )


def _record_links(writer: Writer, links: dict[str, str]) -> None:
    """Write down the links by which images of `image_path` are reached, in place of what was known about them."""
    writer.execute(
        "delete from image_link where path in (select path from image_path) or path in (select prefix from image_path)"
    )
    if links:
        seen = pa.table({"path": pa.array(links, pa.string()), "target": pa.array(links.values())})
        writer.register("seen_link", seen)
        writer.execute("""
            insert into image_link select path, target from seen_link
            where path in (select path from image_path) or path in (select prefix from image_path)""")


def count_missing(writer: Writer, of: Sequence[int]) -> None:
    """Write into `instance` how many images of each instance of the sources `of` are not on disk, from the tables of
    `find_images`."""
    sources = [list(of)]
    writer.execute("update instance set missing = 0 where list_contains($1::integer[], source)", sources)
    if writer.value("select count(*) from image_missing"):
        writer.execute(
            """
            update instance set missing = counted.missing
            from (select instance, count(*) as missing
                  from (select instance, unnest(images) as path from instance
                        where list_contains($1::integer[], source)) join image_missing using (path)
                  group by instance) as counted
            where instance.instance = counted.instance""",
            sources,
        )


def count_other_endings(writer: Writer, of: Sequence[int]) -> int:
    """How many instances of the sources `of` have a missing image whose name is on disk with another ending (a .jpg
    that is a .png), from the tables of `find_images`."""
    if not writer.value("select count(*) from image_missing"):
        return 0
    return int(
        writer.value(
            """
            with there as (select distinct regexp_replace(path, $2, '') as name from present)
            select count(distinct instance)
            from (select instance, unnest(images) as path from instance where list_contains($1::integer[], source))
            join image_missing m using (path) join there on there.name = regexp_replace(m.path, $2, '')""",
            [list(of), _WITHOUT_ENDING],
        )
    )


def count_linked_outside(writer: Writer, of: Sequence[int]) -> int:
    """How many instances of the sources `of` have an image that a link out of the image folder leads to."""
    if not writer.value("select count(*) from image_link where starts_with(target, '/')"):
        return 0
    return int(
        writer.value(
            """
            with outside as (select path from image_link where starts_with(target, '/'))
            select count(distinct instance) from (
                select instance, unnest(images) as path from instance where list_contains($1::integer[], source))
            where path in (select path from outside)
               or regexp_extract(path, '^(.*/)?', 0, 's') in (select path from outside)""",
            [list(of)],
        )
    )
