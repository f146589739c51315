"""How far the review is."""

import pandas as pd
import streamlit as st

from adr.review.meters import meters, progress
from adr.ui.frame import Frame


def progress_line(here: Frame, plan: int | None) -> pd.DataFrame:
    """Done, left, rate, time left, and how many concepts are filled; returns the meters that it read."""
    now = progress(here.store, plan)
    done = now.candidates - now.left
    parts = [
        f"**{done:,}** of {now.candidates:,} judged",
        f"{now.accepted:,} accepted",
        f"{now.rejected:,} rejected",
        f"{now.unsure:,} unsure",
        f"**{now.left:,}** left",
    ]
    if now.rate:
        parts.append(f"{now.rate:,.0f} per minute")
    if now.minutes_left and now.left:
        parts.append(f"about {max(1, round(now.minutes_left))} min left")
    filled = meters(here.store, plan)
    if len(filled):
        parts.append(f"{int((filled['state'] == 'filled').sum())} of {len(filled)} concepts filled")
    st.progress(done / now.candidates if now.candidates else 0.0, " · ".join(parts))
    return filled
