"""How much pictures differ that may be copies of one another, laid over each other by a process of its own
(`adr.embed.comparing`)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from adr.embed.hash_folder import stamp_of
from adr.embed.near_pictures import near_pictures
from adr.embed.pair_folder import Pair, PairFolder
from adr.errors import AdrError
from adr.feature_folder import Features
from adr.image_folder import ImageFolder
from adr.process import Command, Event, how, relay
from adr.progress import Progress, silent

SAME_DIFFERENCE = 0.22
"""Pictures that differ by at most so much are the same, unless a person sets another bound (docs/copies.md)."""


@dataclass(frozen=True)
class Overlaid:
    """Two pictures that may be copies, and by how much they differ (`adr.embed.alignment`)."""

    one: str
    other: str
    difference: float


def candidates(features: Features, paths: Sequence[str]) -> set[tuple[str, str]]:
    """Pairs of these image paths in which the model sees nearly the same."""
    rows = np.array([row for path in paths if (row := features.row_of(path)) is not None], np.int64)
    return {(features.paths[one], features.paths[other]) for one, other in near_pictures(features, rows)}


def overlaid(
    pairs: Iterable[tuple[str, str]], images: ImageFolder, folder: PairFolder, progress: Progress = silent
) -> list[Overlaid]:
    """Pairs of image paths, each with its difference, ordered by path; those that cannot be decoded, have no contrast
    or are one file are left out. AdrError when the process ends unexpectedly; what it has compared is kept in the
    folder."""
    ordered = sorted({(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]})
    files = {path: file for path in {path for pair in ordered for path in pair} if (file := images.file(path))}
    stamps = {path: stamp for path, file in files.items() if (stamp := stamp_of(file))}
    keys = {
        _key(stamps[one], stamps[other]): (one, other)
        for one, other in ordered
        if one in stamps and other in stamps and stamps[one] != stamps[other]
    }
    folder.ask({key: _files(key, stamps, files, pair) for key, pair in keys.items()})
    _compare(folder, len(keys), progress)
    known = folder.known()
    return [Overlaid(*pair, known[key]) for key, pair in keys.items() if np.isfinite(known.get(key, np.inf))]


def _key(one: str, other: str) -> Pair:
    return (one, other) if one < other else (other, one)


def _files(key: Pair, stamps: Mapping[str, str], files: Mapping[str, Path], pair: tuple[str, str]) -> tuple[Path, Path]:
    """The two files in the order of the key."""
    first, second = sorted(pair, key=lambda path: stamps[path] != key[0])
    return files[first], files[second]


def _compare(folder: PairFolder, total: int, progress: Progress) -> None:
    """Wait until the process has compared everything; it is ended when `progress` raises."""
    done, said = 0, "Comparing pictures"

    def hear(event: Event) -> None:
        nonlocal done, said
        done = event.get("done", done)
        if "rate" in event:
            said = f"Comparing pictures, {event['rate']:,.0f} pairs per second"
        progress(done, total, said)

    progress(0, total, said)
    (code,) = relay([Command("adr.embed.comparing", [str(folder.folder)], folder.log)], hear)
    if code:
        raise AdrError(
            f"Comparing pictures ended unexpectedly ({how(code)}); what was compared is kept.",
            f"Run it again: it goes on from there. If it happens again, look into {folder.log}.",
        )
