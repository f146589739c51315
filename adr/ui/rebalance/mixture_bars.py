"""The bars of a mixture and what it does to other perspectives, in one component (see mixture_bars.js).

Knows what is drawn but not what it means: steps come back as {'action': 'share' | 'rows' | 'lock' | 'release', 'value',
..., 'number'}, and a text in 'settled' once the hand rests while the board above shows something else.
"""

from collections.abc import Callable
from typing import Any

from adr.ui.parts.component import component

_BARS = component("rebalance/mixture_bars", '<div class="mixture"></div>')


def mixture_bars(told: dict[str, Any], *, key: str, on_step: Callable[[], None]) -> None:
    """Draw the bars; `on_step` finds what came back in `st.session_state[key].step`."""
    _BARS(data=told, key=key, on_step_change=on_step, on_settled_change=lambda: None)
