"""Four sliders with their curves in one component; the curves follow the hand (see curve_slider.js).

Knows what is drawn, not what it means: steps come back as {'action': 'tau' | 'share' | 'use', 'perspective', ...,
'number'}, and a wish for a grid of curves as {'perspective', 'key'}.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

_HERE = Path(__file__).parent
_BOARD = st.components.v2.component(
    "adr_curve_slider",
    html='<div class="board"></div>',
    css=(_HERE / "curve_slider.css").read_text(encoding="utf-8"),
    js=(_HERE / "curve_slider.js").read_text(encoding="utf-8"),
)

# Drawn in a part of the page that is run apart from the board: asks for its rerun when the board has settled on
# something else than what this part shows.
_FOLLOW_JS = """
const known = new WeakMap()
export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  let mine = known.get(parentElement)
  if (!mine) {
    mine = {}
    known.set(parentElement, mine)
    mine.check = () => {
      if (window.adrSettled && window.adrSettled !== mine.stamp && window.adrSettled !== mine.asked) {
        mine.asked = window.adrSettled
        mine.send("settled", window.adrSettled)
      }
    }
    window.addEventListener("adr-settled", mine.check)
  }
  mine.stamp = data.stamp
  mine.asked = null
  mine.send = setTriggerValue
  return () => { window.removeEventListener("adr-settled", mine.check); known.delete(parentElement) }
}
"""
_FOLLOW = st.components.v2.component("adr_follow", html="<i></i>", css="i { display: none; }", js=_FOLLOW_JS)


def follow_board(stamp: str, *, key: str) -> None:
    """Rerun the fragment that this stands in when the board shows something else than `stamp` and the hand rests."""
    _FOLLOW(data={"stamp": stamp}, key=key, on_settled_change=lambda: None, height=1)


def curve_sliders(told: dict[str, Any], *, key: str, on_step: Callable[[], None], on_grid: Callable[[], None]) -> None:
    """Draw the board; `on_step` and `on_grid` find what the hand did in `st.session_state[key].step` and `.grid`."""
    _BOARD(data=told, key=key, on_step_change=on_step, on_grid_change=on_grid)
