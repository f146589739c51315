"""The engine over a workspace's postings, or over a sample of its instances, loaded once per index."""

import gc

import streamlit as st

from adr.figures import counted
from adr.plain_text import plain
from adr.rebalance.engine import Engine, postings_stamp
from adr.rebalance.memory import engine_bytes, free_bytes, memory_words, rows_that_fit
from adr.recipe import Recipe
from adr.ui.frame import Frame


def engine_of(here: Frame) -> Engine:
    """The engine over this workspace's postings, or over a sample where they take more than ADR_ENGINE_GB. It is loaded
    once per index; while it loads, the page says what it takes where memory is short."""
    made = made_of(here)
    rows = _rows(made, here)
    with st.spinner(_loading(made, rows, here)):
        return _engine(made, rows, here)


def made_of(here: Frame) -> str:
    """Names the postings of this workspace: changes whenever another engine is needed."""
    return f"{here.workspace.folder} {postings_stamp(here.store)}"


def needed_bytes(here: Frame) -> int:
    """About how many bytes an engine over all of this workspace's postings takes; counted once per index."""
    return _needed(made_of(here), here)


@st.cache_data(show_spinner=False, max_entries=1)
def _needed(made: str, _here: Frame) -> int:
    return engine_bytes(_here.store)


@st.cache_data(show_spinner=False, max_entries=1)
def _rows(made: str, _here: Frame) -> int | None:
    """How many instances the sample has; None where the engine holds all."""
    return rows_that_fit(_here.store)


@st.cache_data(show_spinner=False, max_entries=1)
def _loading(made: str, rows: int | None, _here: Frame) -> str:
    """What the page says while the engine is loaded."""
    if rows is not None:
        return f"Loading the postings of {counted(rows, 'instance')} …"
    return plain(f"Loading the postings … {memory_words(needed_bytes(_here), free_bytes())}".rstrip())


@st.cache_resource(show_spinner=False, max_entries=1)
def _engine(made: str, rows: int | None, _here: Frame) -> Engine:
    engine = Engine(_here.store, sample_rows=rows)
    engine.preview(Recipe())  # loads the compiled loops and computes the draws of the default seed
    gc.collect()
    gc.freeze()  # Streamlit collects garbage after every rerun; these objects stay
    return engine
