"""Review: judge candidates by keyboard, in batches or by rule, and watch the tail fill."""

import streamlit as st

from adr.ui import review
from adr.ui.frame import frame

VIEWS = ["Single", "Grid", "Rules", "Concepts", "Reviewers", "Files"]

with frame("Review") as here:
    title, views = st.columns([1, 4], vertical_alignment="center")
    title.subheader("Review", anchor=False)
    if st.session_state.pop("open_single", False):
        st.session_state["look"] = "Single"
    look = views.segmented_control("View", VIEWS, default="Single", key="look", bind="query-params", required=True,
                                   label_visibility="collapsed")
    if not here.standing.candidates:
        st.info("**No candidates yet.** Plan and generate some on the Synthesize page; finished ones come here.")
    elif reviewer := review.reviewer_name():
        if look == "Grid":
            review.grid_view(here, reviewer)
        elif look == "Rules":
            review.rules_view(here, reviewer)
        elif look == "Concepts":
            review.concepts_view(here)
        elif look == "Reviewers":
            review.people_view(here, reviewer)
        elif look == "Files":
            review.files_view(here)
        else:
            review.single_view(here, reviewer)
