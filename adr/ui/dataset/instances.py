"""The instances of the dataset, a page at a time, and one of them in full."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from adr.errors import AdrError
from adr.explore import dataset
from adr.explore.instances import Instance, instance_at, instances
from adr.figures import counted
from adr.ingest.sources import ReadSource, sources
from adr.plain_text import code, plain
from adr.select.filter_tree import Filter, FromSource, HasLanguage, OfKind, all_of
from adr.ui.dataset.find import find_field, found, found_line, place
from adr.ui.dataset.source import counted_kinds
from adr.ui.dataset.ticks import all_found, selected_among, selected_only, tick, tick_line, ticked
from adr.ui.frame import Frame
from adr.ui.navigation import link
from adr.ui.parts.controls import asked, asked_number, choice, jump, move, pages
from adr.ui.parts.image_grid import ticked_grid
from adr.ui.parts.instance_view import conversation_view, images_view, instance_tiles
from adr.ui.parts.languages import language_choice
from adr.ui.parts.once import once_switch, pictures_page, with_rows
from adr.ui.parts.selection import Positions, selection_bar
from adr.ui.telling import tell

TILES = 20
_LAST = 2**31 - 1  # positions are 32-bit integers
_KIND_NAMES = {
    "all": "All",
    "text_only": "Text only",
    "several_images": "Several images",
    "with_video": "With a video",
    "image_missing": "Image missing",
    "image_address": "Image by address",
    "repeated_ids": "Repeated id",
    "image_empty": "Empty image key",
    "marker_mismatch": "<image> ≠ images",
    "marker_spelled_otherwise": "Other markers",
    "marker_placed": "Marker placed",
    "nobody_answers": "No answer",
}


def instances_view(here: Frame) -> None:
    """Twenty instances per page, and one of them with picture and conversation."""
    wanted = find_field()
    source = _source(here)
    language = language_choice(here.store, ("page", "kind", "instance"))
    counts = counted_kinds(here.key, here.store, None if source is None else source.source, language)
    kind = _kind(counts, wanted is None)
    narrowed = _narrowed(wanted, source, language, kind)
    number = asked_number("instance", -1, -1, _LAST)
    only, rows = selected_only(), dict[int, int]()
    once = once_switch()
    if not only and not once:
        _turn_to(here, narrowed, number)
    total, shown = _selected_page(here, narrowed) if only else _page(here, narrowed, counts)
    tiles = total
    if once:
        pictures = pictures_page(here, _positions(here, narrowed, only), TILES)
        tiles, shown, rows = pictures.pictures, pictures.shown, pictures.rows
    if wanted is not None:
        found_line(here, wanted, total)
    selection_bar(here)
    grid, look = st.columns([3, 2], gap="medium")
    if number < 0 and shown:
        number = shown[0].instance
    with grid:
        numbers = [one.instance for one in shown]
        tick_line(here, narrowed, total, numbers)
        picked = ticked_grid(
            [replace(tile, chosen=tile.id == str(number)) for tile in with_rows(instance_tiles(here, shown), rows)],
            [str(one) for one in ticked(numbers)],
            lambda wanted: tick(numbers, [int(one) for one in wanted]),
            key="instances",
            least=140,
        )
        pages(tiles, TILES, "page", drops=("instance",))
    if picked is not None and int(picked) != number:
        jump(("workspace", "source", "language", "kind", "find", "page", "selected", "once"), instance=picked)
    with look:
        _look_at(here, number, shown)


def _kind(counts: dict[str, int], all_of_it: bool) -> str:
    """The chosen kind of instances; its number is shown where no filter narrows it."""
    return choice(
        "Kind",
        tuple(one for one in dataset.KINDS if counts.get(one)),
        "kind",
        default="all",
        says=lambda one: f"{_KIND_NAMES[one]} {counts[one]:,}" if all_of_it else _KIND_NAMES[one],
        drops=("page", "instance"),
    )


def _narrowed(wanted: Filter | None, source: ReadSource | None, language: str | None, kind: str) -> Filter | None:
    """The filter of the field together with the choices below it; None: everything is shown."""
    parts: list[Filter] = [] if wanted is None else [wanted]
    if source is not None:
        parts.append(FromSource(source.name))
    if language is not None:
        parts.append(HasLanguage(language))
    if kind != "all":
        parts.append(OfKind(kind))
    return all_of(parts) if parts else None


def _turn_to(here: Frame, narrowed: Filter | None, number: int) -> None:
    """Turn to the page with an instance, where the address names the instance and no page."""
    if number >= 0 and not asked("page") and (before := place(here, narrowed, number)):
        move(page=before // TILES + 1 if before >= TILES else None)


def _page(here: Frame, narrowed: Filter | None, counts: dict[str, int]) -> tuple[int, list[Instance]]:
    """How many instances there are to show, and those of the page that the address names."""
    number = asked_number("page", 1, 1)
    if narrowed is None:
        total = counts["all"]
        offset = (min(number, max(1, -(-total // TILES))) - 1) * TILES
        return total, dataset.instances(here.store, "all", offset, TILES)
    page = found(here, narrowed, (number - 1) * TILES, TILES)
    if page.count and not page.positions:  # the address names a page beyond the last
        page = found(here, narrowed, (page.count - 1) // TILES * TILES, TILES)
    return page.count, instances(here.store, page.positions)


def _selected_page(here: Frame, narrowed: Filter | None) -> tuple[int, list[Instance]]:
    """As `_page`, of the selected instances among those that are found."""
    positions = selected_among(here, narrowed)
    number = min(asked_number("page", 1, 1), max(1, -(-len(positions) // TILES)))
    return len(positions), instances(here.store, positions[(number - 1) * TILES : number * TILES].tolist())


def _positions(here: Frame, narrowed: Filter | None, only: bool) -> Positions:
    """The positions of everything that the list shows, on all its pages."""
    return selected_among(here, narrowed) if only else all_found(here, narrowed)


def _look_at(here: Frame, number: int, shown: Sequence[Instance]) -> None:
    """The instance that the address names, also where it is not among those shown."""
    chosen = next((one for one in shown if one.instance == number), None)
    if chosen is None and number < 0:
        return
    try:
        _look(here, chosen or instance_at(here.store, number))
    except AdrError as error:
        tell(error)


def _source(here: Frame) -> ReadSource | None:
    """The source whose instances are shown; None: all."""
    found = {one.name: one for one in sources(here.store)}
    if len(found) < 2:
        return None
    name = choice(
        "Source",
        ("", *found),
        "source",
        default="",
        says=lambda one: plain(one) if one else "All sources",
        drops=("page", "kind", "instance"),
    )
    return found.get(name)


def _look(here: Frame, shown: Instance) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(f"Instance {shown.instance:,}", anchor=False)
        if here.standing.postings:
            link("Explore", "Its page", instance=shown.instance)
    st.caption(
        " · ".join(
            part
            for part in (
                f"id {code(shown.id)}" if shown.id is not None else "no id",
                counted(len(shown.images), "image") if shown.images else "text only",
                f"{shown.missing:,} missing" if shown.missing else "",
                counted(len(shown.turns), "turn"),
            )
            if part
        )
    )
    with st.container(width=300):
        images_view(here, shown.images)
    conversation_view(shown.turns)
    with st.expander("The record as it stands in the source"):
        st.code(dataset.raw_record(here.store, shown.instance), language="json", wrap_lines=True)
