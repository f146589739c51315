"""The folder that tells a process which pictures to measure, and keeps what it found: WORKSPACE/measures/."""

from pathlib import Path

import pyarrow as pa

from adr.embed.picture_folder import PictureFolder
from adr.embed.picture_measures import PictureMeasures

_COLUMNS = {
    "width": pa.int32(),
    "height": pa.int32(),
    "unreadable": pa.string(),
    "spread": pa.float32(),
    "light": pa.float32(),
    "sharpness": pa.float32(),
}


class MeasureFolder(PictureFolder[PictureMeasures]):
    """One folder of measures."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, PictureMeasures, _COLUMNS)
