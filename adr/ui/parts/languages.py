"""The languages of the dataset's turns, in a line or a table."""

import streamlit as st

from adr.explore.languages import languages
from adr.figures import counted
from adr.language_names import language_name
from adr.plain_text import plain
from adr.store import Store


def languages_view(store: Store) -> None:
    """How many turns are in each language; one line where there is one language, nothing where the index says none."""
    found = languages(store)
    if len(found) == 1 and not found[0].unread:
        st.caption(f"Language: {plain(language_name(found[0].language))} ({counted(found[0].turns, 'turn')}).")
    elif found:
        st.dataframe(
            [
                {
                    "Language": language_name(one.language),
                    "Instances": one.instances,
                    "Turns": one.turns,
                    "Not read": one.unread,
                }
                for one in found
            ],
            hide_index=True,
            key="languages",
            column_config={
                name: st.column_config.NumberColumn(format="localized") for name in ("Instances", "Turns", "Not read")
            },
        )
