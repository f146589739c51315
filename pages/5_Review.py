"""Review: judge candidates by keyboard, in batches, by rule or with a judge, and watch the tail fill."""

import streamlit as st

from adr.ui.frame import frame
from adr.ui.review.batch import grid_view
from adr.ui.review.concepts import concepts_view
from adr.ui.review.files import files_view
from adr.ui.review.judge import judge_view
from adr.ui.review.people import people_view
from adr.ui.review.reviewer import reviewer_name
from adr.ui.review.rules import rules_view
from adr.ui.review.single import single_view
from adr.ui.review.state import state

VIEWS = ["Single", "Grid", "Rules", "Judge", "Concepts", "Reviewers", "Files"]

with frame("Review") as here:
    title, views = st.columns([1, 5], vertical_alignment="center")
    title.title("Review", anchor=False)
    if state().open_single:
        state().open_single = False
        st.session_state["look"] = "Single"
    look = views.segmented_control(
        "View", VIEWS, default="Single", key="look", bind="query-params", required=True, label_visibility="collapsed"
    )
    if not here.standing.candidates:
        st.info("**No candidates yet.** Plan and generate some on the Synthesize page; finished ones appear here.")
    else:
        reviewer = reviewer_name()
        if look == "Grid":
            grid_view(here, reviewer)
        elif look == "Rules":
            rules_view(here, reviewer)
        elif look == "Judge":
            judge_view(here, reviewer)
        elif look == "Concepts":
            concepts_view(here)
        elif look == "Reviewers":
            people_view(here, reviewer)
        elif look == "Files":
            files_view(here)
        else:
            single_view(here, reviewer)
