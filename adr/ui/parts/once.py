"""A switch for lists of instances: each picture once, with the number of its rows. Knows no list."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import streamlit as st

from adr.explore.instances import Instance, instances
from adr.explore.one_per_picture import RepeatedPictures, each_picture_once, repeated_pictures
from adr.figures import counted
from adr.store import Store
from adr.ui.frame import Frame
from adr.ui.parts.controls import asked, asked_number, move
from adr.ui.parts.distributions import Key
from adr.ui.parts.image_grid import Tile

Positions = npt.NDArray[np.int32]


@dataclass(frozen=True)
class PicturesPage:
    """A page of pictures. pictures: how many there are in all; shown: the first row of each on the page; rows: {row:
    how many rows show its picture}."""

    pictures: int
    shown: list[Instance]
    rows: dict[int, int]


def once_switch() -> bool:
    """Whether the list shows each picture once; kept in the address."""
    st.session_state["each picture once"] = asked("once") == "1"

    def switched() -> None:
        move(once="1" if st.session_state["each picture once"] else None, page=None)

    st.toggle(
        "Each picture once",
        key="each picture once",
        on_change=switched,
        help="Rows of one picture are shown as one. Open it to see its other rows.",
    )
    return asked("once") == "1"


def pictures_page(here: Frame, positions: Positions, size: int) -> PicturesPage:
    """The page, of `size` pictures, that the address names, of the pictures of these rows (ascending)."""
    first, rows = each_picture_once(_repeated(here.key, here.store), positions)
    number = asked_number("page", 1, 1, max(1, -(-len(first) // size)))
    on_page = slice((number - 1) * size, number * size)
    counts = dict(zip(first[on_page].tolist(), rows[on_page].tolist(), strict=True))
    return PicturesPage(len(first), instances(here.store, list(counts)), counts)


def with_rows(tiles: Sequence[Tile], rows: dict[int, int]) -> list[Tile]:
    """The tiles, marked with the number of rows where a picture has several."""
    return [replace(tile, badge=counted(n, "row")) if (n := rows.get(int(tile.id), 1)) > 1 else tile for tile in tiles]


@st.cache_data(show_spinner="Looking for rows of one picture …", max_entries=4)
def _repeated(key: Key, _store: Store) -> RepeatedPictures:
    return repeated_pictures(_store)
