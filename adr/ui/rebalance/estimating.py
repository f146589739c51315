"""The expected size of a recipe whose caps bind, counted over other seeds while the page goes on."""

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor

import streamlit as st

from adr.progress import Cancelled
from adr.rebalance.engine import Engine
from adr.rebalance.estimate import SEEDS, Estimate, estimate
from adr.rebalance.preview import RecipePreview
from adr.recipe import Recipe
from adr.ui.frame import Frame
from adr.ui.rebalance.engine import made_of

REST = 2.0  # seconds for which a recipe has to stay the same: counting takes all processors


class Estimates:
    """Estimates of one engine, one at a time in a thread, once the recipe rests; a newer request ends the one before
    it."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._pool, self._lock = engine, ThreadPoolExecutor(1, "estimate"), threading.Lock()
        self._wanted: Recipe | None = None
        self._made: Future[Estimate] | None = None

    def of(self, recipe: Recipe) -> Estimate | None:
        """The estimate for a recipe, or None while it is being computed."""
        with self._lock:
            if self._wanted != recipe or self._made is None:
                self._wanted, self._made = recipe, self._pool.submit(self._count, recipe)
            made = self._made
        if not made.done() or isinstance(made.exception(), Cancelled):
            return None
        return made.result()

    def _count(self, recipe: Recipe) -> Estimate:
        def superseded(done: int, total: int | None, message: str) -> None:
            if self._wanted != recipe:
                raise Cancelled

        for _ in range(20):
            superseded(0, None, "")
            time.sleep(REST / 20)
        return estimate(self._engine, recipe, progress=superseded)


@st.cache_resource(show_spinner=False, max_entries=1)
def _estimates(made: str, _engine: Engine) -> Estimates:
    return Estimates(_engine)


def expected_view(here: Frame, engine: Engine, preview: RecipePreview) -> None:
    """Where a cap binds, how much is kept over other seeds; nothing where the board has the closed form."""
    if preview.expected is not None:
        return
    estimates = _estimates(made_of(here), engine)
    if (found := estimates.of(preview.recipe)) is None:
        _counting(estimates, preview.recipe)
    else:
        _said(found)


@st.fragment(run_every=1.0)
def _counting(estimates: Estimates, recipe: Recipe) -> None:
    """Looks every second until the estimate is there."""
    if (found := estimates.of(recipe)) is None:
        st.caption(f"Expected size: counting over the next {SEEDS} seeds …")
    else:
        _said(found)


def _said(found: Estimate) -> None:
    st.caption(f"Expected: {found.expected:,.0f} ± {found.expected_sd:,.0f} kept over the next {SEEDS} seeds.")
