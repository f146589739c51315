"""Dataset: what was read, what was set aside, the index, and reading another dataset."""

import streamlit as st

from adr.ui.dataset import views as dataset
from adr.ui.frame import frame
from adr.ui.parts.controls import choice

VIEWS = {"instances": "Instances", "rejected": "Set aside", "index": "Index", "read": "Read a dataset"}

with frame("Dataset") as here:
    st.title("Dataset")
    dataset.jobs_view(here)
    if not here.standing.instances:
        dataset.welcome(here)
        dataset.read_view(here)
    else:
        dataset.source_view(here)
        view = choice(
            "View",
            tuple(VIEWS),
            "view",
            default="instances",
            says=VIEWS.__getitem__,
            drops=("page", "kind", "reason", "instance"),
        )
        if view == "instances":
            dataset.instances_view(here)
        elif view == "rejected":
            dataset.rejected_view(here)
        elif view == "index":
            dataset.index_view(here)
        else:
            dataset.read_view(here)
