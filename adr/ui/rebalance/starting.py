"""Where to start: on a first visit, three recipes side by side with what each does to this dataset."""

import streamlit as st

from adr.figures import share_words
from adr.plain_text import plain
from adr.rebalance.engine import Engine
from adr.rebalance.starts import Start, starts, why_nothing
from adr.recipe import Recipe
from adr.ui.frame import Frame
from adr.ui.parts.controls import asked
from adr.ui.parts.palette import title_text
from adr.ui.rebalance.engine import made_of
from adr.ui.rebalance.state import state, tune

TITLES = {"paper": "The paper’s recipe", "tenth": "Drop about a tenth", "third": "Drop about a third"}


@st.cache_resource(show_spinner="Looking for recipes to start from …", max_entries=2)
def _starts(made: str, _engine: Engine) -> tuple[Start, ...]:
    return starts(_engine)


def first_visit(here: Frame, recipe: Recipe) -> bool:
    """Whether nothing has been chosen or applied yet in this workspace, and the address names no part of the page."""
    chosen = recipe != Recipe() or state().started or here.standing.runs
    return not chosen and not asked("part")


def starting_points(here: Frame, engine: Engine) -> None:
    """Three cards, each with its kept size, tail numbers and random baseline; a click takes one."""
    found = _starts(made_of(here), engine)
    head, close = st.columns([8, 1], vertical_alignment="center")
    head.markdown("#### Where to start")
    close.button("Close", key="close starts", width="stretch", on_click=_take, args=(None,))
    for column, start in zip(st.columns(3, gap="medium"), found, strict=False):
        with column, st.container(border=True):
            _card(start, sample=engine.sample is not None)
    missing = [TITLES[name].lower() for name in TITLES if name not in {start.name for start in found}]
    why = why_nothing(engine, found)
    if why:
        st.info(plain(why), icon=":material/info:")
    elif missing:
        st.caption(f"No recipe comes near here: {', '.join(missing)}.")


def _card(start: Start, *, sample: bool) -> None:
    """One recipe to start from. sample: whether its numbers are estimates from a sample of the instances."""
    preview = start.preview
    st.markdown(f"**{TITLES[start.name]}**")
    about = "about " if sample else ""
    st.markdown(f"{about}{preview.size:,} of {preview.total:,} kept · {share_words(start.drops)} dropped")
    st.caption(
        f"Tail share{'' if sample else ', and entities lost'}:  \n"
        + "  \n".join(_tail_line(start, p, losses=not sample) for p in start.preview.recipe.perspectives)
    )
    st.caption(plain(start.recipe.in_words()))
    st.button("Start here", key=f"start {start.name}", width="stretch", on_click=_take, args=(start.recipe,))


def _tail_line(start: Start, perspective: str, *, losses: bool) -> str:
    """Tail share before and after, and entities lost where asked for, each beside a random subset of equal size."""
    numbers = start.preview.perspectives[perspective]
    tail = f"{share_words(numbers.before.tail_share)} → **{share_words(numbers.after.tail_share)}**"
    if not losses:
        return f"{title_text(perspective)}: {tail} (random: {share_words(numbers.random.tail_share)})"
    lost = f"{numbers.after.lost:,} lost" if numbers.after.lost or numbers.random.lost else "nothing lost"
    return (
        f"{title_text(perspective)}: {tail}, {lost} "
        f"(random: {share_words(numbers.random.tail_share)}, {numbers.random.lost:,} lost)"
    )


def _take(recipe: Recipe | None) -> None:
    state().started = True
    if recipe is not None:
        tune(recipe)
