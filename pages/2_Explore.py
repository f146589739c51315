"""Explore: the curves of the perspectives, every entity behind them, and the instances behind every entity."""

import streamlit as st

from adr.perspectives import indexed
from adr.ui.explore.distribution import distribution_view, tail_slider
from adr.ui.explore.entity import entity_view
from adr.ui.explore.instance import look_view
from adr.ui.explore.map.view import map_view
from adr.ui.explore.pictures import pictures_view
from adr.ui.explore.together import together_view
from adr.ui.frame import Frame, frame
from adr.ui.parts.controls import asked, choice, perspective_choice
from adr.ui.parts.languages import languages_view, unread_view
from adr.ui.parts.nothing_indexed import nothing_indexed
from adr.ui.parts.palette import title_of

VIEWS = {"curve": "Distributions", "together": "Objects together", "map": "Map"}


def curves_view(here: Frame) -> None:
    """The curves of a perspective, the objects that occur together, or the map."""
    st.title("Explore", anchor=False)
    view = choice("View", tuple(VIEWS), "view", default="curve", says=VIEWS.__getitem__, drops=("page",))
    if view == "together":
        together_view(here)
        return
    if view == "map":
        map_view(here)
        return
    which, share = st.columns([3, 1], vertical_alignment="center", gap="medium")
    with which:
        perspective = perspective_choice(
            tuple(indexed(here.store)), "perspective", default="object", says=title_of, drops=("page", "search", "tail")
        )
    with share:
        tail_share = tail_slider(perspective)
    distribution_view(here, perspective, tail_share)
    languages_view(here.store)
    unread_view(here.store)


with frame("Explore") as here:
    if not here.standing.postings:
        st.title("Explore", anchor=False)
        nothing_indexed(here)
    elif asked("instance"):
        look_view(here)
    elif asked("pictures"):
        pictures_view(here, asked("perspective", "object", tuple(indexed(here.store))))
    elif asked("entity"):
        entity_view(here, asked("perspective", "object", tuple(indexed(here.store))), asked("entity"))
    else:
        curves_view(here)
