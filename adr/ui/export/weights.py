"""The files of an export with weights: how often a trainer sees the rows of each value."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from adr.export.parts import Part
from adr.export.work import Format

_MOST_HIGH = 12  # lines of the table before it scrolls


@dataclass(frozen=True)
class WeighedFile:
    """One file: its value or what its rows have in common, rows, how often each is seen where the rows that the run
    keeps are seen once, its share (0..1) of what is then seen, and the trainer's setting."""

    value: str
    rows: int
    times: float
    share: float
    setting: str


def weighed_files(format: Format, parts: Sequence[Part]) -> tuple[WeighedFile, ...]:
    """What a preview says of its files, as plain values; nothing where the export has no weights."""
    if not parts or format.weighted is None:
        return ()
    seen = sum(part.seen for part in parts)
    takes = format.weighted.takes(parts)
    return tuple(
        WeighedFile(part.value or part.kind, part.rows, part.times, part.seen / seen if seen else 0.0, take.setting)
        for part, take in zip(parts, takes, strict=True)
    )


def weights_table(files: Sequence[WeighedFile]) -> None:
    """A line for each file."""
    if not files:
        return
    table = pd.DataFrame(
        {
            "value": [one.value for one in files],
            "rows": [one.rows for one in files],
            "times": [round(one.times, 4) for one in files],
            "share": [100 * one.share for one in files],
            "setting": [one.setting or "left out" for one in files],
        }
    )
    st.dataframe(
        table,
        hide_index=True,
        width="stretch",
        height=35 * min(len(files), _MOST_HIGH) + 38,
        key="export weights",
        column_config={
            "rows": st.column_config.NumberColumn("rows", format="localized"),
            "times": st.column_config.NumberColumn(
                "times", help="How often each row is seen where the run's are once."
            ),
            "share": st.column_config.NumberColumn("share", format="%.2f %%"),
            "setting": st.column_config.TextColumn("setting", help="The trainer's setting for this file."),
        },
    )
