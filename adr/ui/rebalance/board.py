"""The tuning board of the Rebalance page: controls, curves and numbers, answered by the engine.

Knows how a preview is shown and how a step of the hand becomes a recipe; decides nothing itself.
"""

import gc
import hashlib
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from adr.errors import AdrError
from adr.rebalance.drag import DragGrid, drag_grid
from adr.rebalance.engine import BELOW_K, Engine, Numbers, RecipePreview, postings_stamp
from adr.recipe import PERSPECTIVES, Recipe
from adr.tail import tau_to_tail_share
from adr.ui.frame import Frame, tell
from adr.ui.parts.charts import (
    AFTER_COLOR,
    HEAD_COLOR,
    PERSPECTIVE_COLORS,
    PERSPECTIVE_NAMES,
    PERSPECTIVE_WORDS,
    RANDOM_COLOR,
)
from adr.ui.parts.controls import asked, move
from adr.ui.parts.job_view import job_view
from adr.ui.rebalance.curve_slider import curve_sliders
from adr.ui.rebalance.follow import follow_board
from adr.ui.rebalance.state import current, redo, state, tune, undo

POINTS = 64  # of each curve on the board
BOARD = "rebalance board"
Ranks = dict[str, npt.NDArray[np.int64]]


def engine_of(here: Frame) -> Engine:
    """The engine over this workspace's postings, loaded once for each index."""
    return _engine(str(here.workspace.folder), postings_stamp(here.store), here)


@st.cache_resource(show_spinner="Loading the postings …", max_entries=1)
def _engine(folder: str, made: str, _here: Frame) -> Engine:
    engine = Engine(_here.store)
    engine.preview(Recipe())  # loads the compiled loops and draws the usual seed
    gc.collect()
    gc.freeze()  # Streamlit collects after every rerun; these objects stay
    return engine


def ranks_of(engine: Engine) -> Ranks:
    """The ranks at which the board draws its curves: evenly spaced in log rank."""
    return {
        p: np.unique(np.round(np.geomspace(1, max(2, len(engine.postings[p].n)), POINTS)).astype(np.int64))
        for p in PERSPECTIVES
    }


def strip(recipe: Recipe) -> DeltaGenerator:
    """The recipe's other choices in one row, with undo and redo; returns the place left free at its end."""
    need, alpha, seed, more, back, again, last = st.columns(
        [3.4, 1.3, 1.3, 1.1, 0.55, 0.55, 1.2], vertical_alignment="bottom", gap="small"
    )
    with need:
        st.session_state["need"] = recipe.min_passes
        st.segmented_control(
            "Perspectives that must pass",
            range(len(recipe.perspectives) + 1),
            key="need",
            required=True,
            on_change=lambda: tune(replace(current(), min_passes=st.session_state["need"])),
            format_func=lambda n: "0 · keep all" if n == 0 else str(n),
            help="An instance stays when at least this many of its perspectives pass.",
        )
    with alpha:
        st.session_state["alpha"] = float(recipe.alpha)
        st.number_input(
            "α",
            0.0,
            1.0,
            step=0.05,
            key="alpha",
            format="%.2f",
            on_change=lambda: tune(replace(current(), alpha=float(st.session_state["alpha"]))),
            help="A last draw keeps an instance with this probability.",
        )
    with seed:
        st.session_state["seed"] = recipe.seed
        st.number_input(
            "Seed",
            0,
            step=1,
            key="seed",
            on_change=lambda: tune(replace(current(), seed=int(st.session_state["seed"]))),
            help="Other draws; the same seed gives the same result on every machine.",
        )
    with more, st.popover("More", width="stretch"):
        _rare_choices(recipe)
    trail = state()
    back.button(
        "",
        key="undo",
        icon=":material/undo:",
        on_click=undo,
        disabled=not trail.past,
        width="stretch",
        help=f"Undo the last step ({len(trail.past)} can be undone)",
    )
    again.button(
        "", key="redo", icon=":material/redo:", on_click=redo, disabled=not trail.future, width="stretch", help="Redo"
    )
    return last


def _rare_choices(recipe: Recipe) -> None:
    st.session_state["rule"] = recipe.pass_rule
    st.radio(
        "A perspective passes when",
        ("any", "mean"),
        key="rule",
        format_func={
            "any": "any of its entities passes its draw (the published rule)",
            "mean": "one draw is below the mean probability of its entities",
        }.__getitem__,
        on_change=lambda: tune(replace(current(), pass_rule=st.session_state["rule"])),
    )
    st.session_state["repeat"] = recipe.repeat
    st.radio(
        "Rare instances at most",
        (1, 2, 3),
        key="repeat",
        horizontal=True,
        format_func={1: "once", 2: "twice", 3: "three times"}.__getitem__,
        on_change=lambda: tune(replace(current(), repeat=st.session_state["repeat"])),
        help="⌊√p⌋ times for the rarest entity's p = τ / n, as the published script's “add”.",
    )
    st.toggle(
        "Plain sliders",
        value=asked("plain") == "1",
        key="plain sliders",
        on_change=lambda: move(plain="1" if st.session_state["plain sliders"] else None),
        help="Streamlit's own sliders; the curves change on release.",
    )
    st.button(
        "Back to the paper's thresholds",
        key="reset",
        on_click=lambda: tune(Recipe()),
        disabled=recipe == Recipe(),
        help="Tail shares of 10, 10, 25 and 10 %; one perspective must pass.",
    )


def board(engine: Engine, recipe: Recipe, preview: RecipePreview) -> None:
    """Sliders, curves and numbers of the four perspectives."""
    plain = asked("plain") == "1"
    if plain:
        _plain_sliders(engine, recipe, preview)
    trail = state()
    before = engine.preview(trail.past[-1]) if trail.past else None
    ranks = ranks_of(engine)
    wish, trail.wish = trail.wish, None
    told = {
        "ack": trail.answered,
        "stamp": stamp(recipe),
        "total": preview.total,
        "size": preview.size,
        "repeated": preview.repeated,
        "expected": f"{preview.expected:,.0f} ± {preview.expected_sd:,.0f}",
        "previous": None if before is None else before.size,
        "live": not plain,
        "tones": {"before": HEAD_COLOR, "after": AFTER_COLOR, "random": RANDOM_COLOR},
        "perspectives": [_told(engine, recipe, preview, before, p, ranks[p]) for p in PERSPECTIVES],
        "grid": _grid(engine, recipe, wish, ranks) if wish else None,
    }
    trail.drawn = stamp(recipe)
    curve_sliders(told, key=BOARD, on_step=lambda: _stepped(engine), on_grid=_wished)


def stamp(recipe: Recipe) -> str:
    """Says whether two parts of the page show the same recipe, notes included."""
    return hashlib.sha256(recipe.to_toml().encode()).hexdigest()[:16]


def follow(recipe: Recipe) -> None:
    """Keep what is drawn apart from the board in step with it, both ways; first in such a part."""
    if state().drawn not in (None, stamp(recipe)):
        st.rerun(scope="app")  # this part has changed the recipe: the board is to follow
    follow_board(stamp(recipe), key="rebalance follow")


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
        "title": PERSPECTIVE_NAMES[perspective],
        "what": PERSPECTIVE_WORDS[perspective][1],
        "color": PERSPECTIVE_COLORS[perspective],
        "on": perspective in recipe.perspectives,
        "tau": tau,
        "share": tau_to_tail_share(n, tau),
        "by_share": perspective not in recipe.tau,
        "top": int(n[0]) if len(n) else 1,
        "entities": len(n),
        "key": _grid_key(recipe, perspective),
        "ranks": ranks.tolist(),
        "numbers": _numbers(preview, perspective),
        **{which: spectra[which].counts_at(ranks).tolist() for which in ("before", "after", "random")},
        "ghost": None if before is None else before.spectra[perspective]["after"].counts_at(ranks).tolist(),
    }


_LINES: tuple[tuple[str, str, str, Any], ...] = (
    (
        "head_share",
        "head share",
        "Share of postings of the entities that are head before (the paper's rule).",
        lambda m: f"{m.head_share:.1%}",
    ),
    (
        "tail_share",
        "tail share",
        "Share of postings of the entities that are tail before (the paper's rule).",
        lambda m: f"{m.tail_share:.1%}",
    ),
    ("gini", "Gini", "0: all entities alike; 1: one has everything.", lambda m: f"{m.gini:.3f}"),
    (
        "effective",
        "effective entities",
        "exp of the entropy: so many equally frequent entities are as diverse.",
        lambda m: f"{m.effective_entities:,.0f}",
    ),
    ("losing", "lose instances", "Entities with fewer instances than before.", lambda m: f"{m.losing:,}"),
    (
        "below",
        f"fall below {BELOW_K}",
        f"Entities that had {BELOW_K} instances or more and now have fewer.",
        lambda m: f"{m.below_k:,}",
    ),
    ("lost", "lost", "Entities with no instance left.", lambda m: f"{m.lost:,}"),
)


def _numbers(preview: RecipePreview, perspective: str) -> list[dict[str, Any]]:
    columns = preview.perspectives[perspective]
    shown: tuple[Numbers, ...] = (columns.before, columns.after, columns.random)
    lines = []
    for name, label, hint, said in _LINES:
        values = [said(numbers).replace("%", " %") for numbers in shown]
        if name in ("losing", "below", "lost"):
            values[0] = ""
        lines.append({"id": name, "label": label, "hint": hint, "values": values})
    return lines


def _grid_key(recipe: Recipe, perspective: str) -> str:
    """Says for which state of everything else a grid of this slider holds."""
    return f"{perspective} {replace(recipe, tau={**recipe.tau, perspective: 0}).fingerprint}"


def _grid(engine: Engine, recipe: Recipe, wish: dict[str, Any], ranks: Ranks) -> dict[str, Any] | None:
    perspective = wish.get("perspective")
    if perspective not in PERSPECTIVES or wish.get("key") != _grid_key(recipe, str(perspective)):
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
    """One step of the board, as the next recipe; a step that was answered already is not taken twice."""
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
            used = [p for p in PERSPECTIVES if (p in recipe.perspectives) != (p == perspective)]
            need = min(recipe.min_passes, len(used))
            tune(replace(recipe, perspectives=tuple(used), min_passes=need))
    except AdrError as error:
        trail.fault = error


def _wished() -> None:
    state().wish = st.session_state[BOARD].grid


def with_tau(recipe: Recipe, perspective: str, tau: float) -> Recipe:
    """The recipe with a count as τ of one perspective."""
    shares = {p: s for p, s in recipe.tail_share.items() if p != perspective}
    return replace(recipe, tau={**recipe.tau, perspective: int(tau) if tau.is_integer() else tau}, tail_share=shares)


def with_share(recipe: Recipe, perspective: str, share: float) -> Recipe:
    """The recipe with a tail share in the place of a count."""
    tau = {p: t for p, t in recipe.tau.items() if p != perspective}
    return replace(recipe, tau=tau, tail_share={**recipe.tail_share, perspective: share})


def _plain_sliders(engine: Engine, recipe: Recipe, preview: RecipePreview) -> None:
    for column, perspective in zip(st.columns(4, gap="medium"), PERSPECTIVES, strict=True):
        n = engine.postings[perspective].n
        options = np.unique(np.round(np.geomspace(1, max(2, int(n[0]) if len(n) else 2), 200))).astype(int).tolist()
        tau = preview.tau[perspective]
        nearest = min(options, key=lambda option: abs(option - tau))
        key = f"plain {perspective}"
        st.session_state[key] = nearest
        column.select_slider(
            f"τ {PERSPECTIVE_NAMES[perspective]}",
            options,
            key=key,
            disabled=perspective not in recipe.perspectives,
            format_func=lambda v: f"{v:,}",
            on_change=lambda p=perspective, k=key: tune(with_tau(current(), p, float(st.session_state[k]))),
        )


def applied(here: Frame) -> None:
    """The run being written, or the one just written, and where it leads."""
    job = job_view(here.jobs, "rebalance")
    if job is not None and job.state == "done" and state().announced != job.job:
        report = job.outcome
        st.toast(
            f"Run {report.run} is written: {report.kept:,} kept, {report.dropped:,} dropped.", icon=":material/check:"
        )
        state().announced = job.job
        move(part="runs", run=report.run)


def faults() -> None:
    """Tell what a step could not do, once."""
    trail = state()
    if trail.fault is not None:
        tell(trail.fault)
        trail.fault = None
