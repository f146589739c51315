"""Another image folder for a dataset that has been read, without reading it again.

Counts files; reads no pixel and no record.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from adr.errors import AdrError
from adr.ingest.image_paths import image_folder, links_are_followed
from adr.ingest.ingest import IngestReport, ingest_report
from adr.ingest.instance_images import count_linked_outside, count_missing, count_other_endings, find_images
from adr.ingest.oddities import WARNINGS
from adr.progress import Progress, silent
from adr.report import from_json, to_json
from adr.store import Store, Writer


@dataclass(frozen=True)
class ImagesReport:
    """An image folder and what is in it. with_images: instances that have images; missing: those of them of which an
    image is not on disk."""

    images: str | None
    with_images: int
    missing: int


def change_images(
    store: Store,
    folder: Path | None,
    *,
    name: str | None = None,
    follow_links: bool | None = None,
    progress: Progress = silent,
) -> ImagesReport:
    """Make `folder` the one that image paths start from (None: no folder), without reading the dataset again: postings,
    runs, plans and verdicts stay. name: of the source, where there are several; sources that shared its folder get the
    new one with it. follow_links: as for `ingest`. AdrError without a dataset, for a folder that cannot be read, and
    when an image would leave it through a link that is not followed."""
    ingest_report(store)
    prefix, of = _sharing(store, name)
    chosen = image_folder(folder) if folder is not None else None
    follow = links_are_followed() if follow_links is None else follow_links
    with store.atomic() as writer:
        if chosen is None:
            writer.execute("update instance set missing = 0 where list_contains($1::integer[], source)", [of])
        else:
            find_images(writer, chosen, progress, of=of, prefix=prefix, follow_links=follow)
            if (path := writer.value("select min(path) from image_leaving")) is not None:
                raise AdrError(
                    f"The image path “{path[:80]}” leaves {chosen} through a link.",
                    "Name a folder that holds the files, or read the dataset again, which sets such records aside.",
                )
            count_missing(writer, of)
        counts = [_changed(writer, source, chosen) for source in of]
    return ImagesReport(str(chosen) if chosen else None, sum(n for n, _ in counts), sum(n for _, n in counts))


def _sharing(store: Store, name: str | None) -> tuple[str, list[int]]:
    """(prefix of the image paths, sources with it) for the source that is named, or for the only one."""
    rows = store.rows("select source, name, image_prefix from source order by source")
    prefixes = {prefix for _, one, prefix in rows if name in (None, one)}
    if len(prefixes) != 1:
        names = ", ".join(str(one) for _, one, _ in rows)
        raise AdrError(
            f"There is no source named {name}." if name else "The sources have image folders of their own.",
            f"Name one of the sources: {names}.",
        )
    (prefix,) = prefixes
    return str(prefix), [int(source) for source, _, own in rows if own == prefix]


def _changed(writer: Writer, source: int, chosen: Path | None) -> tuple[int, int]:
    """Write the new folder down with a source; returns how many of its instances have images, and miss one."""
    with_images, missing = writer.rows(
        "select count(*) filter (len(images) > 0), count(*) filter (missing > 0) from instance where source = $1",
        [source],
    )[0]
    former = from_json(IngestReport, writer.value("select report from source where source = $1", [source]))
    found = {
        "image_missing": int(missing),
        "no_image_folder": 0 if chosen else int(with_images),
        "other_ending": count_other_endings(writer, [source]) if chosen else 0,
        "linked_outside": count_linked_outside(writer, [source]) if chosen else 0,
    }
    report = replace(former, images=str(chosen) if chosen else None, warnings=_warnings(former.warnings, found))
    writer.execute(
        """
        update source set images = $1, warnings = $2, report = $3,
            links = case when $1 is not null then (select count(*) from image_link) end
        where source = $4
        """,
        [report.images, json.dumps(report.warnings), to_json(report), source],
    )
    return int(with_images), int(missing)


def _warnings(former: Mapping[str, int], found: Mapping[str, int]) -> dict[str, int]:
    counted = {**former, **found}
    return {kind: counted[kind] for kind in WARNINGS if counted.get(kind)}
