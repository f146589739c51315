"""Who is judging."""

import streamlit as st

from adr.settings import setting
from adr.ui.access import may, person
from adr.ui.parts.cookie import cookie, keep_cookie
from adr.ui.review.state import state

_COOKIE = "adr_reviewer"


def reviewer_name() -> str:
    """`reviewer_now`; while it is empty, someone who may judge is asked for a name."""
    name = reviewer_now()
    if not name and may("reviewer"):
        _ask()
    elif state().reviewer:
        keep_cookie(_COOKIE, name)
    return name


def reviewer_now() -> str:
    """Who is judging: signed in, named in this session or before in this browser, or set by ADR_REVIEWER. Empty until
    a name is given, and for whoever may only look."""
    if not may("reviewer"):
        return ""
    return person().name or state().reviewer or cookie(_COOKIE) or setting("ADR_REVIEWER")


def _ask() -> None:
    with st.form("your name", border=True):
        st.markdown("**Your name** is kept with every verdict you give. Looking needs none.")
        left, right = st.columns([4, 1], vertical_alignment="bottom")
        typed = left.text_input(
            "Your name", max_chars=40, key="reviewer_typed", label_visibility="collapsed", placeholder="Your name"
        )
        if right.form_submit_button("Start", type="primary", width="stretch") and typed.strip():
            state().reviewer = typed.strip()
            if "candidate" not in st.query_params:  # the card that was shown is not held; others may be judging it
                state().card.shown = None
            st.rerun()
