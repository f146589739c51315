"""The perspective source: the dataset that a record was taken from. Knows nothing of turns."""

import json
import re

from adr.index.perspectives.batch import Batch, Names
from adr.index.perspectives.name_text import name_text

COLUMNS = ("source", "dataset", "data_source")
"""Keys of a record that say where it is from; the first that holds text counts."""
_BARE_SHARD = re.compile(r"(?:data/)?[^/]+\.(?:parquet|arrow|tar)/")
"""A shard in no folder, or in that where datasets on the Hugging Face Hub keep their shards, whatever they hold."""
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]+)|data:")


def names(batch: Batch) -> Names:
    """One name per instance."""
    return [
        [_column(raw) or _folder(images[0], prefix) or source] if images else [_column(raw) or source]
        for raw, images, prefix, source in zip(batch.raw, batch.images, batch.prefix, batch.source, strict=True)
    ]


def _column(raw: str | None) -> str | None:
    """What the record's own column says. A conversation cannot look like a key: its quotes stand behind backslashes."""
    if raw is None or ('source"' not in raw and '"dataset"' not in raw):
        return None
    record = json.loads(raw)
    said = (record.get(key) for key in COLUMNS)
    return next((name for text in said if isinstance(text, str) and (name := name_text(text))), None)


def _folder(path: str, prefix: str) -> str | None:
    """The first folder of an image path, or the host of an address; None when the path has none that says anything."""
    if address := _ADDRESS.match(path):
        return address[1]
    path = path.removeprefix(prefix).removeprefix("./").lstrip("/")
    first, slash, _ = path.partition("/")
    return first if slash and not _BARE_SHARD.match(path) else None
