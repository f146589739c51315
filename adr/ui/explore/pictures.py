"""Pictures of many entities, one row of them per entity."""

from collections.abc import Sequence

import streamlit as st

from adr.explore.entities import Entity, entities_numbered
from adr.explore.instances import instances
from adr.explore.pictures import pictured
from adr.figures import counted
from adr.plain_text import plain
from adr.ui.frame import Frame
from adr.ui.parts.controls import asked, jump, pages
from adr.ui.parts.image_grid import image_grid
from adr.ui.parts.instance_view import instance_tiles
from adr.ui.parts.palette import title_text

ROWS, IN_A_ROW = 10, 6
MOST = 500  # entities in an address


def pictures_view(here: Frame, perspective: str) -> None:
    """For each entity that the address names (`pictures`, their numbers), its name and its pictures."""
    if st.button(f"All {title_text(perspective).lower()}", icon=":material/arrow_back:", type="tertiary"):
        jump(_KEPT, perspective=perspective)
    named = [
        one for one in entities_numbered(here.store, _numbers(asked("pictures"))) if one.perspective == perspective
    ]
    if not named:
        st.info("The index has been made again since this address was written.", icon=":material/info:")
        return
    named.sort(key=lambda one: (one.n, one.name))
    st.title(f"Pictures of {counted(len(named), 'entity', 'entities')}", anchor=False)
    st.caption("The rarest first. A click on a name or a picture opens it.")
    above = st.container()
    first = pages(len(named), ROWS, "page")
    with above:
        _rows(here, named[first : first + ROWS])


_KEPT = ("workspace", "order", "part", "search", "least", "most", "tail")


def show_pictures(perspective: str, entities: Sequence[int]) -> None:
    """Open the view for these entities; the table that they were chosen in is found again on the way back."""
    jump(_KEPT, perspective=perspective, pictures=",".join(str(number) for number in entities[:MOST]))


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")[:MOST] if part.isdecimal() and len(part) < 10]


def _rows(here: Frame, entities: Sequence[Entity]) -> None:
    perspective = entities[0].perspective
    chosen = pictured(here.store, perspective, [one.entity for one in entities], IN_A_ROW)
    for one in entities:
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button(plain(one.name), key=f"open {one.entity}", type="tertiary"):
                jump(perspective=perspective, entity=one.name)
            st.caption(f"{counted(one.n, 'instance')}, rank {one.rank:,}")
        shown = instances(here.store, chosen[one.entity])
        if not shown:
            st.caption("No picture among its first instances.")
        picked = image_grid(
            instance_tiles(here, shown, (perspective, one.name)), key=f"pictures of {one.entity}", least=130
        )
        if picked:
            jump(perspective=perspective, entity=one.name, instance=picked)
