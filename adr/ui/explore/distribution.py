"""A perspective's distribution: numbers, curves and the table of all its entities.

Asks `adr.explore` and draws; computes nothing itself.
"""

import io
from typing import Any

import numpy as np
import pyarrow.csv as arrow_csv
import streamlit as st

from adr.explore.entities import ORDERS, all_entities, entities_at, find_entities
from adr.perspectives import described
from adr.plain_text import plain
from adr.store import Store
from adr.ui.explore.pictures import show_pictures
from adr.ui.explore.row_pictures import row_pictures
from adr.ui.frame import Frame
from adr.ui.navigation import go
from adr.ui.parts import charts
from adr.ui.parts.controls import asked, asked_number, asked_share, choice, jump, move, pages, words
from adr.ui.parts.distributions import Distribution, Key, distribution
from adr.ui.parts.entity_table import entity_table
from adr.ui.parts.figures import figures
from adr.ui.parts.palette import word_of
from adr.ui.telling import fragment

ROWS = 25


def distribution_view(here: Frame, perspective: str, tail_share: float) -> None:
    """Curves, numbers and the table of all entities, split at `tail_share`."""
    known = distribution(here.key, here.store, perspective, tail_share)
    if not known.entities:
        st.info(f"No {word_of(perspective)} was found in this dataset.", icon=":material/info:")
        return
    _numbers(known)
    _curves(here, perspective, known)
    _table(here, perspective, known)


def _numbers(known: Distribution) -> None:
    spectrum, rule = known.spectrum, known.rule
    once = spectrum.singletons / known.entities
    figures(
        [
            (
                f"{known.entities:,}",
                "entity" if known.entities == 1 else "entities",
                "How many different entities there are.",
            ),
            (f"{spectrum.postings:,}", "postings", "Entities in instances, each counted once per instance."),
            (f"{spectrum.singletons:,}", f"singletons · {once:.0%}", "Entities that occur in exactly one instance."),
            (f"{rule.tau:,}", "τ, instances", "The threshold: the count of the last head entity."),
            (
                f"{rule.tail_entities:,}",
                f"tail entities · {rule.tail_entities / known.entities:.1%}",
                "Entities past the last head rank.",
            ),
            (f"{rule.tail_share:.1%}", "of postings in the tail", "The share of all postings that tail entities have."),
            (
                f"{spectrum.effective_entities:,.0f}",
                "effective entities",
                "Exp of the entropy: this many equally frequent entities would be equally diverse.",
            ),
            (f"{spectrum.gini:.2f}", "Gini", "0: all entities have the same count; 1: one entity has all postings."),
        ]
    )


def tail_slider(perspective: str) -> float:
    """The share of postings that is tail; the paper's where the address holds none."""
    own = described(perspective).tail_share
    share = asked_share("tail", own)
    key = f"tail {perspective}"
    st.session_state[key] = round(100 * share, 1)

    def moved() -> None:
        value = st.session_state[key] / 100
        move(tail=None if abs(value - own) < 1e-9 else f"{value:.10g}", page=None)

    st.slider(
        "Tail share, % of postings",
        0.0,
        max(60.0, st.session_state[key]),
        step=0.5,
        key=key,
        on_change=moved,
        format="%.1f %%",
        help=f"Where the head ends and the tail begins in these views. The paper uses {own:.0%} for this "
        "perspective. It changes these views only; thresholds are set on the Rebalance page.",
    )
    return asked_share("tail", own)


@fragment
def _curves(here: Frame, perspective: str, known: Distribution) -> None:
    last = known.entities
    marked = np.unique(
        np.concatenate([np.arange(1, min(last, 12) + 1), np.round(np.geomspace(1, last, 160)).astype(np.int64)])
    )
    marks = _marks(here.key, here.store, perspective, tuple(int(rank) for rank in marked))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        event = st.plotly_chart(
            charts.rank_frequency(known.ranks, known.counts, known.rule.head_rank, known.rule.tau, marks),
            key=f"rank {perspective}",
            on_select="rerun",
            selection_mode="points",
            config=charts.CONFIG,
            alt=f"Rank–frequency curve of {last:,} entities, log-log; the tail begins after rank "
            f"{known.rule.head_rank:,}",
        )
    with right:
        st.plotly_chart(
            charts.cumulative(known.ranks, known.shares, known.rule.head_rank, 1 - known.rule.tail_share),
            key=f"cumulative {perspective}",
            config=charts.CONFIG,
            alt=f"Cumulative share of postings; {known.rule.head_rank:,} entities have {1 - known.rule.tail_share:.1%}",
        )
    if (rank := charts.clicked(event)) and (found := entities_at(here.store, perspective, [int(rank)])):
        jump(perspective=perspective, entity=found[0].name)


@st.cache_data(show_spinner=False, max_entries=64)
def _marks(key: Key, _store: Store, perspective: str, ranks: tuple[int, ...]) -> list[tuple[int, str, int]]:
    return [(e.rank, e.name, e.n) for e in entities_at(_store, perspective, ranks)]


@fragment
def _table(here: Frame, perspective: str, known: Distribution) -> None:
    word, rank = word_of(perspective), known.rule.head_rank
    top = int(known.spectrum.values.max(initial=1))
    search, part, least, most = _filters(known, word, top)
    order = asked("order", "head", tuple(ORDERS))
    size = asked_number("rows", ROWS, 5, 200)
    bound: dict[str, Any] = {
        "search": search,
        "least": least,
        "most": most,
        "order": order,
        "after_rank": rank if part == "tail" else 0,
        "up_to_rank": rank if part == "head" else None,
    }
    number = asked_number("page", 1, 1)
    found = find_entities(here.store, perspective, **bound, limit=size, offset=(number - 1) * size)
    if not found.entities and number > 1:
        move(page=None)
        found = find_entities(here.store, perspective, **bound, limit=size)
    if not found.entities:
        st.info(f"No {word} matches: {_told(search, least, most, part)}.", icon=":material/search_off:")
        return
    pictures = row_pictures(here, perspective, found.entities)
    event = entity_table(found.entities, pictures, order=order, head_rank=rank, top=top, key=f"entities {perspective}")
    if event.opened:
        jump(perspective=perspective, entity=event.opened)
    if event.picked:
        jump(perspective=perspective, entity=event.picked[0], instance=event.picked[1])
    if event.order:
        move(order=None if event.order == "head" else event.order, page=None)
        st.rerun(scope="fragment")
    pager, actions = st.columns([3, 2], vertical_alignment="center")
    with pager:
        pages(found.total, size, "page")
        st.caption(f"{found.total:,} of {known.entities:,} {word}s, {_order_told(order)}")
    with actions, st.container(horizontal=True, horizontal_alignment="right"):
        _pictures(perspective, event.chosen, [one.entity for one in found.entities])
        _actions(here, perspective, event.chosen, rank)


def _filters(known: Distribution, word: str, top: int) -> tuple[str, str, int | None, int | None]:
    """The controls above the table: the search, the part (all, head or tail), and the bounds on the count."""
    box, part_box, bounds = st.columns([5, 4, 2], vertical_alignment="center")
    with box:
        search = words("Search", "search", placeholder=f"Search {known.entities:,} {word}s", drops=("page",))
    with part_box:
        sizes = {
            "all": "All",
            "head": f"Head · {known.rule.head_rank:,}",
            "tail": f"Tail · {known.rule.tail_entities:,}",
        }
        part = choice("Part", tuple(sizes), "part", default="all", drops=("page",), says=sizes.__getitem__)
    with bounds:
        return search, part, *_bounds(top)


def _bounds(top: int) -> tuple[int | None, int | None]:
    """The bounds on the count that the address holds, and the control that sets them."""
    least, most = asked_number("least", 0) or None, asked_number("most", 0) or None
    said = "Any count" if least is None and most is None else f"Count {least or 1:,}–{most or top:,}"
    with st.popover(said, width="stretch"):
        st.session_state["bound least"], st.session_state["bound most"] = least or 1, most or top

        def changed() -> None:
            low, high = st.session_state["bound least"], st.session_state["bound most"]
            move(least=None if low <= 1 else low, most=None if high >= top else high, page=None)

        st.number_input("At least", 1, max(top, least or 1), key="bound least", on_change=changed)
        st.number_input("At most", 1, max(top, most or 1), key="bound most", on_change=changed)
        st.caption("Instances that have the entity.")
    return least, most


def _pictures(perspective: str, chosen: list[int], on_page: list[int]) -> None:
    """A button to the pictures of the chosen entities; of those on the page while none is chosen."""
    some = chosen or on_page
    if st.button(
        f"Pictures of these {len(some):,}",
        icon=":material/photo_library:",
        help="Of the chosen entities." if chosen else "Of the entities on this page; choose others by their ticks.",
    ):
        show_pictures(perspective, some)


def _actions(here: Frame, perspective: str, chosen: list[int], head_rank: int) -> None:
    if chosen and st.button(
        f"Fill these {len(chosen):,}" if len(chosen) > 1 else "Fill this one",
        type="primary",
        icon=":material/brush:",
        help="Plan synthetic images for the chosen entities.",
    ):
        go("Synthesize", entities=chosen)
    store = here.store

    def csv() -> bytes:
        out = io.BytesIO()
        arrow_csv.write_csv(all_entities(store, perspective, head_rank), out)
        return out.getvalue()

    st.download_button(
        "All as CSV",
        csv,
        file_name=f"{perspective}.csv",
        mime="text/csv",
        on_click="ignore",
        icon=":material/download:",
        help="Rank, entity, instances and part of every entity.",
    )


def _told(search: str, least: int | None, most: int | None, part: str) -> str:
    said = [f"name contains “{plain(search)}”"] if search else []
    said += [f"at least {least:,} instances"] if least else []
    said += [f"at most {most:,} instances"] if most else []
    return (
        ", ".join(said + ([f"in the {'head' if part == 'head' else 'tail'}"] if part != "all" else [])) or "no filter"
    )


def _order_told(order: str) -> str:
    return {
        "head": "the most frequent first",
        "tail": "the rarest first",
        "name": "by name",
        "name_down": "by name, from Z to A",
    }[order]
