"""Another image folder for a dataset that has been read, without reading it again.

Counts files; reads no pixel and no record.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from adr.errors import AdrError
from adr.ingest.image_paths import image_folder
from adr.ingest.ingest import ingest_report
from adr.ingest.instance_images import count_missing, find_images
from adr.ingest.oddities import WARNINGS
from adr.progress import Progress, silent
from adr.report import to_json
from adr.store import Store


@dataclass(frozen=True)
class ImagesReport:
    """An image folder and what is in it. with_images: instances that have images; missing: those of them of which an
    image is not on disk."""

    images: str | None
    with_images: int
    missing: int


def change_images(store: Store, folder: Path | None, *, progress: Progress = silent) -> ImagesReport:
    """Make `folder` the one that the dataset's image paths start from (None: no folder), without reading the dataset
    again: postings, runs, plans and verdicts stay. AdrError without a dataset, for a folder that cannot be read, and
    when an image would leave it through a link."""
    former = ingest_report(store)
    chosen = image_folder(folder) if folder is not None else None
    with store.atomic() as writer:
        if chosen is None:
            writer.execute("update instance set missing = 0")
            writer.execute("delete from image_link")
        else:
            find_images(writer, chosen, progress)
            if (path := writer.value("select min(path) from image_leaving")) is not None:
                raise AdrError(
                    f"The image path “{path[:80]}” leaves {chosen} through a link.",
                    "Name a folder that holds the files, or read the dataset again, which sets such records aside.",
                )
            count_missing(writer)
        with_images = int(writer.value("select count(*) from instance where len(images) > 0"))
        missing = int(writer.value("select count(*) from instance where missing > 0"))
        found = {"image_missing": missing, "no_image_folder": 0 if chosen else with_images}
        report = replace(former, images=str(chosen) if chosen else None, warnings=_warnings(former.warnings, found))
        writer.execute(
            """
            update source set images = $1, warnings = $2, report = $3,
                links = case when $1 is not null then (select count(*) from image_link) end
            """,
            [report.images, json.dumps(report.warnings), to_json(report)],
        )
    return ImagesReport(report.images, with_images, missing)


def _warnings(former: Mapping[str, int], found: Mapping[str, int]) -> dict[str, int]:
    counted = {**former, **found}
    return {kind: counted[kind] for kind in WARNINGS if counted.get(kind)}
