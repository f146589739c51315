"""What is drawn apart from the board follows it (see follow.js). Knows stamps, not what they stand for."""

from adr.ui.parts.component import component

_FOLLOW = component("rebalance/follow", "<i></i>")


def follow_board(stamp: str, *, key: str) -> None:
    """Rerun the fragment that this stands in when the board shows something else than `stamp` and the hand rests."""
    _FOLLOW(data={"stamp": stamp}, key=key, on_settled_change=lambda: None, height=1)
