"""The instances whose pictures look most like an instance's, below it."""

from dataclasses import replace

import streamlit as st

from adr.embed.neighbours import neighbours
from adr.errors import AdrError
from adr.explore.instances import instances
from adr.plain_text import SENTENCE, plain
from adr.ui.frame import Frame
from adr.ui.navigation import link
from adr.ui.parts.controls import jump
from adr.ui.parts.image_grid import image_grid
from adr.ui.parts.instance_view import instance_tiles

SHOWN = 12


def look_alikes_view(here: Frame, instance: int) -> None:
    """The pictures nearest to this one by their features, each with its cosine; a click opens an instance with it."""
    st.markdown("**Pictures that look like it**")
    try:
        found = neighbours(here.store, instance, SHOWN)
    except AdrError as error:
        st.caption(plain(f"{error.sentence} {error.next_step}", SENTENCE))
        return
    cosines = {one.instance: one.cosine for one in found}
    shown = {one.instance: one for one in instances(here.store, list(cosines))}
    tiles = instance_tiles(here, [shown[number] for number in cosines])
    picked = image_grid(
        [replace(tile, badge=f"{cosines[int(tile.id)]:.2f}") for tile in tiles], key=f"looks like {instance}", least=140
    )
    link("Dataset", "The rows of the 100 nearest", find=f"like:#{instance}")
    if picked:
        jump(("workspace", "run"), instance=picked)
