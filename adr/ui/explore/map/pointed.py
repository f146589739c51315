"""What is shown of the point under the pointer: its picture, and the first words that a person says."""

from pathlib import Path

from adr.explore.instances import instance_at
from adr.image_folder import ImageFolder
from adr.ui.explore.map.canvas import map_tip
from adr.ui.frame import Frame
from adr.ui.parts.images import data_url

_WORDS = 20


def pointed_at(here: Frame, point: int, number: int) -> None:
    """Show instance `number` beside its point."""
    shown = instance_at(here.store, number)
    words = shown.question.split()
    note = " ".join(words[:_WORDS]) + (" …" if len(words) > _WORDS else "")
    map_tip(point, data_url(here.workspace, _file(here, shown.images)), f"Instance {number:,}", note, key="map tip")


def _file(here: Frame, images: list[str]) -> Path | None:
    folder = ImageFolder.of(here.store)
    return folder.file(images[0]) if folder and images else None
