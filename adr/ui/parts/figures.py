"""Numbers in a row, each with its meaning. Knows nothing of where they come from."""

import html
from collections.abc import Sequence

import streamlit as st

from adr.ui.parts.component import style


def figures(items: Sequence[tuple[str, str, str]]) -> None:
    """A row of numbers: (number, what it counts, one sentence shown on hover)."""
    cells = "".join(
        f'<div class="adr-figure" title="{html.escape(hint, quote=True)}"><b>{html.escape(number)}</b>'
        f"<span>{html.escape(meaning)}</span></div>"
        for number, meaning, hint in items
    )
    st.html(f'{style("parts/figures")}<div class="adr-figures">{cells}</div>')
