"""Names that are probably a frequent one misspelt: picked ones are merged into it by building the index again, muted in
the recipe, or their instances are selected."""

import pandas as pd
import streamlit as st

from adr.explore.templates import asked_options
from adr.figures import counted
from adr.index.index import index
from adr.index.merging import merge_line
from adr.index.misspelt import Misspelt, misspelt_names
from adr.plain_text import code
from adr.store import Store
from adr.ui.dataset.name_actions import mute_entities, select_instances
from adr.ui.frame import Frame
from adr.ui.parts.job_view import job_view
from adr.ui.parts.nothing_indexed import nothing_indexed
from adr.ui.parts.palette import title_of
from adr.ui.rebalance.latest import latest_words

_WHY = {"misspelt": "letters differ", "fused": "blanks are missing"}


def misspelt_view(here: Frame) -> None:
    """The proposals as a table to pick from, and what is merged already."""
    job_view(here.jobs, "index")
    if not here.standing.postings:
        nothing_indexed(here)
        return
    merged = tuple(asked_options(here.store).get("merge", ()))
    if merged:
        st.caption(f"Merged: {', '.join(code(line) for line in merged)}.")
    found = _found(here.key, here.store)
    if not found:
        st.caption("No name is near to a much more frequent one.")
        return
    st.caption(
        f"{counted(len(found), 'name')} in no word list, each near to a much more frequent one. The surest come first."
    )
    picked = _table(found)
    with st.container(horizontal=True):
        _merge(here, picked, merged)
        _mute_or_select(here, picked)
    if picked:
        st.caption("The same in a recipe:")
        st.code("\n".join(["[index.merge]", *(f'"{one.name}" = "{one.other}"' for one in picked)]), language="toml")


def _merge(here: Frame, picked: list[Misspelt], merged: tuple[str, ...]) -> None:
    busy = bool(here.jobs.running())
    label = f"Merge {counted(len(picked), 'name')} and build the index again" if picked else "Merge"
    if st.button(label, key="merge names", type="primary", disabled=busy or not picked):
        lines = tuple(sorted({*merged, *(merge_line(one.name, one.other) for one in picked)}))
        options = asked_options(here.store) | {"merge": lines}
        here.jobs.start("index", "Building the index", lambda progress: index(here.store, progress=progress, **options))
        st.rerun(scope="app")


def _mute_or_select(here: Frame, picked: list[Misspelt]) -> None:
    why = {(one.perspective, one.name): f"{_WHY[one.why]}: probably {one.other}" for one in picked}
    help = f"Changes {latest_words()} and shows it on the Rebalance page: their draws never pass."
    if st.button("Mute", key="mute names", disabled=not picked, help=help):
        mute_entities(why)
    if st.button("Select their instances", key="select names", disabled=not picked):
        select_instances(here.store, why)


def _table(found: list[Misspelt]) -> list[Misspelt]:
    """Those that are picked."""
    edited = st.data_editor(
        pd.DataFrame(
            {
                "pick": False,
                "name": [one.name for one in found],
                "instances": [one.n for one in found],
                "merge into": [one.other for one in found],
                "its instances": [one.other_n for one in found],
                "why": [_WHY[one.why] for one in found],
                "perspective": [title_of(one.perspective) for one in found],
            }
        ),
        key=f"misspelt {len(found)}",
        hide_index=True,
        width="stretch",
        height=min(35 * len(found) + 38, 420),
        disabled=["name", "instances", "merge into", "its instances", "why", "perspective"],
        column_config={
            "pick": st.column_config.CheckboxColumn("", width=36),
            "instances": st.column_config.NumberColumn(format="localized"),
            "its instances": st.column_config.NumberColumn(format="localized"),
        },
    )
    return [one for one, on in zip(found, edited["pick"], strict=True) if on]


@st.cache_data(show_spinner="Comparing names …", max_entries=4)
def _found(key: tuple[str, int], _store: Store) -> list[Misspelt]:
    return misspelt_names(_store)
