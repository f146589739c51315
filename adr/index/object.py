"""The object perspective: the things in the picture, by annotation or by what the text says.

Knows nothing of the database. A noun counts when `assets/lexicon/things.txt` (or an annotation) has it as a thing; all
words for a thing share one name ("bike" → "bicycle"; men, women, boys and girls stay what they are). What a question
asks about and the answer denies ("Is there a dog?" – "No") is not in the picture. The text can still name what no
picture shows: `verify` looks for that. An instance without a picture has no objects, whatever its text says.
"""

import re
from collections.abc import Iterable
from itertools import islice

import numpy as np

from adr.index.forms import Names
from adr.index.lexicon import Lexicon

_SENSE = re.compile(r"\s*\([^)]*\)")


def plain_name(label: str, lexicon: Lexicon) -> str:
    """An annotation's label as an object's name: lower case, blanks for underscores, no "(sense)", last word
    singular.
    """
    words = _SENSE.sub("", label.replace("_", " ")).lower().split()
    if not words:
        return ""
    words[-1] = lexicon.singular(words[-1]) or words[-1]
    return " ".join(words)


def label_names(labels: Iterable[str], lexicon: Lexicon) -> dict[str, str]:
    """Each label of annotations → the name of the object that it stands for, without those that stand for none."""
    return {label: name for label in labels if (name := plain_name(label, lexicon))}


class Things:
    """Which nouns are things, and the name of each: the word that annotations use for it, if they use one."""

    def __init__(self, lexicon: Lexicon, annotated: Iterable[str] = ()) -> None:
        self._name = dict(lexicon.things)
        self._nouns = [phrase.replace("_", " ") for phrase in sorted(lexicon.settled["phrases"])]
        self._of_name: list[int] = []
        chosen: dict[str, str] = {}
        for name in annotated:
            thing = self._name.get(name)
            if thing is not None and thing != name:
                chosen.setdefault(thing, name)
        known = set(annotated)
        for word, thing in list(self._name.items()):
            if thing in chosen and thing not in known:
                self._name[word] = chosen[thing]
        self._name.update((name, name) for name in annotated)

    def phrases(self) -> list[str]:
        """The names that consist of several words, and the nouns of several words that are no things."""
        return [name for name in self._name if " " in name] + self._nouns

    def of_names(self, nouns: Names, objects: Names) -> np.ndarray:
        """For every noun the number of the object that it names, or -1 if it names none: int32."""
        for noun in islice(nouns.number, len(self._of_name), None):
            thing = self._name.get(noun)
            self._of_name.append(-1 if thing is None else objects(thing))
        return np.array(self._of_name, dtype=np.int32)

    def numbers(self, things: Iterable[str], objects: Names) -> np.ndarray:
        """The number of the object for each name of a thing in things.txt: int32."""
        return np.array([objects(self._name.get(thing, thing)) for thing in things], dtype=np.int32)
