"""Which images of the workspace's instances are in an image folder. Looks for files; reads no pixel."""

from pathlib import Path

import pyarrow as pa

from adr.ingest.image_paths import look_for
from adr.progress import Progress
from adr.store import Writer


def find_images(writer: Writer, folder: Path, progress: Progress) -> None:
    """Look for the images of all instances in `folder`. Makes the temporary tables `image_path` (path, prefix),
    `image_missing` and `image_leaving` (path): those not on disk, and those that leave the folder through a link; and
    writes into `image_link` where the links lead by which images are reached."""
    writer.execute("""
        create or replace temp table image_path as
        select distinct path, regexp_extract(path, '^(.*/)?', 0, 's') as prefix
        from (select unnest(images) as path from instance)""")
    prefixes = [prefix for (prefix,) in writer.rows("select distinct prefix from image_path order by prefix")]
    found = look_for(folder, prefixes, progress)
    writer.register("present", pa.table({"path": pa.array(found.present, pa.string())}))
    writer.register("leaving", pa.table({"path": pa.array(found.leaving, pa.string())}))
    writer.register("shard", pa.table({"prefix": pa.array(found.shards, pa.string())}))
    writer.register("leaving_folder", pa.table({"prefix": pa.array(found.leaving_folders, pa.string())}))
    writer.execute("""
        create or replace temp table image_leaving as
        select path from image_path where path in (select path from leaving)
            or prefix in (select prefix from leaving_folder)""")
    writer.execute("delete from image_link")
    if found.links:
        links = pa.table({"path": pa.array(found.links, pa.string()), "target": pa.array(found.links.values())})
        writer.register("seen_link", links)
        writer.execute("""
            insert into image_link select path, target from seen_link
            where path in (select path from image_path) or path in (select prefix from image_path)""")
    writer.execute(
        "create or replace temp table image_missing as "
        "select path from image_path where path not in (select path from present) "
        "and prefix not in (select prefix from shard)"
    )


def count_missing(writer: Writer) -> None:
    """Write into `instance` how many of each one's images are not on disk, from the tables of `find_images`."""
    writer.execute("update instance set missing = 0")
    if writer.value("select count(*) from image_missing"):
        writer.execute("""
            update instance set missing = counted.missing
            from (select instance, count(*) as missing
                  from (select instance, unnest(images) as path from instance) join image_missing using (path)
                  group by instance) as counted
            where instance.instance = counted.instance""")
