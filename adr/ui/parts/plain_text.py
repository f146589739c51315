"""Text from data, made safe to use in Markdown."""

import re


def plain(text: str) -> str:
    """`text`, escaped so that Streamlit shows it literally where it reads Markdown."""
    return re.sub(r"([\\`*_{}\[\]()#|$~<>:&])", r"\\\1", text)
