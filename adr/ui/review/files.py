"""Verdicts exported to a file and imported from one."""

import functools
import tempfile
from pathlib import Path

import streamlit as st

from adr.plain_text import plain
from adr.review.exchange import export_verdicts, import_verdicts
from adr.ui.frame import Frame


def files_view(here: Frame) -> None:
    """Export and import of verdicts, as CSV or JSON Lines."""
    out, into = st.columns(2, gap="large")
    with out:
        st.markdown("**Export:** one row per candidate with its verdict in force. Blank means waiting.")
        for ending, name in (("csv", "CSV"), ("jsonl", "JSON Lines")):
            st.download_button(
                f"Download {name}",
                key=f"out {ending}",
                file_name=f"verdicts.{ending}",
                data=functools.partial(_written, here, ending),
                on_click="ignore",
            )
    with into:
        st.markdown(
            "**Import:** a file with at least candidate, judgement and reviewer. A second import changes nothing."
        )
        uploaded = st.file_uploader("Verdicts", type=["csv", "jsonl"], key="verdicts_file")
        if uploaded is not None and st.button("Import", type="primary", key="verdicts_import"):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / ("verdicts" + Path(uploaded.name).suffix)
                path.write_bytes(uploaded.getvalue())
                report = import_verdicts(here.store, path)
            st.success(f"{report.verdicts:,} imported, {report.known:,} already known.")
            if report.refused:
                reasons = ", ".join(f"{n:,} {plain(r.replace('_', ' '))}" for r, n in report.refused.items())
                st.warning(f"Set aside: {reasons}.  \n" + "  \n".join(plain(example) for example in report.examples))


def _written(here: Frame, ending: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"verdicts.{ending}"
        export_verdicts(here.store, path)
        return path.read_bytes()
