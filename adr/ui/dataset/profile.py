"""What the dataset is like: its sources, how long its conversations are, its languages, and pictures that recur."""

import streamlit as st

from adr.embed.copies import CopiesReport, copies_report
from adr.explore.profile import Profile, profile
from adr.figures import counted
from adr.store import Store
from adr.ui.access import may
from adr.ui.dataset.find import prepare_button
from adr.ui.dataset.profile_chart import bar_chart, bars_of
from adr.ui.frame import Frame
from adr.ui.parts import charts
from adr.ui.parts.controls import jump
from adr.ui.parts.figures import figures
from adr.ui.parts.languages import languages_view

_TURNS = (0, 1, 3, 5, 7, 9, 11, 13, 17, 21)
_WORDS = (0, 10, 20, 50, 100, 200, 500, 1000, 2000)


def profile_view(here: Frame) -> None:
    """The view: numbers, a table of sources, and two charts."""
    found = _profile(here.key, here.store)
    figures(_numbers(found, _copies(here.key, here.store)))
    st.dataframe(
        _table(found),
        hide_index=True,
        key="profile of sources",
        column_config={
            **{
                name: st.column_config.NumberColumn(format="localized")
                for name in ("Instances", "Text only", "Pictures")
            },
            "Turns, mean": st.column_config.NumberColumn(format="%.1f"),
            "Words, median": st.column_config.NumberColumn(format="%.0f"),
        },
    )
    left, right = st.columns(2, gap="large")
    with left:
        _chart("turns", found.turns, _TURNS)
    with right:
        if found.words:
            _chart("words", found.words, _WORDS)
        else:
            _without_words(here)
    languages_view(here.store)


def _table(found: Profile) -> list[dict[str, object]]:
    return [
        {
            "Source": one.name,
            "Form": one.form,
            "Instances": one.instances,
            "Text only": one.text_only,
            "Pictures": one.pictures,
            "Turns, mean": one.turns,
            **({} if one.words is None else {"Words, median": one.words}),
        }
        for one in found.sources
    ]


def _numbers(found: Profile, copies: CopiesReport | None) -> list[tuple[str, str, str]]:
    """Pictures and copies as numbers with their meaning."""
    numbers = [(f"{found.pictures:,}", "pictures", "Different image paths.")]
    if found.shared:
        numbers.append((f"{found.shared:,}", "in several instances", "Image paths that two or more instances have."))
        numbers.append((f"{found.most:,}", "most instances of one picture", "The most that share one image path."))
    if (looks := found.looks) is not None:
        sides = f"The shorter side has from {looks.smallest:,} to {looks.largest:,} pixels."
        numbers.append((f"{looks.width:,} × {looks.height:,}", "the median picture, pixels", sides))
        numbers.append((f"{looks.faulty:,}", "pictures with a fault", "Blank, dark, blurred …: see Faults."))
    if copies is not None:
        same, text, both = (copies.kinds[kind] for kind in ("picture", "text", "copy"))
        numbers.append(
            (f"{same.clusters:,}", "pictures that recur", "Under one path or several; adr copies found them.")
        )
        numbers.append((f"{text.clusters:,}", "conversations that recur", "Equal but for blanks and capital letters."))
        numbers.append((f"{both.beyond:,}", "copies", "Instances beyond one for each picture with its conversation."))
    return numbers


def _chart(quantity: str, counts: dict[int, int], bounds: tuple[int, ...]) -> None:
    """The bars of a quantity; a click leads to the instances of one."""
    bars = bars_of(quantity, counts, bounds)
    event = st.plotly_chart(
        bar_chart(bars, quantity),
        key=f"profile {quantity}",
        on_select="rerun",
        selection_mode="points",
        config=charts.CONFIG,
        alt="; ".join(f"{one.label} {quantity}: {counted(one.instances, 'instance')}" for one in bars),
    )
    if chosen := charts.clicked(event):
        jump(find=chosen)


def _without_words(here: Frame) -> None:
    """What is shown where words have not been counted."""
    st.caption("Words have not been counted. Preparing the search counts them.")
    if may("owner"):
        prepare_button(here)


@st.cache_data(show_spinner="Counting …", max_entries=4)
def _profile(key: tuple[str, int], _store: Store) -> Profile:
    return profile(_store)


@st.cache_data(show_spinner=False, max_entries=4)
def _copies(key: tuple[str, int], _store: Store) -> CopiesReport | None:
    return copies_report(_store)
