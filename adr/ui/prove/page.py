"""The Prove page: the question, the experiment, and what it has shown."""

from pathlib import Path

import streamlit as st

from adr.plain_text import SENTENCE, plain
from adr.prove.departures import departures
from adr.prove.pilot_effect import known_detectable
from adr.prove.proof_folder import ProofFolder
from adr.prove.proof_report import html_page
from adr.prove.scores import read_design
from adr.prove.summary import Summary, limits_of, summarize
from adr.ui.frame import Frame
from adr.ui.parts.nothing_indexed import nothing_indexed
from adr.ui.prove.changed import changed_view, dose_view
from adr.ui.prove.design_form import design_form
from adr.ui.prove.experiment import NEW, chosen_experiment, design_view, root
from adr.ui.prove.jobs import TRAINING
from adr.ui.prove.results import answers_view, controls_view, forest_view, kinds_view, not_as_designed, table_view
from adr.ui.prove.work import work_view
from adr.ui.telling import fragment

QUESTION = (
    "Does a small model learn more from the refined set than from a random one of equal size, above all about what is "
    "rare? Several trainings of each, the same test for all, and intervals that know both."
)


def prove_title() -> None:
    """The page's title, above the choice of its views."""
    st.title("Prove", anchor=False)


def prove_view(here: Frame) -> None:
    """The experiment: for an empty workspace, a new one, one under way or one that has ended."""
    st.markdown(QUESTION)
    if not here.standing.postings:
        nothing_indexed(here)
        return
    number = chosen_experiment(here)
    if number == NEW:
        design_form(here)
    else:
        _experiment(here, root(here) / str(number))


def _experiment(here: Frame, folder: Path) -> None:
    design = read_design(folder)
    stamp = _stamp(folder)
    design_view(design, _detectable(str(folder), stamp), _departed(here.key, str(folder), stamp, here))
    st.info(plain(limits_of(design), SENTENCE), icon=":material/info:")
    work_view(here, folder, design)
    if here.jobs.running(TRAINING):
        st.caption("Results are shown when the trainings have ended or were cancelled.")
        return
    if not (folder / "items.parquet").is_file():
        st.caption("Results are shown when the trainings have ended or were stopped.")
        return
    found = _summary(str(folder), stamp)
    not_as_designed(found)
    if not found.gate.passed:
        st.warning(plain(f"{found.gate.sentence} Nothing is compared.", SENTENCE), icon=":material/block:")
        return
    st.caption(plain(found.gate.sentence, SENTENCE))
    _results(here, folder, found)


def _results(here: Frame, folder: Path, found: Summary) -> None:
    answers_view(found)
    fragment(forest_view)(found)
    controls_view(found)
    table_view(found)
    fragment(kinds_view)(found)
    dose_view(found)
    changed_view(here, found)
    st.download_button(
        "Save the report",
        lambda: html_page(found).encode(),
        f"proof-{folder.name}.html",
        "text/html",
        key="proof save",
        on_click="ignore",
        icon=":material/download:",
    )


def _stamp(folder: Path) -> tuple[int, ...]:
    """What changes when the results do."""
    files = [folder / name for name in ("design.json", "gate.json", "items.parquet", "trials")]
    return tuple(path.stat().st_mtime_ns for path in files if path.exists())


@st.cache_data(show_spinner=False, max_entries=8)
def _detectable(folder: str, stamp: tuple[int, ...]) -> dict[str, float]:
    return known_detectable(Path(folder), read_design(Path(folder)))


@st.cache_data(show_spinner="Checking the design …", max_entries=8)
def _departed(key: tuple[str, int], folder: str, stamp: tuple[int, ...], _here: Frame) -> tuple[str, ...]:
    return departures(_here.store, _here.workspace, ProofFolder(Path(folder)))


@st.cache_data(show_spinner="Comparing the arms …", max_entries=4)
def _summary(folder: str, stamp: tuple[int, ...]) -> Summary:
    return summarize(Path(folder))
