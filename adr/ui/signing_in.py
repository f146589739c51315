"""The way in: what someone who is not signed in sees, and the line of the sidebar that says who is."""

import streamlit as st

from adr.errors import AdrError
from adr.plain_text import plain
from adr.ui.access import login_configured, person
from adr.ui.telling import tell


def sign_in() -> None:
    """Let a person pass who has a role, or when no login is configured; else show the way in and end the page."""
    if login_configured() and not st.user.is_logged_in:
        st.title("ADR Workbench", anchor=False)
        st.markdown("Sign in to look at datasets and to judge candidates.")
        st.button("Sign in", type="primary", icon=":material/login:", key="sign in", on_click=st.login)
        st.stop()
    try:
        person()
    except AdrError as error:
        tell(error)
        if login_configured():
            st.button("Sign out", key="sign out", on_click=st.logout)
        st.stop()


def who_line() -> None:
    """Who is signed in with which role, and the way out; that the workbench is for looking only, where it is."""
    one = person()
    if one.name:
        st.caption(f"{plain(one.name)} · {plain(one.role)}")
        st.button("Sign out", key="sign out", on_click=st.logout, type="tertiary", icon=":material/logout:")
    elif one.role == "viewer":
        st.caption("For looking only: nothing can be changed here.")
