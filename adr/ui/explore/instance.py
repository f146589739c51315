"""One instance on a page by itself: its tags, what was decided about it and why, its entities, and what is like it."""

import streamlit as st

from adr.explore.entities import Entity, entity_named
from adr.explore.instances import beside, entities_of, instance_at, place_of
from adr.figures import counted
from adr.perspectives import CLUSTERED, indexed
from adr.plain_text import plain
from adr.ui.explore.alike import alike_view
from adr.ui.explore.decision import decision_view
from adr.ui.explore.look_alikes import look_alikes_view
from adr.ui.explore.near_conversations import near_conversations_view
from adr.ui.explore.tags import tags_view
from adr.ui.frame import Frame
from adr.ui.parts.controls import asked, asked_number, jump
from adr.ui.parts.distributions import head_ranks
from adr.ui.parts.instance_view import entity_chips, instance_view


def look_view(here: Frame) -> None:
    """One instance: its tags, the decision about it, its entities in every perspective, and what is like it."""
    number = asked_number("instance", -1, -1, 2**31 - 1)
    name, perspective = asked("entity"), asked("perspective", "object", tuple(indexed(here.store)))
    entity = entity_named(here.store, perspective, name) if name else None
    _steps_view(here, number, entity)
    shown = instance_at(here.store, number)
    st.title(f"Instance {number:,}", anchor=False)
    st.caption(
        " · ".join(
            part
            for part in (
                f"id {plain(shown.id)}" if shown.id is not None else "no id",
                counted(len(shown.images), "picture") if shown.images else "text only",
                counted(len(shown.turns), "turn"),
                f"“{plain(name)}” highlighted" if name else "",
            )
            if part
        )
    )
    tags_view(here, number)
    decision_view(here, number)
    with instance_view(here, shown, entity=(perspective, name) if name else None):
        st.space("small")
        picked = entity_chips(
            _with_entities(here, number),
            key="entities of",
            head_ranks=head_ranks(here),
            chosen=(perspective, name) if name else None,
        )
    if picked:
        jump(perspective=picked[0], entity=picked[1])
    alike_view(here, number)
    if shown.images:
        look_alikes_view(here, number)
    near_conversations_view(here, number)


def _with_entities(here: Frame, number: int) -> dict[str, list[Entity]]:
    """Its entities; clusters of copies only where it is in one, since the rows like it are shown below."""
    found = entities_of(here.store, number)
    return {
        perspective: entities for perspective, entities in found.items() if entities or perspective not in CLUSTERED
    }


def _steps_view(here: Frame, number: int, entity: Entity | None) -> None:
    """The way back, and the ways to the previous and the next instance, of the entity or of the whole dataset."""
    if entity is None:
        previous, following = beside(here.store, number)
        place = f"position {number:,} of the source"
    else:
        less, previous, following = place_of(here.store, entity, number)
        place = f"{less + 1:,} of {entity.n:,} with “{plain(entity.name)}”"
    kept = ("workspace", "run")
    ask = {"perspective": entity.perspective, "entity": entity.name} if entity else {}
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(plain(entity.name) if entity else "Explore", icon=":material/arrow_back:", type="tertiary"):
            jump(**ask)
        st.space("stretch")
        st.caption(place, width="content")
        if st.button("Previous", icon=":material/chevron_left:", disabled=previous is None, shortcut="Left"):
            jump(kept, **ask, instance=previous)
        if st.button(
            "Next", icon=":material/chevron_right:", icon_position="right", shortcut="Right", disabled=following is None
        ):
            jump(kept, **ask, instance=following)
