"""Four sliders with their curves in one component; the curves follow the hand (see curve_slider.js).

Knows what is drawn but not what it means: steps come back as {'action': 'tau' | 'share' | 'use', 'perspective', ...,
'number'}, and a request for a grid of curves as {'perspective', 'key'}.
"""

from collections.abc import Callable
from typing import Any

from adr.ui.parts.component import component

_BOARD = component("rebalance/curve_slider", '<div class="board"></div>')


def curve_sliders(told: dict[str, Any], *, key: str, on_step: Callable[[], None], on_grid: Callable[[], None]) -> None:
    """Draw the board; `on_step` and `on_grid` find what came back in `st.session_state[key].step` and `.grid`."""
    _BOARD(data=told, key=key, on_step_change=on_step, on_grid_change=on_grid)
