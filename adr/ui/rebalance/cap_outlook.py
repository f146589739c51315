"""What a cap would do, said before it is set."""

from collections.abc import Mapping

import streamlit as st

from adr.figures import counted
from adr.plain_text import plain
from adr.rebalance.engine import Engine
from adr.rebalance.outlook import CapOutlook, cap_outlook
from adr.rebalance.preview import RecipePreview


def cap_outlook_view(engine: Engine, preview: RecipePreview, perspective: str, caps: Mapping[str, int]) -> None:
    """What capping these entities would do to the recipe on the board."""
    st.caption(outlook_text(cap_outlook(engine, preview, perspective, caps)))


def outlook_text(told: CapOutlook) -> str:
    """ "500: 388 more go, of them 12 tail instances. Other concepts that lose most: dog 40 → 12." as Markdown."""
    most = sorted(set(told.caps.values()))
    which = f"{most[0]:,}" if len(most) == 1 else f"{most[0]:,} to {most[-1]:,}"
    if not told.goes:
        return f"**{which}:** no more instances are dropped."
    tail = f"{told.tail:,} of them with a tail entity" if told.tail else "none of them with a tail entity"
    said = f"**{which}:** {counted(told.goes, 'more instance')} dropped, {tail}."
    losing = [f"{plain(loss.entity)} {loss.kept:,} → {loss.left:,}" for loss in told.losing]
    return said + (f" Other concepts that lose most: {', '.join(losing)}." if losing else "")
