"""Which objects occur together, as a heat map of a chosen set."""

import streamlit as st

from adr.explore.entities import Entity, entity_named, find_entities, pair_named
from adr.explore.neighbours import pair_matrix
from adr.perspectives import described
from adr.plain_text import plain
from adr.store import Store
from adr.ui.explore.entity import known_neighbours
from adr.ui.explore.pair_map import pair_map
from adr.ui.frame import Frame
from adr.ui.parts import charts
from adr.ui.parts.controls import asked, asked_number, choice, jump, move
from adr.ui.parts.distributions import Key, distribution
from adr.ui.telling import fragment

_SETS = {"head": "Most frequent", "tail": "Top of the tail", "around": "Around one", "own": "My choice"}
_COLORED_BY = {"together": "Instances together", "association": "Times chance"}


@fragment
def together_view(here: Frame) -> None:
    """A heat map of which objects occur together, for a chosen set."""
    known = distribution(here.key, here.store, "object", described("object").tail_share)
    if not known.entities:
        st.info("No objects were found in this dataset.", icon=":material/info:")
        return
    which, size, by = _controls()
    chosen = _chosen_objects(here, which, size, known.rule.head_rank)
    if len(chosen) < 2:
        st.info("Choose at least two objects.", icon=":material/info:")
        return
    _map(here, chosen, by)


def _controls() -> tuple[str, int, str]:
    """Which objects, how many, and what colours a square."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        which = choice("Which objects", tuple(_SETS), "which", default="head", hidden=False, says=_SETS.__getitem__)
        size = _size()
        by = choice(
            "Coloured by",
            tuple(_COLORED_BY),
            "by",
            default="together",
            hidden=False,
            says=_COLORED_BY.__getitem__,
            help="Times chance is a careful figure: the end of the 95 % interval that is nearer to chance.",
        )
    return which, size, by


def _map(here: Frame, chosen: list[Entity], by: str) -> None:
    """The heat map of the chosen objects; a click opens a pair."""
    matrix = pair_matrix(here.store, chosen)
    names = [e.name for e in chosen]
    height = 200 + 26 * max(len(names), 12)
    event = st.plotly_chart(
        pair_map(names, matrix.together, matrix.expected, matrix.association, by, height, _ink()),
        key="pairs",
        on_select="rerun",
        selection_mode="points",
        config=charts.CONFIG,
        alt=f"Heat map of {len(names)} objects: how often each two occur together",
    )
    st.caption("Click a square to open the pair. The diagonal is left out.")
    if place := charts.clicked(event):
        row, column = (int(part) for part in place.split("|"))
        pair = pair_named(here.store, names[row], names[column])
        if pair:
            jump(perspective="co_occurrence", entity=pair.name)
        st.toast(f"“{plain(names[row])}” and “{plain(names[column])}” never occur together.", icon=":material/info:")


def _ink() -> str:
    """The colour of the text in the theme that the visitor sees."""
    return str(st.get_option(f"theme.{st.context.theme.type or 'light'}.textColor"))


def _size() -> int:
    st.session_state["pair size"] = asked_number("size", 20, 4, 40)
    st.slider("How many", 4, 40, key="pair size", width=200, on_change=lambda: move(size=st.session_state["pair size"]))
    return asked_number("size", 20, 4, 40)


def _chosen_objects(here: Frame, which: str, size: int, head_rank: int) -> list[Entity]:
    store = here.store
    if which == "head":
        return find_entities(store, "object", limit=size).entities
    if which == "tail":
        return find_entities(store, "object", limit=size, after_rank=head_rank).entities
    common = _common_objects(here.key, store)
    if which == "around":
        key = "around object"
        now = asked("around") or common[0]
        st.session_state[key] = now
        st.selectbox(
            "Around",
            list(dict.fromkeys([*common, now])),
            key=key,
            accept_new_options=True,
            on_change=lambda: move(around=st.session_state[key]),
        )
        middle = entity_named(store, "object", asked("around") or common[0])
        beside = known_neighbours(here.key, store, middle, "object", "association").found
        return [middle, *(n.entity for n in beside[: size - 1])]
    key = "own objects"
    now_own = [name for name in asked("objects").split("|") if name] or common[:8]
    st.session_state[key] = now_own
    st.multiselect(
        "Objects",
        list(dict.fromkeys([*common, *now_own])),
        key=key,
        accept_new_options=True,
        on_change=lambda: move(objects="|".join(st.session_state[key])),
    )
    return [entity_named(store, "object", name) for name in now_own]


@st.cache_data(show_spinner=False, max_entries=8)
def _common_objects(key: Key, _store: Store) -> list[str]:
    """The names to choose from; any other name can be typed."""
    return [e.name for e in find_entities(_store, "object", limit=1000).entities]
