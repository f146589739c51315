"""What single texts name and ask, by the rules of an index: for texts that are no instances, such as the question of a
benchmark.

A denied thing is named all the same: "Is there a harp?" asks about a harp. Markup and the index's templates name
nothing. English alone is read, or what the index's spaCy pipeline reads. Reads how the index was made; writes no table.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from adr.index import interrogation, token
from adr.index.forms import Forms, Names
from adr.index.index import annotated_names
from adr.index.interrogation import Interrogations
from adr.index.lexicon import Lexicon
from adr.index.markup import without_markup
from adr.index.object import Things
from adr.index.spacy_tokens import Pipeline
from adr.index.templates import without_pieces
from adr.index.words import cut
from adr.store import Store

_TOGETHER = 20_000


@dataclass(frozen=True)
class NamesSaid:
    """One list of distinct names per text, in the order in which they are met. tokens: nouns; objects: things, under
    the names of the index; forms: forms of question, of a text that a human says."""

    tokens: list[list[str]]
    objects: list[list[str]]
    forms: list[list[str]]


class NameReader:
    """Reads names from texts as the index of `store` read them from its instances."""

    def __init__(self, store: Store) -> None:
        lexicon = Lexicon.english()
        self._things = Things(lexicon, sorted(set(annotated_names(store, lexicon).values())))
        self._forms = Forms(lexicon, self._things.phrases(), interrogation.ASKED, interrogation.LOOKS_ON)
        self._interrogations, self._objects = Interrogations(lexicon), Names()
        self._templates = {text for (text,) in store.rows("select text from template where not counted")}
        options = json.loads(store.value("select max(options) from index_made") or "{}")
        self._pipeline: Pipeline | None = None
        if options.get("extractor") == "spacy":
            self._pipeline = Pipeline.load(options.get("spacy_model"), frozenset(self._things.phrases()), 1)

    def read(self, texts: Sequence[str]) -> NamesSaid:
        """The names in each text."""
        found = NamesSaid([], [], [])
        for start in range(0, len(texts), _TOGETHER):
            part = self._read(pa.array(texts[start : start + _TOGETHER], pa.string()))
            found.tokens.extend(part.tokens)
            found.objects.extend(part.objects)
            found.forms.extend(part.forms)
        return found

    def _read(self, texts: pa.Array) -> NamesSaid:
        texts = without_markup(texts)
        text = token.read(cut(texts), self._forms)
        said = self._nouns(without_pieces(texts, self._templates)) if self._templates else self._nouns(texts, text)
        of_name = self._things.of_names(self._forms.names, self._objects)
        thing = of_name[said.name]
        asked = self._interrogations.asked(text, self._forms, np.ones(len(texts), dtype=bool))
        named = thing >= 0
        return NamesSaid(
            _by_text(len(texts), said.turn, said.name, self._forms.names),
            _by_text(len(texts), said.turn[named], thing[named], self._objects),
            _by_text(len(texts), asked.turn, asked.form, self._interrogations.names),
        )

    def _nouns(self, texts: pa.Array, text: token.Text | None = None) -> token.Said:
        """The nouns of the texts; text: the same, cut into words already."""
        if self._pipeline is None:
            return token.nouns(text or token.read(cut(texts), self._forms), self._forms)
        return self._pipeline.nouns(texts, np.ones(len(texts), dtype=bool), self._forms)


def _by_text(texts: int, turn: np.ndarray, name: np.ndarray, names: Names) -> list[list[str]]:
    listed = names.listed()
    found: list[dict[str, None]] = [{} for _ in range(texts)]
    for at, number in zip(turn.tolist(), name.tolist(), strict=True):
        found[at][listed[number]] = None
    return [list(each) for each in found]
