"""The company of an entity as a table: what comes with it, what it comes with, and how far from chance."""

import io
import math

import numpy as np
import numpy.typing as npt
import pyarrow.csv as arrow_csv
import streamlit as st

from adr.explore.company import ORDERS, Companion, Company, companion, company, company_table, ordered
from adr.explore.entities import Entity
from adr.figures import counted, share_words
from adr.plain_text import plain
from adr.store import Store
from adr.ui.frame import Frame
from adr.ui.parts.controls import asked, asked_number, jump, move, pages, perspective_choice, words
from adr.ui.parts.distributions import Key
from adr.ui.parts.palette import ABOVE_CHANCE, BELOW_CHANCE, title_of, word_of
from adr.ui.parts.sorted_table import Cell, Head, sorted_table
from adr.ui.telling import fragment

ROWS = 25
_SHORT = 16  # letters of a name that still fits into a head of the table


@fragment
def company_view(here: Frame, entity: Entity, perspectives: tuple[str, ...]) -> None:
    """Every entity that occurs with this one, sorted as the address says, a page at a time."""
    perspective = _perspective(entity, perspectives)
    found = _company(here.key, here.store, entity, perspective)
    search, least = _filters(perspective)
    order = asked("sort", "always", _orders())
    places = ordered(found, order.removeprefix("-"), rising=order.startswith("-"), search=search, at_least=least)
    if not len(places):
        st.info(f"No such {word_of(perspective)} occurs with “{plain(entity.name)}”.", icon=":material/search_off:")
        return
    _table(entity, found, places, order)
    pager, file = st.columns([3, 1], vertical_alignment="center")
    with pager:
        pages(len(places), ROWS, "page")
        st.caption(
            f"{counted(len(places), 'entity', 'entities')}, counted in all {entity.n:,} instances of "
            f"X = “{plain(entity.name)}”. Coloured where the 95 % interval of the lift excludes chance."
        )
    with file:
        _save(found, entity, perspective)


def _perspective(entity: Entity, perspectives: tuple[str, ...]) -> str:
    own = entity.perspective if entity.perspective != "co_occurrence" else "object"
    return perspective_choice(perspectives, "with", default=own, says=title_of, drops=("page", "search"))


def _filters(perspective: str) -> tuple[str, int]:
    """The search, and in how many instances an entity has to occur with X."""
    box, bound = st.columns([4, 1], vertical_alignment="bottom")
    with box:
        search = words("Search", "search", placeholder=f"Search these {word_of(perspective)}s", drops=("page",))
    with bound:
        least = asked_number("least", 1, 1)
        st.session_state["together at least"] = least
        st.number_input(
            "Together at least",
            1,
            key="together at least",
            on_change=lambda: move(least=_unless_one(st.session_state["together at least"]), page=None),
            help="Instances that have both.",
        )
    return search, least


def _unless_one(value: int) -> int | None:
    return None if value == 1 else value


def _orders() -> tuple[str, ...]:
    return tuple(sign + order for order in ("name", *ORDERS) for sign in ("", "-"))


def _table(entity: Entity, found: Company, places: npt.NDArray[np.int64], order: str) -> None:
    """The rows of the page that the address names; a click on a head sorts, one on a name opens the entity."""
    first = (asked_number("page", 1, 1, max(1, -(-len(places) // ROWS))) - 1) * ROWS
    shown = [companion(found, int(place)) for place in places[first : first + ROWS]]
    event = sorted_table(
        _heads(entity.name), [(one.entity, _cells(one)) for one in shown], order=order, key=f"with {found.perspective}"
    )
    if event.opened:
        jump(perspective=found.perspective, entity=event.opened)
    if event.order:
        move(sort=None if event.order == "always" else event.order, page=None)
        st.rerun(scope="fragment")


def _heads(name: str) -> list[Head]:
    x = name if len(name) <= _SHORT else "X"
    return [
        Head("Entity e", "name"),
        Head("Instances", "frequent", "Instances that have e."),
        Head("Together", "together", "Instances that have both."),
        Head(f"P(e | {x})", "together", f"The share of the instances with “{name}” that have e."),
        Head(
            f"P({x} | e)",
            "always",
            f"The share of the instances with e that have “{name}”. Sorted by the lower end of its 95 % interval, so "
            "that one lucky instance does not lead.",
        ),
        Head(
            "Lift", "lift", "How many times as often as by chance. Sorted by the end of its 95 % interval nearer to 1."
        ),
    ]


def _cells(one: Companion) -> list[Cell]:
    return [
        Cell(one.entity),
        Cell(f"{one.n:,}"),
        Cell(f"{one.together:,}"),
        Cell(share_words(one.share_of_x)),
        Cell(share_words(one.share_of_e), f"≥ {share_words(one.share_of_e_low, 0)}"),
        _lift(one),
    ]


def _lift(one: Companion) -> Cell:
    """The lift with its bound; coloured only where chance does not explain it."""
    if one.lift_bound == 1:
        return Cell(f"×{one.lift:,.2f}", "chance")
    above = one.lift_bound > 1
    strength = min(50, round(8 + 10 * abs(math.log2(max(one.lift_bound, 2.0**-6)))))
    return Cell(
        f"×{one.lift:,.2f}",
        f"{'≥' if above else '≤'} ×{one.lift_bound:,.2f}",
        ABOVE_CHANCE if above else BELOW_CHANCE,
        strength,
    )


def _save(found: Company, entity: Entity, perspective: str) -> None:
    def csv() -> bytes:
        out = io.BytesIO()
        arrow_csv.write_csv(company_table(found), out)
        return out.getvalue()

    st.download_button(
        "All as CSV",
        csv,
        file_name=f"with {entity.name}, {perspective}.csv",
        mime="text/csv",
        on_click="ignore",
        icon=":material/download:",
        width="stretch",
    )


@st.cache_data(show_spinner="Counting …", max_entries=16)
def _company(key: Key, _store: Store, entity: Entity, perspective: str) -> Company:
    return company(_store, entity, perspective)
