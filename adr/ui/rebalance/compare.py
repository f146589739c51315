"""A against B: the recipe being tuned, beside a run or a recipe that was put aside.

Knows how two previews are shown; the engine computes what they keep.
"""

import base64
import zlib

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from adr.errors import AdrError
from adr.plain_text import plain
from adr.rebalance.compare import Comparison, Difference, compare, differences
from adr.rebalance.engine import Engine
from adr.rebalance.preview import RecipePreview
from adr.rebalance.runs import Run, run_recipe, runs
from adr.recipe import Recipe
from adr.ui.frame import Frame
from adr.ui.parts.charts import CONFIG
from adr.ui.parts.controls import asked, choice, move, pages, perspective_choice
from adr.ui.parts.palette import AFTER_COLOR, CLEAR, FAINT, HEAD_COLOR, TAIL_COLOR, title_of
from adr.ui.parts.run_words import run_words
from adr.ui.rebalance.instances import TILES, instance_grid

_MOST = 100_000  # characters of a recipe in the address


def compare_view(here: Frame, engine: Engine, recipe: Recipe, preview: RecipePreview) -> None:
    """Choose B, then sizes, curves, entities that differ, and the instances only one keeps."""
    known = runs(here.store)
    other = _chosen(here, recipe, known)
    if other is None:
        st.caption("A is the recipe above. Choose a run as B, or put A aside as B and go on tuning.")
        return
    found = compare(engine, recipe, other)
    st.caption(f"**A:** {plain(recipe.in_words())}  \n**B:** {plain(other.in_words())}")
    _sizes(found)
    perspective = perspective_choice(tuple(engine.perspectives), "of", default="object", says=title_of, drops=("page",))
    left, right = st.columns([1, 1], gap="large")
    with left:
        st.plotly_chart(
            curves(found, perspective),
            key="compare curves",
            config=CONFIG,
            width="stretch",
            alt=f"curves of {title_of(perspective)} under A and B",
        )
    with right:
        _differences(differences(engine, found, perspective, top=200))
    _only(here, engine, found)


def _chosen(here: Frame, recipe: Recipe, known: list[Run]) -> Recipe | None:
    """B, from 'run 3' or a packed recipe in the address."""
    names = {f"run {run.run}": f"{run_words(run.run, run.name)} · {run.kept:,} kept" for run in known}
    told = asked("b")
    options = ["", *names, *([told] if told and told not in names else [])]
    pick, aside = st.columns([5, 1.4], vertical_alignment="bottom")
    with pick:
        st.session_state["compare b"] = told if told in options else ""
        st.selectbox(
            "B",
            options,
            key="compare b",
            on_change=lambda: move(b=st.session_state["compare b"]),
            format_func=lambda o: names.get(o, "a recipe put aside" if o else "choose a run …"),
        )
    aside.button("Put A aside as B", key="put aside", width="stretch", on_click=lambda: move(b=packed(recipe)))
    told = asked("b")
    if told.startswith("run "):
        try:
            return run_recipe(here.store, int(told[4:]))
        except (AdrError, ValueError):
            return None
    return unpacked(told) if told else None


def packed(recipe: Recipe) -> str:
    """A whole recipe as one query parameter."""
    return base64.urlsafe_b64encode(zlib.compress(recipe.to_toml().encode(), 9)).decode().rstrip("=")


def unpacked(text: str) -> Recipe | None:
    """The recipe that `packed` packed, or None where the text holds none."""
    try:
        plain = zlib.decompressobj().decompress(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), _MOST)
        return Recipe.from_toml(plain.decode())
    except (ValueError, zlib.error, AdrError):
        return None


def _sizes(found: Comparison) -> None:
    a, b, both, only_a, only_b = st.columns(5)
    a.metric("A keeps", f"{found.a.size:,}")
    b.metric("B keeps", f"{found.b.size:,}", delta=f"{found.b.size - found.a.size:+,}", delta_color="off")
    both.metric("both keep", f"{found.both:,}", help=f"They agree on {found.agreement:.1%} of what either keeps.")
    only_a.metric("only A keeps", f"{len(found.only_a):,}")
    only_b.metric("only B keeps", f"{len(found.only_b):,}")
    rows = []
    for p in found.a.perspectives:
        one, two = found.a.perspectives[p], found.b.perspectives[p]
        rows.append(
            {
                "perspective": title_of(p),
                "τ A": one.tau,
                "τ B": two.tau,
                "tail share before": one.before.tail_share,
                "tail share A": one.after.tail_share,
                "tail share B": two.after.tail_share,
                "effective A": one.after.effective_entities,
                "effective B": two.after.effective_entities,
                "lost A": one.after.lost,
                "lost B": two.after.lost,
            }
        )
    shares = {name: st.column_config.NumberColumn(format="percent") for name in rows[0] if "share" in name}
    whole = {name: st.column_config.NumberColumn(format="%.0f") for name in ("effective A", "effective B")}
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", column_config={**shares, **whole})


def curves(found: Comparison, perspective: str) -> go.Figure:
    """The rank–frequency curves before, under A and under B."""
    figure = go.Figure()
    for name, preview, which, color, dash in (
        ("before", found.a, "before", HEAD_COLOR, "dot"),
        ("A", found.a, "after", AFTER_COLOR, "solid"),
        ("B", found.b, "after", TAIL_COLOR, "solid"),
    ):
        ranks, counts = preview.spectra[perspective][which].curve()
        figure.add_scatter(
            x=ranks,
            y=counts,
            name=name,
            mode="lines",
            line={"color": color, "dash": dash, "width": 2.2},
            hovertemplate=f"{name}: rank %{{x:,}}, %{{y:,}} instances<extra></extra>",
        )
    figure.update_layout(
        height=320,
        margin={"l": 8, "r": 8, "t": 24, "b": 8},
        paper_bgcolor=CLEAR,
        plot_bgcolor=CLEAR,
        dragmode=False,
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom"},
    )
    figure.update_xaxes(type="log", dtick=1, title="rank of the entity", gridcolor=FAINT, zeroline=False)
    figure.update_yaxes(type="log", dtick=1, title="instances that have it", gridcolor=FAINT, zeroline=False)
    return figure


def _differences(found: list[Difference]) -> None:
    if not found:
        st.caption("A and B leave the same number of instances of every entity here.")
        return
    st.dataframe(
        pd.DataFrame([{"entity": d.entity, "before": d.n, "A": d.a, "B": d.b, "B − A": d.b - d.a} for d in found]),
        hide_index=True,
        width="stretch",
        height=320,
        column_config={name: st.column_config.NumberColumn(format="localized") for name in ("before", "A", "B")},
    )


def _only(here: Frame, engine: Engine, found: Comparison) -> None:
    """Examples: every instance that only one of them keeps, a page at a time."""
    which = choice(
        "Only",
        ("a", "b"),
        "only",
        default="a",
        drops=("page",),
        says={"a": f"Only A keeps ({len(found.only_a):,})", "b": f"Only B keeps ({len(found.only_b):,})"}.__getitem__,
    )
    numbers = found.only_a if which == "a" else found.only_b
    why = found.b if which == "a" else found.a  # the one that drops them gives the reason
    above = st.container()
    offset = pages(len(numbers), TILES, "page")
    with above:
        st.caption(f"Each with the reason why {'B' if which == 'a' else 'A'} drops it." if len(numbers) else "None.")
        picked = instance_grid(here, engine, why, numbers[offset : offset + TILES].tolist(), key="only one")
    if picked:
        move(part=None, instance=picked, show="dropped" if which == "b" else "kept", page=None)
        st.rerun()
