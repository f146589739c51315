"""Explore: the curves of the four perspectives, and every entity behind them."""

import streamlit as st

from adr.ui.frame import frame

with frame("Explore") as here:
    st.title("Explore")
    st.write(f"{here.standing.entities:,} entities in {here.standing.postings:,} postings.")
