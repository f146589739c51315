"""The pages by name, in the data's order, and ways to open one."""

from collections.abc import Mapping
from typing import Any, NoReturn

import streamlit as st
from streamlit.errors import StreamlitAPIException

from adr.plain_text import plain
from adr.shipped import shipped

# Page name → file of the program, icon. The files' numbers are the data's order.
PAGES: dict[str, tuple[str, str]] = {
    "Overview": ("app.py", ":material/space_dashboard:"),
    "Dataset": ("pages/1_Dataset.py", ":material/database:"),
    "Explore": ("pages/2_Explore.py", ":material/query_stats:"),
    "Rebalance": ("pages/3_Rebalance.py", ":material/balance:"),
    "Synthesize": ("pages/4_Synthesize.py", ":material/brush:"),
    "Review": ("pages/5_Review.py", ":material/rate_review:"),
    "Export": ("pages/6_Export.py", ":material/output:"),
    "Prove": ("pages/7_Prove.py", ":material/science:"),
}


def go(name: str, **query: Any) -> NoReturn:
    """Change to the page `name` with these query parameters."""
    st.switch_page(str(shipped(PAGES[name][0])), query_params=_texts(query))


def link(
    name: str, label: str | None = None, *, icon: str | None = None, help: str | None = None, **query: Any
) -> None:
    """Draw a link to the page `name`; nothing when its file does not exist or the page runs without its siblings."""
    file, own_icon = PAGES[name]
    if not shipped(file).is_file():
        return
    try:
        st.page_link(
            str(shipped(file)),
            label=label or plain(name),
            icon=icon or own_icon,
            help=help,
            query_params=_texts(query) or None,
        )
    except (StreamlitAPIException, KeyError):  # a page that a test runs alone knows no siblings
        return


def _texts(query: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """Query parameters as text, those without a value left out."""
    return {
        name: [str(part) for part in value] if isinstance(value, list | tuple) else str(value)
        for name, value in query.items()
        if value is not None
    }
