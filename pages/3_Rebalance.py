"""Rebalance: tune a recipe, see at once what it keeps and why, compare it, apply it."""

import streamlit as st

from adr.rebalance.advice import sizes_by_passes
from adr.ui.frame import frame
from adr.ui.parts.controls import asked
from adr.ui.parts.nothing_indexed import nothing_indexed
from adr.ui.rebalance.apply import applied
from adr.ui.rebalance.backwards import backwards_view
from adr.ui.rebalance.bar import bar, reach
from adr.ui.rebalance.board import board, faults, remarks
from adr.ui.rebalance.caps import caps_view
from adr.ui.rebalance.compare import compare_view
from adr.ui.rebalance.engine import engine_of
from adr.ui.rebalance.estimating import expected_view
from adr.ui.rebalance.follow import follow
from adr.ui.rebalance.instances import instances_view
from adr.ui.rebalance.mixture import mixture_view
from adr.ui.rebalance.notices import notices
from adr.ui.rebalance.recipe_strip import strip
from adr.ui.rebalance.runs import runs_view
from adr.ui.rebalance.sampled import needs_all, sample_notice
from adr.ui.rebalance.set_apart import set_apart_view
from adr.ui.rebalance.starting import first_visit, starting_points
from adr.ui.rebalance.state import current, state
from adr.ui.telling import fragment

PARTS = {
    "instances": "What goes, and why",
    "caps": "Caps",
    "mixture": "Mixture",
    "backwards": "Ask backwards",
    "compare": "A against B",
    "runs": "Runs and recipe",
}

with frame("Rebalance") as here:
    st.title("Rebalance", anchor=False)
    if not here.standing.postings:
        nothing_indexed(here)
    else:
        loaded = engine_of(here)
        applied(here, current())

        @fragment
        def tuning() -> None:
            """What responds at once: the bar, controls, curves, numbers."""
            recipe = current()
            engine = loaded.excluding(recipe)
            preview = engine.preview(recipe)
            state().shown = recipe
            bar(here, engine, recipe, preview, PARTS)
            with st.container():  # as many elements on every run: what comes after it stays in its place
                faults()
                remarks(recipe)
                sample_notice(loaded, recipe)
                if first_visit(here, recipe):
                    starting_points(here, loaded)
                set_apart_view(recipe)
                strip(recipe, sizes_by_passes(engine, preview))
                board(engine, recipe, preview)
                expected_view(here, engine, preview)
                notices(engine, preview)

        @fragment
        def parts() -> None:
            """What follows once the hand rests: the open part."""
            recipe, part = current(), asked("part", "instances", tuple(PARTS))
            engine = loaded.excluding(recipe)
            reach(part)
            if needs_all(engine, part):
                follow(recipe)
                return
            if part == "mixture":  # its bars respond at once as well; the board follows once the hand rests
                moved = mixture_view(here, engine, engine.preview(recipe))
                follow(recipe, later=moved)
                return
            follow(recipe)
            preview = engine.preview(recipe)
            if part == "caps":
                caps_view(here, engine, recipe, preview)
            elif part == "backwards":
                backwards_view(engine, recipe, preview)
            elif part == "compare":
                compare_view(here, engine, recipe, preview)
            elif part == "runs":
                runs_view(here, engine, recipe)
            else:
                instances_view(here, engine, recipe, preview)

        tuning()
        parts()
