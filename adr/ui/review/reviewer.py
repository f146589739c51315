"""Who is judging."""

import streamlit as st

from adr.settings import setting
from adr.ui.review.state import state


def reviewer_name() -> str:
    """Who is judging: signed in, set by ADR_REVIEWER, or asked once. Empty until a name is given."""
    if getattr(st.user, "is_logged_in", False):
        return str(st.user.get("name") or st.user.get("email"))
    name = state().reviewer or setting("ADR_REVIEWER")
    if not name:
        with st.form("your name", border=True):
            st.markdown("**Your name** is kept with every verdict you give.")
            left, right = st.columns([4, 1], vertical_alignment="bottom")
            typed = left.text_input(
                "Your name", max_chars=40, key="reviewer_typed", label_visibility="collapsed", placeholder="Your name"
            )
            if right.form_submit_button("Start", type="primary", width="stretch") and typed.strip():
                state().reviewer = typed.strip()
                st.rerun()
    return name
