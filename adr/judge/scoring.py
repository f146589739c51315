"""The offline judge: the scorer's numbers of a candidate, read as an opinion. Needs no model and no network.

It looks at the picture only as far as the scorer did; conversations are judged by their check alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from adr.review.opinions import Opinion

FAR = 3
"""From this rank of the entity among its siblings on, the picture shows something else."""
# Flags that are a reason of their own; any other flag is 'poor_image'.
_REASONS = {
    "near_duplicate": "near_duplicate",
    "copy_of_parent": "near_duplicate",
    "not_the_entity": "not_the_entity",
    "conversation": "wrong_conversation",
}


@dataclass(frozen=True)
class ScoredCandidate:
    """What the scorer said of a candidate: columns of `candidate`."""

    candidate: str
    score: float | None
    entity_rank: int | None
    flags: Sequence[str]


def opinion(scored: ScoredCandidate) -> Opinion:
    """Reject what has a flag or shows something else, accept what the scorer names first, with its score as confidence;
    unsure otherwise, and without a score."""
    if scored.flags:
        return Opinion(scored.candidate, "reject", 1.0, _REASONS.get(scored.flags[0], "poor_image"))
    if scored.score is None or scored.entity_rank is None:
        return Opinion(scored.candidate, "unsure", 0.0, note="it was not scored")
    sure = min(1.0, max(0.0, scored.score))
    if scored.entity_rank == 1:
        return Opinion(scored.candidate, "accept", sure)
    if scored.entity_rank >= FAR:
        return Opinion(scored.candidate, "reject", 1.0 - sure, "not_the_entity")
    return Opinion(scored.candidate, "unsure", sure)
