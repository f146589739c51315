"""The rows that are like an instance, below it."""

from dataclasses import replace

import streamlit as st

from adr.explore.alike import Alike, alike
from adr.explore.instances import instances
from adr.figures import counted
from adr.ui.frame import Frame
from adr.ui.parts.controls import jump
from adr.ui.parts.image_grid import image_grid
from adr.ui.parts.instance_view import instance_tiles

_WAYS = {"copy": "copy", "picture": "same picture", "text": "same conversation"}
SHOWN = 12


def alike_view(here: Frame, instance: int) -> None:
    """The rows with the same picture, the same conversation, or both, each a click away."""
    found = alike(here.store, instance, SHOWN)
    st.markdown("**Rows like this one**")
    st.caption(_said(found))
    ways = {row.instance: _WAYS[row.way] for row in found.rows}
    shown = {one.instance: one for one in instances(here.store, list(ways))}
    tiles = instance_tiles(here, [shown[number] for number in ways])
    picked = image_grid([replace(tile, badge=ways[int(tile.id)]) for tile in tiles], key=f"alike {instance}", least=140)
    if picked:
        jump(("workspace", "run"), instance=picked)


def _said(found: Alike) -> str:
    """How many rows are like it, in which way, and what was compared."""
    parts = [
        counted(n, "copy", "copies") if way == "copy" else f"{n:,} with the {_WAYS[way]}"
        for way, n in found.counts.items()
    ]
    said = ", ".join(parts) if parts else "No other row has its picture or its conversation"
    if len(found.rows) < found.total:
        said += f"; the first {len(found.rows)} are shown"
    if found.compared:
        return f"{said}."
    return (
        f"{said}. Only names of pictures were compared; `adr copies` also compares their bytes and the conversations."
    )
