"""A text that this browser keeps for the app, across reloads. Knows nothing of what it says."""

from urllib.parse import quote, unquote

import streamlit as st

from adr.ui.parts.component import component

_COOKIE = component("parts/cookie", "<span></span>")


def cookie(name: str) -> str:
    """What the browser had kept under `name` when this session began; empty when nothing."""
    found = st.context.cookies.get(name)
    return unquote(found) if isinstance(found, str) else ""  # a page without a browser has none


def keep_cookie(name: str, text: str) -> None:
    """Let the browser keep `text` under `name` for a year; it sends it to this app only."""
    if cookie(name) != text:
        _COOKIE(data={"name": name, "text": quote(text, safe="")}, key=f"cookie {name}", height=0)
