"""The tags of an instance, and the way to put another on it."""

import streamlit as st

from adr.select.filter_text import to_text
from adr.select.filter_tree import HasTag
from adr.select.tags import tags_of
from adr.ui.frame import Frame
from adr.ui.navigation import go
from adr.ui.parts.chips import Chip, ChipGroup, chips
from adr.ui.parts.palette import HEAD_COLOR
from adr.ui.parts.selection import select, selection, selection_bar


def tags_view(here: Frame, instance: int) -> None:
    """Its tags, each of which leads to the instances that have it; and a button that selects it, so that it can be
    tagged as any selection can."""
    found = tags_of(here.store, instance)
    if found:
        picked = chips([ChipGroup("Tags", HEAD_COLOR, [Chip(name, name) for name in found])], key=f"tags {instance}")
        if picked:
            go("Dataset", find=to_text(HasTag(picked)))
    chosen = selection()
    if chosen and chosen.positions.tolist() == [instance]:
        selection_bar(here)
    else:
        st.button(
            "Select this instance",
            icon=":material/check_box_outline_blank:",
            type="tertiary",
            on_click=lambda: select([instance], f"instance {instance:,}"),
            help="Then tag it, or do with it what can be done with a selection.",
        )
