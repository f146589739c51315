"""How well the readers of languages other than English find nouns, and how many turns get the right language.

    python tests/bench/languages.py FOLDER      FOLDER holds *-ud-dev.conllu of Universal Dependencies

Gold: the distinct lemmas of NOUN and PROPN per sentence, in lower case, without what holds digits or no letter; a
prediction is right when it is a gold lemma or its form. Chinese also accepts joined nouns: a prediction made of
consecutive nouns (with suffixes, numbers and adjectives between) is right and finds them. Korean takes the noun part
of every word that begins with a noun morpheme, whatever its particle makes of it.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from adr.index import interrogation, token
from adr.index.forms import Forms
from adr.index.languages.naming import Naming
from adr.index.languages.reading import READERS, NounReading
from adr.index.lexicon import Lexicon
from adr.index.words import cut
from adr.language_names import LANGUAGES

FILES = {
    "zh": "zh_gsdsimp",
    "ja": "ja_gsd",
    "ko": "ko_kaist",
    "de": "de_gsd",
    "fr": "fr_gsd",
    "es": "es_gsd",
    "ru": "ru_gsd",
    "en": "en_ewt",
}


@dataclass(frozen=True)
class Word:
    """A word of a treebank."""

    form: str
    lemma: str
    upos: str
    xpos: str


def sentences(path: Path) -> Iterator[tuple[str, list[Word]]]:
    """(text, words) of every sentence; words that are split into several count by their parts."""
    text, words = "", []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# text = "):
            text = line[9:].strip()
        elif line and line[0].isdigit():
            cells = line.split("\t")
            if cells[0].isdigit():
                words.append(Word(cells[1].lower(), cells[2].lower(), cells[3], cells[4]))
        elif not line and words:
            yield text, words
            text, words = "", []


def counts(word: str) -> bool:
    """Whether a noun is scored."""
    return any(map(str.isalpha, word)) and not any(map(str.isdigit, word))


def gold_of(words: list[Word], language: str) -> dict[str, set[str]]:
    """{lemma: what finds it} of a sentence."""
    if language == "ko":
        return {part: {part} for part in map(_korean_part, words) if part and counts(part)}
    found: dict[str, set[str]] = {}
    for word in words:
        if word.upos in ("NOUN", "PROPN") and counts(word.lemma) and counts(word.form):
            found.setdefault(word.lemma, {word.lemma}).add(word.form)
    return found


def _korean_part(word: Word) -> str:
    """The noun part of a word: its leading noun morphemes with prefixes and suffixes."""
    part, has_noun = "", False
    for morpheme, tag in zip(word.lemma.split("+"), word.xpos.split("+"), strict=False):
        if tag.startswith(("ncn", "ncp", "nq")):
            has_noun = True
        elif not tag.startswith(("xp", "xsn")):
            break
        part += morpheme
    return part if has_noun else ""


def joined(prediction: str, words: list[Word]) -> set[str]:
    """Lemmas of the consecutive nouns that a prediction is made of; empty when it is not."""
    for start in range(len(words)):
        at, run = start, ""
        while at < len(words) and len(run) < len(prediction):
            run += words[at].form
            at += 1
        inside = words[start:at]
        fits = run == prediction and inside[0].upos in ("NOUN", "PROPN", "NUM", "ADJ", "X")
        if fits and all(word.upos in ("NOUN", "PROPN", "PART", "NUM", "ADJ", "X") for word in inside):
            found = {word.lemma for word in inside if word.upos in ("NOUN", "PROPN")}
            if found:
                return found
    return set()


def score(language: str, said: list[tuple[str, list[Word]]], predicted: list[list[str]], join: bool) -> list[float]:
    """[precision, recall, F1] over all sentences."""
    right = given = found = wanted = 0
    for (_, words), nouns in zip(said, predicted, strict=True):
        gold = gold_of(words, language)
        nouns_of = {noun for noun in nouns if counts(noun)}
        hits: set[str] = set()
        for noun in nouns_of:
            finds = {lemma for lemma, forms in gold.items() if noun in forms}
            finds = finds or (joined(noun, words) if join else set())
            right += bool(finds)
            hits |= finds & set(gold)
        given, found, wanted = given + len(nouns_of), found + len(hits), wanted + len(gold)
    precision, recall = right / max(1, given), found / max(1, wanted)
    return [precision, recall, 2 * precision * recall / max(1e-9, precision + recall)]


def named(texts: list[str]) -> list[str]:
    """The language of each text, each as an instance of one turn."""
    forms = Forms(Lexicon.english(), [], interrogation.ASKED, interrogation.LOOKS_ON)
    turns, instance = pa.array(texts), np.arange(len(texts))
    found = Naming().of_turns(token.read(cut(turns), forms, instance), turns, instance)
    return [LANGUAGES[code] if code >= 0 else "" for code in found]


def main(folder: Path) -> None:
    """Prints the table."""
    reading = NounReading()
    print("language  P      R      F1     joined  s/1k  named   most confused")
    for language, name in FILES.items():
        said = list(sentences(folder / f"{name}-ud-dev.conllu"))
        texts = [text for text, _ in said]
        codes = [code for code in named(texts) if code]
        share = codes.count(language) / len(codes)
        others = Counter(code for code in codes if code != language).most_common(2)
        figures = "                                    "
        if language in READERS:
            reading.nouns(language, texts[:5])
            started = time.monotonic()
            nouns = reading.nouns(language, texts)
            seconds = (time.monotonic() - started) / len(texts) * 1000
            p, r, f = score(language, said, nouns, join=False)
            relaxed = score(language, said, nouns, join=True)[2] if language in ("zh", "ja") else f
            figures = f"{p:.3f}  {r:.3f}  {f:.3f}  {relaxed:.3f}   {seconds:.2f}"
        print(f"{language:8}  {figures}  {share:.3f}  {others}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
