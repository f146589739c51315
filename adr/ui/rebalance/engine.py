"""The engine over a workspace's postings, loaded once per index."""

import gc

import streamlit as st

from adr.rebalance.engine import Engine, postings_stamp
from adr.rebalance.memory import engine_bytes, free_bytes, memory_words
from adr.recipe import Recipe
from adr.ui.frame import Frame


def engine_of(here: Frame) -> Engine:
    """The engine over this workspace's postings, loaded once per index; while it loads, the page says what it takes
    where memory is short."""
    with st.spinner(_loading(made_of(here), here)):
        return _engine(made_of(here), here)


def made_of(here: Frame) -> str:
    """Names the postings of this workspace: changes whenever another engine is needed."""
    return f"{here.workspace.folder} {postings_stamp(here.store)}"


@st.cache_data(show_spinner=False, max_entries=1)
def _loading(made: str, _here: Frame) -> str:
    """What the page says while the engine is loaded."""
    return f"Loading the postings … {memory_words(engine_bytes(_here.store), free_bytes())}".rstrip()


@st.cache_resource(show_spinner=False, max_entries=1)
def _engine(made: str, _here: Frame) -> Engine:
    engine = Engine(_here.store)
    engine.preview(Recipe())  # loads the compiled loops and computes the draws of the default seed
    gc.collect()
    gc.freeze()  # Streamlit collects garbage after every rerun; these objects stay
    return engine
