"""One entity: its numbers, the instances that have it, and the entities that it comes with."""

import streamlit as st

from adr.explore.entities import Entity, entity_named
from adr.explore.instances import Instance, instances_of, positions_of
from adr.explore.neighbours import Neighbours, neighbours
from adr.perspectives import described, indexed
from adr.plain_text import plain
from adr.store import Store
from adr.ui.explore.company import company_view
from adr.ui.frame import Frame
from adr.ui.navigation import go
from adr.ui.parts import charts
from adr.ui.parts.chips import Chip, ChipGroup, chips
from adr.ui.parts.controls import asked_number, choice, jump, pages, perspective_choice
from adr.ui.parts.distributions import Key, distribution
from adr.ui.parts.figures import figures
from adr.ui.parts.image_grid import image_grid
from adr.ui.parts.instance_view import instance_tiles
from adr.ui.parts.once import once_switch, pictures_page, with_rows
from adr.ui.parts.palette import color_of, title_of, title_text, word_of
from adr.ui.telling import fragment

TILES = 24
_VIEWS = {"instances": "Its instances", "with": "What it comes with"}
_OF_A_VIEW = ("page", "search", "least", "sort", "with")


def entity_view(here: Frame, perspective: str, name: str) -> None:
    """One entity: its numbers, its neighbours, and its instances."""
    if st.button(f"All {title_text(perspective).lower()}", icon=":material/arrow_back:", type="tertiary"):
        jump(perspective=perspective)
    entity = entity_named(here.store, perspective, name)
    rule = distribution(here.key, here.store, perspective, described(perspective).tail_share).rule
    tail = entity.rank > rule.head_rank
    title, actions = st.columns([4, 1], vertical_alignment="center")
    title.title(plain(name), anchor=False)
    with actions:
        if st.button(
            "Fill this one",
            icon=":material/brush:",
            width="stretch",
            type="primary" if tail else "secondary",
            help="Plan synthetic images for this entity.",
        ):
            go("Synthesize", entities=[entity.entity])
    probability = min(1.0, rule.tau / entity.n) if entity.n else 1.0
    figures(
        [
            (word_of(perspective), described(perspective).sentence, "The perspective."),
            (
                f"{entity.n:,}",
                f"instances · {entity.n / max(here.standing.instances, 1):.2%}",
                "Instances that have it.",
            ),
            (f"{entity.rank:,}", "rank", "1 is the most frequent."),
            ("tail" if tail else "head", f"τ is {rule.tau:,}", "At the paper's tail share for this perspective."),
            (f"{probability:.3g}", "sampling probability", "min(1, τ / n): how likely one of its draws passes."),
        ]
    )
    view = choice("Show", tuple(_VIEWS), "show", default="instances", says=_VIEWS.__getitem__, drops=_OF_A_VIEW)
    if view == "with":
        company_view(here, entity, tuple(indexed(here.store)))
        return
    images, beside = st.columns([7, 3], gap="large")
    with images:  # first: they are shown at once, while the neighbours of a head entity take longer
        _instances_view(here, entity)
    with beside:
        _neighbours_view(here, entity)


@fragment
def _instances_view(here: Frame, entity: Entity) -> None:
    total, shown, rows = _page(here, entity)
    tiles = with_rows(instance_tiles(here, shown, (entity.perspective, entity.name)), rows)
    picked = image_grid(tiles, key="instances of")
    if picked:
        jump(perspective=entity.perspective, entity=entity.name, instance=picked)
    before = pages(total, TILES, "page")
    what = "instances" if total == entity.n else f"pictures, of {entity.n:,} instances"
    st.caption(f"{before + 1:,}–{before + len(shown):,} of {total:,} {what}, by position in the source")


def _page(here: Frame, entity: Entity) -> tuple[int, list[Instance], dict[int, int]]:
    """How many there are to show, those of the page, and of how many rows each stands for (no entry: one)."""
    if once_switch():
        page = pictures_page(here, positions_of(here.store, entity), TILES)
        return page.pictures, page.shown, page.rows
    offset = (asked_number("page", 1, 1, max(1, -(-entity.n // TILES))) - 1) * TILES
    return entity.n, instances_of(here.store, entity, limit=TILES, offset=offset), {}


@st.cache_data(show_spinner=False, max_entries=256)
def known_neighbours(key: Key, _store: Store, entity: Entity, perspective: str, by: str) -> Neighbours:
    """The entities that occur together with an entity, kept until the workspace changes."""
    return neighbours(_store, entity, perspective, by=by)


def _short_title(perspective: str) -> str:
    return {"co_occurrence": "Pairs", "interrogation": "Questions"}.get(perspective) or title_of(perspective)


@fragment
def _neighbours_view(here: Frame, entity: Entity) -> None:
    if entity.perspective == "co_occurrence":
        _its_objects(entity)
    st.markdown("**Occurs together with**")
    own = entity.perspective if entity.perspective != "co_occurrence" else "object"
    perspective = perspective_choice(tuple(indexed(here.store)), "with", default=own, says=_short_title)
    by = choice(
        "Order",
        ("together", "association"),
        "by",
        default="together",
        says={"together": "Most often", "association": "Most above chance"}.__getitem__,
    )
    found = known_neighbours(here.key, here.store, entity, perspective, by)
    none = "nothing" if by == "together" else "nothing beyond what chance explains"
    group = ChipGroup("", color_of(perspective), _neighbour_chips(found, by), none)
    picked = chips([group], key=f"neighbours {perspective} {by}")
    if found.looked_at < entity.n:
        st.caption(f"Counted in an even sample of {found.looked_at:,} of its {entity.n:,} instances.")
    if picked:
        jump(perspective=perspective, entity=picked)


def _its_objects(entity: Entity) -> None:
    """The two objects of a pair, to click."""
    objects = [Chip(part, part) for part in entity.name.split(" + ")]
    picked = chips([ChipGroup("Its two objects", color_of("object"), objects)], key="its objects")
    if picked:
        jump(perspective="object", entity=picked)


def _neighbour_chips(found: Neighbours, by: str) -> list[Chip]:
    """A chip per neighbour; ordered by association, only those above chance."""
    return [
        Chip(
            n.entity.name,
            n.entity.name,
            f"{n.together:,}" if by == "together" else f"×{2**n.association:,.1f}",
            f"{n.together:,} together, {n.expected:,.1f} expected by chance: {charts.in_words(n.association)}",
        )
        for n in found.found
        if by == "together" or n.association > 0
    ]
