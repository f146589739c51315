"""The image folder of the dataset: set or changed without reading the dataset again."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from adr.figures import counted
from adr.ingest.change_images import ImagesReport, change_images
from adr.plain_text import code, plain
from adr.ui.access import roots
from adr.ui.frame import Frame
from adr.ui.parts.job_view import job_view

KIND = "images"


def images_form(here: Frame, folder: str | None, sources: Sequence[str]) -> None:
    """A field for the folder that the image paths of a source start from, and what the last change found."""
    with st.popover("Change the image folder" if folder else "Set the image folder", icon=":material/folder_open:"):
        name = st.selectbox("Source", sources, key="image folder of", format_func=plain) if len(sources) > 1 else None
        given = st.text_input(
            "Image folder",
            value="" if name else folder or "",
            key="image folder",
            help="The folder that the image paths of the dataset start from. Its index, runs, plans and verdicts stay.",
        ).strip()
        if st.button("Use this folder", key="use image folder", type="primary", disabled=not given):
            here.jobs.start(
                KIND,
                "Looking for the images",
                lambda progress: change_images(
                    here.store, Path(given), name=name, follow_links=not roots(), progress=progress
                ),
            )
            st.rerun(scope="app")
    job = job_view(here.jobs, KIND)
    if job is not None and isinstance(job.outcome, ImagesReport):
        st.caption(_found(job.outcome))


def _found(report: ImagesReport) -> str:
    there = report.with_images - report.missing
    having = counted(report.with_images, "instance")
    return f"{code(report.images or '')}: {there:,} of {having} with images have all of them there."
