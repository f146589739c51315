"""The engine over a workspace's postings, loaded once per index."""

import gc

import streamlit as st

from adr.rebalance.engine import Engine, postings_stamp
from adr.recipe import Recipe
from adr.ui.frame import Frame


def engine_of(here: Frame) -> Engine:
    """The engine over this workspace's postings, loaded once per index."""
    return _engine(made_of(here), here)


def made_of(here: Frame) -> str:
    """Names the postings of this workspace: changes whenever another engine is needed."""
    return f"{here.workspace.folder} {postings_stamp(here.store)}"


@st.cache_resource(show_spinner="Loading the postings …", max_entries=1)
def _engine(made: str, _here: Frame) -> Engine:
    engine = Engine(_here.store)
    engine.preview(Recipe())  # loads the compiled loops and computes the draws of the default seed
    gc.collect()
    gc.freeze()  # Streamlit collects garbage after every rerun; these objects stay
    return engine
