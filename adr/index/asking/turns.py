"""The forms of the human turns of a batch that are in other languages than English.

Knows nothing of tables. The rules of each language are in the module of its name.
"""

from functools import lru_cache
from itertools import chain

import numpy as np
import pyarrow as pa

from adr.index.asking import chinese, french, german, japanese, spanish
from adr.index.asking.rules import forms_of_turn
from adr.index.interrogation import AskedForms, Interrogations
from adr.index.languages.chinese_things import plain_characters
from adr.index.spacy_tokens import MARKUP
from adr.language_names import LANGUAGES

RULES = {"zh": chinese.RULES, "ja": japanese.RULES, "es": spanish.RULES, "de": german.RULES, "fr": french.RULES}
"""The rules by the code of their language."""


@lru_cache(50_000)
def forms(language: str, text: str) -> tuple[str, ...]:
    """The forms of a human turn in a language of RULES; none for a turn without a word."""
    plain = MARKUP.sub(" ", text)
    return tuple(forms_of_turn(plain_characters(plain) if language == "zh" else plain, RULES[language]))


def asked(texts: pa.Array, language: np.ndarray, human: np.ndarray, names: Interrogations) -> AskedForms:
    """The forms of all human turns (bool, per turn) in a language of RULES; language: places in LANGUAGES, per turn."""
    at = np.flatnonzero(human & np.isin(language, [LANGUAGES.index(code) for code in RULES]))
    said = texts.take(pa.array(at)).to_pylist()
    codes = (LANGUAGES[number] for number in language[at].tolist())
    found = [forms(code, text) for code, text in zip(codes, said, strict=True)]
    turn = np.repeat(at, [len(each) for each in found]).astype(np.int32)
    return AskedForms(turn, names.numbers(chain.from_iterable(found)))
