"""The runs of the workspace: list, compare by numbers, rename, delete, tune again.

Knows how runs are shown; `adr.rebalance.runs` writes them.
"""

import pandas as pd
import streamlit as st

from adr.perspectives import PAPER_NAMES
from adr.plain_text import plain
from adr.rebalance.engine import Engine
from adr.rebalance.runs import Run, delete_run, rename_run, runs
from adr.recipe import Recipe
from adr.recipe_replay import replayable
from adr.ui.frame import Frame
from adr.ui.navigation import link
from adr.ui.parts.controls import asked_number, move
from adr.ui.parts.palette import title_of
from adr.ui.parts.run_words import run_words
from adr.ui.rebalance.recipe_files import recipe_files
from adr.ui.rebalance.run_diversity import run_diversity_view
from adr.ui.rebalance.run_epochs import epochs_view
from adr.ui.rebalance.state import state, tune

# Column headings: tail shares after rebalancing.
_SHORT = {"token": "tail tok.", "object": "tail obj.", "co_occurrence": "tail pairs", "interrogation": "tail ask."}


def runs_view(here: Frame, engine: Engine, recipe: Recipe) -> None:
    """Recipe files, all runs, and what can be done with one of them."""
    recipe_files(replayable(here.store, recipe))
    known = runs(here.store)
    if not known:
        st.caption("No run yet. Apply writes one: every instance's decision with its reason, for synthesis and export.")
        return
    numbers = _by_numbers(known)
    event = st.dataframe(
        numbers if numbers["copies"].any() else numbers.drop(columns="copies"),
        hide_index=True,
        width="stretch",
        on_select="rerun",
        selection_mode="single-row",
        key="runs",
        column_config={
            **{
                name: st.column_config.NumberColumn(format="localized", width=75)
                for name in ("kept", "dropped", "copies", "expected", "entities lost", "lost at random")
            },
            **{
                f"tail {title_of(p).lower()}": st.column_config.NumberColumn(short, format="percent", width=70)
                for p, short in _SHORT.items()
            },
            "run": st.column_config.NumberColumn(width=45),
            "name": st.column_config.TextColumn(width=120),
            "written": st.column_config.DatetimeColumn(format="distance", width=100),
        },
    )
    chosen = event["selection"]["rows"]
    number = known[chosen[0]].run if chosen and chosen[0] < len(known) else asked_number("run", 0)
    found = next((run for run in known if run.run == number), None)
    if found is None:
        st.caption("Pick a run to tune its recipe again, compare, rename or delete it.")
        return
    _one(here, engine, found)


def _by_numbers(known: list[Run]) -> pd.DataFrame:
    rows = []
    for run in known:
        columns = run.report.perspectives
        rows.append(
            {
                "run": run.run,
                "name": run.name + (" (outdated)" if run.outdated else ""),
                "kept": run.kept,
                "dropped": run.dropped,
                "copies": run.repeated,
                "expected": None if run.expected is None else round(run.expected),
                **{f"tail {title_of(p).lower()}": columns[p].after.tail_share for p in PAPER_NAMES if p in columns},
                "entities lost": sum(columns[p].after.lost for p in columns),
                "lost at random": sum(columns[p].random.lost for p in columns),
                "written": run.created_at,
            }
        )
    return pd.DataFrame(rows)


def _one(here: Frame, engine: Engine, run: Run) -> None:
    with st.container(border=True):
        st.markdown(f"**{plain(run_words(run.run, run.name))}**  \n{plain(run.recipe.in_words())}")
        if run.outdated:
            st.warning(
                "The dataset was read or indexed after this run; apply the recipe again.", icon=":material/history:"
            )
        again, against, file, other, gone = st.columns(5)
        again.button(
            "Tune again",
            key="take up",
            width="stretch",
            on_click=lambda: tune(run.recipe),
            help="Make its recipe the one being tuned.",
        )
        against.button(
            "Compare",
            key="against",
            width="stretch",
            on_click=lambda: move(part="compare", b=f"run {run.run}", page=None),
        )
        file.download_button(
            "Recipe",
            replayable(here.store, run.recipe).to_toml(),
            f"recipe-run-{run.run}.toml",
            "application/toml",
            key="run recipe",
            width="stretch",
            on_click="ignore",
            icon=":material/download:",
        )
        with other:
            _rename(here, run)
        with gone:
            _delete(here, run)
        plan, export = st.columns(2)
        with plan:
            link("Synthesize", "Plan what to synthesize", run=run.run)
        with export:
            link("Export", "Export what it keeps", run=run.run)
        run_diversity_view(here, run.run)
        epochs_view(here, engine, run)


def _rename(here: Frame, run: Run) -> None:
    with st.popover("Rename", width="stretch"):
        name = st.text_input("Name", value=run.name, key=f"rename {run.run}")
        if st.button("Rename", key="rename", disabled=not name.strip()):
            rename_run(here.store, run.run, name)
            st.rerun(scope="app")


def _delete(here: Frame, run: Run) -> None:
    needed = "A synthesis plan needs this run." if run.plans else None
    with st.popover("Delete", width="stretch", disabled=run.plans > 0, help=needed):
        st.markdown("Its decisions are removed. Exports that were written stay.")
        if st.button("Delete this run", key="delete", type="primary"):
            delete_run(here.store, run.run)
            state().written = None
            st.rerun(scope="app")
