"""Which picture of the source, or other synthetic picture, is nearest to each candidate, and which are duplicates.

Reads embeddings that workers and `adr embed` have written; loads no model.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from adr.files import write_whole
from adr.progress import Progress, silent
from adr.read_back import DamagedError, read_file
from adr.store import Store
from adr.synthesize.embeddings import Embeddings, Near, embeddings_folder
from adr.synthesize.images import is_copy
from adr.synthesize.plan import plan_folder
from adr.synthesize.plan_file import PlanFolder
from adr.synthesize.sidecar import read_sidecar
from adr.synthesize.source_pictures import SourcePictures
from adr.workspace import Workspace

_TOGETHER = 2000


@dataclass(frozen=True)
class Nearest:
    """What is nearest to a candidate: an 'instance:12' or a candidate with its cosine, None where there is nothing;
    by how many bits the nearest perceptual hash differs; and the candidate's flags with that known."""

    candidate: str
    nearest: str | None
    score: float | None
    bits: int
    flags: list[str]


def nearest_of_new(
    store: Store, workspace: Workspace, plan: int, progress: Progress = silent
) -> Iterator[list[Nearest]]:
    """What is nearest to each candidate of `plan` that has not been compared yet, in lists of at most 2,000.

    They are compared with the candidates of all plans that have the same scorer, and with those of the source's
    pictures that are embedded.
    """
    folder = plan_folder(workspace, plan)
    waiting = store.rows(
        "select scorer, candidate, slot, alternative from candidate "
        "where plan = $1 and image is not null and perceptual_distance is null order by scorer, candidate",
        [plan],
    )
    done = 0
    for scorer in dict.fromkeys(row[0] for row in waiting):
        others = Embeddings(embeddings_folder(workspace, scorer, "candidates"))
        _fill_up(store, workspace, scorer, others)
        sources = SourcePictures(store, workspace, scorer)
        mine = [row[1:] for row in waiting if row[0] == scorer]
        for start in range(0, len(mine), _TOGETHER):
            progress(done, len(waiting), "looking for near duplicates")
            records = _records(folder, mine[start : start + _TOGETHER])
            if records:
                yield _found(records, others, sources)
            done += len(mine[start : start + _TOGETHER])


def _records(folder: PlanFolder, rows: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    """The sidecars of candidates, given as (candidate, slot, alternative), with their 'vector' (None without one);
    those whose files are gone, damaged or without a picture are left out."""
    records = []
    for candidate, slot, alternative in rows:
        try:
            record = read_sidecar(folder, slot, alternative)
        except DamagedError:
            continue
        if record["image"]:
            records.append(record | {"candidate": candidate})
    return records


def _found(records: Sequence[dict[str, Any]], others: Embeddings, sources: SourcePictures) -> list[Nearest]:
    names, vectors, hashes = _arrays(records)
    both = zip(others.nearest(vectors, hashes, names), sources.nearest(vectors, hashes), strict=True)
    found = []
    for record, near in zip(records, (a.or_nearer(b) for a, b in both), strict=True):
        flags = _flags(record, near)
        name, score = near.name, near.cosine if near.name else None
        likeness = record.get("parent_score")
        if likeness is not None and likeness > near.cosine:
            name, score = f"instance:{record['parent']}", likeness
        found.append(Nearest(record["candidate"], name, score, near.bits, flags))
    return found


def nearer_sources(store: Store, workspace: Workspace, plan: int) -> Iterator[list[Nearest]]:
    """Of the candidates of `plan` that have been compared before: those to which a source picture that has been
    embedded since is nearer, as one list per scorer. The next call goes on from what this one has seen."""
    folder = plan_folder(workspace, plan)
    seen_path = folder.folder / "compared.json"
    seen = _compared(seen_path)
    for (scorer,) in store.rows("select distinct scorer from candidate where plan = $1 and scorer is not null", [plan]):
        sources = SourcePictures(store, workspace, scorer)
        there = len(sources)
        if there == seen.get(scorer, 0):
            continue
        before = {
            name: (key, Nearest(name, nearest, score, bits, list(flags or ())))
            for name, nearest, score, bits, flags, *key in store.rows(
                "select candidate, nearest, nearest_score, perceptual_distance, flags, slot, alternative "
                "from candidate where plan = $1 and scorer = $2 and perceptual_distance is not null",
                [plan, scorer],
            )
        }
        records = _records(folder, [(name, *key) for name, (key, _) in before.items()])
        yield _nearer(sources, records, {name: known for name, (_, known) in before.items()})
        seen[scorer] = there
    write_whole(seen_path, json.dumps(seen).encode())


def _compared(path: Path) -> dict[str, int]:
    """{scorer: source pictures that were there at the last comparison}; empty when that is not known."""
    try:
        return read_file(path, "compared", {})
    except DamagedError:
        return {}


def _nearer(sources: SourcePictures, records: Sequence[dict[str, Any]], before: Mapping[str, Nearest]) -> list[Nearest]:
    if not records:
        return []
    _, vectors, hashes = _arrays(records)
    changed = []
    for record, near in zip(records, sources.nearest(vectors, hashes), strict=True):
        known = before[record["candidate"]]
        by_embedding = near.cosine > (known.score if known.score is not None else -1)
        if not by_embedding and near.bits >= known.bits:
            continue
        closer = Near(near.name if by_embedding else None, near.cosine, near.bits_there, min(near.bits, known.bits))
        flags = _flags(record | {"flags": known.flags}, closer)
        name, score = (near.name, near.cosine) if by_embedding and near.name else (known.nearest, known.score)
        changed.append(Nearest(known.candidate, name, score, closer.bits, flags))
    return changed


def _flags(record: Mapping[str, Any], near: Near) -> list[str]:
    """The record's flags, with 'near_duplicate' when the nearest picture is a copy."""
    flags = list(record["flags"])
    by_embedding = near.name is not None and is_copy(near.cosine, record.get("own"), near.bits_there)
    if (by_embedding or is_copy(None, None, near.bits)) and "near_duplicate" not in flags:
        flags.append("near_duplicate")
    return flags


def _arrays(records: Sequence[Mapping[str, Any]]) -> "tuple[list[str], np.ndarray, np.ndarray]":
    sizes = Counter(len(record["vector"]) for record in records if record["vector"] is not None)
    size = sizes.most_common(1)[0][0] if sizes else 0
    empty = np.zeros(size, np.float32)
    vectors = [v if (v := record["vector"]) is not None and len(v) == size else empty for record in records]
    hashes = np.array([int(record["perceptual_hash"], 16) for record in records], np.uint64)
    return [str(record["candidate"]) for record in records], np.stack(vectors).astype(np.float32), hashes


def _fill_up(store: Store, workspace: Workspace, scorer: str | None, others: Embeddings) -> None:
    """Add the candidates missing from the embeddings, from the workers' files: new ones, or all of them when the
    embeddings were deleted."""
    known = set(others.names())
    records = []
    for candidate, plan, slot, alternative in store.rows(
        "select candidate, plan, slot, alternative from candidate "
        "where image is not null and scorer is not distinct from $1 order by plan, slot, alternative",
        [scorer],
    ):
        if candidate not in known:
            records += _records(plan_folder(workspace, plan), [(candidate, slot, alternative)])
    if records:
        others.append(*_arrays(records))
