"""Caps by hand: every entity in a table to search, sort, cap, mute, protect and note; and suggested mutes.

Knows how a table's edits become a recipe; what an entity loses is the engine's answer.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from adr.rebalance.engine import Engine, RecipePreview
from adr.rebalance.explain import EntityExplanation, explain_entity
from adr.rebalance.suggestions import Suggestion, suggest
from adr.recipe import PERSPECTIVES, Recipe
from adr.ui.frame import Frame, link
from adr.ui.parts.charts import PERSPECTIVE_NAMES, PERSPECTIVE_WORDS
from adr.ui.parts.controls import choice, pages, words
from adr.ui.rebalance.state import current, tune

ROWS = 25
MOST_AT_ONCE = 2000  # caps set in one step: the address carries them all
ORDERS = {
    "count": "most frequent first",
    "goes": "most would go first",
    "share": "largest share goes first",
    "rare": "rarest first",
    "caps": "capped by hand only",
}


def caps_view(here: Frame, engine: Engine, recipe: Recipe, preview: RecipePreview) -> None:
    """The table of one perspective's entities, what can be done with those picked, and suggestions."""
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
            st.caption("No entity like that." if search else "No caps set by hand yet.")
            picked: list[str] = []
        else:
            picked = _table(engine, recipe, preview, perspective, shown)
        _actions(engine, perspective, picked, chosen, bool(search))
    if len(picked) == 1:
        entity_view(here, explain_entity(engine, preview, perspective, picked[0]))
    _in_force(recipe)
    with st.expander("Suggested mutes", icon=":material/lightbulb:", key="caps suggested"):
        _suggestions(here, recipe, perspective)


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
        column_config={
            "pick": st.column_config.CheckboxColumn("", width=36),
            "entity": st.column_config.TextColumn(PERSPECTIVE_WORDS[perspective][0], width="medium"),
            "instances": st.column_config.NumberColumn("before", format="localized"),
            "left": st.column_config.NumberColumn("after", format="localized"),
            "goes": st.column_config.NumberColumn("goes", format="localized"),
            "share": st.column_config.ProgressColumn("share that goes", format="percent", min_value=0, max_value=1),
            "random": st.column_config.NumberColumn(
                "random", format="localized", help="Left in a random subset of equal size."
            ),
            "cap": st.column_config.TextColumn(
                "cap",
                help="A count; 0 mutes it: it keeps no instance; inf protects it: it keeps all. Empty: τ applies.",
                validate=r"^\s*(\d+(\.\d+)?|inf|∞)?\s*$",
            ),
            "note": st.column_config.TextColumn("note", help="Why; kept in the recipe.", width="medium"),
        },
    )
    return [name for name, on in zip(names, edited["pick"], strict=True) if on]


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


def with_caps(
    recipe: Recipe, perspective: str, caps: Mapping[str, float | None], notes: Mapping[str, str] | None = None
) -> Recipe:
    """The recipe with these caps changed (None: τ applies again) and these notes; a cap that goes takes its note."""
    held = {**recipe.caps.get(perspective, {}), **caps}
    said = {**recipe.notes.get(perspective, {}), **(notes or {})}
    kept = {name: cap for name, cap in held.items() if cap is not None}
    gone = {name for name, cap in caps.items() if cap is None}
    return replace(
        recipe,
        caps={**recipe.caps, perspective: kept},
        notes={**recipe.notes, perspective: {e: text for e, text in said.items() if text and e not in gone}},
    )


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
        else f"none picked: acts on all {len(names):,} found"
        if names
        else "Pick rows, or search, to act on many."
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

    act("Set", put, float(value), "Use this count in the place of τ.")
    act("Mute", mute, 0.0, "Cap 0: it never keeps an instance.")
    act("Protect", guard, math.inf, "No cap: it keeps all its instances.")
    act("Release", free, None, "τ applies again.")


def _in_force(recipe: Recipe) -> None:
    held = [(p, name, cap) for p in PERSPECTIVES for name, cap in recipe.caps.get(p, {}).items()]
    if held:
        shown = ", ".join(
            f"{name} {'muted' if cap == 0 else 'protected' if math.isinf(cap) else f'{cap:g}'}"
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


@st.cache_data(show_spinner=False, max_entries=8)
def _suggested(key: tuple[str, int], perspective: str, _here: Frame) -> list[Suggestion]:
    return suggest(_here.store, (perspective,))


def _suggestions(here: Frame, recipe: Recipe, perspective: str) -> None:
    """What might be muted, with reasons; accepted by hand."""
    held = recipe.caps.get(perspective, {})
    found = [s for s in _suggested(here.key, perspective, here) if s.entity not in held]
    if not found:
        st.caption("Nothing to suggest for this perspective.")
        return
    key = f"suggested {perspective} {len(found)}"
    edited = st.data_editor(
        pd.DataFrame(
            {
                "pick": False,
                "entity": [s.entity for s in found],
                "instances": [s.n for s in found],
                "why": [s.sentence for s in found],
            }
        ),
        key=key,
        hide_index=True,
        width="stretch",
        height=min(35 * len(found) + 38, 320),
        disabled=["entity", "instances", "why"],
        column_config={
            "pick": st.column_config.CheckboxColumn("", width=36),
            "instances": st.column_config.NumberColumn(format="localized"),
        },
    )
    picked = [s for s, on in zip(found, edited["pick"], strict=True) if on]
    st.button(
        f"Mute {len(picked)} picked" if picked else "Mute",
        key="mute suggested",
        disabled=not picked,
        on_click=lambda: tune(
            with_caps(current(), perspective, {s.entity: s.cap for s in picked}, {s.entity: s.sentence for s in picked})
        ),
    )


def entity_view(here: Frame, told: EntityExplanation) -> None:
    """What happens to one entity, and who keeps the rest of it."""
    with st.container(border=True):
        by = "set by hand" if told.by_hand else "τ"
        st.markdown(
            f"**{told.entity}**: of {told.n:,} instances {told.kept:,} stay and {told.dropped:,} go "
            f"(expected to stay over all seeds: {told.expected:,.0f}; in a random subset: {told.random:,})."
        )
        st.caption(
            f"One draw keeps an instance with probability {told.probability:.4g} "
            f"(cap {told.cap:,.6g}, {by}). It decides {told.by_itself:,} passes itself; the others that keep "
            "its instances:"
            if told.keepers
            else f"One draw keeps an instance with probability {told.probability:.4g} (cap {told.cap:,.6g}, {by}). "
            "No other entity keeps its instances."
        )
        if told.keepers:
            st.dataframe(
                pd.DataFrame(
                    [(PERSPECTIVE_NAMES[p], name, n) for p, name, n in told.keepers],
                    columns=["perspective", "entity", "instances it keeps"],
                ),
                hide_index=True,
                width="stretch",
            )
        link("Explore", f"Open “{told.entity}” in Explore", perspective=told.perspective, entity=told.entity)
