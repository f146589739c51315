"""Controls whose value is kept in the address of the page, so that every view can be sent to a colleague.

The address is the only place that holds the state: a control shows the value found there and writes changes back. Knows
nothing of what is chosen.
"""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from adr.plain_text import plain

_IN_A_ROW = 5


def asked(name: str, default: str = "", allowed: Sequence[str] | None = None) -> str:
    """The query parameter `name`; `default` where it is missing or not among `allowed`."""
    value = str(st.query_params.get(name, default))
    return value if allowed is None or value in allowed else default


def asked_number(name: str, default: int, least: int = 0, most: int | None = None) -> int:
    """The query parameter `name` as a whole number, moved into the bounds; `default` where it is not a number."""
    text = str(st.query_params.get(name, ""))
    if not text.removeprefix("-").isdecimal() or len(text) > 15:
        return default
    return max(least, int(text) if most is None else min(int(text), most))


def asked_share(name: str, default: float) -> float:
    """The query parameter `name` as a share; `default` where it is not a number from 0 to 1."""
    try:
        value = float(str(st.query_params.get(name, default)))
    except ValueError:
        return default
    return value if 0 <= value <= 1 else default


def move(**changes: Any) -> None:
    """Write query parameters; None removes one. Parameters that are not named stay."""
    for name, value in changes.items():
        if value is None or value == "":
            st.query_params.pop(name, None)
        elif str(st.query_params.get(name)) != str(value):
            st.query_params[name] = str(value)


def jump(keep: Sequence[str] = ("workspace",), **new: Any) -> None:
    """Make the address exactly `new` (and the parameters in `keep`) and run the page again."""
    kept = {name: st.query_params[name] for name in keep if name in st.query_params}
    st.query_params.from_dict({**kept, **{name: str(v) for name, v in new.items() if v is not None and v != ""}})
    st.rerun(scope="app")


def perspective_choice(
    known: Sequence[str], name: str, *, default: str, says: Callable[[str], str], drops: Sequence[str] = ()
) -> str:
    """The chosen perspective: a row of options for a few, a list for more; kept in the address as by `choice`."""
    if len(known) <= _IN_A_ROW:
        return choice("Perspective", known, name, default=default, says=lambda one: plain(says(one)), drops=drops)
    key = f"choice {name}"
    st.session_state[key] = asked(name, default, known)

    def chosen() -> None:
        value = st.session_state[key]
        move(**{name: None if value == default else value}, **dict.fromkeys(drops))

    st.selectbox("Perspective", known, key=key, format_func=says, on_change=chosen, label_visibility="collapsed")
    return str(st.session_state[key])


def choice(
    label: str,
    options: Sequence[str],
    name: str,
    *,
    default: str,
    says: Callable[[str], str] = str,
    drops: Sequence[str] = (),
    hidden: bool = True,
    help: str | None = None,
) -> str:
    """A row of options; returns the chosen one. A change removes the parameters `drops` from the address."""
    key = f"choice {name}"
    st.session_state[key] = asked(name, default, options)

    def chosen() -> None:
        value = st.session_state[key]
        move(**{name: None if value == default else value}, **dict.fromkeys(drops))

    st.segmented_control(
        label,
        options,
        key=key,
        format_func=says,
        on_change=chosen,
        required=True,
        help=help,
        label_visibility="collapsed" if hidden else "visible",
    )
    return asked(name, default, options)


def words(label: str, name: str, *, placeholder: str = "", drops: Sequence[str] = ()) -> str:
    """A search box that responds while the user types; returns its text."""
    key = f"words {name}"
    text = " ".join(asked(name).split())  # a box holds one line, and would send another text back for ever
    st.session_state[key] = text

    def typed() -> None:
        move(**{name: st.session_state[key].strip()}, **dict.fromkeys(drops))

    st.text_input(
        label,
        key=key,
        type="search",
        placeholder=placeholder,
        live="300ms",
        on_change=typed,
        icon=":material/search:",
        label_visibility="collapsed",
    )
    return text


def pages(total: int, size: int, name: str, drops: Sequence[str] = ()) -> int:
    """A pager for `total` things, `size` per page; returns how many come before the page. Not drawn for one page.
    Turning a page removes the parameters `drops` from the address."""
    number = max(1, -(-total // size))
    current = asked_number(name, 1, 1, number)
    if number > 1:
        key = f"pages {name} {number} {current}"  # a new widget for each page: the address decides, not its own state

        def turned() -> None:
            move(**{name: None if st.session_state[key] == 1 else st.session_state[key]}, **dict.fromkeys(drops))

        st.pagination(number, default=current, key=key, on_change=turned, max_visible_pages=7)
    return (current - 1) * size
