"""Rebalance: tune a recipe and see at once what it keeps; apply it; ask why."""

import streamlit as st

from adr.ui.explore import nothing_indexed
from adr.ui.frame import fragment, frame
from adr.ui.rebalance import board, engine_of, faults, preview_of, strip
from adr.ui.rebalance_state import current

with frame("Rebalance") as here:
    if not here.standing.postings:
        st.title("Rebalance")
        nothing_indexed(here)
    else:
        engine = engine_of(here)

        @fragment
        def tuning() -> None:
            """Everything that changes with the recipe."""
            faults()
            recipe = current()
            preview = preview_of(engine, recipe)
            strip(recipe)
            board(engine, recipe, preview)

        tuning()
