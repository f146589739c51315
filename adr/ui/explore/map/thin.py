"""Empty places of the map near the tail, with a link that plans pictures there."""

import streamlit as st

from adr.explore.entities import first_of
from adr.explore.thin_places import ThinPlace, thin_places
from adr.figures import counted
from adr.perspectives import described
from adr.plain_text import plain
from adr.store import Store
from adr.ui.explore.map.canvas import RegionName
from adr.ui.explore.map.colors import Key, points_of
from adr.ui.frame import Frame
from adr.ui.navigation import link
from adr.ui.parts.distributions import distribution

_PERSPECTIVE = "object"


def thin_view(here: Frame, shows: str) -> None:
    """The places, numbered as on the map; draws nothing without any."""
    places = thin_of(here.key, here.store, shows)
    if not places:
        return
    with st.expander(f"Empty places near the tail ({len(places)})", icon=":material/add_location_alt:"):
        st.caption(
            f"No {plain(shows.removesuffix('s'))} lies here, and those around hold objects of the tail more often than "
            f"by chance. More {plain(shows)} with them would be new ones."
        )
        for number, place in enumerate(places, 1):
            _row(number, place)


def thin_names(here: Frame, shows: str) -> list[RegionName]:
    """The places as they are marked on the map."""
    return [
        RegionName(f"◇ {number}", "Empty, near " + ", ".join(one.name for one in place.entities), place.x, place.y)
        for number, place in enumerate(thin_of(here.key, here.store, shows), 1)
    ]


def _row(number: int, place: ThinPlace) -> None:
    words, act = st.columns([4, 1.3], vertical_alignment="center")
    names = ", ".join(f"{plain(one.name)} :gray[{one.n:,}]" for one in place.entities)
    words.markdown(
        f"**◇ {number}** {names}  \n:gray[{place.tail:,} of {counted(place.near, 'instance')} around hold the tail]"
    )
    with act:
        link("Synthesize", "Plan here", entities=",".join(str(one.entity) for one in place.entities), plan="new")


@st.cache_resource(show_spinner=False, max_entries=4)
def thin_of(key: Key, _store: Store, shows: str) -> list[ThinPlace]:
    """The empty places among objects of the tail, at its usual share."""
    rule = distribution(key, _store, _PERSPECTIVE, described(_PERSPECTIVE).tail_share).rule
    first_tail = first_of(_store, _PERSPECTIVE) + rule.head_rank
    return thin_places(_store, points_of(key, _store, shows), _PERSPECTIVE, first_tail)
