"""What colours the map: a perspective, a run, two runs, the source, the density, or a filter.

Knows what is painted, not how."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import streamlit as st

from adr.explore.map_points import (
    Kinds,
    MapPoints,
    kinds_by_decision,
    kinds_by_density,
    kinds_by_entity,
    kinds_by_source,
    kinds_by_two_runs,
    map_points,
    source_names,
)
from adr.explore.map_regions import Region, regions
from adr.explore.runs import runs_in_short
from adr.perspectives import CLUSTERED, indexed
from adr.select.filter_text import parse
from adr.select.find import found_positions
from adr.store import Store
from adr.ui.explore.map.canvas import MapColor, Picture, RegionName
from adr.ui.frame import Frame
from adr.ui.parts.controls import asked, move
from adr.ui.parts.palette import AFTER_COLOR, TAIL_COLOR, title_of
from adr.ui.parts.run_words import run_words

DECISION, RUNS, SOURCE, DENSITY, FILTER = "decision", "runs", "source file", "density", "filter"
_WORDS = {
    DECISION: "What a run decides",
    RUNS: "Two runs compared",
    SOURCE: "Source",
    DENSITY: "Density",
    FILTER: "A filter",
}
_OTHER = "#9aa1b0"
_TONES = (
    "#4f83e8", "#d27a12", "#24a37a", "#d8598c", "#9a6be8", "#2b8fa8",
    "#b39a1e", "#c44f3c", "#6f9a2e", "#8a6a4f", "#5bb3d9", "#b05fc0",
)  # fmt: skip
_SCALE = ("#40508f", "#2f8fa8", "#4fb36b", "#e0b530", "#d8482f")  # from little to much
Key = tuple[str, int]


def coloring(here: Frame) -> tuple[str, ...]:
    """The controls that say what colours the map; returns what was chosen, for `painted`."""
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    known = _choices(here)
    with left:
        by = _chosen("Coloured by", list(known), "color", known.__getitem__)
    with right:
        if by == FILTER:
            return by, _filter()
        if by in (DECISION, RUNS):
            return by, *_runs(here, 2 if by == RUNS else 1)
    return (by,)


def _choices(here: Frame) -> Mapping[str, str]:
    runs = runs_in_short(here.store)
    perspectives = [p for p in indexed(here.store) if p not in CLUSTERED]
    perspectives.sort(key=lambda p: p != "object")
    several = len(source_names(here.store)) > 1
    others = [DECISION] * bool(runs) + [RUNS] * (len(runs) > 1) + [SOURCE] * several + [DENSITY, FILTER]
    return {p: title_of(p) for p in perspectives} | {other: _WORDS[other] for other in others}


def _runs(here: Frame, count: int) -> list[str]:
    runs = {str(one.run): run_words(one.run, one.name) for one in runs_in_short(here.store)}
    boxes = st.columns(count)
    chosen = []
    for at, box in enumerate(boxes):
        with box:
            label, name = ("Run", "run") if at == 0 else ("Against", "against")
            chosen.append(_chosen(label, list(runs), name, runs.__getitem__, start=at))
    return chosen


def _chosen(label: str, options: list[str], name: str, says: Callable[[str], str], start: int = 0) -> str:
    """One of the options, kept in the address."""
    key = f"map {name}"
    st.session_state[key] = asked(name, options[min(start, len(options) - 1)], options)
    st.selectbox(label, options, key=key, format_func=says, on_change=lambda: move(**{name: st.session_state[key]}))
    return str(st.session_state[key])


def _filter() -> str:
    key = "map filter"
    st.session_state[key] = asked("find")
    st.text_input(
        "Filter",
        key=key,
        type="search",
        placeholder="object:dog and not object:person",
        on_change=lambda: move(find=st.session_state[key].strip()),
        icon=":material/search:",
    )
    return asked("find")


@st.cache_resource(show_spinner=False, max_entries=4)
def points_of(key: Key, _store: Store, shows: str) -> MapPoints:
    """The points of a map, read again only when the workspace changes."""
    return map_points(_store, shows)


@st.cache_resource(show_spinner="Painting …", max_entries=8)
def painted(
    key: Key, _store: Store, shows: str, layout: str, by: tuple[str, ...], _thin: Sequence[RegionName]
) -> bytes:
    """The map as one message for the browser, with these names before those of regions.

    AdrError where a filter cannot be read.
    """
    points = points_of(key, _store, shows)
    kinds = _kinds(_store, points, by)
    colors = _colors(by[0], len(kinds.names))
    counts = kinds.counts
    return Picture(
        places=points.places,
        kinds=kinds.of,
        legend=[
            MapColor(name, color, None if by[0] == DENSITY else n)
            for name, color, n in zip(_names(by[0], kinds), colors, counts, strict=True)
        ],
        names=[*_thin, *region_names(key, _store, shows)],
        layout=layout,
        alt=f"Map of {len(points.instances):,} instances, near ones with {shows} that are alike",
        ordered=by[0] == DENSITY,
    ).packed()


def _kinds(store: Store, points: MapPoints, by: tuple[str, ...]) -> Kinds:
    what, *more = by
    if what == DENSITY:
        return kinds_by_density(points)
    if what == SOURCE:
        return kinds_by_source(store, points)
    if what == DECISION:
        return kinds_by_decision(store, points, int(more[0]))
    if what == RUNS:
        return kinds_by_two_runs(store, points, int(more[0]), int(more[1]))
    if what == FILTER:
        found = found_positions(store, parse(more[0])) if more[0].strip() else np.zeros(0, np.int32)
        return Kinds(np.isin(points.instances, found).astype(np.uint8), ["not found", "found"])
    return kinds_by_entity(store, points, what)


def _colors(by: str, count: int) -> list[str]:
    if by == DENSITY:
        return [_on_scale(level / max(count - 1, 1)) for level in range(count)]
    if by == FILTER:
        return [_OTHER, TAIL_COLOR]
    if by == DECISION:
        return [_OTHER, _OTHER, AFTER_COLOR]
    return [_OTHER, *_TONES[: count - 1]]


def _on_scale(share: float) -> str:
    """The colour at a share of the way from little to much."""
    at = share * (len(_SCALE) - 1)
    below = min(int(at), len(_SCALE) - 2)
    one, other = (np.array([int(c[i : i + 2], 16) for i in (1, 3, 5)]) for c in _SCALE[below : below + 2])
    return "#" + "".join(f"{round(float(part)):02x}" for part in one + (other - one) * (at - below))


def _names(by: str, kinds: Kinds) -> list[str]:
    if by != DENSITY:
        return list(kinds.names)
    last = len(kinds.names) - 1
    return ["few near" if level == 0 else "many near" if level == last else "" for level in range(last + 1)]


@st.cache_resource(show_spinner=False, max_entries=4)
def regions_of(key: Key, _store: Store, shows: str) -> list[Region]:
    """The regions of a map, named by objects."""
    return regions(_store, points_of(key, _store, shows), "object")


def region_names(key: Key, store: Store, shows: str) -> list[RegionName]:
    """The names on the map, of the largest region first."""
    return [
        RegionName(", ".join(one.names), f"{one.n:,} instances, in which these objects stand out", one.x, one.y)
        for one in regions_of(key, store, shows)
    ]
