"""Prove: whether refinement helps on this data, and where a model fails by benchmark logs."""

from adr.ui.frame import frame
from adr.ui.parts.controls import choice
from adr.ui.prove.logs import logs_view
from adr.ui.prove.page import prove_title, prove_view

VIEWS = {"experiment": "Experiment", "logs": "Benchmark logs"}

with frame("Prove") as here:
    prove_title()
    if choice("View", tuple(VIEWS), "view", default="experiment", says=VIEWS.__getitem__) == "logs":
        logs_view(here)
    else:
        prove_view(here)
