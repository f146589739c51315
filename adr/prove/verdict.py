"""The words that a comparison may end in, and when.

A comparison was measured with one or more learning rates. Small trainings with one learning rate can rank data in the
reverse of the order that large ones give (arXiv 2512.24503), so what holds in one learning rate alone is not said.
Knows nothing of arms or files.
"""

from collections.abc import Sequence

from adr.figures import number_words
from adr.prove.variance import PairedDifference

HELPS, HARMS, CANNOT_TELL = "helps", "harms", "cannot tell"
TOO_FEW_SEEDS = "not enough seeds"
MARGINS = {"accuracy": 3.0, "likelihood": 0.1, "entity_likelihood": 0.1}
"""Differences up to which two arms may be called equal: in points, in nats per answer."""
UNITS = {"accuracy": "points", "likelihood": "nats", "entity_likelihood": "nats"}
SIGNIFICANT = 0.05


def verdict(found: Sequence[PairedDifference], metric: str = "accuracy", p: float | None = None) -> str:
    """The word for one comparison in every learning rate that was run.

    'helps' or 'harms' only when every interval excludes 0 on the same side and `p` (Holm's adjusted p-value of a
    primary question; None for the others) is at most 0.05; 'no difference larger than x points' when every interval
    lies within the margin; otherwise 'cannot tell'. 'not enough seeds' where a learning rate has no interval.
    """
    ends = [(one.low, one.high) for one in found if one.low is not None and one.high is not None]
    if len(ends) < len(found) or not ends:
        return TOO_FEW_SEEDS
    lows, highs = [low for low, _ in ends], [high for _, high in ends]
    significant = p is None or p <= SIGNIFICANT
    if significant and min(lows) > 0:
        return HELPS
    if significant and max(highs) < 0:
        return HARMS
    bound = max(max(abs(low), abs(high)) for low, high in ends)
    if bound > MARGINS[metric]:
        return CANNOT_TELL
    return f"no difference larger than {_rounded_up(bound, metric)} {UNITS[metric]}"


def _rounded_up(bound: float, metric: str) -> str:
    places = 1 if metric == "accuracy" else 2
    step: float = 10.0**-places
    return number_words(round(-(-bound // step) * step, places), 2)
