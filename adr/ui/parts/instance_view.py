"""One instance as a person sees it: its picture beside its conversation, an entity highlighted; and its entities.

Used wherever instances are shown (Explore, Rebalance, Review). Texts are shown literally: nothing in them is markup.
"""

import html
from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from adr.explore.entities import Entity
from adr.explore.highlight import spans
from adr.explore.instances import Instance
from adr.figures import counted
from adr.image_folder import ImageFolder
from adr.plain_text import code, plain
from adr.small_images import picture_size
from adr.ui.frame import Frame
from adr.ui.parts.chips import Chip, ChipGroup, chips
from adr.ui.parts.component import style
from adr.ui.parts.image_grid import Tile
from adr.ui.parts.images import LARGE, data_urls, thumbnail
from adr.ui.parts.palette import color_of, title_of

ROLES = {"human": "Human", "gpt": "Assistant", "system": "System", "tool": "Tool"}


def instance_view(
    here: Frame, shown: Instance, *, entity: tuple[str, str] | None = None, talk_height: int | None = None
) -> DeltaGenerator:
    """Draw an instance; `entity` is (perspective, name) of what to highlight in its text.

    Returns the container below the conversation, for what belongs to it.
    """
    if not shown.images:
        conversation_view(shown.turns, entity, height=talk_height)
        return st.container()
    left, right = st.columns([4, 6], gap="large")
    with left:
        images_view(here, shown.images)
    with right:
        conversation_view(shown.turns, entity, height=talk_height)
        return st.container()


def images_view(here: Frame, relative: Sequence[str]) -> None:
    """The pictures of an instance, one below the other; a sentence in place of one that is missing."""
    folder = ImageFolder.of(here.store)
    for path in relative:
        file = folder.file(path) if folder else None
        small = thumbnail(here.workspace, file, LARGE) if file else None
        if small:
            st.image(str(small), caption=plain(path), width="stretch" if _wide(small) else "content", alt=path)
        else:
            why = (
                "is not in the image folder"
                if file is None
                else "cannot be read as a picture, or is too large to be shown"
            )
            st.info(f"{code(path)} {why}.", icon=":material/hide_image:")


def conversation_view(
    turns: Sequence[tuple[str, str]], entity: tuple[str, str] | None = None, height: int | None = None
) -> None:
    """The turns of a conversation, the entity (perspective, name) highlighted where it is named."""
    color = color_of(entity[0]) if entity else ""
    parts = []
    for role, text in turns:
        marked = _marked(text, spans(text, *entity, role) if entity else [], color)
        parts.append(
            f'<div class="adr-turn {html.escape(role, quote=True)}"><div class="who">'
            f'{html.escape(ROLES.get(role, role))}</div><div class="said">{marked}</div></div>'
        )
    body = f'{style("parts/instance_view")}<div class="adr-talk">{"".join(parts)}</div>'
    if height is None:
        st.html(body)
    else:
        with st.container(height=height, border=False):
            st.html(body)


def entity_chips(
    found: Mapping[str, Sequence[Entity]],
    *,
    key: str,
    head_ranks: Mapping[str, int] | None = None,
    chosen: tuple[str, str] | None = None,
) -> tuple[str, str] | None:
    """An instance's entities by perspective, as chips; returns (perspective, name) of the one just clicked."""
    groups, at = [], {}
    for perspective, entities in found.items():
        marks = []
        for entity in entities:
            at[str(entity.entity)] = (perspective, entity.name)
            hint = f"{entity.name}: {counted(entity.n, 'instance')}, rank {entity.rank:,}"
            if head_ranks:
                hint += ", head" if entity.rank <= head_ranks.get(perspective, 0) else ", tail"
            marks.append(
                Chip(
                    str(entity.entity), entity.name, f"{entity.n:,}", hint, chosen=(perspective, entity.name) == chosen
                )
            )
        groups.append(ChipGroup(title_of(perspective), color_of(perspective), marks, "none in this instance"))
    picked = chips(groups, key=key)
    return at.get(picked) if picked else None


def instance_tiles(here: Frame, shown: Sequence[Instance], entity: tuple[str, str] | None = None) -> list[Tile]:
    """Tiles for `image_grid`: the first picture of each instance and the text around the entity."""
    folder = ImageFolder.of(here.store)
    files: list[Path | None] = [folder.file(i.images[0]) if folder and i.images else None for i in shown]
    urls = data_urls(here.workspace, files)
    return [
        Tile(
            str(i.instance),
            f"Instance {i.instance:,}",
            url,
            _excerpt(i, entity),
            instead="text only" if not i.images else "picture missing" if file is None else "picture unreadable",
            alt=f"picture of instance {i.instance}",
            badge=f"{len(i.images)} pictures" if len(i.images) > 1 else "",
        )
        for i, file, url in zip(shown, files, urls, strict=True)
    ]


def _excerpt(shown: Instance, entity: tuple[str, str] | None, length: int = 110) -> str:
    """The part of the conversation around the first place that names the entity; else the first question."""
    for role, text in shown.turns if entity else ():
        assert entity is not None
        if found := spans(text, *entity, role):
            begin = max(0, found[0][0] - length // 3)
            begin = text.find(" ", begin) + 1 if 0 < begin <= text.find(" ", begin) < found[0][0] else begin
            cut = " ".join(text[begin : begin + length].replace("<image>", " ").split())
            return ("… " if begin else "") + cut
    return " ".join(shown.question[:length].split())


def _marked(text: str, found: Sequence[tuple[int, int]], color: str) -> str:
    """`text` escaped, with the spans `found` marked and image markers shown as small tags."""
    pieces, at = [], 0
    for start, end in found:
        pieces.append(html.escape(text[at:start]))
        pieces.append(f'<span class="mark" style="background:{color}40">{html.escape(text[start:end])}</span>')
        at = end
    pieces.append(html.escape(text[at:]))
    return "".join(pieces).replace("&lt;image&gt;", '<span class="tag">image</span>').strip()


def _wide(file: Path) -> bool:
    """True for a picture large enough to fill its column."""
    return picture_size(file)[0] >= 200
