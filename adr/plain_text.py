"""Text from data, files and addresses, shown literally: the only door to a page for text that is not the program's own.

Streamlit reads labels, captions and messages as Markdown with directives, icons, emoji, formulas and links; Plotly
reads its texts as HTML. `plain` and `code` give text that stays text in the first, `chart_text` in the second.
`tests/test_shown_text.py` finds what reaches a page without them. Knows no page.
"""

import html
import re

MOST, SENTENCE = 300, 2000
"""Characters of a text, and of a sentence that holds texts, that a page shows; an ellipsis stands for the rest."""

# Control characters, and the marks that change the direction of the text around them or hide inside it.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_MARKUP = re.compile(r"([\\`*_\[\]#|$~<>&])")
_BLOCK = re.compile(r"^(?:[-+=]|\d+(?=[.)]))")  # what begins a list or a rule at the start of a line
# Streamlit looks for links, addresses of mail, emoji, icons and arrows in the text that is left once the Markdown is
# read, so a backslash does not stop it. A word joiner, which has no width, does.
_FOUND_LATER = re.compile(
    r"(?<=:)(?=[\w+/:-])|(?<=www)(?=\.)|(?<=@)(?=[\w-])|(?<=[<>~-])(?=[=>-])|(?<=<)(?=-)", re.IGNORECASE
)
_JOINER = "\u2060"


def literal(text: str, most: int = MOST) -> str:
    """`text` in one line of at most `most` characters, for where no markup is read.

    Each control character and each mark that reorders text is shown as U+FFFD."""
    seen = _UNSEEN.sub("\ufffd", " ".join(text[: most + 1].split()))
    return seen if len(text) <= most else f"{seen[:most]}…"


def plain(text: str, most: int = MOST) -> str:
    """`literal(text)`, escaped so that Streamlit shows it as it is where it reads Markdown."""
    seen = _FOUND_LATER.sub(_JOINER, literal(text, most))
    marked = _MARKUP.sub(r"\\\1", seen)
    begins = _BLOCK.match(marked)
    if not begins:
        return marked
    at = begins.end() if begins[0].isdigit() else 0
    return f"{marked[:at]}\\{marked[at:]}" if marked[at : at + 1] != "\\" else marked


def code(text: str, most: int = MOST) -> str:
    """`literal(text)` as a code span: for paths, identifiers and names of columns."""
    seen = literal(text, most).replace(":material/", f":{_JOINER}material/") or " "
    fence = "`" * (1 + max(map(len, re.findall("`+", seen)), default=0))
    pad = " " if "`" in (seen[0], seen[-1]) else ""
    return f"{fence}{pad}{seen}{pad}{fence}"


def chart_text(text: str, most: int = 80) -> str:
    """`literal(text)` for a chart, whose texts Plotly reads as HTML, and as a formula between dollar signs."""
    return html.escape(literal(text, most)).replace("$", f"{_JOINER}$")
