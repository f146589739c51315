"""What a lasso on the map selects, in numbers: how many instances, how many of them a run keeps, what stands out."""

from collections.abc import Sequence

import streamlit as st

from adr.explore.map_points import MapPoints
from adr.explore.runs import runs_in_short
from adr.explore.surrounded import OverRepresented, inside, kept_of, over_represented
from adr.figures import counted
from adr.perspectives import described
from adr.store import Store
from adr.ui.explore.map.colors import Key
from adr.ui.frame import Frame
from adr.ui.navigation import link
from adr.ui.parts.chips import Chip, ChipGroup, chips
from adr.ui.parts.controls import jump
from adr.ui.parts.distributions import distribution
from adr.ui.parts.palette import PERSPECTIVE_COLORS, TAIL_COLOR
from adr.ui.parts.selection import Selection, select, selection, selection_bar

WORDS = "a lasso on the map"
_PERSPECTIVE = "object"


def surround(points: MapPoints, corners: Sequence[Sequence[float]] | None) -> None:
    """Select the instances within a line drawn on the map."""
    if corners:
        within = inside(points.places, [(float(x), float(y)) for x, y in corners])
        select(points.instances[within], WORDS)


def surrounded_view(here: Frame) -> None:
    """What was selected, and what can be done with it."""
    chosen = selection()
    if chosen is None:
        return
    selection_bar(here)
    _kept_line(here, chosen)
    tail, head = _parts(here, _found(here.key, here.store, chosen))
    picked = chips(
        [
            ChipGroup("Objects of the tail that stand out", TAIL_COLOR, [_chip(one) for one in tail]),
            ChipGroup("Other objects that stand out", PERSPECTIVE_COLORS[_PERSPECTIVE], [_chip(one) for one in head]),
        ],
        key="stands out",
    )
    if picked:
        jump(perspective=_PERSPECTIVE, entity=picked)
    if tail:
        entities = ",".join(str(one.entity.entity) for one in tail)
        link(
            "Synthesize",
            f"Plan pictures for {counted(len(tail), 'object')} of the tail here",
            entities=entities,
            plan="new",
        )


def _kept_line(here: Frame, chosen: Selection) -> None:
    runs = runs_in_short(here.store)
    if not runs:
        return
    kept = kept_of(here.store, runs[0].run, chosen.positions)
    share, of_all = kept / len(chosen.positions), runs[0].kept / max(runs[0].kept + runs[0].dropped, 1)
    st.caption(
        f"Run {runs[0].run:d} keeps **{kept:,}** of {len(chosen.positions):,}: {share:.0%}. Of all instances it keeps "
        f"{of_all:.0%}."
    )


def _parts(here: Frame, found: list[OverRepresented]) -> tuple[list[OverRepresented], list[OverRepresented]]:
    """(those of the tail, those of the head)."""
    rule = distribution(here.key, here.store, _PERSPECTIVE, described(_PERSPECTIVE).tail_share).rule
    tail = [one for one in found if one.entity.rank > rule.head_rank]
    return tail, [one for one in found if one.entity.rank <= rule.head_rank]


def _chip(one: OverRepresented) -> Chip:
    times = f"{one.together / one.expected:,.1f}× chance" if one.expected else ""
    return Chip(one.entity.name, one.entity.name, f"{one.together:,}", f"{one.together:,} here, {times}")


@st.cache_data(show_spinner=False, max_entries=8, hash_funcs={Selection: lambda one: one.positions.tobytes()})
def _found(key: Key, _store: Store, chosen: Selection) -> list[OverRepresented]:
    return over_represented(_store, chosen.positions, _PERSPECTIVE, limit=24)
