"""The perspective language: the language that most turns of an instance are in. Recognises none itself."""

from collections.abc import Mapping

from adr.index.perspectives.batch import Batch, Names
from adr.language_names import LANGUAGES, language_name

_PLACE = {code: place for place, code in enumerate(LANGUAGES)}


def names(batch: Batch) -> Names:
    """The English name of each instance's language; none for an instance whose turns hold no word."""
    return [[language_name(_most(turns))] if turns else [] for turns in batch.language]


def _most(turns: Mapping[str, int]) -> str:
    """The code with most turns; of equals the first in the list of languages, where "undetermined" is the last."""
    if len(turns) == 1:
        return next(iter(turns))
    return min(turns, key=lambda code: (-turns[code], _PLACE.get(code, len(_PLACE)), code))
