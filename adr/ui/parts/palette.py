"""The colours that mean the same on every page, and what a perspective is called there. Knows no chart."""

from zlib import crc32

from adr.perspectives import described
from adr.plain_text import plain

# Middle tones: readable on white and on near-black.
PERSPECTIVE_COLORS = {"token": "#4f83e8", "object": "#24a37a", "co_occurrence": "#9a6be8", "interrogation": "#d8598c"}
_MORE_COLORS = ("#2b8fa8", "#b3762a", "#7d8f2e", "#c0587a", "#6f7fd1", "#3f9a5f")
HEAD_COLOR, TAIL_COLOR = "#6b7fa3", "#d27a12"
AFTER_COLOR, RANDOM_COLOR = "#1f8fb0", "#868b96"
ABOVE_CHANCE, BELOW_CHANCE = "#d9700f", "#3b6fd0"  # also the ends of a heat map's colours
FAINT, CLEAR = "rgba(128,132,145,0.28)", "rgba(0,0,0,0)"


def title_of(perspective: str) -> str:
    """What pages call the entities of a perspective: 'Co-occurrences'; for tables and charts."""
    return described(perspective).title


def title_text(perspective: str) -> str:
    """The same where Streamlit reads Markdown: a column's name is data."""
    return plain(title_of(perspective))


def word_of(perspective: str) -> str:
    """One entity of a perspective, where Streamlit reads Markdown: 'co-occurrence'."""
    return plain(described(perspective).word)


def color_of(perspective: str) -> str:
    """The colour of a perspective: one for each of the paper's four, one of six for any other, by its name."""
    return PERSPECTIVE_COLORS.get(perspective) or _MORE_COLORS[crc32(perspective.encode()) % len(_MORE_COLORS)]
