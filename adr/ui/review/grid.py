"""Sixty candidates at a time: the data of the grid component, and the component itself. Knows what to show, not what
to do: steps come back as {'action', 'candidates', 'all', 'number'} to the page."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from adr.review.candidate import shown_files
from adr.store import Store
from adr.synthesize.plan_file import WITHOUT_IMAGE
from adr.ui.parts.component import component
from adr.ui.parts.data_uri import data_uri
from adr.workspace import Workspace

_GRID = component("review/grid", "<div id='grid'></div>")

PAGE = 60
TILE = 128


def grid(told: dict[str, Any], on_step: Callable[[], None], key: str = "review_grid") -> None:
    """Mount the grid; `on_step` is called with the step in `st.session_state[key].step`."""
    _GRID(data=told, key=key, on_step_change=on_step)


def tiles(store: Store, workspace: Workspace, rows: pd.DataFrame) -> list[dict[str, str]]:
    """One tile per row of `adr.review.queue`."""
    shown = [str(path) for path in rows["shown_image"] if not pd.isna(path)]
    files = dict(zip(shown, shown_files(store, workspace, shown), strict=True))
    return [
        {
            "candidate": row.candidate,
            "image": "" if pd.isna(row.shown_image) else data_uri(files[str(row.shown_image)], TILE),
            "words": str(row.prompt) if row.generator in WITHOUT_IMAGE else "",
            "name": str(row.name),
            "score": "" if pd.isna(row.score) else f"{row.score:.2f}",
            "flags": ", ".join(str(flag).replace("_", " ") for flag in (row.flags if row.flags is not None else [])),
            "judgement": "" if pd.isna(row.judgement) else str(row.judgement),
            "says": f"{row.candidate}, adds {row.gain:.2f} to the tail",
        }
        for row in rows.itertuples(index=False)
    ]
