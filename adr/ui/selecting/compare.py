"""The selected instances against another selection, or against all others: which entities differ."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from adr.explore.contrast import Contrast, contrast
from adr.figures import counted
from adr.perspectives import described, indexed
from adr.plain_text import SENTENCE, plain
from adr.store import Store
from adr.ui.frame import Frame
from adr.ui.parts.palette import title_of
from adr.ui.parts.state import remembered
from adr.ui.selecting.kept import KeptSelection
from adr.ui.telling import fragment

Positions = npt.NDArray[np.int32]
_OTHERS, _KEPT = "all other instances", "those kept as B"


def compare_action(here: Frame, positions: Positions, words: str) -> None:
    """A button that opens the comparison; nothing without an index."""
    if here.standing.postings and st.button("Compare", key="compare selection", icon=":material/compare_arrows:"):
        _dialog(here, positions, words)


@st.dialog("What differs", width="large")
def _dialog(here: Frame, positions: Positions, words: str) -> None:
    _view(here, positions, words)


@fragment
def _view(here: Frame, positions: Positions, words: str) -> None:
    """Which set is B, and the entities of one perspective that differ."""
    kept = remembered(KeptSelection)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if kept.positions is not None:
            st.segmented_control("Compare with", (_KEPT, _OTHERS), key="compare with", default=_KEPT, required=True)
        st.button(
            "Keep these as B",
            key="keep as b",
            type="tertiary",
            icon=":material/keep:",
            help="Then close this, select others, and compare them with these.",
            on_click=kept.keep,
            args=(positions, words),
        )
    if kept.positions is None or st.session_state.get("compare with") == _OTHERS:
        _table(here, positions, words, None, _OTHERS)
    else:
        _table(here, positions, words, kept.positions, kept.words)


def _table(here: Frame, a: Positions, words: str, b: Positions | None, other: str) -> None:
    """The sizes, and the entities of one perspective that differ."""
    known = tuple(indexed(here.store))
    perspective = st.selectbox(
        "Perspective", known, index=known.index("object") if "object" in known else 0, format_func=title_of
    )
    found = _contrast(here.key, here.store, a.tobytes(), None if b is None else b.tobytes(), perspective)
    both = f" {counted(found.both, 'instance')} in both are left out." if found.both else ""
    st.caption(
        f"**A:** {counted(found.a, 'instance')}, {plain(words, SENTENCE)}.  \n"
        f"**B:** {counted(found.b, 'instance')}, {plain(other, SENTENCE)}.{both}"
    )
    st.dataframe(
        as_frame(found, perspective),
        hide_index=True,
        width="stretch",
        height=420,
        column_config={
            "lift": st.column_config.NumberColumn(format="%.2f", help="The share in A over the share in B."),
            "from": st.column_config.NumberColumn(format="%.2f", help="95 % interval of the lift."),
            "to": st.column_config.NumberColumn(format="%.2f"),
            "beyond chance": st.column_config.CheckboxColumn(help="The interval of the lift does not hold 1."),
        },
    )


def as_frame(found: Contrast, perspective: str) -> pd.DataFrame:
    """The entities of one perspective as a table, the surest difference first."""
    return pd.DataFrame(
        [
            {
                described(perspective).word: one.entity,
                "in A": one.a,
                "in B": one.b,
                "lift": one.lift,
                "from": one.low,
                "to": one.high,
                "beyond chance": not one.by_chance,
            }
            for one in found.perspectives[perspective]
        ]
    )


@st.cache_data(show_spinner="Comparing …", max_entries=8)
def _contrast(key: tuple[str, int], _store: Store, a: bytes, b: bytes | None, perspective: str) -> Contrast:
    return contrast(
        _store, np.frombuffer(a, np.int32), None if b is None else np.frombuffer(b, np.int32), (perspective,)
    )
