"""Text of others, made safe to stand in Markdown."""

import re


def plain(text: str) -> str:
    """`text` so that Streamlit shows it letter by letter where it would read Markdown."""
    return re.sub(r"([\\`*_{}\[\]()#|$~<>:&])", r"\\\1", text)
