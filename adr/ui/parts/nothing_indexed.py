"""What a page says that works on postings while there are none."""

import streamlit as st

from adr.ui.frame import Frame
from adr.ui.navigation import link


def nothing_indexed(here: Frame) -> None:
    """What to do while there are no postings; for every page that works on them."""
    if here.standing.instances:
        st.info(
            f"{here.standing.instances:,} instances are read, but no index is built yet: there is nothing to "
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
