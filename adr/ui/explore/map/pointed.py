"""What is shown of the point under the pointer: its picture, and the first words that are said."""

from pathlib import Path

from adr.explore.instances import instance_at
from adr.image_folder import ImageFolder
from adr.maps import CONVERSATIONS
from adr.ui.explore.map.canvas import map_tip
from adr.ui.frame import Frame
from adr.ui.parts.images import data_url

_QUESTION, _ANSWER = 20, 30  # words


def pointed_at(here: Frame, shows: str, point: int, number: int) -> None:
    """Show instance `number` beside its point; on a map of conversations with the first words of its answer."""
    shown = instance_at(here.store, number)
    answers = [text for role, text in shown.turns if role == "gpt"]
    said = [_beginning(shown.question, _QUESTION)]
    said += [_beginning(text, _ANSWER) for text in answers[:1] if shows == CONVERSATIONS]
    note = "\n".join(filter(None, said))
    map_tip(point, data_url(here.workspace, _file(here, shown.images)), f"Instance {number:,}", note, key="map tip")


def _beginning(text: str, most: int) -> str:
    words = text.split()
    return " ".join(words[:most]) + (" …" if len(words) > most else "")


def _file(here: Frame, images: list[str]) -> Path | None:
    folder = ImageFolder.of(here.store)
    return folder.file(images[0]) if folder and images else None
