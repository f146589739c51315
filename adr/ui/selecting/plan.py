"""Planning pictures for the rarest objects of the selected instances."""

import numpy as np
import numpy.typing as npt
import streamlit as st

from adr.explore.often import Often, rarest_among
from adr.perspectives import indexed
from adr.plain_text import plain
from adr.store import Store
from adr.ui.frame import Frame
from adr.ui.navigation import go

_FIRST = 5  # objects that are chosen to begin with


def plan_action(here: Frame, positions: npt.NDArray[np.int32]) -> None:
    """A button that opens the rarest objects of the selected instances and a plan for them; nothing without objects."""
    found = _rarest(here.key, here.store, positions.tobytes()) if here.standing.postings else []
    if not found:
        return
    with st.popover("Plan pictures", icon=":material/brush:"):
        chosen = st.multiselect(
            "Objects, the rarest first",
            found,
            default=found[:_FIRST],
            key="planned of selection",
            format_func=lambda one: f"{plain(one.name)} · {one.n:,} in the dataset",
        )
        if st.button("Plan these", key="plan selection", type="primary", width="stretch", disabled=not chosen):
            go("Synthesize", entities=[one.entity for one in chosen])


@st.cache_data(show_spinner=False, max_entries=8)
def _rarest(key: tuple[str, int], _store: Store, positions: bytes) -> list[Often]:
    if "object" not in indexed(_store):
        return []
    return rarest_among(_store, np.frombuffer(positions, np.int32), "object")
