"""Scripts and styles of the pages: each lies beside the Python that uses it, as `NAME.js` and `NAME.css`.

The browser receives a component as one script, which cannot import another, so the scripts that it imports are put
before it here. Knows no component.
"""

import functools
import posixpath
import re
from importlib import resources
from importlib.resources.abc import Traversable

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

UI = resources.files("adr.ui")
_IMPORT = re.compile(r'^import \{[^}]*\} from "(\.[^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=const |function |class )", re.MULTILINE)


def component(name: str, html: str) -> ComponentRenderer:
    """The component of `NAME.js` and `NAME.css`, named by its path below adr/ui ("review/card"); `html` is what its
    script fills."""
    css = _text(UI, "parts/focus.css") + _text(UI, f"{name}.css")
    return st.components.v2.component(f"adr_{name.replace('/', '_')}", html=html, css=css, js=script(UI, f"{name}.js"))


@functools.cache
def style(name: str) -> str:
    """`NAME.css`, named like a component, as an element for `st.html`."""
    return f"<style>\n{_text(UI, f'{name}.css')}</style>"


def script(root: Traversable, path: str) -> str:
    """The script at `path` below `root`, with each script that it imports put before it, once."""
    texts: dict[str, str] = {}

    def load(path: str) -> None:
        if path in texts:
            return
        text = _text(root, path)
        for imported in _IMPORT.findall(text):
            load(posixpath.normpath(posixpath.join(posixpath.dirname(path), imported)))
        texts[path] = _IMPORT.sub("", text)

    load(path)
    *others, own = texts.values()
    return "\n".join([*(_EXPORT.sub("", other) for other in others), own])


def _text(root: Traversable, path: str) -> str:
    return root.joinpath(path).read_text(encoding="utf-8")
