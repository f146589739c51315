"""Prove: whether refinement helps on this data, by an experiment that was fixed before its first training."""

from adr.ui.frame import frame
from adr.ui.prove.page import prove_view

with frame("Prove") as here:
    prove_view(here)
