"""Export: choose a run and a trainer, see what will be written, write it, and download it."""

import streamlit as st

from adr.ui.export.exports import exports_view
from adr.ui.export.report import report_view
from adr.ui.export.run_choice import chosen_run, nothing_to_export
from adr.ui.export.write import jobs_view, write_part
from adr.ui.frame import frame
from adr.ui.parts.controls import choice

VIEWS = {"write": "Write", "exports": "Exports", "report": "Report page"}

with frame("Export") as here:
    st.title("Export")
    if not here.standing.runs:
        nothing_to_export(here)
    else:
        view = choice("View", tuple(VIEWS), "view", default="write", says=VIEWS.__getitem__)
        jobs_view(here, view)
        if view == "exports":
            exports_view(here)
        elif view == "report":
            report_view(here, chosen_run(here))
        else:
            write_part(here)
