"""The small pictures in the rows of the entity table."""

from collections.abc import Sequence

from adr.explore.entities import Entity
from adr.explore.instances import instances
from adr.explore.pictures import pictured
from adr.image_folder import ImageFolder
from adr.ui.frame import Frame
from adr.ui.parts.entity_table import RowPicture
from adr.ui.parts.images import TINY, data_urls

IN_A_ROW = 3


def row_pictures(here: Frame, perspective: str, entities: Sequence[Entity]) -> dict[int, list[RowPicture]]:
    """Up to three pictures of each entity, by its number; none where the workspace has no image folder."""
    folder = ImageFolder.of(here.store)
    if folder is None:
        return {}
    chosen = pictured(here.store, perspective, [one.entity for one in entities], IN_A_ROW)
    wanted = sorted({number for numbers in chosen.values() for number in numbers})
    files = [folder.file(one.images[0]) for one in instances(here.store, wanted)]
    urls = dict(zip(wanted, data_urls(here.workspace, files, TINY), strict=True))
    return {
        entity: [RowPicture(number, url) for number in numbers if (url := urls[number])]
        for entity, numbers in chosen.items()
    }
