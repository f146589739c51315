"""The instances whose conversations read most like an instance's, in the order of their likeness. Reads only."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from adr.embed.read_conversations import conversation_features
from adr.embed.text_folder import TextFeatures
from adr.errors import AdrError
from adr.knowledge import short_name
from adr.look_alikes import nearest_rows
from adr.settings import setting
from adr.store import Store


@dataclass(frozen=True)
class NearConversation:
    """An instance, and the cosine of its conversation's features with those of the one asked about."""

    instance: int
    cosine: float


def near_conversations(store: Store, features: Path, instance: int, count: int = 12) -> tuple[NearConversation, ...]:
    """For each of the `count` other texts that read most like the instance's own the first instance that has it, the
    most alike first. features: the workspace's folder.

    By the features of ADR_SCORER_MODEL. AdrError without features, or if the instance has no text with any.
    """
    found = conversation_features(store, features, setting("ADR_SCORER_MODEL"))
    row = found.row_of(instance)
    if row is None:
        raise AdrError(
            f"Instance {instance:,} has no text that {short_name(found.model)} has read.",
            "Choose another instance; after new sources have come, run adr embed --of conversations again.",
        )
    return _near(found, row, count)


@lru_cache(maxsize=64)
def _near(features: TextFeatures, row: int, count: int) -> tuple[NearConversation, ...]:
    rows, cosines = nearest_rows(features.vectors, features.vectors[row], count + 1)
    others = [(int(at), float(cosine)) for at, cosine in zip(rows, cosines, strict=True) if at != row][:count]
    first = {at: int(features.instances[np.argmax(features.rows == at)]) for at, _ in others}
    return tuple(NearConversation(first[at], cosine) for at, cosine in others)
