"""The Overview of an empty workspace: what this is for, and two ways to begin."""

from typing import Any

import streamlit as st

from adr import pipeline
from adr.progress import Progress
from adr.ui.frame import Frame
from adr.ui.navigation import go
from adr.ui.parts.job_view import job_view
from adr.ui.parts.palette import HEAD_COLOR, TAIL_COLOR

# What the program does, as a drawing: counts by rank; the head's bars cut at the cap, the tail's filled up.
_BARS = (100, 78, 63, 52, 44, 37, 32, 27, 23, 19, 16, 13, 11, 9, 7, 6, 5, 4, 3, 3, 2, 2, 1, 1)
_CAP, _FILL = 40, 15


def _image() -> str:
    bars = []
    for place, count in enumerate(_BARS):
        kept, x = min(count, _CAP), place * 36
        color = TAIL_COLOR if count < _FILL else HEAD_COLOR
        bars.append(f'<rect x="{x}" y="{104 - kept}" width="28" height="{kept}" rx="2" fill="{color}"/>')
        if count > _CAP:
            bars.append(
                f'<rect x="{x + 1}" y="{104 - count}" width="26" height="{count - _CAP - 2}" rx="2" '
                f'fill="{HEAD_COLOR}" fill-opacity="0.12" stroke="{HEAD_COLOR}" stroke-dasharray="3 3"/>'
            )
        if count < _FILL:
            bars.append(
                f'<rect x="{x}" y="{104 - _FILL}" width="28" height="{_FILL - count}" rx="2" '
                f'fill="{TAIL_COLOR}" fill-opacity="0.4"/>'
            )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 860 106" width="860" height="106">{"".join(bars)}'
        f'<line x1="0" x2="860" y1="{104 - _CAP}" y2="{104 - _CAP}" stroke="{TAIL_COLOR}" stroke-width="1.5" '
        'stroke-dasharray="5 4"/></svg>'
    )


def welcome(here: Frame) -> None:
    """What an empty workspace shows: what this is for, and two ways to begin."""
    st.title("See the long tail. Cap the head. Fill the tail. Leave with a better dataset.", anchor=False)
    st.markdown(
        "ADR Workbench refines instruction-tuning data for vision-language models in four steps: see the "
        "**long tails** of your dataset from four perspectives, **cap the head** and see the effect before you apply "
        "it, fill the tail with **synthetic images** that you have looked at, and leave with a **file your trainer "
        "reads** and a record of how it was made."
    )
    st.image(_image(), width="stretch", alt="Counts by rank: the head cut at the cap, the tail filled up")
    job = job_view(here.jobs, "demo")
    if job is not None and job.state == "running":
        return
    left, right = st.columns(2, gap="medium")
    with left, st.container(border=True, height="stretch"):
        st.subheader("Try it on the demo world", anchor=False)
        st.write(
            "3,000 pictures with conversations, drawn on this machine in about half a minute: 80 kinds of things, "
            "a head that drowns out everything else, and a tail worth filling."
        )
        if st.button("Draw the demo", type="primary", icon=":material/palette:", key="draw demo"):
            here.jobs.start("demo", "Drawing the demo world", lambda progress: _demo(here, progress))
            st.rerun()
    with right, st.container(border=True, height="stretch"):
        st.subheader("Read your own dataset", anchor=False)
        st.write(
            "A LLaVA-style JSON or JSON Lines file with a folder of images. Millions of conversations are fine; "
            "records that cannot be used are set aside with the reason."
        )
        if st.button("Read your data", icon=":material/folder_open:", key="read own"):
            go("Dataset")


def _demo(here: Frame, progress: Progress) -> Any:
    from adr.index.index import index

    report = pipeline.demo(here.store, here.workspace, progress=progress)
    index(here.store, progress=progress)
    return report
