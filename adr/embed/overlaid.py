"""How much pictures differ that may be copies of one another, laid over each other by a process of its own
(`adr.embed.comparing`)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from adr.embed.folder_process import do_in_process
from adr.embed.hash_folder import stamp_of
from adr.embed.near_pictures import near_pictures
from adr.embed.pair_folder import Pair, PairFolder
from adr.feature_folder import Features
from adr.image_folder import ImageFolder
from adr.process import Command
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
    there = [pair for pair in ordered if pair[0] in files and pair[1] in files]
    apart = differences([(files[one], files[other]) for one, other in there], folder, progress)
    return [Overlaid(*pair, off) for pair, off in zip(there, apart, strict=True) if off is not None]


def differences(pairs: Sequence[tuple[Path, Path]], folder: PairFolder, progress: Progress) -> list[float | None]:
    """By how much the pictures of each pair differ; None where one cannot be decoded or has no contrast, or both are
    one file. AdrError as by `overlaid`."""
    stamps = {file: stamp for file in {file for pair in pairs for file in pair} if (stamp := stamp_of(file))}
    keys = [
        _key(stamps[one], stamps[other]) if one in stamps and other in stamps and stamps[one] != stamps[other] else None
        for one, other in pairs
    ]
    asked = {key: _files(key, stamps, pair) for key, pair in zip(keys, pairs, strict=True) if key}
    folder.ask(asked)
    command = Command("adr.embed.comparing", [str(folder.folder)], folder.log)
    do_in_process(command, "Comparing pictures", "pairs", len(asked), progress)
    known = folder.known()
    found = [known.get(key, np.inf) if key else np.inf for key in keys]
    return [off if np.isfinite(off) else None for off in found]


def _key(one: str, other: str) -> Pair:
    return (one, other) if one < other else (other, one)


def _files(key: Pair, stamps: Mapping[Path, str], pair: tuple[Path, Path]) -> tuple[Path, Path]:
    """The two files in the order of the key."""
    first, second = sorted(pair, key=lambda file: stamps[file] != key[0])
    return first, second
