"""Links for the keyboard: past the navigation to the content, and to the first instance (see skip.js)."""

from adr.ui.parts.component import component

_SKIP = component("parts/skip", '<div class="skip"></div>')


def skip_links(*, key: str, content: bool) -> None:
    """Links that are seen only while they have the focus. content: whether one leads to the page's content."""
    _SKIP(data={"content": content}, key=key, height=1)
