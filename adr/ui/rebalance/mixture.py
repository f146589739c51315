"""Mixture: which shares the values of a perspective are to have, on a board, with presets and a size.

Knows what the controls set; `mixture_board` shows the bars, `mixture_steps` makes the next recipe.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import streamlit as st

from adr.errors import AdrError
from adr.index.perspectives.change import change_perspectives
from adr.perspectives import MORE, Perspective, described, indexed
from adr.plain_text import plain
from adr.rebalance.engine import Engine
from adr.rebalance.mixture_bars import effect_on, listed_too
from adr.rebalance.mixture_presets import (
    DATACOMP_VLM,
    all_equal,
    as_it_is,
    by_tail,
    datacomp_vlm,
    pool_of,
    square_root,
    tail_of,
)
from adr.rebalance.preview import MixtureEffect, RecipePreview
from adr.recipe import Recipe
from adr.recipe_mixture import MOST_REPEATS
from adr.ui.frame import Frame
from adr.ui.navigation import link
from adr.ui.parts.controls import asked, move, perspective_choice
from adr.ui.parts.job_view import job_view
from adr.ui.parts.palette import title_of
from adr.ui.rebalance.board import faults
from adr.ui.rebalance.mixture_board import locked_values, mixture_board, present_effect
from adr.ui.rebalance.mixture_steps import (
    counted_in_rows,
    counted_in_shares,
    mixture_by,
    with_named,
    with_preset,
    with_size,
)
from adr.ui.rebalance.state import current, state, tune

MOST_NAMED = 300  # values that a preset names: the address carries them all
_READ_HERE = ("source", "style", "language", "length")  # in seconds; picture sizes open every picture
_MODES = {"shares": "shares", "rows": "numbers of rows"}
Pool = Mapping[str, int]


def mixture_view(here: Frame, engine: Engine, preview: RecipePreview) -> bool:
    """The choice of a perspective, the bars of its values, presets, size and repeats. True when this answers a step of
    the bars, whose hand may go on moving."""
    faults()
    recipe, trail = preview.recipe, state()
    moved, trail.mixture_moved = trail.mixture_moved, False
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        perspective = _perspective(engine, recipe)
        effect = effect_on(engine, preview, perspective)
        mode = _mode(engine, recipe, effect)
        _size(recipe, effect, mode)
        _repeat(recipe, perspective)
    _other_mixture(recipe, perspective)
    _presets(engine, preview, effect)
    if not any(value.value is not None for value in effect.values):
        title = plain(title_of(perspective))
        st.info(f"{title}: no instance has any, so there is nothing to mix.", icon=":material/info:")
    else:
        mixture_board(engine, preview, effect, mode)
        _add_value(engine, preview, effect)
    _missing(here, engine)
    return moved


def _perspective(engine: Engine, recipe: Recipe) -> str:
    """The perspective that is mixed: that of the recipe's mixture unless the address names another."""
    known = sorted(engine.perspectives, key=lambda p: described(p).several)
    return perspective_choice(
        known,
        "mixed",
        default=recipe.mixture.perspective if recipe.mixture else known[0],
        says=title_of,
        drops=("locked", "mixed_in"),
    )


def _mode(engine: Engine, recipe: Recipe, effect: MixtureEffect) -> str:
    """Whether values are to have shares or numbers of rows."""
    mixture = mixture_by(recipe, effect.perspective)
    set_by = ("rows" if mixture.sizes else "shares") if mixture else asked("mixed_in", "shares", tuple(_MODES))
    st.session_state["mixed in"] = set_by

    def chosen() -> None:
        rows = st.session_state["mixed in"] == "rows"
        move(mixed_in="rows" if rows else None)
        counted = counted_in_rows if rows else counted_in_shares
        tune(counted(current(), present_effect(engine, effect.perspective)))

    st.segmented_control(
        "Wanted as", list(_MODES), key="mixed in", format_func=_MODES.__getitem__, required=True, on_change=chosen
    )
    return set_by


def _size(recipe: Recipe, effect: MixtureEffect, mode: str) -> None:
    """How many rows there are to be in all, where shares are wanted."""
    if mode == "rows":
        return
    mixture = mixture_by(recipe, effect.perspective)
    given = mixture.size if mixture else None
    st.session_state["mixture largest"] = given is None
    st.session_state["mixture size"] = effect.size if given is None else given

    def largest() -> None:
        size = None if st.session_state["mixture largest"] else effect.size
        tune(with_size(current(), effect.perspective, size))

    st.checkbox(
        "As large as possible",
        key="mixture largest",
        on_change=largest,
        help="As many rows as the value allows that would lack rows first.",
    )
    st.number_input(
        "Rows in all",
        0,
        step=1000,
        key="mixture size",
        width=150,
        disabled=given is None,
        on_change=lambda: tune(with_size(current(), effect.perspective, int(st.session_state["mixture size"]))),
    )


def _repeat(recipe: Recipe, perspective: str) -> None:
    mixture = mixture_by(recipe, perspective)
    st.session_state["mixture repeat"] = mixture.repeat if mixture else 1

    def chosen() -> None:
        now = current()
        if now.mixture:
            tune(replace(now, mixture=replace(now.mixture, repeat=int(st.session_state["mixture repeat"]))))

    st.number_input(
        "Uses per row",
        1,
        MOST_REPEATS,
        step=1,
        key="mixture repeat",
        width=150,
        disabled=mixture is None,
        on_change=chosen,
        help="At most this many, for the rows of values that lack some. Caps count every copy.",
    )
    st.button(
        "No mixture",
        key="mixture none",
        disabled=mixture is None,
        on_click=_no_mixture,
        help="Keep what keep rule and caps keep, as it is.",
    )


def _no_mixture() -> None:
    move(locked=None)
    tune(replace(current(), mixture=None))


def _other_mixture(recipe: Recipe, perspective: str) -> None:
    if recipe.mixture and recipe.mixture.perspective != perspective:
        st.caption(
            f"The recipe mixes {plain(title_of(recipe.mixture.perspective))}. A recipe has one mixture, so a step here "
            "replaces it."
        )


def _presets(engine: Engine, preview: RecipePreview, effect: MixtureEffect) -> None:
    """Shares to start from, one button each."""
    stock = engine.stock(preview.recipe, effect.perspective)
    pool, without = pool_of(stock)
    kinds = {value: value.casefold() for value in pool if value.casefold() in DATACOMP_VLM}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("Start from", width="content")

        def preset(label: str, shares: Callable[[], Mapping[str, float]], hint: str) -> None:
            st.button(
                label,
                key=f"mixture {label}",
                help=hint,
                disabled=not 0 < len(pool) <= MOST_NAMED,
                on_click=lambda: tune(
                    with_preset(current(), present_effect(engine, effect.perspective), shares(), locked_values())
                ),
            )

        preset("As it is", lambda: as_it_is(pool, without), "The shares that keep rule and caps leave.")
        preset("All equal", lambda: all_equal(pool, without), "The same share for every value.")
        preset("Square root", lambda: square_root(pool, without), "In proportion to the square root of the rows.")
        preset(
            "By tail share",
            lambda: by_tail(pool, tail_of(engine, preview, stock), without),
            "In proportion to the rows that hold a tail entity.",
        )
        if mix := datacomp_vlm(pool, kinds, without):
            preset("DataComp-VLM", lambda: mix, "The published mixture of DCVLM-Baseline, of the kinds that are here.")
    if len(pool) > MOST_NAMED:
        st.caption(
            f"Presets name every value, and {len(pool):,} are too many to name. Drag, type or add values by hand."
        )


def _add_value(engine: Engine, preview: RecipePreview, effect: MixtureEffect) -> None:
    """A field that names a value which the bars do not list."""
    if not effect.unlisted:
        return

    def added() -> None:
        typed = str(st.session_state["mixture value"]).strip()
        st.session_state["mixture value"] = ""
        try:
            value, pool = listed_too(engine, effect, preview, typed)
            tune(with_named(current(), effect, value, pool))
        except AdrError as error:
            state().fault = error

    st.text_input(
        "Another value",
        key="mixture value",
        placeholder="name a value to give it a bar",
        on_change=added,
        label_visibility="collapsed",
        width=320,
    )


def _missing(here: Frame, engine: Engine) -> None:
    """One button that reads the perspectives with one value per instance which the index lacks."""
    lacking = [one for one in MORE if one.name in _READ_HERE and one.name not in engine.perspectives]
    if not lacking:
        return
    job_view(here.jobs, "index")
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.caption(
            "Columns of the records and picture sizes can be mixed too, once the Dataset page has read them.",
            width="stretch",
        )
        st.button(
            f"Read {plain(_in_words(lacking))}",
            key="mixture read",
            icon=":material/add:",
            disabled=bool(here.jobs.running()),
            on_click=lambda: _read(here, lacking),
            help="Reads them from the dataset and leaves the rest of the index as it is.",
        )
        link("Dataset", "Other perspectives")


def _read(here: Frame, lacking: list[Perspective]) -> None:
    wanted = [*indexed(here.store), *(one.name for one in lacking)]
    here.jobs.start(
        "index", "Reading perspectives", lambda progress: change_perspectives(here.store, wanted, progress=progress)
    )


def _in_words(lacking: list[Perspective]) -> str:
    titles = [one.title.lower() for one in lacking]
    return titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} and {titles[-1]}"
