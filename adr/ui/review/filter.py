"""Which candidates are shown, and in which order."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import streamlit as st

from adr.review.queue import ORDERS, Filter, facets, facets_stamp
from adr.store import Store
from adr.ui.frame import Frame

STATE_NAMES = {
    "pending": "waiting",
    "accept": "accepted",
    "reject": "rejected",
    "unsure": "unsure",
    "disputed": "disputed",
    "second": "second look",
    "any": "all",
}


def filter_row(here: Frame, reviewer: str) -> tuple[Filter, str]:
    """The filter and the order, as the controls (and the address) say."""
    found = _facets((str(here.workspace.folder), here.standing.entities, *facets_stamp(here.store)), here.store)
    state_column, order_column, entity_column, more = st.columns([6.1, 2.0, 1.5, 1.2], vertical_alignment="bottom")
    state = state_column.segmented_control(
        "Show",
        list(STATE_NAMES),
        default="pending",
        format_func=STATE_NAMES.__getitem__,
        key="queue",
        bind="query-params",
        required=True,
    )
    order = order_column.selectbox(
        "Order", list(ORDERS), format_func=lambda o: ORDERS[o][0], key="order", bind="query-params"
    )
    with entity_column:
        entity = _entity(found)
    with more.popover("Filter", icon=":material/tune:", width="stretch"):
        rest = _chosen(found) | _numbers()
    return Filter(state=state or "pending", entity=entity, reviewer=reviewer, **rest), str(order)


@st.cache_data(show_spinner=False, max_entries=8)
def _facets(key: tuple[str, int, int, int], _store: Store) -> dict[str, Any]:
    """The values to filter by, read again only when there are other candidates or reviewers."""
    return facets(_store)


def _entity(found: Mapping[str, Any]) -> int | None:
    entities = {
        str(entity): f"{name} ({perspective.replace('_', '-')})" for entity, name, perspective in found["entities"]
    }
    entity = st.selectbox(
        "Entity",
        ["", *entities],
        format_func=lambda e: entities.get(e, "all entities"),
        key="concept",
        bind="query-params",
    )
    return int(entity) if entity else None


def _chosen(found: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a filter that are chosen from what there is."""
    plan = _one_of("Plan", map(str, found["plans"]), "plan", lambda p: p or "all plans")
    flag = _one_of("Flag", found["flags"], "flag", lambda f: f.replace("_", " ") or "any")
    generator = _one_of("Generator", found["generators"], "by", lambda g: g or "all")
    judged_by = _one_of("Judged by", found["reviewers"], "judge", lambda r: r or "anybody")
    return {"plan": int(plan) if plan else None, "flag": flag, "generator": generator, "judged_by": judged_by}


def _one_of(label: str, options: Iterable[str], key: str, says: Callable[[str], str]) -> str | None:
    chosen = st.selectbox(label, ["", *options], format_func=says, key=key, bind="query-params")
    return chosen or None


def _numbers() -> dict[str, Any]:
    """The parts of a filter that are bounds and switches."""
    low, high = st.slider("Score", 0.0, 1.0, (0.0, 1.0), 0.05, key="score", bind="query-params")
    filled = st.toggle("Include concepts that are filled", key="filled", bind="query-params")
    alternatives = st.toggle("Include the other alternatives of a slot", key="alternatives", bind="query-params")
    share = st.slider(
        "Share for a second look",
        0.0,
        1.0,
        1.0,
        0.05,
        key="second",
        bind="query-params",
        help="The share of candidates judged by others that “second look” offers you, blind.",
    )
    return {
        "score_from": low if low > 0 else None,
        "score_to": high if high < 1 else None,
        "second_share": share,
        "filled": filled,
        "alternatives": alternatives,
    }


def why_empty(here: Frame, asked: Filter) -> tuple[str, str]:
    """Title and sentence for a filter without candidates."""
    if not here.standing.candidates:
        return "No candidates yet", "Plan and generate some on the Synthesize page; finished ones appear here."
    if asked.state == "pending":
        return "Nothing left to judge here", (
            "Everything in this filter is judged, is on another reviewer's screen, or belongs to a concept that is "
            "filled (include those under Filter)."
        )
    return "Nothing in this filter", "Choose another state, entity or filter above."
