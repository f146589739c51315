"""What a page that works on postings shows before the index is built."""

import streamlit as st

from adr.explore.dataset import index_made
from adr.figures import counted
from adr.plain_text import plain
from adr.ui.frame import Frame
from adr.ui.navigation import link


def nothing_indexed(here: Frame) -> None:
    """What to do while there are no postings."""
    if here.standing.empty_index and (made := index_made(here.store)):
        st.info("The index stands and holds nothing, since none of the text could be read.", icon=":material/info:")
        for notice in made.notices:
            st.info(plain(notice), icon=":material/translate:")
        link("Dataset", "How the index was made")
    elif here.standing.instances:
        st.info(
            f"{counted(here.standing.instances, 'instance')} read, but there is no index yet, so there is nothing to "
            "count. Build the index on the Dataset page.",
            icon=":material/info:",
        )
        link("Dataset", "Build the index")
    else:
        st.info(
            "This workspace is empty. Draw the demo world or read your own dataset on the Dataset page.",
            icon=":material/info:",
        )
        link("Dataset", "Read a dataset")
