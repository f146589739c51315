"""Writing an export: what would be in it, what the trainer would object to, and the button.

Asks `adr.export` and draws; knows no single format.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import streamlit as st

from adr.errors import AdrError
from adr.export.epochs import epochs_in
from adr.export.export import Preview, export, preview
from adr.export.folder import is_export
from adr.export.formats import FORMATS
from adr.export.lint import Finding
from adr.export.mixture import has_mixture
from adr.export.only import Only, decided_at
from adr.export.options import ExportOptions
from adr.figures import counted
from adr.plain_text import code, plain
from adr.prove.measured import measured
from adr.store import Store
from adr.ui.access import allowed_path, by_itself
from adr.ui.export.only import chosen_only
from adr.ui.export.options import chosen_format, chosen_options
from adr.ui.export.push import push_job_view
from adr.ui.export.run_choice import chosen_run
from adr.ui.export.weights import WeighedFile, weighed_files, weights_table
from adr.ui.frame import Frame
from adr.ui.navigation import link
from adr.ui.parts.controls import move
from adr.ui.parts.figures import figures
from adr.ui.parts.job_view import job_view
from adr.ui.telling import fragment
from adr.workspace import Workspace

KIND = "export"
_EPOCHS = 8  # epochs listed with their rows


@dataclass(frozen=True)
class Seen:
    """What an export would write, as plain values."""

    rows: int
    synthetic: int
    images: int  # of the synthetic rows
    kept: int
    left_out: int
    repaired: int
    findings: tuple[Finding, ...]
    blocked: bool
    epochs: tuple[int, ...]  # rows of each epoch, where all are written
    files: tuple[WeighedFile, ...]  # of an export with weights


@st.cache_data(show_spinner="Checking every row …", max_entries=16)
def _seen(key: tuple[str, int], _store: Store, _workspace: Workspace, run: int, options: ExportOptions) -> Seen:
    return _told(preview(_store, _workspace, run, options))


def _told(found: Preview) -> Seen:
    return Seen(
        found.leave.instances,
        found.leave.synthetic,
        len(found.leave.with_image),
        found.leave.instances - found.leave.synthetic,
        len(found.left_out),
        len(found.leave.new_ids),
        found.lint.findings,
        bool(found.blocked),
        tuple(one.instances for one in found.epochs),
        weighed_files(found.format, found.parts),
    )


def _seen_of(here: Frame, run: int, options: ExportOptions, only: Only | None) -> Seen:
    """What an export would write, all of it or only some instances."""
    if only is None:
        return _seen(here.key, here.store, here.workspace, run, options)
    made = (
        f"{here.workspace.folder} {decided_at(here.store, run)}"  # not the revision, which the preview itself moves on
    )
    return _seen_only(made, run, options, only.words, only.positions.tobytes(), here.store, here.workspace)


@st.cache_data(show_spinner="Checking every row …", max_entries=16)
def _seen_only(
    made: str, run: int, options: ExportOptions, words: str, positions: bytes, _store: Store, _workspace: Workspace
) -> Seen:
    with by_itself():  # what is written is gone when the preview is done
        found = preview(_store, _workspace, run, options, only=Only(words, np.frombuffer(positions, np.int32)))
    return _told(found)


def jobs_view(here: Frame, view: str) -> None:
    """The running export, or how the last one ended; the list of exports shows what it wrote."""
    push_job_view(here)
    job = job_view(here.jobs, KIND)
    if job is None or job.state != "done" or job.outcome is None or view != "exports":
        return
    made = job.outcome
    st.success(
        f"{counted(made.instances, 'row')} ({made.synthetic:,} synthetic) "
        f"{'was' if made.instances == 1 else 'were'} written to {code(str(made.folder))}.",
        icon=":material/check_circle:",
    )


def write_view(here: Frame, run: int) -> None:
    """Choose a format, see what will be written, write it."""
    left, right = st.columns([2, 3], gap="large")
    with left:
        name = chosen_format()
    with right:
        options = chosen_options(here, name, epochs_in(here.store, run), mixed=has_mixture(here.store, run))
        try:
            only = chosen_only()
            seen = _seen_of(here, run, options, only)
        except AdrError as error:
            st.warning(plain(f"{error.sentence} {error.next_step}"), icon=":material/info:")
            return
        _what(here, name, options, seen)
        weights_table(seen.files)
        _findings(seen)
        _write(here, run, options, seen, only)


def _what(here: Frame, name: str, options: ExportOptions, seen: Seen) -> None:
    format = FORMATS[name] if options.mixture == "applied" else FORMATS[name].with_weights()
    with st.container(border=True):
        st.markdown("**What will be written**")
        items = [(f"{seen.rows:,}", "rows", "Kept instances with their copies, and accepted candidates.")]
        if format.part != "synthetic":
            items.append((f"{seen.kept:,}", "from the source", "Kept instances, each as often as the run repeats it."))
        if format.part != "decisions":
            share = f" ({seen.synthetic / seen.rows:.1%})" if seen.rows else ""
            items.append((f"{seen.synthetic:,}{share}", "synthetic", "Candidates that a person or a rule accepted."))
        if seen.left_out:
            items.append((f"{seen.left_out:,}", "left out", "Rows with errors."))
        if seen.repaired:
            items.append((f"{seen.repaired:,}", "ids repaired", "Rows whose id an earlier row has."))
        figures(items)
        if seen.epochs:
            st.caption(f"Each row that some epoch has, once. {plain(_listed(seen.epochs))}.")
        st.caption(
            f"{plain(format.sentence)} Beside it: a manifest, a dataset card with curves, the lines that start the "
            "trainer, the report page, where each synthetic row came from, and what was left out."
        )
        root = "IMAGES" if options.images == "reference" else "OUT/images"
        st.code(format.setting.format(out="OUT", root=root), language=None, wrap_lines=True)
        if options.images == "reference" and seen.images and format.part == "all":
            st.caption(
                "IMAGES is your image folder; link the synthetic pictures into it: "
                "`ln -s OUT/images/adr-synthetic IMAGES/`"
            )
        if here.standing.left and format.part == "all" and options.synthetic != "none":
            waiting = counted(here.standing.left, "candidate waits", "candidates wait")
            link("Review", f"{waiting} for a verdict and will not be written")


def _listed(epochs: Sequence[int]) -> str:
    shown = ", ".join(f"epoch {n}: {counted(rows, 'row')}" for n, rows in enumerate(epochs[:_EPOCHS], 1))
    return shown[0].upper() + shown[1:] + (f" and {len(epochs) - _EPOCHS} more" if len(epochs) > _EPOCHS else "")


def _findings(seen: Seen) -> None:
    """The findings of the lint: errors unfolded, warnings folded."""
    if not seen.findings:
        st.success("Every row passes the checks for this trainer.", icon=":material/check:")
        return
    errors = [f for f in seen.findings if f.level == "error"]
    warnings = [f for f in seen.findings if f.level == "warning"]
    for title, found, show, icon in (
        (f"{_kinds(errors, 'error')}: the trainer would stop", errors, seen.blocked, ":material/error:"),
        (f"{_kinds(warnings, 'warning')}: the export can be written", warnings, False, ":material/warning:"),
    ):
        if found:
            with st.expander(title, expanded=show, icon=icon):
                for finding in found:
                    st.markdown(
                        f"**{finding.rows:,}** · {plain(finding.sentence)}  \n"
                        f":small[{code(finding.kind)} {_examples(finding.examples)}]"
                    )


def _kinds(found: Sequence[Finding], name: str) -> str:
    return f"1 kind of {name}" if len(found) == 1 else f"{len(found):,} kinds of {name}s"


def _examples(examples: Sequence[str]) -> str:
    return " · ".join(plain(text) for text in examples)


def _write(here: Frame, run: int, options: ExportOptions, seen: Seen, only: Only | None) -> None:
    default = str(here.workspace.exports / f"run-{run}-{options.format}")
    given = st.text_input(
        "Folder",
        value=default,
        key=f"export folder {run} {options.format}",
        help="A folder on the machine that runs this app; it appears once everything is written.",
    )
    out = allowed_path(given.strip() or default)
    replace, taken = False, out.exists() and any(out.iterdir() if out.is_dir() else [out])
    if taken and is_export(out):
        replace = st.checkbox("Replace the export in this folder", key="export replace")
    elif taken:
        st.error("This folder holds something other than an export. Choose another folder.", icon=":material/error:")
    ready = bool(seen.rows) and not seen.blocked and (not taken or replace) and not here.jobs.running(KIND)
    if st.button("Write the export", type="primary", key="export write", disabled=not ready, icon=":material/output:"):
        store, workspace = here.store, here.workspace
        here.jobs.start(
            KIND,
            f"Writing {FORMATS[options.format].title}",
            lambda progress: export(
                store,
                workspace,
                run,
                out=out,
                **asdict(options),
                replace=replace,
                measured=measured(store, workspace, run),
                only=only,
                progress=progress,
            ),
        )
        move(view="exports")
        st.rerun(scope="app")


@fragment
def write_part(here: Frame) -> None:
    """The writing view with its run, as a fragment: a change redraws it alone."""
    write_view(here, chosen_run(here))
