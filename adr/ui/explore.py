"""The views of the Explore page: a perspective's distribution, one entity, one instance, objects together.

Asks `adr.explore` and draws; computes nothing itself.
"""

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.csv as arrow_csv
import streamlit as st

from adr import explore
from adr.explore import Entity, Neighbours
from adr.recipe import PAPER_TAIL_SHARE, PERSPECTIVES
from adr.store import Store
from adr.tail import Spectrum, TailRule, tail_rule
from adr.ui import charts
from adr.ui.cards import Chip, ChipGroup, chips, figures
from adr.ui.charts import PERSPECTIVE_COLORS, PERSPECTIVE_NAMES, PERSPECTIVE_WORDS
from adr.ui.controls import asked, asked_number, asked_share, choice, jump, move, pages, words
from adr.ui.entity_table import entity_table
from adr.ui.frame import Frame, fragment, go, link
from adr.ui.grid import picture_grid
from adr.ui.instance_view import entity_chips, instance_tiles, instance_view

ROWS, TILES = 25, 24
Key = tuple[str, int]


@dataclass(frozen=True)
class Shape:
    """A perspective's distribution as the page draws it."""

    spectrum: Spectrum
    rule: TailRule
    ranks: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]
    shares: npt.NDArray[np.float64]

    @property
    def entities(self) -> int:
        """How many entities there are."""
        return int(self.spectrum.entities.sum())


@st.cache_data(show_spinner=False, max_entries=64)
def shape(key: Key, _store: Store, perspective: str, tail_share: float) -> Shape:
    """The distribution of a perspective, split at `tail_share`."""
    counts = explore.spectrum(_store, perspective)
    rule = tail_rule(np.repeat(counts.values, counts.entities)[::-1], 1 - tail_share)
    ranks, heights = explore.breakpoints(counts, also=(rule.head_rank, rule.head_rank + 1))
    return Shape(counts, rule, ranks, heights, explore.cumulative_share(counts, ranks))


def head_ranks(here: Frame) -> dict[str, int]:
    """The last head rank of each perspective at the paper's tail shares."""
    return {p: shape(here.key, here.store, p, PAPER_TAIL_SHARE[p]).rule.head_rank for p in PERSPECTIVES}


def nothing_indexed(here: Frame) -> None:
    """What to do while there are no postings."""
    st.title("Explore")
    if here.standing.instances:
        st.info(f"{here.standing.instances:,} instances are read, but no index is built yet: there is nothing to "
                "count. Build the index on the Dataset page.", icon=":material/info:")
        link("Dataset", "Build the index")
    else:
        st.info("This workspace is empty. Draw the demo world or read your own dataset on the Dataset page.",
                icon=":material/info:")
        link("Dataset", "Read a dataset")


# -- the distribution ------------------------------------------------------------------------------------------------

def distribution_view(here: Frame, perspective: str, tail_share: float) -> None:
    """Curves, numbers and the table of all entities, split at `tail_share`."""
    known = shape(here.key, here.store, perspective, tail_share)
    if not known.entities:
        st.info(f"No {PERSPECTIVE_WORDS[perspective][0]} was found in this dataset.", icon=":material/info:")
        return
    _numbers(known)
    _curves(here, perspective, known)
    _table(here, perspective, known)


def _numbers(known: Shape) -> None:
    spectrum, rule = known.spectrum, known.rule
    once = spectrum.singletons / known.entities
    figures([
        (f"{known.entities:,}", "entities", "How many different ones there are."),
        (f"{spectrum.postings:,}", "postings", "An entity occurs in an instance, once however often it is said."),
        (f"{spectrum.singletons:,}", f"singletons · {once:.0%}", "Entities that occur in exactly one instance."),
        (f"{rule.tau:,}", "τ, instances", "The count at which the tail begins: rarer entities are tail."),
        (f"{rule.tail_entities:,}", f"tail entities · {rule.tail_entities / known.entities:.1%}",
         "Entities past the last head rank."),
        (f"{rule.tail_share:.1%}", "of postings in the tail", "The share of all postings that tail entities have."),
        (f"{spectrum.effective_entities:,.0f}", "effective entities",
         "Exp of the entropy: this many equally frequent entities would be as diverse."),
        (f"{spectrum.gini:.2f}", "Gini", "0: all entities are alike, 1: one has everything."),
    ])


def tail_slider(perspective: str) -> float:
    """Where head and tail part, as a share of postings; the paper's where the address holds none."""
    own = PAPER_TAIL_SHARE[perspective]
    share = asked_share("tail", own)
    key = f"tail {perspective}"
    st.session_state[key] = round(100 * share, 1)

    def moved() -> None:
        value = st.session_state[key] / 100
        move(tail=None if abs(value - own) < 1e-9 else f"{value:g}", page=None)

    st.slider("Tail share, % of postings", 0.0, 60.0, step=0.5, key=key, on_change=moved, format="%.1f %%",
              help=f"Where head and tail part in these views. The paper takes {own:.0%} for this perspective. "
                   "It decides nothing here: caps are set on the Rebalance page.")
    return asked_share("tail", own)


@fragment
def _curves(here: Frame, perspective: str, known: Shape) -> None:
    last = known.entities
    marked = np.unique(np.concatenate([np.arange(1, min(last, 12) + 1),
                                       np.round(np.geomspace(1, last, 160)).astype(np.int64)]))
    marks = _marks(here.key, here.store, perspective, tuple(int(rank) for rank in marked))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        event = st.plotly_chart(
            charts.rank_frequency(known.ranks, known.counts, known.rule.head_rank, known.rule.tau, marks),
            key=f"rank {perspective}", on_select="rerun", selection_mode="points", config=charts.CONFIG,
            alt=f"Rank–frequency curve of {last:,} entities, log-log; the tail begins after rank "
                f"{known.rule.head_rank:,}")
    with right:
        st.plotly_chart(
            charts.cumulative(known.ranks, known.shares, known.rule.head_rank, 1 - known.rule.tail_share),
            key=f"cumulative {perspective}", config=charts.CONFIG,
            alt=f"Cumulative share of postings; {known.rule.head_rank:,} entities have {1 - known.rule.tail_share:.1%}")
    if (rank := charts.clicked(event)) and (found := explore.entities_at(here.store, perspective, [int(rank)])):
        jump(perspective=perspective, entity=found[0].name)


@st.cache_data(show_spinner=False, max_entries=64)
def _marks(key: Key, _store: Store, perspective: str, ranks: tuple[int, ...]) -> list[tuple[int, str, int]]:
    return [(e.rank, e.name, e.n) for e in explore.entities_at(_store, perspective, ranks)]


@fragment
def _table(here: Frame, perspective: str, known: Shape) -> None:
    rank, top = known.rule.head_rank, int(known.spectrum.values.max(initial=1))
    word = PERSPECTIVE_WORDS[perspective][0]
    box, part_box, bounds = st.columns([5, 4, 2], vertical_alignment="center")
    with box:
        search = words("Search", "search", placeholder=f"Search {known.entities:,} {word}s", drops=("page",))
    with part_box:
        part = choice("Part", ("all", "head", "tail"), "part", default="all", drops=("page",), says={
            "all": "All", "head": f"Head · {rank:,}", "tail": f"Tail · {known.rule.tail_entities:,}"}.__getitem__)
    with bounds:
        least, most = _bounds(top)
    order = asked("order", "head", tuple(explore.ORDERS))
    size = asked_number("rows", ROWS, 5, 200)
    bound: dict[str, Any] = {"search": search, "least": least, "most": most, "order": order,
             "after_rank": rank if part == "tail" else 0, "up_to_rank": rank if part == "head" else None}
    number = asked_number("page", 1, 1)
    found = explore.find_entities(here.store, perspective, **bound, limit=size, offset=(number - 1) * size)
    if not found.entities and number > 1:
        move(page=None)
        found = explore.find_entities(here.store, perspective, **bound, limit=size)
    if not found.entities:
        st.info(f"No {word} answers to that: {_told(search, least, most, part)}.", icon=":material/search_off:")
        return
    event = entity_table(found.entities, order=order, head_rank=rank, top=top, key=f"entities {perspective}")
    if event.opened:
        jump(perspective=perspective, entity=event.opened)
    if event.order:
        move(order=None if event.order == "head" else event.order, page=None)
        st.rerun(scope="fragment")
    pager, actions = st.columns([3, 2], vertical_alignment="center")
    with pager:
        pages(found.total, size, "page")
        st.caption(f"{found.total:,} of {known.entities:,} {word}s, {_order_told(order)}")
    with actions, st.container(horizontal=True, horizontal_alignment="right"):
        _actions(here, perspective, event.chosen, rank)


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


def _actions(here: Frame, perspective: str, chosen: list[int], head_rank: int) -> None:
    if chosen and st.button(f"Fill these {len(chosen):,}" if len(chosen) > 1 else "Fill this one", type="primary",
                            icon=":material/brush:", help="Plan synthetic images for the chosen entities."):
        go("Synthesize", entities=chosen)
    store = here.store

    def csv() -> bytes:
        out = io.BytesIO()
        arrow_csv.write_csv(explore.all_entities(store, perspective, head_rank), out)
        return out.getvalue()

    st.download_button("All as CSV", csv, file_name=f"{perspective}.csv", mime="text/csv", on_click="ignore",
                       icon=":material/download:", help="Rank, entity, instances and part of every entity.")


def _told(search: str, least: int | None, most: int | None, part: str) -> str:
    said = [f"name contains “{search}”"] if search else []
    said += [f"at least {least:,} instances"] if least else []
    said += [f"at most {most:,} instances"] if most else []
    return ", ".join(said + ([f"in the {part}"] if part != "all" else [])) or "none at all"


def _order_told(order: str) -> str:
    return {"head": "the most frequent first", "tail": "the rarest first", "name": "by name",
            "name_down": "by name, backwards"}[order]


# -- one entity ------------------------------------------------------------------------------------------------------

def entity_view(here: Frame, perspective: str, name: str) -> None:
    """One entity: what it counts, its neighbours, and its instances."""
    if st.button(f"All {PERSPECTIVE_NAMES[perspective].lower()}", icon=":material/arrow_back:", type="tertiary"):
        jump(perspective=perspective)
    entity = explore.entity_named(here.store, perspective, name)
    rule = shape(here.key, here.store, perspective, PAPER_TAIL_SHARE[perspective]).rule
    tail = entity.rank > rule.head_rank
    color = PERSPECTIVE_COLORS[perspective]
    title, actions = st.columns([4, 1], vertical_alignment="center")
    title.title(name, anchor=False)
    with actions:
        if st.button("Fill this one", icon=":material/brush:", width="stretch", type="primary" if tail else "secondary",
                     help="Plan synthetic images for this entity."):
            go("Synthesize", entities=[entity.entity])
    probability = min(1.0, rule.tau / entity.n) if entity.n else 1.0
    figures([
        (PERSPECTIVE_WORDS[perspective][0], PERSPECTIVE_WORDS[perspective][1], "The perspective."),
        (f"{entity.n:,}", f"instances · {entity.n / max(here.standing.instances, 1):.2%}", "Instances that have it."),
        (f"{entity.rank:,}", "rank", "1 is the most frequent."),
        ("tail" if tail else "head", f"τ is {rule.tau:,}", "At the paper's tail share for this perspective."),
        (f"{probability:.3g}", "sampling probability", "min(1, τ / n): how likely it keeps one of its instances."),
    ])
    pictures, beside = st.columns([7, 3], gap="large")
    with beside:
        _neighbours_view(here, entity, color)
    with pictures:
        _instances_view(here, entity)


@fragment
def _instances_view(here: Frame, entity: Entity) -> None:
    offset = (asked_number("page", 1, 1, max(1, -(-entity.n // TILES))) - 1) * TILES
    shown = explore.instances_of(here.store, entity, limit=TILES, offset=offset)
    picked = picture_grid(instance_tiles(here, shown, (entity.perspective, entity.name)), key="instances of")
    if picked:
        jump(perspective=entity.perspective, entity=entity.name, instance=picked)
    pages(entity.n, TILES, "page")
    st.caption(f"{offset + 1:,}–{offset + len(shown):,} of {entity.n:,} instances, by position in the source")


@st.cache_data(show_spinner=False, max_entries=256)
def _neighbours(key: Key, _store: Store, entity: Entity, perspective: str, by: str) -> Neighbours:
    return explore.neighbours(_store, entity, perspective, by=by)


@fragment
def _neighbours_view(here: Frame, entity: Entity, color: str) -> None:
    if entity.perspective == "co_occurrence":
        picked = chips([ChipGroup("Its two objects", PERSPECTIVE_COLORS["object"],
                                  [Chip(part, part) for part in entity.name.split(" + ")])], key="its objects")
        if picked:
            jump(perspective="object", entity=picked)
    st.markdown("**Comes together with**")
    own = entity.perspective if entity.perspective != "co_occurrence" else "object"
    perspective = choice("Perspective", PERSPECTIVES, "with", default=own,
                         says={**PERSPECTIVE_NAMES, "co_occurrence": "Pairs", "interrogation": "Questions"}.__getitem__)
    by = choice("Order", ("together", "association"), "by", default="together",
                says={"together": "Most often", "association": "Most unlike chance"}.__getitem__)
    found = _neighbours(here.key, here.store, entity, perspective, by)
    made = [Chip(n.entity.name, n.entity.name, f"{n.together:,}" if by == "together" else f"×{2**n.association:,.1f}",
                 f"{n.together:,} together, {n.expected:,.1f} expected by chance: {charts.in_words(n.association)}")
            for n in found.found if by == "together" or n.association > 0]
    picked = chips([ChipGroup("", PERSPECTIVE_COLORS[perspective], made,
                              "nothing" if by == "together" else "nothing beyond what chance explains")],
                   key=f"neighbours {perspective} {by}")
    if found.looked_at < entity.n:
        st.caption(f"Counted in an even sample of {found.looked_at:,} of its {entity.n:,} instances.")
    if picked:
        jump(perspective=perspective, entity=picked)


# -- one instance ----------------------------------------------------------------------------------------------------

def look_view(here: Frame) -> None:
    """One instance, its entities in all four perspectives, and the ones before and after it."""
    number = asked_number("instance", -1, -1)
    name, perspective = asked("entity"), asked("perspective", "object", PERSPECTIVES)
    entity = explore.entity_named(here.store, perspective, name) if name else None
    _steps_view(here, number, entity)
    shown = explore.instance_at(here.store, number)
    st.subheader(f"Instance {number:,}", anchor=False)
    st.caption(" · ".join(part for part in (
        f"id `{shown.id}`" if shown.id is not None else "no id",
        "text only" if not shown.images else "1 picture" if len(shown.images) == 1 else f"{len(shown.images)} pictures",
        f"{len(shown.turns)} turns", f"“{name}” highlighted" if name else "") if part))
    instance_view(here, shown, entity=(perspective, name) if name else None)
    st.divider()
    picked = entity_chips(explore.entities_of(here.store, number), key="entities of", head_ranks=head_ranks(here),
                          chosen=(perspective, name) if name else None)
    if picked:
        jump(perspective=picked[0], entity=picked[1])


def _steps_view(here: Frame, number: int, entity: Entity | None) -> None:
    """The way back, and to the instances before and after: of the entity, or of the whole dataset."""
    if entity is None:
        before, after = explore.beside(here.store, number)
        place = f"position {number:,} of the source"
    else:
        less, before, after = explore.place_of(here.store, entity, number)
        place = f"{less + 1:,} of {entity.n:,} with “{entity.name}”"
    ask = {"perspective": entity.perspective, "entity": entity.name} if entity else {}
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(entity.name if entity else "Explore", icon=":material/arrow_back:", type="tertiary"):
            jump(**ask)
        st.space("stretch")
        st.caption(place, width="content")
        if st.button("Before", icon=":material/chevron_left:", disabled=before is None, shortcut="Left"):
            jump(**ask, instance=before)
        if st.button("After", icon=":material/chevron_right:", icon_position="right", shortcut="Right",
                     disabled=after is None):
            jump(**ask, instance=after)


# -- objects together ------------------------------------------------------------------------------------------------

@fragment
def together_view(here: Frame) -> None:
    """A heat map of which objects come together, for a chosen set."""
    known = shape(here.key, here.store, "object", PAPER_TAIL_SHARE["object"])
    if not known.entities:
        st.info("No objects were found in this dataset.", icon=":material/info:")
        return
    way, size_box, color = st.columns([5, 2, 4], vertical_alignment="bottom")
    with way:
        which = choice("Which objects", ("head", "tail", "around", "own"), "which", default="head", hidden=False,
                       says={"head": "Most frequent", "tail": "Head of the tail", "around": "Around one",
                             "own": "Own choice"}.__getitem__)
    with size_box:
        size = _size()
    with color:
        by = choice("Coloured by", ("together", "association"), "by", default="together", hidden=False,
                    says={"together": "Instances together", "association": "Times chance"}.__getitem__,
                    help="Times chance is told conservatively: the end of the 95 % interval that is nearer to chance.")
    chosen = _chosen_objects(here, which, size, known.rule.head_rank)
    if len(chosen) < 2:
        st.info("Choose at least two objects.", icon=":material/info:")
        return
    matrix = explore.pair_matrix(here.store, chosen)
    names = [e.name for e in chosen]
    height = 200 + 26 * max(len(names), 12)
    event = st.plotly_chart(
        charts.pair_map(names, matrix.together, matrix.expected, matrix.association, by, height), key="pairs",
        on_select="rerun", selection_mode="points", config=charts.CONFIG,
        alt=f"Heat map of {len(names)} objects: how often each two come together")
    st.caption("A square opens the pair, when it exists; the diagonal is left out.")
    if place := charts.clicked(event):
        row, column = (int(part) for part in place.split("|"))
        pair = explore.pair_named(here.store, names[row], names[column])
        if pair:
            jump(perspective="co_occurrence", entity=pair.name)
        st.toast(f"“{names[row]}” and “{names[column]}” never come together.", icon=":material/info:")


def _size() -> int:
    st.session_state["pair size"] = asked_number("size", 20, 4, 40)
    st.slider("How many", 4, 40, key="pair size", on_change=lambda: move(size=st.session_state["pair size"]))
    return asked_number("size", 20, 4, 40)


def _chosen_objects(here: Frame, which: str, size: int, head_rank: int) -> list[Entity]:
    store = here.store
    if which == "head":
        return explore.find_entities(store, "object", limit=size).entities
    if which == "tail":
        return explore.find_entities(store, "object", limit=size, after_rank=head_rank).entities
    common = _common_objects(here.key, store)
    if which == "around":
        key = "around object"
        now = asked("around") or common[0]
        st.session_state[key] = now
        st.selectbox("Around", list(dict.fromkeys([*common, now])), key=key, accept_new_options=True,
                     on_change=lambda: move(around=st.session_state[key]))
        middle = explore.entity_named(store, "object", asked("around") or common[0])
        beside = _neighbours(here.key, store, middle, "object", "association").found
        return [middle, *(n.entity for n in beside[:size - 1])]
    key = "own objects"
    now_own = [name for name in asked("objects").split("|") if name] or common[:8]
    st.session_state[key] = now_own
    st.multiselect("Objects", list(dict.fromkeys([*common, *now_own])), key=key, accept_new_options=True,
                   on_change=lambda: move(objects="|".join(st.session_state[key])))
    return [explore.entity_named(store, "object", name) for name in now_own]


@st.cache_data(show_spinner=False, max_entries=8)
def _common_objects(key: Key, _store: Store) -> list[str]:
    """The names to choose from; any other can be typed."""
    return [e.name for e in explore.find_entities(_store, "object", limit=1000).entities]
