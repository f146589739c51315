"""The instances whose conversations read most like an instance's, below it."""

from dataclasses import replace

import streamlit as st

from adr.embed.near_conversations import near_conversations
from adr.errors import AdrError
from adr.explore.instances import instances
from adr.plain_text import SENTENCE, plain
from adr.ui.frame import Frame
from adr.ui.parts.controls import jump
from adr.ui.parts.image_grid import image_grid
from adr.ui.parts.instance_view import instance_tiles

SHOWN = 6


def near_conversations_view(here: Frame, instance: int) -> None:
    """The texts nearest to this one by their features, each with its cosine; a click opens an instance with it."""
    st.markdown("**Conversations that read like it**")
    try:
        found = near_conversations(here.store, here.workspace.features, instance, SHOWN)
    except AdrError as error:
        st.caption(plain(f"{error.sentence} {error.next_step}", SENTENCE))
        return
    shown = {one.instance: one for one in instances(here.store, [one.instance for one in found])}
    tiles = instance_tiles(here, [shown[one.instance] for one in found])
    badged = [replace(tile, badge=f"{one.cosine:.2f}") for tile, one in zip(tiles, found, strict=True)]
    if picked := image_grid(badged, key=f"reads like {instance}", least=140):
        jump(("workspace", "run"), instance=picked)
