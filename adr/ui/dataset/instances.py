"""The instances of the dataset, a page at a time, and one of them in full."""

from dataclasses import replace

import streamlit as st

from adr.explore import dataset
from adr.explore.instances import Instance
from adr.figures import counted
from adr.ingest.sources import sources
from adr.plain_text import code, plain
from adr.ui.dataset.source import counted_kinds
from adr.ui.frame import Frame
from adr.ui.navigation import link
from adr.ui.parts.controls import asked, asked_number, choice, jump, pages
from adr.ui.parts.image_grid import image_grid
from adr.ui.parts.instance_view import conversation_view, images_view, instance_tiles
from adr.ui.parts.languages import language_choice

TILES = 20
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
    source = _source(here)
    language = language_choice(here.store, ("page", "kind", "instance"))
    counted = counted_kinds(here.key, here.store, source, language)
    kind = choice(
        "Kind",
        tuple(k for k in dataset.KINDS if counted.get(k)),
        "kind",
        default="all",
        says=lambda k: f"{_KIND_NAMES[k]} {counted[k]:,}",
        drops=("page", "instance"),
    )
    grid, look = st.columns([3, 2], gap="medium")
    with grid:
        offset = (asked_number("page", 1, 1, max(1, -(-counted[kind] // TILES))) - 1) * TILES
        shown = dataset.instances(here.store, kind, offset, TILES, source, language)
        number = asked_number("instance", shown[0].instance if shown else -1, -1)
        tiles = [replace(tile, chosen=tile.id == str(number)) for tile in instance_tiles(here, shown)]
        picked = image_grid(tiles, key="instances", least=140)
        pages(counted[kind], TILES, "page")
    if picked is not None and int(picked) != number:
        jump(
            view=None,
            source=asked("source") or None,
            language=language,
            kind=None if kind == "all" else kind,
            page=offset // TILES + 1 if offset else None,
            instance=picked,
        )
    chosen = next((one for one in shown if one.instance == number), shown[0] if shown else None)
    if chosen is not None:
        with look:
            _look(here, chosen)


def _source(here: Frame) -> int | None:
    """The source whose instances are shown; None: all."""
    found = {one.name: one.source for one in sources(here.store)}
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
            link("Explore", "Its entities", instance=shown.instance)
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
