"""The languages of the dataset's turns, in a line or a table, and the choice of one as a filter."""

import streamlit as st

from adr.explore.languages import languages
from adr.figures import counted
from adr.language_names import INSTALL, language_name
from adr.plain_text import plain
from adr.store import Store
from adr.ui.parts.controls import choice


def language_choice(store: Store, drops: tuple[str, ...], name: str = "language") -> str | None:
    """The language whose instances are to be shown; None: all, which needs no choice where there is one language.
    drops: parameters of the address that another choice makes meaningless; name: the parameter that holds the choice.
    """
    found = {one.language: one.instances for one in languages(store)}
    if len(found) < 2:
        return None
    chosen = choice(
        "Language",
        ("", *found),
        name,
        default="",
        says=lambda one: f"{plain(language_name(one))} {found[one]:,}" if one else "All languages",
        drops=drops,
    )
    return chosen or None


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


def unread_view(store: Store) -> None:
    """What nothing could read, and what installs the readers; nothing where all was read."""
    unread = [one for one in languages(store) if one.unread]
    if unread:
        listed = ", ".join(f"{counted(one.unread, 'turn')} in {language_name(one.language)}" for one in unread)
        st.info(
            f"Not read: {plain(listed)}. To read what the program has readers for, run {plain(INSTALL)}, then build "
            "the index again.",
            icon=":material/translate:",
        )
