"""Overview: where the workspace stands, stage by stage, and the next step."""

import streamlit as st

from adr.ui.frame import frame, link

with frame("Overview") as here:
    st.title(here.workspace.name)
    link(here.standing.next_page, f"Next: {here.standing.next_page}")
