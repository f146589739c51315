"""Reads what a worker left of one candidate, and whether it belongs to the slot that the plan has under its name.

Knows nothing of tables: the caller gives the facts of the slots.
"""

import io
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from adr.files import sha256_of
from adr.names import candidate_name
from adr.read_back import (
    DamagedError,
    Kind,
    list_of,
    number,
    object_of,
    optional,
    read_file,
    read_plain,
    text,
    turn,
    whole,
)
from adr.synthesize.plan_file import ENDINGS, PlanFolder, candidate_seed

# Why the files of a candidate are set aside when they are collected, each with the sentence a person reads.
SET_ASIDE = {
    "sidecar_damaged": "Their record cannot be read.",
    "embedding_damaged": "Their embedding cannot be read.",
    "image_missing": "Their picture is not on disk.",
    "image_changed": "Their picture is not the one that was made.",
    "other_plan": "They were made for another plan.",
    "other_slot": "They were made for another slot.",
    "target_outside": "Their picture would be written outside the workspace.",
}
_SIDECAR: dict[str, Kind] = {
    "candidate": text,
    "slot": whole,
    "alternative": whole,
    "name": text,
    "entities": list_of(whole),
    "parent": optional(whole),
    "generator": text,
    "model": text,
    "seed": whole,
    "prompt": text,
    "negative_prompt": optional(text),
    "parameters": object_of(lambda value: True),
    "image": optional(text),
    "sha256": optional(text),
    "turns": list_of(turn),
    "caption": optional(text),
    "conversation_by": text,
    "conversation_fault": optional(text),
    "scorer": optional(text),
    "score": optional(number),
    "flags": list_of(text),
    "seconds": optional(number),
}
_MEASURED: dict[str, Kind] = {
    "entity_rank": optional(lambda value: whole(value) and value < 1 << 31),
    "entity_score": optional(number),
    "prompt_score": optional(number),
    "parent_score": optional(number),
    "own": optional(number),
    "shown": optional(text),
}
_LONGEST_VECTOR = 1 << 16


@dataclass(frozen=True)
class SlotFacts:
    """What the plan says of a slot. name: of its entity, or None when the index has lost it; identity: of the plan, or
    None when it was made by a version without identities; retrieved: position in the reservoir, or None."""

    plan: int
    seed: int
    name: str | None
    entity: int | None
    entities: tuple[int, ...]
    parent: int | None
    prompt: str
    identity: Mapping[str, Any] | None
    retrieved: int | None = None


def read_sidecar(folder: PlanFolder, slot: int, alternative: int) -> dict[str, Any]:
    """The record of a finished candidate, with its `vector` (or None) where it has a picture; DamagedError when it, the
    picture's hash or the embedding is not what a worker writes."""
    record = read_file(folder.sidecar(slot, alternative), "sidecar_damaged", _SIDECAR)
    for key, kind in _MEASURED.items():
        if not kind(record.setdefault(key, None)):
            raise DamagedError("sidecar_damaged", f"its “{key}” cannot be used")
    if record["image"] is None:
        return record
    if record["image"] not in [folder.image(slot, alternative, ending).name for ending in ENDINGS]:
        raise DamagedError("sidecar_damaged", f"its picture has the name “{record['image'][:80]}”")
    try:
        record["perceptual_hash"] = f"{int(record['perceptual_hash'], 16) & (1 << 64) - 1:016x}"
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedError("sidecar_damaged", "its “perceptual_hash” cannot be used") from error
    return record | {"vector": read_vector(folder.embedding(slot, alternative))}


def read_vector(path: Path) -> "np.ndarray | None":
    """The embedding in a file, float32 of length 1; None without a file, DamagedError when it holds something else."""
    if not os.path.lexists(path):
        return None
    data = read_plain(path, "embedding_damaged", 8 * _LONGEST_VECTOR)
    try:
        found = np.load(io.BytesIO(data), allow_pickle=False)
    except Exception as error:  # NumPy raises many kinds of exceptions for broken files, which all mean the same here
        raise DamagedError("embedding_damaged", " ".join(str(error).split())[:200]) from error
    if not isinstance(found, np.ndarray) or found.ndim != 1 or found.dtype.kind != "f" or not np.isfinite(found).all():
        raise DamagedError("embedding_damaged", "it is not a vector of finite numbers")
    return found.astype(np.float32)


def check_belongs(record: Mapping[str, Any], facts: SlotFacts | None, slot: int, alternative: int) -> SlotFacts:
    """The facts of the candidate's slot; DamagedError when the record is of another plan, slot or seed."""
    if facts is None:
        raise DamagedError("other_plan", f"the plan has no slot {slot} with an alternative {alternative}")
    if record.get("identity") != facts.identity:
        raise DamagedError("other_plan", "the plan was made for another run or index")
    name = candidate_name(facts.plan, slot, alternative)
    if record["candidate"] != name:
        raise DamagedError("other_plan", f"its record is of candidate “{record['candidate'][:80]}”")
    expected = {
        "slot": slot,
        "alternative": alternative,
        "name": record["name"] if facts.name is None else facts.name,
        "parent": facts.parent,
        "prompt": facts.prompt,
        "seed": candidate_seed(facts.seed, slot, alternative),
    }
    for key, value in expected.items():
        if record[key] != value:
            raise DamagedError("other_slot", f"its {key} is “{str(record[key])[:80]}”, not “{str(value)[:80]}”")
    return facts


def check_image(path: Path, sha256: str | None) -> None:
    """DamagedError unless the candidate's picture is a plain file with this hash."""
    if path.is_symlink() or not path.is_file():
        raise DamagedError("image_missing", f"{path.name} is not a plain file")
    try:
        changed = sha256_of(path) != sha256
    except OSError as error:
        raise DamagedError("image_missing", str(error.strerror)) from error
    if changed:
        raise DamagedError("image_changed", f"the SHA-256 of {path.name} is another")
