"""Synthesize: plan what the tail lacks, make pictures and conversations, watch them appear."""

from adr.ui.frame import frame
from adr.ui.synthesize.page import synthesize_view

with frame("Synthesize") as here:
    synthesize_view(here)
