"""Dataset: what was read, what was set aside, the index, and reading another dataset."""

import streamlit as st

from adr.ui.dataset.copies import copies_view
from adr.ui.dataset.faults import faults_view
from adr.ui.dataset.index import index_view
from adr.ui.dataset.instances import instances_view
from adr.ui.dataset.jobs import jobs_view
from adr.ui.dataset.reading_form import read_view
from adr.ui.dataset.reservoir import reservoir_view
from adr.ui.dataset.set_aside import rejected_view
from adr.ui.dataset.source import source_view, welcome
from adr.ui.frame import frame
from adr.ui.parts.controls import choice

VIEWS = {
    "instances": "Instances",
    "rejected": "Set aside",
    "copies": "Copies",
    "faults": "Faults",
    "index": "Index",
    "reservoir": "Reservoir",
    "read": "Read a dataset",
}

with frame("Dataset") as here:
    st.title("Dataset")
    jobs_view(here)
    if not here.standing.instances:
        welcome(here)
        read_view(here)
    else:
        source_view(here)
        view = choice(
            "View",
            tuple(VIEWS),
            "view",
            default="instances",
            says=VIEWS.__getitem__,
            drops=("page", "source", "kind", "reason", "instance", "find", "check", "fault", "judged", "copies"),
        )
        if view == "instances":
            instances_view(here)
        elif view == "rejected":
            rejected_view(here)
        elif view == "copies":
            copies_view(here)
        elif view == "faults":
            faults_view(here)
        elif view == "index":
            index_view(here)
        elif view == "reservoir":
            reservoir_view(here)
        else:
            read_view(here)
