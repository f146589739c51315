"""Image and video markers in a conversation: how they are spelled, counted and placed. Knows turns and numbers only."""

import re
from collections.abc import Iterable, Sequence

from adr.conversation import MARKER

VIDEO_MARKER = "<video>"
# What other trainers write where LLaVA writes <image>. Numbered: <image1>, <image_1>, <image 1>, <|image_1|> (Phi).
# Plain: <ImageHere> (InternLM-XComposer), <|image|> (Llama), <IMG_CONTEXT> (InternVL), <img>path</img> (Qwen-VL).
OTHER_SPELLING = re.compile(
    r"<image[ _-]?(?P<number>\d{1,3})>|<\|image_(?P<piped>\d{1,3})\|>|<ImageHere>|<\|image(?:_pad|_placeholder)?\|>"
    r"|<IMG_CONTEXT>|<image_placeholder>|<img>(?P<path>[^<>\n]{1,500})</img>"
)
# The same in the bytes of JSON text. It begins with one letter for all spellings, which makes the search fast.
_MAYBE = re.compile(rb"<(?:image[ _-]?\d|\|image|ImageHere>|IMG_CONTEXT>|image_placeholder>|img>)")
_ESCAPED = re.compile(rb"\\u003[cC]")

Turns = Sequence[tuple[str, str]]
"""(role, text) in order; role is 'human', 'gpt', 'system' or 'tool'."""


def maybe_spelled_otherwise(json_text: bytes) -> bool:
    """False only where no text in the JSON holds an image marker in another spelling than <image>."""
    return bool(_MAYBE.search(json_text) or _ESCAPED.search(json_text))


def spelled_otherwise(turns: Turns) -> bool:
    """Whether a turn holds an image marker in another spelling than <image>."""
    return any("<" in text and OTHER_SPELLING.search(text) for _, text in turns)


def paths_in_text(turns: Turns) -> list[str]:
    """The image paths that stand in the text itself, as Qwen-VL writes them: <img>path</img>."""
    found = (OTHER_SPELLING.finditer(text) for _, text in turns if "<img>" in text)
    return [path.strip() for matches in found for match in matches if (path := match["path"])]


def place_markers(turns: Turns, images: int, videos: int = 0) -> list[tuple[str, str]]:
    """The turns with the markers that they lack for this many images and videos.

    Markers in another spelling become <image> where each stands for one image: as many as there are images, and in
    order if they are numbered. Otherwise, where a conversation has no marker, each image or video gets one at the
    start of the first human turn. Numbers that refer to images in another order stay, as names. Turns that
    have a marker of a kind already stay as they are, as do turns without a human.
    """
    placed = list(turns)
    if videos and not _has(placed, VIDEO_MARKER):
        placed = _before_the_first_question(placed, VIDEO_MARKER, videos)
    if images and not _has(placed, MARKER):
        placed = _images_marked(placed, images)
    return placed


def _has(turns: Turns, marker: str) -> bool:
    return any(marker in text for _, text in turns)


def _images_marked(turns: Turns, images: int) -> list[tuple[str, str]]:
    others = [match for _, text in turns for match in OTHER_SPELLING.finditer(text)]
    numbers = [match["number"] or match["piped"] for match in others]
    if _one_each(numbers, images):
        return [(role, OTHER_SPELLING.sub(MARKER, text)) for role, text in turns]
    if others and not all(numbers):
        return list(turns)
    return _before_the_first_question(turns, MARKER, images)


def _one_each(numbers: Sequence[str | None], images: int) -> bool:
    """Whether markers stand for the images one by one: not numbered, or numbered in order from 0 or 1."""
    if len(numbers) != images:
        return False
    if all(number is None for number in numbers):
        return True
    given = [int(number) if number else -1 for number in numbers]
    return given in (list(range(images)), list(range(1, images + 1)))


def _before_the_first_question(turns: Turns, marker: str, count: int) -> list[tuple[str, str]]:
    first = next((n for n, (role, _) in enumerate(turns) if role == "human"), None)
    return [(role, _after(marker, count, text) if n == first else text) for n, (role, text) in enumerate(turns)]


def _after(marker: str, count: int, text: str) -> str:
    return "\n".join([marker] * count + [text] * bool(text.strip()))


def other_spellings(texts: Iterable[str]) -> list[str]:
    """The markers in another spelling than <image>, each once, in the order of their first use."""
    return list(dict.fromkeys(match[0] for text in texts for match in OTHER_SPELLING.finditer(text)))
