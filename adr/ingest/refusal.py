"""Why a record is set aside: the fixed words, and the error that carries one. Knows nothing of how records are read."""

from dataclasses import dataclass
from typing import Any

LARGEST = 16 << 20
"""Bytes of the largest record that is read: DuckDB needs many times its size in memory."""

# Fixed word → what it means. (What exactly is wrong with a path stands in the detail.)
REASONS = {
    "too_large": f"the record is larger than {LARGEST >> 20} MB",
    "bad_utf8": "the text is not UTF-8",
    "invalid_json": "the record is not valid JSON",
    "too_deep": "the record is nested too deep",
    "not_an_object": "the record is not a JSON object",
    "no_conversation": "the record has no conversation",
    "several_conversations": "the record holds several conversations",
    "empty_conversation": "the conversation has no turns",
    "turn_without_text": "a turn has no text",
    "unknown_role": "the speaker of a turn is not known",
    "unknown_part": "a part of a turn is neither text, an image nor a video",
    "image_not_text": "an image is not given as a path",
    "video_not_text": "a video is not given as a path",
    "unsafe_path": "an image path leaves the image folder",
}
_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "true or false"),
    ((int, float), "a number"),
    (str, "a string"),
    (list, "a list"),
    (dict, "an object"),
)


@dataclass(frozen=True)
class Refusal:
    """Why a record is set aside: a word of REASONS and a sentence."""

    reason: str
    detail: str


class RefusedError(Exception):
    """A record, or what is in place of one, that is set aside. reason, detail: as in `Refusal`."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.refusal = Refusal(reason, detail)


def kind_of(value: Any) -> str:
    """What a JSON value is, in words: "a string", "an object", "null"."""
    return next((name for kind, name in _KINDS if isinstance(value, kind)), "null")
