"""Compares the markers in a conversation with its pictures and videos. Pure; knows no trainer and no table."""

from adr.conversation import MARKER
from adr.export.leaving import Turns
from adr.figures import counted
from adr.markers import VIDEO_MARKER, other_spellings

AUDIO_MARKER = "<audio>"


def mark_faults(turns: Turns, images: int, videos: int, *, in_answers: bool) -> dict[str, str]:
    """{kind of fault: what is wrong, for an example}. in_answers: whether markers outside human turns count."""
    heard = [text for role, text in turns if in_answers or role == "human"]
    pictures, clips = (sum(text.count(marker) for text in heard) for marker in (MARKER, VIDEO_MARKER))
    found = {**_compared("markers", pictures, images, "picture"), **_compared("video_markers", clips, videos, "video")}
    if any(AUDIO_MARKER in text for text in heard):
        found["audio_marker"] = ""
    if any(role == "gpt" and MARKER in text for role, text in turns):
        found["marker_in_answer"] = ""
    if pictures < images and (others := other_spellings(text for _, text in turns)):
        found["other_marker"] = ", ".join(others[:3])
    return found


def video_faults(images: int, videos: int, read: str) -> list[str]:
    """What keeps the videos of a row from being read. read: a value of `Rules.videos`."""
    if not videos:
        return []
    odd = {
        "video_not_read": read == "none",
        "several_videos": read in ("one", "next") and videos > 1,
        "image_and_video": read in ("one", "next") and images > 0,
        "video_next_only": read == "next",
    }
    return [kind for kind, holds in odd.items() if holds]


def _compared(kind: str, marks: int, files: int, named: str) -> dict[str, str]:
    if marks == files:
        return {}
    return {f"too_{'many' if marks > files else 'few'}_{kind}": f"{counted(marks, 'marker')}, {counted(files, named)}"}
