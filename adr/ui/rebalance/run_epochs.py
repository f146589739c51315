"""The epochs of a run: what each keeps, what is in every one, in some or in none, and how often each entity is seen.

Asks `adr.rebalance.epochs` about the rows that were written; decides nothing.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from adr.perspectives import described
from adr.plain_text import plain
from adr.rebalance.engine import Engine
from adr.rebalance.epoch_table import read_epochs
from adr.rebalance.epochs import EntitiesSeen, EpochsReport, ExpectedSeen, SeenCounts, seen_entities
from adr.rebalance.runs import Run
from adr.ui.frame import Frame
from adr.ui.parts.controls import asked_number, choice, pages, perspective_choice, words
from adr.ui.parts.palette import title_of, word_of
from adr.ui.rebalance.engine import made_of

ROWS = 12
_COLUMNS = ("in every epoch", "at least once", "never")
_ORDERS = {"tail": "Tail first", "head": "Head first"}


def epochs_view(here: Frame, engine: Engine, run: Run) -> None:
    """The epochs of a run; nothing for a run with one."""
    told = run.report.epochs
    if told is None:
        return
    st.markdown(f"**{len(told.each)} epochs**")
    _seen(told)
    _caption(told)
    _each(told)
    if engine.sample is not None:
        st.caption("How often each entity is seen is counted over all instances: not on a sample.")
    elif not run.outdated:
        _entities(here, engine, run)


def _each(told: EpochsReport) -> None:
    with st.expander("What each epoch keeps"):
        rows = [{"epoch": one.epoch, "kept": one.kept, "seed": str(one.seed)} for one in told.each]
        st.dataframe(
            pd.DataFrame(rows),
            hide_index=True,
            width="content",
            column_config={"kept": st.column_config.NumberColumn(format="localized")},
        )


def _seen(told: EpochsReport) -> None:
    rows: list[tuple[str, SeenCounts | ExpectedSeen]] = [("instances", told.instances)]
    rows += [("  expected over all seeds", told.expected)] if told.expected else []
    for perspective, seen in told.entities.items():
        name = title_of(perspective).lower()
        rows += [(name, seen), ("  of the tail", told.tail_entities[perspective])]
    numbers = {name: [_counts(one)[n] for _, one in rows] for n, name in enumerate(_COLUMNS)}
    st.dataframe(
        pd.DataFrame({"what": [name for name, _ in rows], **numbers}),
        hide_index=True,
        width="stretch",
        height="content",
        column_config={name: st.column_config.NumberColumn(format="localized") for name in _COLUMNS},
    )


def _counts(seen: SeenCounts | ExpectedSeen) -> tuple[int, int, int]:
    return round(seen.in_every), round(seen.at_least_once), round(seen.never)


def _caption(told: EpochsReport) -> None:
    said = "Epoch 1 is the run itself; an export of the run can write all of them."
    if told.expected is None:
        said += " A cap or the mixture binds in some epoch, so what is expected over all seeds has no closed form."
    st.caption(said)


def _entities(here: Frame, engine: Engine, run: Run) -> None:
    """The entities of one perspective with how often each is seen, the tail first."""
    known = tuple(engine.perspectives)
    perspective = perspective_choice(known, "seen", default=known[0], says=title_of, drops=("seenpage",))
    box, sort = st.columns([3, 2], vertical_alignment="center")
    word = word_of(perspective)
    with box:
        search = words("Search", "seensearch", placeholder=f"Search a {word}", drops=("seenpage",))
    with sort:
        order = choice(
            "Order", tuple(_ORDERS), "seenorder", default="tail", drops=("seenpage",), says=_ORDERS.__getitem__
        )
    places = _places(engine, perspective, search, order)
    if not len(places):
        st.info(f"No {word} contains “{plain(search)}”.", icon=":material/search_off:")
        return
    start = (min(asked_number("seenpage", 1, 1), -(-len(places) // ROWS)) - 1) * ROWS
    seen = _seen_entities(made_of(here), run.run, perspective, here, engine, run)
    _table(engine, perspective, places[start : start + ROWS], seen, run.recipe.epochs)
    pages(len(places), ROWS, "seenpage")


def _places(engine: Engine, perspective: str, search: str, order: str) -> np.ndarray:
    """Numbers of the entities to list, in order."""
    if search:
        places = engine.places_containing(perspective, search)
    else:
        places = np.arange(len(engine.postings[perspective].n))
    return places[::-1] if order == "tail" else places


@st.cache_data(show_spinner="Counting what is seen …", max_entries=8)
def _seen_entities(made: str, number: int, perspective: str, _here: Frame, _engine: Engine, _run: Run) -> EntitiesSeen:
    epochs = read_epochs(_here.store, number, _run.recipe, _engine)
    if _run.report.epochs and _run.report.epochs.expected:
        epochs = replace(epochs, chance=_engine.preview(_run.recipe).probability)
    return seen_entities(_engine, epochs, perspective)


def _table(engine: Engine, perspective: str, at: np.ndarray, seen: EntitiesSeen, epochs: int) -> None:
    frame = pd.DataFrame(
        {
            described(perspective).word: engine.names(perspective, at),
            "part": np.where(at < engine.head_rank(perspective), "head", "tail"),
            "instances": engine.postings[perspective].n[at],
            "expected": None if seen.expected is None else seen.expected[at],
            "seen": seen.times[at],
            "epochs": seen.epochs[at],
        }
    )
    st.dataframe(
        frame if seen.expected is not None else frame.drop(columns="expected"),
        hide_index=True,
        width="stretch",
        height="content",
        key="seen entities",
        column_config={
            "instances": st.column_config.NumberColumn(format="localized", help="That have it in the dataset."),
            "expected": st.column_config.NumberColumn(
                "expected times", format="%.1f", help=f"How often it is seen over {epochs} epochs, over all seeds."
            ),
            "seen": st.column_config.NumberColumn(
                "seen", format="localized", help=f"How often it is seen in the {epochs} epochs of this run."
            ),
            "epochs": st.column_config.ProgressColumn(
                "in epochs", format=f"%d of {epochs}", min_value=0, max_value=epochs
            ),
        },
    )
