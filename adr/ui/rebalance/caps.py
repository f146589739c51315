"""Caps by hand: every entity in a table to search, sort, cap, mute, protect and note.

Knows how edits of the table are read; the engine computes what an entity loses.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from adr.plain_text import plain
from adr.rebalance.engine import Engine, RecipePreview
from adr.rebalance.explain import explain_entity
from adr.recipe import PERSPECTIVES, Recipe
from adr.ui.frame import Frame
from adr.ui.parts.controls import choice, pages, words
from adr.ui.parts.palette import PERSPECTIVE_NAMES, PERSPECTIVE_WORDS
from adr.ui.rebalance.entity import entity_view
from adr.ui.rebalance.state import current, tune
from adr.ui.rebalance.steps import with_caps
from adr.ui.rebalance.suggested_mutes import suggestions_view

ROWS = 25
MOST_AT_ONCE = 2000  # caps set in one step: the address carries them all
ORDERS = {
    "count": "most frequent first",
    "goes": "most dropped first",
    "share": "largest share dropped first",
    "rare": "rarest first",
    "caps": "capped by hand only",
}


def caps_view(here: Frame, engine: Engine, recipe: Recipe, preview: RecipePreview) -> None:
    """The table of one perspective's entities, actions on those picked, and suggestions."""
    which, find, order = st.columns([4, 2.2, 1.8], vertical_alignment="bottom", gap="medium")
    with which:
        perspective = choice(
            "Perspective",
            PERSPECTIVES,
            "of",
            default="object",
            says=PERSPECTIVE_NAMES.__getitem__,
            drops=("page", "find"),
        )
    with find:
        search = words("Search", "find", placeholder="search entities", drops=("page",))
    with order:
        sorting = st.selectbox(
            "Order", list(ORDERS), format_func=ORDERS.__getitem__, key="caps order", label_visibility="collapsed"
        )
    chosen = _ordered(engine, recipe, preview, perspective, search, sorting)
    above = st.container()
    offset = pages(len(chosen), ROWS, "page")
    shown = chosen[offset : offset + ROWS]
    with above:
        if not len(shown):
            st.caption("No entity matches." if search else "No caps set by hand yet.")
            picked: list[str] = []
        else:
            picked = _table(engine, recipe, preview, perspective, shown)
        _actions(engine, perspective, picked, chosen, bool(search))
    if len(picked) == 1:
        entity_view(here, explain_entity(engine, preview, perspective, picked[0]))
    _in_force(recipe)
    with st.expander("Suggested mutes", icon=":material/lightbulb:", key="caps suggested"):
        suggestions_view(here, recipe, perspective)


def _ordered(
    engine: Engine, recipe: Recipe, preview: RecipePreview, perspective: str, search: str, sorting: str
) -> npt.NDArray[np.int64]:
    """Entities of the perspective (numbered as in PostingRows) that match the search, in the order asked for."""
    postings = engine.postings[perspective]
    places: npt.NDArray[np.int64] = np.arange(len(postings.n))
    if search:
        places = engine.places_containing(perspective, search)
    if sorting == "caps":
        held = list(engine.caps(recipe)[0].get(perspective, {}))
        return np.intersect1d(places, np.array(held, dtype=np.int64))
    if sorting == "rare":
        return places[::-1]
    if sorting in ("goes", "share"):
        n = postings.n[places].astype(np.int64)
        goes = n - preview.after[perspective][places]
        return places[np.argsort(-(goes / n if sorting == "share" else goes), kind="stable")]
    return places


def _table(
    engine: Engine, recipe: Recipe, preview: RecipePreview, perspective: str, shown: npt.NDArray[np.int64]
) -> list[str]:
    """One page, to edit; returns the names of the rows picked."""
    names = engine.names(perspective, shown)
    n, after = engine.postings[perspective].n[shown], preview.after[perspective][shown]
    caps, notes = recipe.caps.get(perspective, {}), recipe.notes.get(perspective, {})
    frame = pd.DataFrame(
        {
            "pick": False,
            "entity": names,
            "instances": n,
            "left": after,
            "goes": np.maximum(n - after, 0),
            "share": np.maximum(n - after, 0) / n,
            "random": preview.random[perspective][shown],
            "cap": [cap_text(caps[name]) if name in caps else "" for name in names],
            "note": [notes.get(name, "") for name in names],
        }
    )
    key = f"caps {hash((perspective, tuple(names), recipe.fingerprint, tuple(sorted(notes.items()))))}"
    edited = st.data_editor(
        frame,
        key=key,
        hide_index=True,
        width="stretch",
        num_rows="fixed",
        height=35 * len(names) + 38,
        disabled=["entity", "instances", "left", "goes", "share", "random"],
        on_change=lambda: _edited(perspective, names, key),
        column_config=_columns(PERSPECTIVE_WORDS[perspective][0]),
    )
    return [name for name, on in zip(names, edited["pick"], strict=True) if on]


def _columns(word: str) -> dict[str, Any]:
    """How the columns of the table are shown; word: what an entity of the perspective is called."""
    column = st.column_config
    return {
        "pick": column.CheckboxColumn("", width=36),
        "entity": column.TextColumn(word, width="medium"),
        "instances": column.NumberColumn("before", format="localized"),
        "left": column.NumberColumn("after", format="localized"),
        "goes": column.NumberColumn("dropped", format="localized"),
        "share": column.ProgressColumn("share dropped", format="percent", min_value=0, max_value=1),
        "random": column.NumberColumn("random", format="localized", help="Left in a random subset of equal size."),
        "cap": column.TextColumn(
            "cap",
            help="A count. 0 mutes the entity: it keeps no instance. inf protects it: it keeps all. Empty: τ.",
            validate=r"^\s*(\d+(\.\d+)?|inf|∞)?\s*$",
        ),
        "note": column.TextColumn("note", help="Why; kept in the recipe.", width="medium"),
    }


def cap_text(cap: float) -> str:
    """A cap as the table shows it."""
    return "inf" if math.isinf(cap) else f"{cap:g}"


def _edited(perspective: str, names: Sequence[str], key: str) -> None:
    changes = st.session_state[key]["edited_rows"]
    caps, notes = {}, {}
    for row, cells in changes.items():
        name = names[int(row)]
        if "cap" in cells:
            text = str(cells["cap"] or "").strip().replace("∞", "inf")
            caps[name] = float(text) if text else None
        if "note" in cells:
            notes[name] = str(cells["note"] or "").strip()
    if caps or notes:
        tune(with_caps(current(), perspective, caps, notes))


def _actions(
    engine: Engine, perspective: str, picked: list[str], chosen: npt.NDArray[np.int64], searching: bool
) -> None:
    many = searching and not picked and 0 < len(chosen) <= MOST_AT_ONCE
    names = picked or (engine.names(perspective, chosen) if many else [])
    said, cap, put, mute, guard, free = st.columns(
        [2.6, 1.3, 0.9, 0.9, 1.1, 1.1], vertical_alignment="center", gap="small"
    )
    said.caption(
        f"{len(picked)} picked"
        if picked
        else f"None picked: acts on all {len(names):,} found"
        if names
        else "Pick rows, or search to act on all that match."
    )
    value = cap.number_input(
        "Cap", 0, value=100, step=10, key="cap value", label_visibility="collapsed", disabled=not names
    )

    def act(label: str, column: st.delta_generator.DeltaGenerator, to: float | None, hint: str) -> None:
        column.button(
            label,
            key=f"caps {label}",
            disabled=not names,
            help=hint,
            width="stretch",
            on_click=lambda: tune(with_caps(current(), perspective, dict.fromkeys(names, to))),
        )

    act("Set", put, float(value), "Use this count in place of τ.")
    act("Mute", mute, 0.0, "Cap 0: it never keeps an instance.")
    act("Protect", guard, math.inf, "No cap: it keeps all its instances.")
    act("Release", free, None, "τ applies again.")


def _in_force(recipe: Recipe) -> None:
    held = [(p, name, cap) for p in PERSPECTIVES for name, cap in recipe.caps.get(p, {}).items()]
    if held:
        shown = ", ".join(
            f"{plain(name)} {'muted' if cap == 0 else 'protected' if math.isinf(cap) else f'{cap:g}'}"
            for _, name, cap in held[:8]
        )
        left, right = st.columns([6, 1], vertical_alignment="center")
        left.caption(f"**{len(held):,} capped by hand:** {shown}{' …' if len(held) > 8 else ''}")
        right.button(
            "Release all",
            key="caps release all",
            width="stretch",
            on_click=lambda: tune(replace(current(), caps={}, notes={})),
        )
