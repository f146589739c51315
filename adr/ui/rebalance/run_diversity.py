"""How varied the pictures of a run are: computed when it is asked for, beside all pictures and a random subset."""

import pandas as pd
import streamlit as st

from adr.embed.diversity import DiversityReport, diversity
from adr.plain_text import plain
from adr.store import Store
from adr.ui.frame import Frame
from adr.workspace import Workspace

_HELP = (
    "The effective rank (RankMe) of what the scorer sees in the pictures: 1 when all are alike, at most the number of "
    "its dimensions. It says how widely they are spread, not how good they are. Needs embedded pictures (Dataset, "
    "Copies)."
)


def run_diversity_view(here: Frame, run: int) -> None:
    """A switch, and the table when it is on."""
    if not st.toggle("How varied its pictures are", key=f"diversity of {run}", help=_HELP):
        return
    told = _diversity(here.key, here.store, here.workspace, run)
    different = told.pictures or {}
    rows = [
        {
            "": state,
            "instances": rank.rows,
            "effective rank": round(rank.rank, 1),
            "95 %": f"{rank.low:,.1f} to {rank.high:,.1f}",
            **({"different pictures": round(different[state])} if different else {}),
        }
        for state, rank in told.ranks.items()
    ]
    localized = st.column_config.NumberColumn(format="localized")
    config = {"instances": localized, "different pictures": localized}
    st.dataframe(pd.DataFrame(rows), hide_index=True, key=f"diversity table {run}", column_config=config)
    st.caption(
        f"By {plain(told.model)}, of {told.dimensions:,} dimensions. It says how widely pictures are spread, not how "
        "good they are. Random is a subset of the size of the run."
    )


@st.cache_data(show_spinner="Computing …", max_entries=16)
def _diversity(key: tuple[str, int], _store: Store, _workspace: Workspace, run: int) -> DiversityReport:
    return diversity(_store, _workspace, run)
