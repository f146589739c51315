"""Numbers of a plan in words."""

from collections.abc import Mapping

from adr.figures import number_words
from adr.synthesize.plan_file import RETRIEVE, WITHOUT_IMAGE

_THINGS = {"object": "object", "co_occurrence": "pair", "token": "noun"}


def how_long(each: float | None, count: int) -> str:
    """'about 12 min at 0.8 s each, as measured', or how to measure."""
    if each is None:
        return "the time this takes is not measured yet; the first pictures will show it."
    seconds = each * count
    said = (
        f"{max(1, round(seconds))} s"
        if seconds < 90
        else f"{round(seconds / 60)} min"
        if seconds < 5400
        else f"{seconds / 3600:.1f} h"
    )
    rate = f"{each:.1f}" if each < 10 else f"{each:,.0f}"
    return f"about **{said}** at {rate} s each with one worker, as measured."


def made_words(generator: str) -> str:
    """What a plan brings: 'pictures', 'conversations' or 'rows'."""
    return "rows" if generator == RETRIEVE else "conversations" if generator in WITHOUT_IMAGE else "pictures"


def tau_words(tau: Mapping[str, float]) -> str:
    """'59 for an object, 9 for a pair': what τ means in a run, objects first."""
    return ", ".join(f"{number_words(tau[p])} for a {said}" for p, said in _THINGS.items() if p in tau).replace(
        "a object", "an object"
    )
