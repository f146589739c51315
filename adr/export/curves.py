"""The long-tail curves of an export as pictures, with the same bytes every time (no dates or program names inside).

Knows nothing but counts.
"""

import io
from typing import Any

import numpy as np

from adr.export.counts import Counts
from adr.tail import Spectrum

TITLES = {
    "token": "Nouns of the conversation",
    "object": "Things in the picture",
    "co_occurrence": "Pairs of things",
    "interrogation": "Forms of the question",
}
# (state, label, colour, line style). Grey, orange, blue and green can be distinguished by people who cannot tell red
# from green, on white and on black.
STATES = (
    ("before", "before", "#8a8f98", "-"),
    ("random", "random subset of the same size", "#e69f00", ":"),
    ("after", "rebalanced", "#3b82c4", "-"),
    ("refined", "with synthetic", "#009e73", "--"),
)


def png(one: Counts) -> bytes:
    """Rank–frequency curves of one perspective, log-log, as a PNG of 1200 × 750 pixels."""
    figure = _figure(one)
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=150, metadata={"Software": None})
    return out.getvalue()


def svg(one: Counts) -> str:
    """The same curves as an SVG element with a transparent background, for a page."""
    import matplotlib

    out = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": one.perspective, "svg.fonttype": "none"}):
        _figure(one).savefig(
            out, format="svg", transparent=True, metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
        )
    text = out.getvalue()
    return text[text.index("<svg") :]


def _figure(one: Counts) -> Any:
    """A matplotlib figure that needs no display and no global state."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_xscale("log")
    axes.set_yscale("log")
    for state, label, color, style in STATES:
        counts: np.ndarray = getattr(one, state)
        if state == "refined" and not one.added:
            continue
        ranks, values = Spectrum.of(counts).curve()
        if len(ranks):
            axes.plot(ranks, values, style, color=color, label=label, linewidth=1.8)
    if one.tau > 0:
        axes.axhline(one.tau, color="#b0413e", linewidth=0.9, linestyle="--")
        axes.annotate(
            f"τ = {one.tau:,.0f}", (1, one.tau), xytext=(4, 3), textcoords="offset points", color="#b0413e", fontsize=9
        )
    axes.set_title(TITLES.get(one.perspective, one.perspective), color="#767d88")
    axes.set_xlabel("rank of the entity", color="#767d88")
    axes.set_ylabel("instances that have it", color="#767d88")
    axes.tick_params(which="both", colors="#767d88")
    for side in axes.spines.values():
        side.set_color("#9aa0a8")
    axes.grid(True, which="major", color="#9aa0a8", alpha=0.25)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False, labelcolor="#767d88")
    return figure
