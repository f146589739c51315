"""Looks at the pictures and videos that an export names: whether they are there and can be decoded, and what is odd.

Knows no trainer: what a fault means for one is the lint's to say.
"""

from collections.abc import Iterator
from itertools import chain
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np

from adr.conversation import ADDRESS
from adr.export.columns import KEPT
from adr.export.found_rows import Rows
from adr.export.leaving import Leaving, candidate_row
from adr.image_folder import ImageFolder
from adr.picture_file import is_picture
from adr.progress import Progress, let_pages_run
from adr.small_images import NotAPicture, TooLarge, decoded, picture_size
from adr.store import Store

OPENED = 5_000  # rows whose pictures' headers are read
DECODED = 1_000  # of these, rows whose pictures are decoded
LARGE = 89_478_485  # pixels from which Pillow warns; at twice as many it refuses the picture
DEEP = ("I", "I;16", "I;16B", "I;16L", "I;16N", "F")  # modes of more than 8 bits, which Pillow cuts off at 255

Faults = dict[str, Rows]
"""{kind of fault: the rows that have it}"""


def faults_of(file: Path, *, decode: bool) -> list[str]:
    """The kinds of faults of a picture. decode: whether its pixels are unpacked, which finds a truncated one."""
    try:
        if not decode:
            return [] if min(picture_size(file)) > 0 else ["image_unreadable"]
        mode, frames, pixels = decoded(file)
    except TooLarge:
        return ["image_huge"]
    except EOFError:
        return ["image_truncated"]
    except (OSError, NotAPicture):
        return ["image_truncated"] if decode and not faults_of(file, decode=False) else ["image_unreadable"]
    odd = {
        "image_deep": mode in DEEP,
        "image_cmyk": mode == "CMYK",
        "image_animated": frames > 1,
        "image_large": pixels > LARGE,
    }
    return [kind for kind, holds in odd.items() if holds]


def source_faults(store: Store, leave: Leaving, share: float | None, progress: Progress) -> tuple[Faults, int]:
    """The faults of the source's pictures, and how many rows have pictures when only a sample was decoded (else 0).

    All that were missing at ingest are named; of the others a sample is opened and a part of it decoded. share: of the
    usual sample that is looked at; None: all are decoded.
    """
    root = leave.image_root or ImageFolder.at(Path())
    faults: Faults = {"image_missing": _known_missing(store, leave, root), "image_address": Rows()}
    kept = store.arrays(
        f"select i.instance {KEPT} and len(images) > 0 and missing = 0 order by i.instance", leave.which
    )["instance"]
    opened = kept if share is None else _spread(kept, ceil(OPENED * share))
    deep = set((opened if share is None else _spread(opened, ceil(DECODED * share))).tolist())
    known: dict[tuple[str, bool], list[str]] = {}
    for n, (row, names) in enumerate(_images(store, opened)):
        if n % 20 == 0:
            progress(n, len(opened), "Opening pictures")
            let_pages_run()
        for name in names:
            if (name, row in deep) not in known:
                known[name, row in deep] = _look(root, name, row in deep)
            for kind in known[name, row in deep]:
                faults.setdefault(kind, Rows()).add(row, f"instance {row}: {name[:80]}")
    return faults, len(kept) if len(deep) < len(kept) else 0


def candidate_faults(leave: Leaving) -> Faults:
    """The faults of the candidates' pictures: their own, or the parent's where only the conversation is new."""
    faults: Faults = {}
    for number, one in enumerate(leave.accepted):
        if one.image is None and leave.image_root is None:
            continue
        root = leave.image_root or ImageFolder.at(Path())
        files = [one.image] if one.image else [root.file(name) for name in one.images if not ADDRESS.match(name)]
        for path in files:
            kinds = faults_of(path, decode=True) if path is not None and is_picture(path) else ["image_missing"]
            for kind in kinds:
                faults.setdefault(kind, Rows()).add(candidate_row(number), f"candidate {one.candidate}")
    return faults


def missing_videos(store: Store, leave: Leaving) -> Rows:
    """The rows whose video is not on disk."""
    root, gone = leave.image_root, Rows()
    if root is None:
        return gone
    sql = f"select i.instance, videos {KEPT} and len(videos) > 0 order by i.instance"
    for row, names in _streamed(store, sql, leave.which):
        name = next((name for name in names if not ADDRESS.match(name) and not root.file(name)), None)
        if name is not None:
            gone.add(int(row), f"instance {row}: {name[:80]}")
    return gone


def _streamed(store: Store, sql: str, parameters: list[int]) -> Iterator[tuple[Any, ...]]:
    return chain.from_iterable(store.batches(sql, parameters))


def _look(root: ImageFolder, name: str, decode: bool) -> list[str]:
    if ADDRESS.match(name):
        return ["image_address"]
    file = root.file(name)
    return ["image_missing"] if file is None else faults_of(file, decode=decode)


def _known_missing(store: Store, leave: Leaving, root: ImageFolder) -> Rows:
    """The rows with a picture that was missing at ingest, or whose source was read without an image folder."""
    unseen = "len(images) > 0 and coalesce(missing, 1) > 0"
    sql = f"select i.instance, images, missing {KEPT} and {unseen} order by i.instance"
    gone = Rows()
    for row, names, missing in _streamed(store, sql, leave.which):
        name = next((name for name in names if not ADDRESS.match(name) and not root.file(name)), None)
        if name is None and missing and not all(ADDRESS.match(name) for name in names):
            name = names[0]
        if name is not None:
            gone.add(int(row), f"instance {row}: {name}")
    return gone


def _images(store: Store, rows: np.ndarray) -> list[tuple[int, list[str]]]:
    found = store.rows(
        "select instance, images from instance where instance in (select unnest($1::integer[])) order by instance",
        [rows.tolist()],
    )
    return [(int(row), names) for row, names in found]


def _spread(rows: np.ndarray, most: int) -> np.ndarray:
    """At most `most` of the rows, evenly spread."""
    return rows if len(rows) <= most else rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]
