"""Which picture of the source, or other synthetic picture, is nearest to each candidate, and which are duplicates.

Reads embeddings that workers and `source_images` have written; loads no model.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from adr.files import write_whole
from adr.read_back import DamagedError, read_file
from adr.store import Store, Writer
from adr.synthesize.embeddings import Embeddings, Near, embeddings_folder
from adr.synthesize.images import is_copy
from adr.synthesize.plan import plan_folder
from adr.synthesize.plan_file import PlanFolder
from adr.synthesize.sidecar import read_sidecar
from adr.synthesize.source_images import instances_of, path_of
from adr.workspace import Workspace


def find_nearest(store: Store, workspace: Workspace, records: Sequence[dict[str, Any]]) -> None:
    """Write into the records of new candidates what is nearest to them: `nearest` ('instance:12' or a candidate),
    `nearest_score`, `perceptual_distance`, and 'near_duplicate' among their flags.

    Each record has 'candidate', 'scorer', 'vector' (or None), 'perceptual_hash' (hexadecimal), 'flags' and, where the
    worker measured it, 'own'. They are compared with the candidates of all plans that have the same scorer, and with
    those of the source's pictures that are embedded.
    """
    for scorer in dict.fromkeys(record["scorer"] for record in records):
        mine = [record for record in records if record["scorer"] == scorer]
        others = Embeddings(embeddings_folder(workspace, scorer, "candidates"))
        _fill_up(store, workspace, scorer, others)
        names, vectors, hashes = _arrays(mine)
        known = set(others.names())
        new = [i for i, name in enumerate(names) if name not in known]
        if new:
            others.append([names[i] for i in new], vectors[new], hashes[new])
        sources = Embeddings(embeddings_folder(workspace, scorer, "sources"))
        found = [
            a.or_nearer(b)
            for a, b in zip(
                others.nearest(vectors, hashes, names), sources.nearest(vectors, hashes, names), strict=True
            )
        ]
        said = _as_instances(store, found)
        for record, near in zip(mine, said, strict=True):
            _note(record, near)
            likeness = record.get("parent_score")
            if likeness is not None and likeness > near.cosine:
                record["nearest"], record["nearest_score"] = f"instance:{record['parent']}", likeness


def compare_again(store: Store, writer: Writer, workspace: Workspace, plan: int) -> int:
    """Compare the candidates of `plan` with source pictures that have been embedded since they were collected; returns
    how many candidates got a nearer picture."""
    folder = plan_folder(workspace, plan)
    seen_path = folder.folder / "compared.json"
    seen = _compared(seen_path)
    changed = 0
    for (scorer,) in store.rows("select distinct scorer from candidate where plan = $1 and scorer is not null", [plan]):
        sources = Embeddings(embeddings_folder(workspace, scorer, "sources"))
        there = len(sources.names())
        if there == seen.get(scorer, 0):
            continue
        rows = store.rows(
            "select candidate, slot, alternative, nearest_score, perceptual_distance, flags "
            "from candidate where plan = $1 and scorer = $2",
            [plan, scorer],
        )
        records = []
        for name, slot, alternative, score, bits, flags in rows:
            record = _made(folder, slot, alternative)
            if record and record["vector"] is not None:
                records.append(
                    {
                        **record,
                        "candidate": name,
                        "nearest_score": score,
                        "perceptual_distance": bits,
                        "flags": list(flags or ()),
                    }
                )
        if records:
            changed += _nearer_sources(store, writer, sources, records)
        seen[scorer] = there
    write_whole(seen_path, json.dumps(seen).encode())
    return changed


def _compared(path: Path) -> dict[str, int]:
    """{scorer: source pictures that were there at the last comparison}; empty when that is not known."""
    try:
        return read_file(path, "compared", {})
    except DamagedError:
        return {}


def _nearer_sources(store: Store, writer: Writer, sources: Embeddings, records: Sequence[dict[str, Any]]) -> int:
    names, vectors, hashes = _arrays(records)
    changed = 0
    for record, near in zip(records, _as_instances(store, sources.nearest(vectors, hashes, names)), strict=True):
        before = (record["nearest_score"], record["perceptual_distance"])
        if near.cosine <= (before[0] if before[0] is not None else -1) and near.bits >= (before[1] or 64):
            continue
        if near.cosine <= (before[0] if before[0] is not None else -1):
            near = Near(None, -1.0, near.bits_there, near.bits)
        _note(record, Near(near.name, near.cosine, near.bits_there, min(near.bits, before[1] or 64)))
        writer.execute(
            "update candidate set nearest = coalesce($2, nearest), nearest_score = greatest(nearest_score, $3), "
            "perceptual_distance = $4, flags = $5 where candidate = $1",
            [record["candidate"], near.name, near.cosine, record["perceptual_distance"], record["flags"]],
        )
        changed += 1
    return changed


def _note(record: dict[str, Any], near: Near) -> None:
    record["nearest"], record["nearest_score"] = near.name, near.cosine if near.name else None
    record["perceptual_distance"] = near.bits
    by_embedding = near.name is not None and is_copy(near.cosine, record.get("own"), near.bits_there)
    if (by_embedding or is_copy(None, None, near.bits)) and "near_duplicate" not in record["flags"]:
        record["flags"].append("near_duplicate")


def _arrays(records: Sequence[Mapping[str, Any]]) -> "tuple[list[str], np.ndarray, np.ndarray]":
    size = next((len(record["vector"]) for record in records if record["vector"] is not None), 0)
    empty = np.zeros(size, np.float32)
    vectors = [empty if record["vector"] is None else record["vector"] for record in records]
    hashes = np.array([int(record["perceptual_hash"], 16) for record in records], np.uint64)
    return [str(record["candidate"]) for record in records], np.stack(vectors).astype(np.float32), hashes


def _as_instances(store: Store, found: Sequence[Near]) -> list[Near]:
    """The findings, with the names of source pictures replaced by 'instance:12'."""
    paths = {near.name: path_of(near.name) for near in found if near.name and " " in near.name}
    instances = instances_of(store, list(paths.values())) if paths else {}
    return [
        near
        if near.name not in paths
        else Near(
            f"instance:{instances[paths[near.name]]}" if paths[near.name] in instances else None,
            near.cosine,
            near.bits_there,
            near.bits,
        )
        for near in found
    ]


def _made(folder: PlanFolder, slot: int, alternative: int) -> dict[str, Any] | None:
    """The record of a collected candidate with a picture; None when its files are gone or damaged."""
    try:
        record = read_sidecar(folder, slot, alternative)
    except DamagedError:
        return None
    return record if record["image"] else None


def _fill_up(store: Store, workspace: Workspace, scorer: str | None, others: Embeddings) -> None:
    """Add candidates missing from the embeddings, as after their folder was deleted, from the workers' files."""
    known = set(others.names())
    records = []
    for candidate, plan, slot, alternative in store.rows(
        "select candidate, plan, slot, alternative from candidate where scorer is not distinct from $1", [scorer]
    ):
        folder = plan_folder(workspace, plan)
        record = None if candidate in known else _made(folder, slot, alternative)
        if record and (scorer is None or record["vector"] is not None):
            records.append(record | {"candidate": candidate, "vector": record["vector"] if scorer else None})
    if records:
        others.append(*_arrays(records))
