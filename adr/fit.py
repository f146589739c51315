"""Whether pictures are of the kind that a model sees: how often its best name is one that the text has.

Pure arithmetic and the sentences about it. Knows nothing of models, files or the database.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adr.errors import AdrError
from adr.figures import counted, share_words
from adr.knowledge import DRAWN, Knowledge, short_name

FEW = 12
"""Fewer pictures than this tell nothing."""
ENOUGH = 24
"""From so many pictures on, a model whose names do not agree with the texts does not suit them."""
LIFT = 0.2
"""A model suits when its agreement closes at least this share of the way from that with shuffled texts to 1. Measured:
docs/starter-models.md."""
_DEVIATIONS = 3.0

_ADVICE = (
    "For photographs take a full-size open_clip model such as ViT-B-32/laion2b_s34b_b79k: set ADR_SCORER_MODEL to it, "
    "or to the folder of a copy where there is no network. --model-anyway uses this one all the same and records it."
)


@dataclass(frozen=True)
class Fit:
    """How the best names of a model agree with texts. pictures: how many were compared; agreement: the share of them
    whose best name is one that their own text has; shuffled: the same with the texts of the other pictures."""

    pictures: int
    agreement: float
    shuffled: float

    @property
    def suits(self) -> bool | None:
        """Whether the model sees what the texts name; None when so few pictures, or texts so alike, cannot tell."""
        room = 1 - self.shuffled
        if self.pictures < FEW or room < LIFT:
            return None
        chance = _DEVIATIONS * math.sqrt(self.shuffled * room / self.pictures)
        if self.agreement >= self.shuffled + max(LIFT * room, chance):
            return True
        return False if self.pictures >= ENOUGH else None

    def in_words(self) -> str:
        """The figures as a clause, or the reason why nothing was measured."""
        if self.pictures < FEW:
            few = (
                f"only {counted(self.pictures, 'picture has', 'pictures have')}" if self.pictures else "no picture has"
            )
            return f"{few} a text with a name that it knows"
        return (
            f"its best name is one that the text has for {share_words(self.agreement, 0)} of "
            f"{counted(self.pictures, 'picture')}, and for {share_words(self.shuffled, 0)} with the texts shuffled"
        )


NOTHING = Fit(0, 0.0, 0.0)
"""The fit where no picture can be compared."""


def fit_of(agreement: npt.NDArray[np.float32], said: npt.NDArray[np.bool_]) -> Fit:
    """The fit of a model. agreement (pictures, names): its agreement of each picture with each name; said (pictures,
    names): which names the picture's text has."""
    count = len(agreement)
    if not count:
        return NOTHING
    hits = said[:, agreement.argmax(axis=1)]  # (texts, pictures)
    own = int(np.trace(hits))
    others = (int(hits.sum()) - own) / (count * (count - 1)) if count > 1 else 1.0
    return Fit(count, own / count, others)


def fits(fit: Fit, knowledge: Knowledge) -> bool:
    """Whether a model may be used to see: its names agree with the texts; or nothing can be told, and it does not say
    that it was made for one kind of pictures."""
    return fit.suits or (fit.suits is None and knowledge.kind is None)


def refusal(model: str, fit: Fit, knowledge: Knowledge) -> AdrError:
    """Why a model is not used on these pictures, and which ones fit."""
    made = f"{short_name(model)} knows {_kind_words(knowledge.kind)}" if knowledge.kind else short_name(model)
    if fit.suits is False:
        said = f"{made}{', and these pictures are others' if knowledge.kind else ' does not suit these pictures'}: "
        return AdrError(f"{said}{fit.in_words()}.", _ADVICE)
    return AdrError(f"{made}, and whether these pictures are such cannot be told: {fit.in_words()}.", _ADVICE)


def _kind_words(kind: str | None) -> str:
    return "pictures of the drawn demo world" if kind == DRAWN else f"pictures of the kind “{kind}”"


def said_of(pictured: Sequence[tuple[str, Sequence[str]]], names: Sequence[str]) -> npt.NDArray[np.bool_]:
    """(pictures, names): which of `names` each picture's text has."""
    at = {name: number for number, name in enumerate(names)}
    said = np.zeros((len(pictured), len(names)), bool)
    for row, (_, own) in enumerate(pictured):
        said[row, [at[name] for name in own]] = True
    return said
