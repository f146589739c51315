"""An AdrError as a page shows it: a sentence, a next step, and links to the pages that the next step names."""

import functools
from collections.abc import Callable
from typing import Any

import streamlit as st

from adr.errors import AdrError
from adr.plain_text import SENTENCE, plain
from adr.ui.navigation import PAGES, link


def fragment(draw: Callable[..., Any] | None = None, *, run_every: float | None = None, key: str | None = None) -> Any:
    """`st.fragment` that shows an AdrError itself, since the reruns of a fragment do not pass through the frame."""
    if draw is None:
        return functools.partial(fragment, run_every=run_every, key=key)

    @functools.wraps(draw)
    def told(*args: Any, **kwargs: Any) -> Any:
        try:
            return draw(*args, **kwargs)
        except AdrError as error:
            tell(error)
            return None

    return st.fragment(told, run_every=run_every, key=key)


def tell(error: AdrError) -> None:
    """Show what is wrong and what to do about it, with links to the pages that the next step names."""
    with st.container(border=True, key=None):
        st.error(plain(error.sentence, SENTENCE), icon=":material/error:")
        if error.next_step:
            st.markdown(f"**Next:** {plain(error.next_step, SENTENCE)}")
        for name in PAGES:
            if f"{name} page" in error.next_step:
                link(name)
