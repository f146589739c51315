"""What is kept and what is dropped, instance by instance, with the reason; every instance can be reached.

Knows how decisions are shown; the engine makes them.
"""

import numpy as np
import numpy.typing as npt
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from adr.explore.instances import instance_at, instances
from adr.explore.languages import instances_in
from adr.figures import counted
from adr.plain_text import plain
from adr.rebalance.engine import Engine
from adr.rebalance.explain import Explanation, cap_ranks, explain_recipe
from adr.rebalance.explain_mixture import mixture_rank
from adr.rebalance.preview import GROUP_WORDS, REASON_WORDS, REASONS, RecipePreview
from adr.recipe import Recipe
from adr.ui.frame import Frame
from adr.ui.parts.controls import asked, asked_number, choice, move, pages, words
from adr.ui.parts.explanation import explanation_view
from adr.ui.parts.image_grid import Tile, image_grid
from adr.ui.parts.instance_view import instance_tiles, instance_view
from adr.ui.parts.languages import language_choice
from adr.ui.parts.palette import AFTER_COLOR, title_of, title_text

TILES = 10
Mask = npt.NDArray[np.bool_]  # over the rows of the engine


def instances_view(here: Frame, engine: Engine, recipe: Recipe, preview: RecipePreview) -> None:
    """Dropped or kept instances, filtered, one page at a time; one of them explained in full."""
    _groups(preview, of_sample=engine.sample is not None)
    rows = _filtered(here, engine, preview)
    above = st.container()
    offset = pages(len(rows), TILES, "page")
    numbers = engine.instances[rows[offset : offset + TILES]].tolist()
    with above:
        among = "" if engine.sample is None else f" of the {engine.rows:,} in the sample"
        st.caption(f"{counted(len(rows), 'instance')}{among}" if len(rows) else "No instance matches.")
        if picked := instance_grid(here, engine, preview, numbers, key="decided"):
            move(instance=picked)
    if asked("instance"):
        _one(here, engine, preview, asked_number("instance", 0))


def instance_grid(here: Frame, engine: Engine, preview: RecipePreview, numbers: list[int], *, key: str) -> str | None:
    """Pictures of instances with the decision and its reason in words; the one just clicked."""
    shown = instances(here.store, numbers)
    told = {n: _why(here, engine, preview, n) for n in numbers}
    tiles = [_tile(tile, told[i.instance]) for tile, i in zip(instance_tiles(here, shown), shown, strict=True)]
    return image_grid(tiles, key=key, least=170)


def _why(here: Frame, engine: Engine, preview: RecipePreview, number: int) -> Explanation:
    """Why the recipe on the board keeps or drops an instance, caps and mixture included."""
    engine = engine.excluding(preview.recipe)
    if engine.sample is not None:  # the keep rule alone, which says it of instances beyond the sample as well
        return explain_recipe(here.store, preview.recipe, preview.tau, number)
    over = cap_ranks(engine, preview, number)
    return explain_recipe(here.store, preview.recipe, preview.tau, number, over, mixture_rank(engine, preview, number))


def _over_all_seeds(why: Explanation, preview: RecipePreview) -> str:
    """The probability as part of a sentence; there is no closed form where caps or mixture bind."""
    if preview.probability is None or why.probability is None:
        return ""
    return f"Over all seeds it is kept with probability {why.probability:.3f}; "


def _tile(tile: Tile, why: Explanation) -> Tile:
    badge = "dropped" if not why.kept else "kept" if why.copies < 2 else f"kept {why.copies}×"
    return Tile(
        tile.id,
        tile.title,
        tile.image,
        _brief(why),
        tile.instead,
        badge,
        AFTER_COLOR if why.kept else "#8b8f9a",
        tile.alt,
        tile.id == asked("instance"),
    )


def _brief(why: Explanation) -> str:
    """The reason in the few words a tile has room for: what passes, or what comes nearest to it."""
    decided = [p for p in why.passes if p.entity and p.passed == why.kept]
    if why.reason not in ("passes", "below_min_passes") or not decided:
        return REASON_WORDS[why.reason]
    first = min(decided, key=lambda p: p.critical_tau / max(p.tau, 1))
    more = f", and {len(decided) - 1} more" if why.kept and len(decided) > 1 else ""
    limit = "whatever τ is" if first.critical_tau < 0 else f"from τ {first.critical_tau:,.3g}"
    said = f"{first.perspective.replace('_', '-')} “{first.entity}” {limit}"
    return f"{said}{more}" if why.kept else f"{why.pass_count} pass; nearest: {said}"


def _groups(preview: RecipePreview, *, of_sample: bool) -> None:
    """The reasons of all decisions, and the groups of instances that have fewer entities to pass with."""
    which = " in the sample" if of_sample else ""
    said = [
        f"{GROUP_WORDS[name]} {group['kept']:,} of {group['instances']:,}"
        for name, group in preview.groups.items()
        if group["instances"]
    ]
    reasons = [f"{REASON_WORDS[reason]} {n:,}" for reason, n in preview.reasons.items()]
    groups = f"  \n**Kept by group{which}:** {' · '.join(said)}" if said else ""
    st.caption(f"**Why{which}:** {' · '.join(reasons)}{groups}")


def _filtered(here: Frame, engine: Engine, preview: RecipePreview) -> npt.NDArray[np.int64]:
    """Rows that the filters of the view let through, in the source's order."""
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")  # two lines where it is narrow
    which, why, passing, of, name = (row.container(width=width) for width in (180, 210, 210, 150, 190))
    with which:
        show = choice("Show", ("dropped", "kept"), "show", default="dropped", drops=("page", "reason"))
    mask = preview.kept if show == "kept" else ~preview.kept
    with why:
        mask = mask & _of_reason(engine, preview, show)
    with passing:
        mask = mask & _passing(engine, preview)
    mask = mask & _with_entity(engine, of, name)
    if language := language_choice(here.store, ("page",), "of_language"):
        mask = mask & np.isin(engine.instances, instances_in(here.store, language))
    return np.flatnonzero(mask)


def _of_reason(engine: Engine, preview: RecipePreview, show: str) -> Mask:
    there = [r for r in REASONS if r in preview.reasons and (r in ("passes", "keeps_all")) == (show == "kept")]
    reason = st.selectbox(
        "Reason",
        ["", *there],
        format_func=lambda r: REASON_WORDS.get(r, "for any reason"),
        key=f"reason {show}",
        label_visibility="collapsed",
    )
    return preview.reason == REASONS.index(reason) if reason else np.ones(engine.rows, dtype=bool)


def _passing(engine: Engine, preview: RecipePreview) -> Mask:
    """Rows in which the chosen perspective passes, or does not pass."""
    perspective, passed = st.selectbox(
        "Passing",
        [("", True), *((p, passed) for p in preview.recipe.perspectives for passed in (True, False))],
        key="passing",
        label_visibility="collapsed",
        format_func=lambda o: f"{title_of(o[0])} {'pass' if o[1] else 'do not pass'}" if o[0] else "whichever pass",
    )
    if not perspective:
        return np.ones(engine.rows, dtype=bool)
    critical = engine.critical(preview.recipe, perspective, engine.own(preview.recipe)[perspective])
    found: Mask = (preview.tau[perspective] > critical.tau) == passed
    return found


def _with_entity(engine: Engine, of: DeltaGenerator, name: DeltaGenerator) -> Mask:
    """Rows that have the entity typed in; its controls stand in two columns."""
    with of:
        kind = st.selectbox(
            "Entity of",
            tuple(engine.perspectives),
            index=1,
            key="entity of",
            label_visibility="collapsed",
            format_func=title_of,
        )
    with name:
        entity = words("Entity", "with", placeholder="with the entity …", drops=("page",)).lower()
    if not entity:
        return np.ones(engine.rows, dtype=bool)
    place = engine.places(kind, [entity]).get(entity)
    with_it = np.zeros(engine.rows, dtype=bool)
    if place is None:
        st.caption(f"No entity “{plain(entity)}” in {title_text(kind)}.")
    else:
        with_it[engine.postings[kind].rows_of(place)] = True
    return with_it


def _one(here: Frame, engine: Engine, preview: RecipePreview, number: int) -> None:
    """One instance: the decision, each perspective's reason, and the instance itself."""
    why = _why(here, engine, preview, number)
    with st.container(border=True):
        head, close = st.columns([10, 1], vertical_alignment="center")
        head.markdown(f"#### Instance {number:,}\n{plain(why.in_words)}")
        close.button("Close", key="close instance", on_click=lambda: move(instance=None), width="stretch")
        st.caption(
            f"{_over_all_seeds(why, preview)}{why.pass_count:d} of {len(why.passes)} perspectives pass, "
            f"{why.min_passes:d} needed."
        )
        explanation_view(why, preview.recipe.pass_rule)
        instance_view(here, instance_at(here.store, number), talk_height=320)
