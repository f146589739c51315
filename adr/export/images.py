"""Pictures and videos beside an export: synthetic ones are copied; the source's are referenced, copied or linked.

All of them go below `images/`, under the paths that the rows name. Knows nothing of formats.
"""

import hashlib
import os
import shutil
from pathlib import Path

from adr.errors import AdrError
from adr.export.leaving import CANDIDATE_FOLDERS, batches
from adr.export.work import Work
from adr.names import inside
from adr.picture_file import open_picture

FOLDER = "images"
SUMS = "images.sha256"


def place_images(work: Work) -> int:
    """Put the pictures and videos into the export's folder; returns how many were copied or linked.

    Writes `images.sha256` (in the format of `sha256sum`) for the copies; links are not hashed. AdrError when a picture
    is missing.
    """
    sums: dict[str, str] = {}
    for row in sorted(set(work.leave.candidate_rows), reverse=True):
        one = work.leave.candidate(row)
        if one.image is not None:
            name = one.images[0]
            sums[name] = _copy(one.image, inside(work.folder / FOLDER, name), f"candidate {one.candidate}")
    linked = 0
    if work.images in ("copy", "link"):
        linked = _source_images(work, sums)
    if sums:
        with work.file(SUMS) as out:
            out.write("".join(f"{sums[name]}  {FOLDER}/{name}\n" for name in sorted(sums)).encode())
    return len(sums) + linked


def _source_images(work: Work, sums: dict[str, str]) -> int:
    root = work.leave.image_root
    if root is None:
        raise AdrError(
            "The dataset was read without an image folder, so there is nothing to copy or link.",
            "Reference the pictures, or ingest again with the image folder (Dataset page).",
        )
    seen = set(sums)  # the synthetic pictures, which are not the source's
    done, linked = 0, 0
    for batch in batches(work.store, work.leave, raw=False):
        work.progress(done, work.leave.instances, "Copying pictures" if work.images == "copy" else "Linking pictures")
        for row in batch:
            for name in (*row.images, *row.videos):
                if name in seen:
                    continue
                seen.add(name)
                target = inside(work.folder / FOLDER, name)
                if (folder := Path(name).parts[0]) in CANDIDATE_FOLDERS:
                    raise AdrError(
                        f"The source has a picture folder {folder}, which the export needs for its own.",
                        "Rename that folder, or reference the pictures.",
                    )
                if work.images == "copy":
                    sums[name] = _copy(
                        root.path_of(name), target, row.key if row.synthetic else f"instance {row.source}"
                    )
                else:
                    target.parent.mkdir(parents=True, exist_ok=True)
                    os.symlink(root.path_of(name), target)
                    linked += 1
        done += len(batch)
    return linked


def _copy(source: Path, target: Path, whose: str) -> str:
    """Copy a picture; returns its SHA-256."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with open_picture(source) as given, target.open("xb") as out:
            shutil.copyfileobj(given, out, 1 << 20)
    except FileNotFoundError as error:
        raise AdrError(
            f"The file {source.name} of {whose} is not on disk.", "Restore it, or leave out the rows with errors."
        ) from error
    with target.open("rb") as copy:
        return hashlib.file_digest(copy, "sha256").hexdigest()
