"""Markers in other spellings, and where missing ones are placed."""

import json

import pytest

from adr.markers import maybe_spelled_otherwise, other_spellings, place_markers

SPELLED = [
    "<image1>",
    "<image_2>",
    "<image 3>",
    "<image-4>",
    "<|image_5|>",
    "<ImageHere>",
    "<|image|>",
    "<|image_pad|>",
    "<IMG_CONTEXT>",
    "<image_placeholder>",
    "<img>a/b.jpg</img>",
]


@pytest.mark.parametrize("marker", SPELLED)
def test_other_spellings__are_known(marker: str) -> None:
    assert other_spellings([f"See {marker} here."]) == [marker]
    assert maybe_spelled_otherwise(json.dumps(f"See {marker} here.").encode())
    assert maybe_spelled_otherwise(json.dumps(marker).replace("<", "\\u003c").encode())
    assert not maybe_spelled_otherwise(b'"<image> and <video>"')


@pytest.mark.parametrize("text", ["<image>", "<images>", '<img src="a.jpg">', "<image", "image1", "<img></img>"])
def test_other_spellings__leave_the_rest_alone(text: str) -> None:
    assert other_spellings([text]) == []


@pytest.mark.parametrize(
    ("text", "images", "placed"),
    [
        ("What?", 1, "<image>\nWhat?"),
        ("What?", 2, "<image>\n<image>\nWhat?"),
        (" ", 1, "<image>"),
        ("What <image>?", 2, "What <image>?"),
        ("<image1> or <image2>?", 2, "<image> or <image>?"),
        ("<image0> or <image1>?", 2, "<image> or <image>?"),
        ("<image2> or <image1>?", 2, "<image>\n<image>\n<image2> or <image1>?"),
        ("<image1> and <image1>?", 1, "<image>\n<image1> and <image1>?"),
        ("<ImageHere> What?", 1, "<image> What?"),
        ("<ImageHere><ImageHere> What?", 1, "<ImageHere><ImageHere> What?"),
    ],
)
def test_place_markers__in_the_first_question(text: str, images: int, placed: str) -> None:
    turns = [("system", "Be kind."), ("gpt", "Hello."), ("human", text), ("human", "Well?")]
    assert place_markers(turns, images) == [*turns[:2], ("human", placed), turns[3]]


def test_place_markers__of_videos() -> None:
    assert place_markers([("human", "What?")], 1, 1) == [("human", "<image>\n<video>\nWhat?")]
    assert place_markers([("human", "<video>What?")], 0, 1) == [("human", "<video>What?")]


def test_place_markers__without_a_human() -> None:
    assert place_markers([("gpt", "Hello.")], 1) == [("gpt", "Hello.")]
