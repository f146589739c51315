"""Which pictures of a benchmark are part of a picture of the dataset, or the other way round: those near to one another
by what a model sees, laid over one another.

Needs the features of `adr embed`; makes those of the benchmark and of synthetic pictures.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from adr.embed.embed import embed_asked
from adr.embed.near_pictures import near_between_sets
from adr.embed.overlaid import SAME_DIFFERENCE, differences
from adr.embed.pair_folder import PairFolder
from adr.feature_folder import FeatureFolder, Features
from adr.leaks.pictures import Ours, SamePicture
from adr.progress import Progress
from adr.workspace import Workspace

_THEIRS, _CANDIDATE = "benchmark/", "candidate/"


def overlaid_pictures(
    workspace: Workspace, model: str, theirs: Mapping[str, Path], ours: Mapping[Ours, Path], progress: Progress
) -> list[SamePicture] | None:
    """The pictures of `theirs` that are among `ours`, whole or cropped; None where `model` has not looked at the
    source's pictures. AdrError when a process ends unexpectedly; what it has made is kept."""
    own = FeatureFolder.of(workspace.features, model)
    source = own.read()
    if source is None:
        return None
    made = [(f"{_CANDIDATE}{name}", file) for (kind, name), file in ours.items() if kind == "candidate"]
    others = FeatureFolder(workspace.features / "benchmarks" / own.folder.name, model)
    others.ask({f"{_THEIRS}{item}": file for item, file in theirs.items()} | dict(made))
    embed_asked(others, progress)
    features = others.read()
    if features is None:
        return []
    wanted = [row for row, path in enumerate(features.paths) if path.startswith(_THEIRS)]
    candidates = [row for row, path in enumerate(features.paths) if path.startswith(_CANDIDATE)]
    pairs = _near(features, wanted, source, range(len(source.paths)), "path")
    pairs += _near(features, wanted, features, candidates, "candidate")
    pairs = [(item, mine) for item, mine in pairs if mine in ours]
    apart = differences([(theirs[item], ours[mine]) for item, mine in pairs], PairFolder(workspace.pairs), progress)
    return [
        SamePicture(item, mine, "look", 1 - off)
        for (item, mine), off in zip(pairs, apart, strict=True)
        if off is not None and off <= SAME_DIFFERENCE
    ]


def _near(
    features: Features, wanted: list[int], of: Features, rows: "range | list[int]", kind: str
) -> list[tuple[str, Ours]]:
    """The pairs of a benchmark's picture and one of these rows that may be the same."""
    if not wanted or not len(rows):
        return []
    at = np.array(rows, np.int64)
    theirs = features.vectors[wanted], features.hashes[wanted]
    ours = (of.vectors, of.hashes) if isinstance(rows, range) else (of.vectors[at], of.hashes[at])
    named: list[tuple[str, Ours]] = []
    for i, j in near_between_sets(theirs, ours):
        name = of.paths[int(at[j])]
        item = features.paths[wanted[i]].removeprefix(_THEIRS)
        named.append((item, ("candidate", name.removeprefix(_CANDIDATE)) if kind == "candidate" else ("path", name)))
    return named
