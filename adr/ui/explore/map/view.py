"""The map: every instance a point, near others whose pictures look alike."""

import streamlit as st

from adr.embed.map import MapReport, map_report
from adr.figures import counted
from adr.plain_text import plain
from adr.ui.explore.map.canvas import map_canvas
from adr.ui.explore.map.colors import coloring, painted, points_of
from adr.ui.explore.map.making import make_again, making_view
from adr.ui.explore.map.pointed import pointed_at
from adr.ui.explore.map.surrounded import surround, surrounded_view
from adr.ui.explore.map.thin import thin_names, thin_view
from adr.ui.frame import Frame
from adr.ui.parts.controls import jump
from adr.ui.telling import fragment

_KEY = "map"


def map_view(here: Frame) -> None:
    """The map, or what is needed to make it."""
    report = map_report(here.store)
    if report is None:
        making_view(here)
    else:
        fragment(_map)(here, report)


def _map(here: Frame, report: MapReport) -> None:
    by = coloring(here)
    layout = f"{here.workspace.folder} {report.model} {report.seed} {report.instances} {report.seconds}"
    points = points_of(here.key, here.store)
    hovered, opened = map_canvas(
        painted(here.key, here.store, layout, by, thin_names(here)),
        key=_KEY,
        on_lasso=lambda: surround(points, st.session_state[_KEY].lasso),
    )
    if opened is not None and opened < len(points.instances):
        jump(instance=int(points.instances[opened]))
    if hovered is not None and hovered < len(points.instances):
        pointed_at(here, hovered, int(points.instances[hovered]))
    _caption(report)
    surrounded_view(here)
    thin_view(here)
    make_again(here, report)


def _caption(report: MapReport) -> None:
    st.caption(
        f"{counted(report.instances, 'instance')}, placed by what {plain(report.model)} sees in their pictures: those "
        "that lie together look alike, but how far apart two regions lie means little. Rest on a point to see it, "
        "click to open it, draw a lasso to select."
        + (f" {report.without:,} without such a picture are not on the map." if report.without else "")
    )
