"""The board of a mixture: a bar for each value, and what the mixture does to the other perspectives.

Knows how an effect is shown and which step the user took; decides nothing itself.
"""

import json
from collections.abc import Callable
from typing import Any

import streamlit as st

from adr.errors import AdrError
from adr.perspectives import described
from adr.plain_text import literal
from adr.rebalance.engine import Engine
from adr.rebalance.mixture_bars import MixtureSide, effect_on, sides_of
from adr.rebalance.preview import MixtureEffect, Numbers, RecipePreview, ValueEffect
from adr.recipe import Recipe
from adr.ui.parts.controls import asked, move
from adr.ui.parts.palette import AFTER_COLOR, HEAD_COLOR, RANDOM_COLOR, color_of, title_of
from adr.ui.rebalance.follow import behind, stamp
from adr.ui.rebalance.mixture_bars import mixture_bars
from adr.ui.rebalance.mixture_steps import (
    mixture_by,
    shares_shown,
    with_named,
    with_rows_of,
    with_share_of,
    without_value,
)
from adr.ui.rebalance.state import current, state, tune

KEY = "mixture bars"
_SIDE_LINES: tuple[tuple[str, str, Callable[[Numbers], str]], ...] = (
    (
        "tail share",
        "Share of the postings whose entities are tail before rebalancing (the paper's rule).",
        lambda m: f"{100 * m.tail_share:.1f} %",
    ),
    ("lost", "Entities with no instance left.", lambda m: f"{m.lost:,}"),
    (
        "effective",
        "Exp of the entropy: this many equally frequent entities would be equally diverse.",
        lambda m: f"{m.effective_entities:,.0f}",
    ),
)


def mixture_board(engine: Engine, preview: RecipePreview, effect: MixtureEffect, mode: str) -> None:
    """The bars of the values of `effect.perspective`; mode: 'shares' or 'rows', in which they are wanted."""
    recipe = preview.recipe
    mixture = mixture_by(recipe, effect.perspective)
    bars = _bars(effect, recipe, preview.total)
    told = {
        "ack": state().mixture_answered,
        "kept": preview.size,
        "behind": stamp(recipe) if behind(recipe) else "",
        "title": title_of(effect.perspective),
        "mode": mode,
        "size": mixture.size if mixture else None,
        "repeat": mixture.repeat if mixture else 1,
        "before": preview.total,
        "pool": sum(bar["pool"] for bar in bars),
        "wanted": effect.size,
        "given": sum(bar["given"] for bar in bars),
        "bars": bars,
        "notices": [literal(notice, 600) for notice in (effect.notices if mixture else ())],
        "sides": [_side(side) for side in sides_of(engine, preview, effect.perspective)],
        "tones": {"before": HEAD_COLOR, "after": AFTER_COLOR, "random": RANDOM_COLOR},
    }
    mixture_bars(told, key=KEY, on_step=lambda: stepped(engine, effect.perspective, st.session_state[KEY].step))


def locked_values() -> tuple[str, ...]:
    """The values that keep their shares while others are moved, from the address."""
    try:
        found = json.loads(asked("locked", "[]"))
    except (ValueError, RecursionError):
        return ()
    return tuple(value for value in found if isinstance(value, str)) if isinstance(found, list) else ()


def lock(values: tuple[str, ...]) -> None:
    """Write the locked values to the address."""
    move(locked=json.dumps(values, ensure_ascii=False, separators=(",", ":")) if values else None)


def present_effect(engine: Engine, perspective: str) -> MixtureEffect:
    """The effect of the recipe in the address, which an undo may have changed since the bars were drawn."""
    return effect_on(engine, engine.preview(current()), perspective)


def stepped(engine: Engine, perspective: str, step: dict[str, Any] | None) -> None:
    """Make one step of the bars the next recipe; a step that was answered already is ignored."""
    trail = state()
    if not step or step.get("number", 0) <= trail.mixture_answered:
        return
    trail.mixture_answered, trail.mixture_moved = int(step["number"]), True
    try:
        _act(present_effect(engine, perspective), str(step["action"]), str(step["value"]), step)
    except AdrError as error:
        trail.fault = error


def _act(effect: MixtureEffect, action: str, value: str, step: dict[str, Any]) -> None:
    recipe, locked = current(), locked_values()
    if action == "share":
        tune(with_share_of(recipe, effect, value, float(step["amount"]), locked))
    elif action == "rows":
        tune(with_rows_of(recipe, effect.perspective, value, int(step["amount"])))
    elif action == "lock":
        others = tuple(name for name in locked if name != value)
        lock((*others, value) if step.get("on") else others)
        tune(with_named(recipe, effect, value) if step.get("on") else recipe)
    elif action == "release":
        lock(tuple(name for name in locked if name != value))
        tune(without_value(recipe, value))


def _bars(effect: MixtureEffect, recipe: Recipe, total: int) -> list[dict[str, Any]]:
    """What the component draws of each value, from the most frequent; then of instances without one, and of the values
    that are not listed."""
    shown, rest = shares_shown(effect, mixture_by(recipe, effect.perspective))
    locked = locked_values()
    values = sorted(effect.values, key=lambda v: (v.value is None, -v.before, v.value or ""))
    bars = [_bar(effect, v, shown[v.value], v.value in locked and v.named) for v in values]
    if effect.unlisted:
        bars.append(_unlisted(effect, rest, total - sum(value.before for value in values)))
    return bars


def _bar(effect: MixtureEffect, value: ValueEffect, share: float, locked: bool) -> dict[str, Any]:
    without = f"(no {described(effect.perspective).word})"
    return {
        "value": value.value,
        "label": without if value.value is None else literal(value.value),
        "named": value.named,
        "locked": locked,
        "before": value.before,
        "pool": value.pool,
        "wanted": value.wanted,
        "given": value.given,
        "share": share,
        "rest": False,
    }


def _unlisted(effect: MixtureEffect, share: float, before: int) -> dict[str, Any]:
    wanted = max(0, effect.size - sum(value.wanted for value in effect.values))
    one = ValueEffect(None, False, before, effect.unlisted_pool, wanted, effect.unlisted_given)
    label = "1 other value" if effect.unlisted == 1 else f"{effect.unlisted:,} other values"
    return {**_bar(effect, one, share, False), "label": label, "rest": True}


def _side(side: MixtureSide) -> dict[str, Any]:
    columns = (side.before, side.without, side.mixed, side.random)
    lines = [
        {"label": label, "hint": hint, "values": [said(numbers) for numbers in columns]}
        for label, hint, said in _SIDE_LINES
    ]
    return {"title": title_of(side.perspective), "color": color_of(side.perspective), "numbers": lines}
