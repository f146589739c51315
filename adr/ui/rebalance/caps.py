"""Caps: every entity in a table to search, sort, cap, mute, protect and note.

Knows how edits of the table are read; the engine computes what an entity loses.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from adr.perspectives import described
from adr.rebalance.engine import Engine
from adr.rebalance.explain import explain_entity
from adr.rebalance.outlook import with_caps
from adr.rebalance.preview import RecipePreview
from adr.recipe import LISTED, Recipe
from adr.ui.frame import Frame
from adr.ui.parts.controls import pages, perspective_choice, words
from adr.ui.parts.palette import title_of
from adr.ui.rebalance.cap_on_each import cap_on_each_field
from adr.ui.rebalance.cap_outlook import cap_outlook_view
from adr.ui.rebalance.entity import entity_view
from adr.ui.rebalance.in_force import in_force_view
from adr.ui.rebalance.state import current, tune
from adr.ui.rebalance.steps import released, with_limit, with_notes
from adr.ui.rebalance.suggested_caps import suggested_caps_view
from adr.ui.rebalance.suggested_mutes import suggestions_view

ROWS = 25
MOST_AT_ONCE = 2000  # entities changed in one step: the address carries them all
ORDERS = {
    "count": "most frequent first",
    "goes": "most dropped first",
    "share": "largest share dropped first",
    "rare": "rarest first",
    "caps": "set by hand only",
}


def caps_view(here: Frame, engine: Engine, recipe: Recipe, preview: RecipePreview) -> None:
    """The table of one perspective's entities, actions on those picked, what is set, and suggestions."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        perspective = perspective_choice(
            tuple(engine.perspectives), "of", default="object", says=title_of, drops=("page", "find")
        )
        search = words("Search", "find", placeholder="search entities", drops=("page",))
        sorting = st.selectbox(
            "Order",
            list(ORDERS),
            format_func=ORDERS.__getitem__,
            key="caps order",
            label_visibility="collapsed",
            width=230,
        )
        cap_on_each_field(recipe, perspective)
    in_force_view(preview)
    chosen = _ordered(engine, recipe, preview, perspective, search, sorting)
    above = st.container()
    offset = pages(len(chosen), ROWS, "page")
    shown = chosen[offset : offset + ROWS]
    with above:
        if not len(shown):
            st.caption("No entity matches." if search else "Nothing set by hand yet.")
            picked: list[str] = []
        else:
            picked = _table(engine, recipe, preview, perspective, shown)
        names = _acting_on(engine, perspective, picked, chosen, bool(search))
        most = _actions(perspective, names, len(picked), preview)
        if names and engine.sample is None:
            cap_outlook_view(engine, preview, perspective, dict.fromkeys(names, most))
    if engine.sample is None:
        _counted_over_all(here, engine, preview, perspective, picked)
    else:
        st.caption(
            "What a cap would do and what becomes of one entity are counted over all instances, not on a sample."
        )
    with st.expander("Suggested mutes", icon=":material/lightbulb:", key="caps suggested"):
        suggestions_view(here, recipe, perspective)


def _counted_over_all(
    here: Frame, engine: Engine, preview: RecipePreview, perspective: str, picked: Sequence[str]
) -> None:
    """What happens to the one entity that is picked, and caps to consider."""
    if len(picked) == 1:
        entity_view(here, explain_entity(engine, preview, perspective, picked[0]))
    with st.expander("Suggested caps", icon=":material/vertical_align_top:", key="caps for the head"):
        suggested_caps_view(here, engine, preview, perspective)


def _ordered(
    engine: Engine, recipe: Recipe, preview: RecipePreview, perspective: str, search: str, sorting: str
) -> npt.NDArray[np.int64]:
    """Entities of the perspective (numbered as in PostingRows) that match the search, in the order asked for."""
    postings = engine.postings[perspective]
    places: npt.NDArray[np.int64] = np.arange(len(postings.n))
    if search:
        places = engine.places_containing(perspective, search)
    if sorting == "caps":
        held = engine.places(perspective, sorted(_set_by_hand(recipe, perspective)))
        return np.intersect1d(places, np.array(list(held.values()), dtype=np.int64))
    if sorting == "rare":
        return places[::-1]
    if sorting in ("goes", "share"):
        n = postings.n[places].astype(np.int64)
        goes = n - preview.after[perspective][places]
        return places[np.argsort(-(goes / n if sorting == "share" else goes), kind="stable")]
    return places


def _set_by_hand(recipe: Recipe, perspective: str) -> set[str]:
    """The entities of a perspective that the recipe says something of."""
    keys = ("at_most", "own_tau", *LISTED, "notes")
    return {name for key in keys for name in getattr(recipe, key).get(perspective, ())}


def _table(
    engine: Engine, recipe: Recipe, preview: RecipePreview, perspective: str, shown: npt.NDArray[np.int64]
) -> list[str]:
    """One page, to edit; returns the names of the rows picked."""
    names = engine.names(perspective, shown)
    n, after = engine.postings[perspective].n[shown], preview.after[perspective][shown]
    caps, limits = recipe.at_most.get(perspective, {}), recipe.limits(perspective)
    notes = recipe.notes.get(perspective, {})
    frame = pd.DataFrame(
        {
            "pick": False,
            "entity": names,
            "cap": pd.array([caps.get(name) for name in names], dtype="Int64"),
            "instances": n,
            "left": after,
            "random": preview.random[perspective][shown],
            "share": np.maximum(n - after, 0) / n,
            "limit": [limit_text(limits[name]) if name in limits else "" for name in names],
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
        disabled=["entity", "instances", "left", "share", "random"],
        on_change=lambda: _edited(perspective, names, key),
        column_config=_columns(described(perspective).word, preview.tau[perspective]),
    )
    return [name for name, on in zip(names, edited["pick"], strict=True) if on]


def _columns(word: str, tau: float) -> dict[str, Any]:
    """How the columns of the table are shown; word: what an entity of the perspective is called."""
    column = st.column_config
    return {
        "pick": column.CheckboxColumn("", width=36),
        "entity": column.TextColumn(word, width="medium"),
        "cap": column.NumberColumn(
            "cap", help="At most this many of its instances are kept. Empty: no cap.", min_value=0, step=1
        ),
        "instances": column.NumberColumn("before", format="localized"),
        "left": column.NumberColumn("after", format="localized"),
        "random": column.NumberColumn("random", format="localized", help="Left in a random subset of equal size."),
        "share": column.ProgressColumn("share dropped", format="percent", min_value=0, max_value=1),
        "limit": column.TextColumn(
            "in place of τ",
            help="mute: its draw never passes. protect: its draw always passes. A count replaces τ for this entity "
            f"alone; above {tau:,.6g} it loosens the threshold. Empty: τ.",
            validate=r"^\s*(\d+(\.\d+)?|mute|protect)?\s*$",
        ),
        "note": column.TextColumn("note", help="Why; kept in the recipe.", width="medium"),
    }


def limit_text(limit: float) -> str:
    """What replaces τ for an entity, as the table shows it."""
    return "mute" if limit == 0 else "protect" if math.isinf(limit) else f"{limit:g}"


def limit_of(text: str) -> float | None:
    """What the table's text says in place of τ; None for an empty one."""
    said = text.strip()
    if not said:
        return None
    return {"mute": 0.0, "protect": math.inf}[said] if said in ("mute", "protect") else float(said)


def _edited(perspective: str, names: Sequence[str], key: str) -> None:
    recipe = current()
    for row, cells in st.session_state[key]["edited_rows"].items():
        name = names[int(row)]
        if "cap" in cells:
            most = cells["cap"]
            recipe = with_caps(recipe, perspective, {name: None if most is None else int(most)})
        if "limit" in cells:
            recipe = with_limit(recipe, perspective, [name], limit_of(str(cells["limit"] or "")))
        if "note" in cells:
            recipe = with_notes(recipe, perspective, {name: str(cells["note"] or "").strip()})
    tune(recipe)


def _acting_on(
    engine: Engine, perspective: str, picked: list[str], chosen: npt.NDArray[np.int64], searching: bool
) -> list[str]:
    """The names that the actions are for: the rows picked, or all that a search found."""
    many = searching and not picked and 0 < len(chosen) <= MOST_AT_ONCE
    return picked or (engine.names(perspective, chosen) if many else [])


def _actions(perspective: str, names: list[str], picked: int, preview: RecipePreview) -> int:
    """The buttons for the names; returns the cap that is typed in."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(
            f"{picked:,} picked"
            if picked
            else f"None picked: acts on all {len(names):,} found"
            if names
            else "Pick rows, or search to act on all that match.",
            width="stretch",
        )
        return _buttons(perspective, names, preview)


def _buttons(perspective: str, names: list[str], preview: RecipePreview) -> int:
    value = st.number_input(
        "Cap", 0, value=500, step=10, key="cap value", label_visibility="collapsed", disabled=not names, width=140
    )

    def act(label: str, change: Callable[[Recipe], Recipe], hint: str) -> None:
        st.button(label, key=f"caps {label}", disabled=not names, help=hint, on_click=lambda: tune(change(current())))

    def caps(recipe: Recipe) -> Recipe:
        return with_caps(recipe, perspective, dict.fromkeys(names, int(value)))

    act("Cap", caps, "At most this many of the kept instances have it.")
    act("Mute", lambda r: with_limit(r, perspective, names, 0.0), "Its draw never passes: it keeps no instance.")
    act(
        "Protect",
        lambda r: with_limit(r, perspective, names, math.inf),
        "Its draw always passes. Like every draw, it does not override the number of perspectives that must pass, α or "
        "a cap.",
    )
    with st.popover("More", disabled=not names):
        _own_tau(perspective, names, preview.tau[perspective])
    act("Release", lambda r: released(r, perspective, names), "Nothing is set for it: τ applies, and no cap.")
    return int(value)


def _own_tau(perspective: str, names: list[str], tau: float) -> None:
    """A τ for these entities alone, with a warning where it loosens the threshold."""
    value = st.number_input(
        "Own τ",
        min_value=1.0,
        value=max(1.0, float(tau)) if math.isfinite(tau) else 1.0,
        key="own tau",
        help="Replaces τ for these entities alone, as in the paper's script. It is a threshold, not a bound.",
    )
    if value > tau:
        st.warning(f"{value:,.6g} is above τ {tau:,.6g}: this loosens it, so more instances are kept.")
    st.button(
        "Set",
        key="set own tau",
        width="stretch",
        on_click=lambda: tune(with_limit(current(), perspective, names, float(value))),
    )
