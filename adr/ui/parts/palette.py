"""The names and colours that mean the same on every page. Knows no chart."""

PERSPECTIVE_NAMES = {
    "token": "Tokens",
    "object": "Objects",
    "co_occurrence": "Co-occurrences",
    "interrogation": "Interrogations",
}
PERSPECTIVE_WORDS = {  # one entity, and what it is
    "token": ("token", "nouns of the conversation"),
    "object": ("object", "things in the picture"),
    "co_occurrence": ("co-occurrence", "two objects in one picture"),
    "interrogation": ("interrogation", "how the human asks"),
}
# Middle tones: readable on white and on near-black.
PERSPECTIVE_COLORS = {"token": "#4f83e8", "object": "#24a37a", "co_occurrence": "#9a6be8", "interrogation": "#d8598c"}
HEAD_COLOR, TAIL_COLOR = "#6b7fa3", "#d27a12"
AFTER_COLOR, RANDOM_COLOR = "#1f8fb0", "#868b96"
FAINT, CLEAR = "rgba(128,132,145,0.28)", "rgba(0,0,0,0)"
