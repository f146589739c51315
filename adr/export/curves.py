"""The long-tail curves of an export as SVG pictures, with the same bytes every time and nothing loaded from elsewhere.

Knows nothing but counts.
"""

import html
import math
import re
from collections.abc import Iterator
from zlib import crc32

import numpy as np

from adr.export.counts import Counts
from adr.perspectives import described
from adr.tail import Spectrum

_TITLES = {
    "token": "Nouns of the conversation",
    "object": "Things in the picture",
    "co_occurrence": "Pairs of things",
    "interrogation": "Forms of the question",
}
# (state, label, colour, dashes, width). Grey, orange, blue and green can be distinguished by people who cannot tell red
# from green, on white and on black; dashes and widths tell them apart without any colour.
STATES = (
    ("before", "before", "#767d88", "", 1.6),
    ("random", "random subset of the same size", "#c17f00", "2 5", 2.4),
    ("after", "rebalanced", "#3b82c4", "", 3.2),
    ("refined", "with synthetic", "#009e73", "9 5", 2.4),
)
WIDTH, HEIGHT = 800, 500
LEFT, RIGHT, TOP, BOTTOM = 92, 776, 44, 440  # the axes
# Text and grid in both themes, also where the file is shown by an <img>.
_STYLE = (
    "text{font:15px system-ui,sans-serif;fill:#4b5563}.name{font-size:18px;font-weight:600}.grid{stroke:#9aa0a8;"
    "stroke-opacity:.3}.tau{stroke:#c0504d;stroke-dasharray:7 4}.said{fill:#b0413e}"
    "@media(prefers-color-scheme:dark){text{fill:#c3c9d3}.said{fill:#f08a86}}"
)


def title_of(perspective: str) -> str:
    """What the card and the report call the entities of a perspective."""
    return _TITLES.get(perspective) or described(perspective).title


def file_of(perspective: str) -> str:
    """The name of a perspective's curve in an export; any name of a column makes one file there."""
    safe = re.sub(r"[^A-Za-z0-9_-]", "_", perspective)
    return f"{safe}.svg" if safe == perspective else f"{safe}-{crc32(perspective.encode()):08x}.svg"


def svg(one: Counts) -> str:
    """Rank–frequency curves of one perspective, log-log, as an SVG element with a transparent background."""
    curves = {
        state: Spectrum.of(getattr(one, state)).curve() for state, *_ in STATES if state != "refined" or one.added
    }
    ranks = max((int(r[-1]) for r, _ in curves.values() if len(r)), default=1)
    counts = max((int(c[0]) for _, c in curves.values() if len(c)), default=1)
    axes = _Axes(ranks, max(counts, math.ceil(one.tau)))
    title = html.escape(title_of(one.perspective))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}">',
        f"<style>{_STYLE}</style>",
        f'<text class="name" x="{LEFT}" y="26">{title}</text>',
        *axes.drawn(),
        *(
            _curve(axes, *curves[state], color, dash, width)
            for state, _, color, dash, width in STATES
            if state in curves
        ),
        *_threshold(axes, one.tau),
        *_legend([line for line in STATES if line[0] in curves and len(curves[line[0]][0])]),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


class _Axes:
    """Two logarithmic axes, from 1 to the largest rank and the largest count."""

    def __init__(self, ranks: int, counts: int) -> None:
        self.across, self.up = math.log10(max(ranks, 2)), math.log10(max(counts, 2)) * 1.04

    def x(self, rank: float) -> float:
        """The place of a rank, in pixels from the left."""
        return LEFT + (RIGHT - LEFT) * math.log10(rank) / self.across

    def y(self, count: float) -> float:
        """The place of a count of at least 1, in pixels from the top."""
        return BOTTOM - (BOTTOM - TOP) * math.log10(count) / self.up

    def drawn(self) -> Iterator[str]:
        """Grid lines at powers of ten with their numbers, and what the axes show."""
        for power in range(int(self.across) + 1):
            x = self.x(10**power)
            yield f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{BOTTOM}"/>'
            yield f'<text x="{x:.1f}" y="{BOTTOM + 22}" text-anchor="middle">{10**power:,}</text>'
        for power in range(int(self.up) + 1):
            y = self.y(10**power)
            yield f'<line class="grid" x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            yield f'<text x="{LEFT - 8}" y="{y + 5:.1f}" text-anchor="end">{10**power:,}</text>'
        middle = (TOP + BOTTOM) / 2
        yield f'<text x="{(LEFT + RIGHT) / 2:.0f}" y="{HEIGHT - 12}" text-anchor="middle">rank of the entity</text>'
        yield (
            f'<text x="18" y="{middle:.0f}" text-anchor="middle" transform="rotate(-90 18 {middle:.0f})">'
            "instances that have it</text>"
        )


def _curve(axes: _Axes, ranks: np.ndarray, counts: np.ndarray, color: str, dash: str, width: float) -> str:
    points = " ".join(f"{axes.x(r):.1f},{axes.y(c):.1f}" for r, c in zip(ranks.tolist(), counts.tolist(), strict=True))
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="{width}"{dashes}/>' if points else ""
    )


def _threshold(axes: _Axes, tau: float) -> Iterator[str]:
    if tau >= 1:
        y = axes.y(tau)
        yield f'<line class="tau" x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="said" x="{LEFT + 6}" y="{y - 6:.1f}">τ = {tau:,.0f}</text>'


def _legend(lines: "list[tuple[str, str, str, str, float]]") -> Iterator[str]:
    for number, (_, label, color, dash, width) in enumerate(lines):
        y = TOP + 18 + 22 * number
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        line = f'x1="{RIGHT - 44}" x2="{RIGHT - 6}" y1="{y}" y2="{y}"'
        yield f'<line {line} stroke="{color}" stroke-width="{width}"{dashes}/>'
        yield f'<text x="{RIGHT - 52}" y="{y + 5}" text-anchor="end">{label}</text>'
