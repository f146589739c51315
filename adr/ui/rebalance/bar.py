"""The bar of the Rebalance page that stays in sight: what the recipe keeps, undo and redo, Apply, and the parts below.

Knows how a preview is shown in short; `board` shows it in full.
"""

from collections.abc import Mapping

import streamlit as st

from adr.rebalance.engine import Engine
from adr.rebalance.preview import RecipePreview
from adr.recipe import Recipe
from adr.ui.frame import Frame
from adr.ui.parts.component import component, style
from adr.ui.parts.controls import asked, choice
from adr.ui.rebalance.apply import apply_button, written_view
from adr.ui.rebalance.state import redo, state, undo

_KEPT = component("rebalance/kept", '<div class="kept"></div>')
_REACH = component("rebalance/reach", "<i></i>")


def bar(here: Frame, engine: Engine, recipe: Recipe, preview: RecipePreview, parts: Mapping[str, str]) -> None:
    """The number of instances kept, Apply, and the choice of a part, above everything that scrolls."""
    st.html(style("rebalance/bar"))
    with st.container(key="rebalance_bar"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="rebalance_kept"):
            _kept(engine, preview)
            _steps()
            apply_button(here, engine, recipe)
        written_view(here, recipe)
        chosen = choice(
            "Part", tuple(parts), "part", default="instances", says=parts.__getitem__, drops=("page", "instance")
        )
    if state().part not in (None, chosen):
        state().part = chosen
        st.rerun(scope="app")  # the part is drawn apart from this bar
    state().part = chosen


def reach(part: str) -> None:
    """Bring the part below into view when the address names it or it was just chosen; called first in the part."""
    if part != state().part:  # a button of the part has opened another
        st.rerun(scope="app")
    _REACH(data={"part": part, "asked": bool(asked("part"))}, key="rebalance reach", height=1)


def _kept(engine: Engine, preview: RecipePreview) -> None:
    trail = state()
    before = engine.excluding(trail.past[-1]).preview(trail.past[-1]) if trail.past else None
    _KEPT(
        data={
            "total": preview.total,
            "size": preview.size,
            "repeated": preview.repeated,
            "mixed": preview.mixture is not None,
            "sample": 0 if engine.sample is None else engine.rows,
            "expected": "" if engine.sample else _expected(preview),
            "previous": None if before is None else before.size,
        },
        key="rebalance kept",
    )


def _expected(preview: RecipePreview) -> str:
    """The expected size with its standard deviation; '' where there is no closed form."""
    return "" if preview.expected is None else f"{preview.expected:,.0f} ± {preview.expected_sd:,.0f}"


def _steps() -> None:
    trail = state()
    st.button(
        "",
        key="undo",
        icon=":material/undo:",
        on_click=undo,
        disabled=not trail.past,
        help=f"Undo the last step ({len(trail.past):,} can be undone)",
    )
    st.button("", key="redo", icon=":material/redo:", on_click=redo, disabled=not trail.future, help="Redo")
