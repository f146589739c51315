"""How the records of a source are read: which key holds what, and whether missing markers are placed.

One value for command line, page, recipe ([ingest]) and `source.mapping`. Reads no record.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from adr.errors import AdrError

# What a key can be mapped to, and what it means.
TARGETS = {
    "question": "what the human asks; inside each turn where `conversations` is mapped too",
    "answer": "what the assistant answers; inside each turn where `conversations` is mapped too",
    "image": "the path of the image, or a list of them",
    "video": "the path of the video, or a list of them",
    "id": "the record's own id",
    "system": "the system text",
    "conversations": "the list of turns",
    "role": "in each turn: who speaks",
    "text": "in each turn: what is said",
    "human": "the name that `role` gives the human",
    "gpt": "the name that `role` gives the assistant",
    "objects": "the list of objects in the image",
}
_EXAMPLE = "Write TARGET=KEY, for example --map question=Q --map answer=A."


@dataclass(frozen=True)
class IngestOptions:
    """map: {target: key}, where dots lead into nested keys ("meta.caption", "answers.0"). place_markers: whether rows
    with images and no marker get one for each at the start of the first human turn."""

    map: Mapping[str, str] = field(default_factory=dict)
    place_markers: bool = False

    def __post_init__(self) -> None:
        _check(self.map, self.place_markers)
        object.__setattr__(self, "map", MappingProxyType({t: self.map[t] for t in TARGETS if t in self.map}))

    def table(self) -> dict[str, Any]:
        """What differs from the defaults: the [ingest] table of a recipe."""
        found: dict[str, Any] = {"map": dict(self.map)} if self.map else {}
        return {**found, "place_markers": True} if self.place_markers else found

    def to_json(self) -> str | None:
        """As `source.mapping` keeps it; None when everything is at its default."""
        return json.dumps(self.table(), ensure_ascii=False) if self.table() else None


def ingest_options(given: Mapping[str, Any], where: str) -> IngestOptions:
    """The options in a table; AdrError for an unknown name or a value that is not allowed."""
    if unknown := [name for name in given if name not in ("map", "place_markers")]:
        raise AdrError(f"{where} has no option {unknown[0]!r}.", "Allowed are map and place_markers.")
    return IngestOptions(given.get("map", {}), given.get("place_markers", False))


def options_from_json(text: str | None) -> IngestOptions:
    """The inverse of `IngestOptions.to_json`."""
    return ingest_options(json.loads(text) if text else {}, "The mapping of the source")


def mapping_of(given: str) -> tuple[str, str]:
    """(target, key) from "question=Q"; AdrError when it is not written so."""
    target, equals, key = given.partition("=")
    if not equals or not key or target not in TARGETS:
        raise AdrError(f"The mapping {given!r} cannot be read.", f"{_EXAMPLE} Targets are {', '.join(TARGETS)}.")
    return target, key


def _check(mapping: Any, place_markers: Any) -> None:
    if not isinstance(mapping, Mapping) or not all(isinstance(key, str) and key for key in mapping.values()):
        raise AdrError(f"The mapping is {mapping!r}.", _EXAMPLE)
    if unknown := [target for target in mapping if target not in TARGETS]:
        raise AdrError(f"Nothing can be mapped to {unknown[0]!r}.", f"Targets are {', '.join(TARGETS)}.")
    if not isinstance(place_markers, bool):
        raise AdrError(f"place_markers is {place_markers!r}.", "Write true or false.")
    if needed := _lacking(mapping):
        raise AdrError(f"The mapping lacks {needed}.", f"{_EXAMPLE} Targets are {', '.join(TARGETS)}.")


def _lacking(mapping: Mapping[str, str]) -> str | None:
    """The target without which the others say nothing."""
    if "question" in mapping and "answer" not in mapping:
        return "answer"
    if ("role" in mapping) != ("text" in mapping):
        return "text" if "role" in mapping else "role"
    if "role" not in mapping and ("human" in mapping or "gpt" in mapping):
        return "role"
    return None
