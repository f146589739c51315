"""What a page remembers of a session besides its widgets and its address: one dataclass per page. Knows no page."""

from typing import TypeVar

import streamlit as st

T = TypeVar("T")


def remembered(kind: type[T]) -> T:
    """This session's `kind`, made on first use; the key in the session's state is the class's name."""
    if kind.__name__ not in st.session_state:
        st.session_state[kind.__name__] = kind()
    found: T = st.session_state[kind.__name__]
    return found
