"""Faults of the dataset's pictures: the check as a job, how many have each fault, and what they look like."""

import streamlit as st

from adr.embed.picture_check import PicturesReport, check_pictures, faulty_pictures, pictures_report
from adr.figures import counted
from adr.image_folder import ImageFolder
from adr.store import Store
from adr.ui.frame import Frame
from adr.ui.navigation import link
from adr.ui.parts.controls import choice, jump
from adr.ui.parts.image_grid import Tile, image_grid
from adr.ui.parts.images import data_urls
from adr.ui.parts.job_view import job_view

KIND = "pictures"
_SHOWN = 24
_NAMES = {
    "unreadable": "Not opening",
    "blank": "Blank",
    "dark": "Dark",
    "blurred": "Blurred",
    "tiny": "Tiny",
    "odd_aspect": "Odd aspect",
}


def picture_faults_view(here: Frame) -> None:
    """The button that looks at the pictures, and what was found."""
    report = pictures_report(here.store)
    _start(here, report)
    job_view(here.jobs, KIND)
    if report is None:
        return
    st.caption(_summary(report))
    if not report.faults:
        return
    fault = choice(
        "Fault",
        tuple(report.faults),
        "fault",
        default=next(iter(report.faults)),
        says=lambda one: f"{_NAMES[one]} {report.faults[one].pictures:,}",
    )
    _examples(here, fault, report.faults[fault].pictures)
    link("Dataset", f"The instances: {report.faults[fault].instances:,}", icon=":material/search:", find=fault)


def _start(here: Frame, report: PicturesReport | None) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if report is None:
            st.markdown("Every picture is read once, by a process of its own that goes on where it stopped.")
        if st.button(
            "Look at the pictures" if report is None else "Look again",
            key="check pictures",
            type="primary" if report is None else "secondary",
            disabled=bool(here.jobs.running(KIND)),
        ):
            here.jobs.start(KIND, "Looking at the pictures", lambda progress: check_pictures(here.store, progress))
            st.rerun(scope="app")


def _summary(report: PicturesReport) -> str:
    looked = counted(report.pictures - report.missing, "picture")
    missing = f" {report.missing:,} more are not on disk." if report.missing else ""
    good = " None has a fault." if report.pictures > report.missing and not report.faults else ""
    return f"{looked} looked at.{good}{missing}"


def _examples(here: Frame, fault: str, total: int) -> None:
    found = _faulty(here.key, here.store, fault)
    folder = ImageFolder.of(here.store)
    urls = data_urls(here.workspace, [folder.file(path) if folder else None for path, _ in found])
    tiles = [
        Tile(str(instance), f"Instance {instance:,}", url, path, instead="cannot be opened", alt=path)
        for (path, instance), url in zip(found, urls, strict=True)
    ]
    if picked := image_grid(tiles, key="faulty pictures", least=140):
        jump(find=f"#{picked}")
    if total > len(found):
        st.caption(f"The first {len(found):,} of {total:,} by name.")


@st.cache_data(show_spinner=False, max_entries=16)
def _faulty(key: tuple[str, int], _store: Store, fault: str) -> list[tuple[str, int]]:
    return faulty_pictures(_store, fault, _SHOWN)
