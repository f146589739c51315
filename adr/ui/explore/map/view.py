"""The maps: every instance a point, near others whose pictures, or whose conversations, are alike."""

import streamlit as st

from adr.embed.map import MapReport, map_report
from adr.explore.map_points import has_pictures
from adr.figures import counted
from adr.maps import CONVERSATIONS, MAPS, PICTURES
from adr.plain_text import plain
from adr.ui.explore.map.canvas import map_canvas
from adr.ui.explore.map.colors import coloring, painted, points_of
from adr.ui.explore.map.making import make_again, making_view
from adr.ui.explore.map.pointed import pointed_at
from adr.ui.explore.map.surrounded import surround, surrounded_view
from adr.ui.explore.map.thin import thin_names, thin_view
from adr.ui.frame import Frame
from adr.ui.parts.controls import choice, jump
from adr.ui.telling import fragment

_TITLES = {PICTURES: "Pictures", CONVERSATIONS: "Conversations"}
_PLACED = {
    PICTURES: "placed by what {model} sees in their pictures: those that lie together look alike",
    CONVERSATIONS: "placed by what {model} reads in their conversations: those that lie together read alike",
}
_LACKED = {PICTURES: "such a picture", CONVERSATIONS: "such a text"}


def map_view(here: Frame) -> None:
    """The map that was chosen, or what is needed to make it."""
    start = PICTURES if has_pictures(here.store) else CONVERSATIONS
    shows = choice("Map of", MAPS, "map", default=start, says=_TITLES.__getitem__)
    report = map_report(here.store, shows)
    if report is None:
        making_view(here, shows)
    else:
        fragment(_map)(here, report)


def _map(here: Frame, report: MapReport) -> None:
    shows, key = report.shows, f"map of {report.shows}"
    by = coloring(here)
    layout = f"{here.workspace.folder} {shows} {report.model} {report.seed} {report.instances} {report.seconds}"
    points = points_of(here.key, here.store, shows)
    hovered, opened = map_canvas(
        painted(here.key, here.store, shows, layout, by, thin_names(here, shows)),
        key=key,
        on_lasso=lambda: surround(points, st.session_state[key].lasso),
    )
    if opened is not None and opened < len(points.instances):
        jump(instance=int(points.instances[opened]))
    if hovered is not None and hovered < len(points.instances):
        pointed_at(here, shows, hovered, int(points.instances[hovered]))
    _caption(report)
    surrounded_view(here)
    thin_view(here, shows)
    make_again(here, report)


def _caption(report: MapReport) -> None:
    st.caption(
        f"{counted(report.instances, 'instance')}, {_PLACED[report.shows].format(model=plain(report.model))}, but how "
        "far apart two regions lie means little. Rest on a point to see it, click to open it, draw a lasso to select."
        + (f" {report.without:,} without {_LACKED[report.shows]} are not on the map." if report.without else "")
    )
