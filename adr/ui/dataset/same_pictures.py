"""Dataset, Copies: the bound up to which two pictures are the same, with pairs on both sides of it to look at."""

from collections.abc import Sequence

import streamlit as st

from adr.embed.copies import CopiesReport
from adr.embed.found_copies import pairs_around
from adr.embed.overlaid import SAME_DIFFERENCE, Overlaid
from adr.figures import counted
from adr.image_folder import ImageFolder
from adr.pipeline import copies_and_index
from adr.ui.frame import Frame
from adr.ui.parts.image_grid import Tile, image_grid
from adr.ui.parts.images import data_urls

PAIRS = 4
_KEY = "same difference"


def same_pictures_view(here: Frame, report: CopiesReport) -> None:
    """A slider for the bound; below it the pairs nearest to it on either side."""
    used = SAME_DIFFERENCE if report.same_difference is None else report.same_difference
    slider, button = st.columns([5, 1], vertical_alignment="bottom")
    bound = slider.slider(
        "The same up to a difference of",
        0.0,
        1.0,
        used,
        0.01,
        key=_KEY,
        help="Two pictures in which the model sees nearly the same are laid over one another. The difference is that "
        "of the block of 64 in which they differ most: 0 for the same picture, 1 for another.",
    )
    if button.button("Use it", key="use difference", disabled=bound == used or bool(here.jobs.running())):
        store = here.store
        here.jobs.start(
            "copies",
            "Looking for copies",
            lambda progress: copies_and_index(store, looks=True, same_difference=bound, progress=progress),
        )
        st.rerun(scope="app")
    around = pairs_around(here.store, bound, PAIRS)
    same, others = st.columns(2, gap="large")
    with same:
        st.markdown(f"**The same:** {counted(around.same, 'pair')}; those nearest to the bound")
        _pairs(here, around.below, "below")
    with others:
        st.markdown(f"**Not the same:** {counted(around.others, 'pair')}; those nearest to the bound")
        _pairs(here, around.above, "above")


def _pairs(here: Frame, pairs: Sequence[Overlaid], side: str) -> None:
    """The pictures of each pair next to one another, two in a row."""
    folder = ImageFolder.beside(here.store)
    paths = [path for pair in pairs for path in (pair.one, pair.other)]
    urls = data_urls(here.workspace, [folder.file(path) for path in paths])
    for at, pair in enumerate(pairs):
        tiles = [
            Tile(f"{at} {side} {n}", path, url, badge=f"{pair.difference:.2f}" if n == 0 else "", alt=path)
            for n, (path, url) in enumerate(zip((pair.one, pair.other), urls[2 * at : 2 * at + 2], strict=True))
        ]
        image_grid(tiles, key=f"pair {side} {at}", least=110)
