"""The board of the Rebalance page: sliders, curves and numbers of four perspectives, computed by the engine.

Knows how a preview is shown and which step the user took; decides nothing itself.
"""

import functools
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from adr.errors import AdrError
from adr.perspectives import described
from adr.plain_text import plain
from adr.rebalance.drag import DragGrid, drag_grid
from adr.rebalance.engine import Engine
from adr.rebalance.preview import BELOW_K, Numbers, RecipePreview
from adr.recipe import Recipe
from adr.tail import tau_to_tail_share
from adr.ui.parts.controls import asked, move
from adr.ui.parts.palette import AFTER_COLOR, HEAD_COLOR, RANDOM_COLOR, color_of, title_of
from adr.ui.rebalance.curve_slider import curve_sliders
from adr.ui.rebalance.follow import stamp
from adr.ui.rebalance.state import current, state, tune
from adr.ui.rebalance.steps import with_share, with_tau
from adr.ui.telling import tell

SHOWN = 4  # perspectives on the board at a time
POINTS = 64  # points of each curve on the board
BOARD = "rebalance board"
Ranks = dict[str, npt.NDArray[np.int64]]


def ranks_of(engine: Engine) -> Ranks:
    """The ranks at which the board draws its curves: evenly spaced in log rank."""
    return {
        p: np.unique(np.round(np.geomspace(1, max(2, len(engine.postings[p].n)), POINTS)).astype(np.int64))
        for p in engine.perspectives
    }


def board(engine: Engine, recipe: Recipe, preview: RecipePreview) -> None:
    """Sliders, curves and numbers of the perspectives that are shown."""
    plain, shown = asked("plain") == "1", _shown(engine)
    if plain:
        _plain_sliders(engine, recipe, preview, shown)
    trail = state()
    before = engine.excluding(trail.past[-1]).preview(trail.past[-1]) if trail.past else None
    ranks = ranks_of(engine)
    wish, trail.wish = trail.wish, None
    told = {
        "ack": trail.answered,
        "stamp": stamp(recipe),
        "total": preview.total,
        "size": preview.size,
        "live": not plain,
        "tones": {"before": HEAD_COLOR, "after": AFTER_COLOR, "random": RANDOM_COLOR},
        "perspectives": [_told(engine, recipe, preview, before, p, ranks[p]) for p in shown],
        "grid": _grid(engine, recipe, wish, ranks) if wish else None,
    }
    trail.drawn = stamp(recipe)
    curve_sliders(told, key=BOARD, on_step=lambda: _stepped(engine), on_grid=_wished)


def _shown(engine: Engine) -> tuple[str, ...]:
    """The perspectives on the board: those of the address, else the first four; a field to choose others when the index
    has more."""
    known = tuple(engine.perspectives)
    if len(known) <= SHOWN:
        return known
    wanted = [p for p in asked("boards").split(",") if p in known][:SHOWN] or list(known[:SHOWN])
    st.session_state["boards"] = wanted
    chosen = st.multiselect(
        "On the board",
        known,
        key="boards",
        format_func=title_of,
        max_selections=SHOWN,
        on_change=lambda: move(boards=",".join(st.session_state["boards"])),
        help="Every perspective takes part in the recipe as it says, whether it is on the board or not.",
    )
    return tuple(chosen) or known[:SHOWN]


def _told(
    engine: Engine,
    recipe: Recipe,
    preview: RecipePreview,
    before: RecipePreview | None,
    perspective: str,
    ranks: npt.NDArray[np.int64],
) -> dict[str, Any]:
    n, spectra, tau = engine.postings[perspective].n, preview.spectra[perspective], preview.tau[perspective]
    return {
        "id": perspective,
        "title": title_of(perspective),
        "what": described(perspective).sentence,
        "color": color_of(perspective),
        "on": perspective in recipe.perspectives,
        "tau": tau,
        "share": tau_to_tail_share(n, tau),
        "by_share": perspective not in recipe.tau,
        "top": int(n[0]) if len(n) else 1,
        "entities": len(n),
        "key": _grid_key(recipe, perspective),
        "ranks": ranks.tolist(),
        "numbers": _numbers(preview, perspective, losses=engine.sample is None),
        "names": _names(engine, perspective, len(n)),
        "own": preview.after[perspective][ranks[ranks <= len(n)] - 1].tolist(),
        **{which: spectra[which].counts_at(ranks).tolist() for which in ("before", "after", "random")},
        "ghost": None if before is None else before.spectra[perspective]["after"].counts_at(ranks).tolist(),
    }


def _names(engine: Engine, perspective: str, entities: int) -> list[str]:
    """The names of the entities at the board's ranks; looked up once per engine."""
    known = engine_names(engine)
    if perspective not in known:
        ranks = ranks_of(engine)[perspective]
        known[perspective] = engine.names(perspective, ranks[ranks <= entities] - 1)
    return known[perspective]


@functools.lru_cache(maxsize=1)
def engine_names(engine: Engine) -> dict[str, list[str]]:
    """{perspective: names at the board's ranks}, filled as they are asked for."""
    return {}


_LINES: tuple[tuple[str, str, str, Any], ...] = (
    (
        "head_share",
        "head share",
        "Share of the postings whose entities are head before rebalancing (the paper's rule).",
        lambda m: f"{m.head_share:.1%}",
    ),
    (
        "tail_share",
        "tail share",
        "Share of the postings whose entities are tail before rebalancing (the paper's rule).",
        lambda m: f"{m.tail_share:.1%}",
    ),
    ("gini", "Gini", "0: all entities have the same count; 1: one entity has all postings.", lambda m: f"{m.gini:.3f}"),
    (
        "effective",
        "effective entities",
        "Exp of the entropy: this many equally frequent entities would be equally diverse.",
        lambda m: f"{m.effective_entities:,.0f}",
    ),
    ("losing", "lose instances", "Entities with fewer instances than before.", lambda m: f"{m.losing:,}"),
    (
        "below",
        f"fall below {BELOW_K}",
        f"Entities that had at least {BELOW_K} instances and are left with fewer.",
        lambda m: f"{m.below_k:,}",
    ),
    ("lost", "lost", "Entities with no instance left.", lambda m: f"{m.lost:,}"),
)
_LOSSES = ("losing", "below", "lost")


def _numbers(preview: RecipePreview, perspective: str, *, losses: bool) -> list[dict[str, Any]]:
    """The lines of numbers below a slider. losses: whether those on entities that lose instances are among them; a
    sample cannot say how many do."""
    columns = preview.perspectives[perspective]
    shown: tuple[Numbers, ...] = (columns.before, columns.after, columns.random)
    lines = []
    for name, label, hint, said in _LINES:
        if name in _LOSSES and not losses:
            continue
        values = [said(numbers).replace("%", " %") for numbers in shown]
        if name in _LOSSES:
            values[0] = ""
        lines.append({"id": name, "label": label, "hint": hint, "values": values})
    return lines


def _grid_key(recipe: Recipe, perspective: str) -> str:
    """Names the state of everything but this slider: a grid of the slider is valid for this state."""
    return f"{perspective} {replace(recipe, tau={**recipe.tau, perspective: 0}).fingerprint}"


def _grid(engine: Engine, recipe: Recipe, wish: dict[str, Any], ranks: Ranks) -> dict[str, Any] | None:
    perspective = wish.get("perspective")
    if perspective not in engine.perspectives or wish.get("key") != _grid_key(recipe, str(perspective)):
        return None
    made: DragGrid = drag_grid(engine, recipe, str(perspective), ranks)
    return {
        "key": wish["key"],
        "tau": made.tau.tolist(),
        "sizes": made.sizes.tolist(),
        "curves": {p: curve.tolist() for p, curve in made.curves.items()},
        "tails": {p: shares.round(5).tolist() for p, shares in made.tail_shares.items()},
    }


def _stepped(engine: Engine) -> None:
    """Make one step of the board the next recipe; a step that was answered already is ignored."""
    step, trail = st.session_state[BOARD].step, state()
    if not step or step.get("number", 0) <= trail.answered:
        return
    trail.answered = int(step["number"])
    recipe, perspective = current(), str(step.get("perspective"))
    try:
        if step["action"] == "tau":
            tune(with_tau(recipe, perspective, float(step["tau"])))
        elif step["action"] == "share":
            tune(with_share(recipe, perspective, float(step["share"])))
        elif step["action"] == "use":
            used = [p for p in engine.perspectives if (p in recipe.perspectives) != (p == perspective)]
            need = min(recipe.min_passes, len(used))
            tune(replace(recipe, perspectives=tuple(used), min_passes=need))
    except AdrError as error:
        trail.fault = error


def _wished() -> None:
    state().wish = st.session_state[BOARD].grid


def _plain_sliders(engine: Engine, recipe: Recipe, preview: RecipePreview, shown: tuple[str, ...]) -> None:
    for column, perspective in zip(st.columns(len(shown), gap="medium"), shown, strict=True):
        n = engine.postings[perspective].n
        options = np.unique(np.round(np.geomspace(1, max(2, int(n[0]) if len(n) else 2), 200))).astype(int).tolist()
        tau = preview.tau[perspective]
        nearest = min(options, key=lambda option: abs(option - tau))
        key = f"plain {perspective}"
        st.session_state[key] = nearest
        column.select_slider(
            f"τ {title_of(perspective)}",
            options,
            key=key,
            disabled=perspective not in recipe.perspectives,
            format_func=lambda v: f"{v:,}",
            on_change=lambda p=perspective, k=key: tune(with_tau(current(), p, float(st.session_state[k]))),
        )


def faults() -> None:
    """Show why a step failed, once."""
    trail = state()
    if trail.fault is not None:
        tell(trail.fault)
        trail.fault = None


def remarks(recipe: Recipe) -> None:
    """What to know of the recipe in the address, such as keys of an earlier version."""
    for remark in recipe.remarks:
        st.info(plain(remark), icon=":material/info:")
