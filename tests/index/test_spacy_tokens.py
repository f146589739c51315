"""The spaCy extractor, with small pipelines that the test trains on a dozen sentences."""

import sys
from pathlib import Path
from types import ModuleType

import pyarrow as pa
import pytest

from adr.errors import AdrError
from adr.index.index import index
from adr.store import Store

spacy = pytest.importorskip("spacy")

ENGLISH = """
the/DET dogs/NOUN run/VERB in/ADP the/DET park/NOUN
a/DET cat/NOUN sleeps/VERB on/ADP the/DET sofa/NOUN
two/NUM women/NOUN ride/VERB red/ADJ bikes/NOUN
Munich/PROPN is/AUX a/DET city/NOUN
what/PRON is/AUX the/DET man/NOUN doing/VERB
they/PRON park/VERB the/DET car/NOUN near/ADP a/DET house/NOUN
is/AUX there/PRON a/DET bus/NOUN in/ADP Berlin/PROPN
the/DET fire/NOUN hydrant/NOUN is/AUX red/ADJ
describe/VERB the/DET dogs/NOUN
a/DET fire/NOUN hydrant/NOUN near/ADP the/DET cats/NOUN
he/PRON sleeps/VERB in/ADP Munich/PROPN
a/DET red/ADJ car/NOUN
"""
GERMAN = """
der/DET Hund/NOUN schläft/VERB im/ADP Haus/NOUN
die/DET Katze/NOUN sitzt/VERB auf/ADP dem/DET Sofa/NOUN
eine/DET Frau/NOUN liest/VERB ein/DET Buch/NOUN
das/DET Auto/NOUN steht/VERB vor/ADP dem/DET Haus/NOUN
der/DET Mann/NOUN sitzt/VERB auf/ADP der/DET Bank/NOUN
was/PRON macht/VERB die/DET Frau/NOUN
"""
LEMMAS = {"dogs": "dog", "cats": "cat", "women": "woman", "bikes": "bike", "hydrants": "hydrant"}


def trained(language: str, sentences: str, folder: Path) -> Path:
    """A pipeline with a morphologizer trained on the sentences and a look-up lemmatizer, saved in `folder`."""
    from spacy.lookups import Lookups
    from spacy.tokens import Doc
    from spacy.training import Example
    from spacy.util import fix_random_seed

    fix_random_seed(0)
    nlp = spacy.blank(language)
    nlp.add_pipe("morphologizer")
    nlp.add_pipe("lemmatizer", config={"mode": "lookup"})
    examples = []
    for line in sentences.strip().splitlines():
        words, tags = zip(*(pair.split("/") for pair in line.split()), strict=True)
        reference = Doc(nlp.vocab, words=list(words), pos=list(tags))
        examples.append(Example(Doc(nlp.vocab, words=list(words)), reference))
    lookups = Lookups()
    lookups.add_table("lemma_lookup", LEMMAS)
    nlp.get_pipe("lemmatizer").initialize(lookups=lookups)
    optimizer = nlp.get_pipe("morphologizer").initialize(lambda: examples, nlp=nlp) or nlp.create_optimizer()
    with nlp.select_pipes(enable="morphologizer"):
        for _ in range(40):
            nlp.update(examples, sgd=optimizer)
    nlp.meta["name"], nlp.meta["version"] = "tiny", "0.1"
    nlp.to_disk(folder)
    return folder


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained("en", ENGLISH, tmp_path_factory.mktemp("pipelines") / "en")


@pytest.fixture(scope="module")
def german(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained("de", GERMAN, tmp_path_factory.mktemp("pipelines") / "de")


def store_with(*conversations: list[tuple[str, str]]) -> Store:
    store = Store.memory()
    talk = pa.list_(pa.struct([("role", pa.string()), ("text", pa.string())]))
    turns = [[{"role": role, "text": text} for role, text in each] for each in conversations]
    with store.atomic() as writer:
        writer.insert(
            "instance",
            pa.table(
                {
                    "instance": pa.array(range(len(turns)), pa.int32()),
                    "turns": pa.array(turns, talk),
                    "images": pa.array([["a.jpg"]] * len(turns), pa.list_(pa.string())),
                }
            ),
        )
    return store


def tokens(store: Store) -> dict[str, list[int]]:
    return dict(
        store.rows("""
        select name, list(instance order by instance) from entity join posting using (entity)
        where entity.perspective = perspective_number('token') group by entity, name order by name
    """)
    )


def test_index__spacy_reads_nouns_and_names(english: Path) -> None:
    store = store_with(
        [("human", "<image>\ndescribe the dogs"), ("gpt", "two women park the car in Munich")],
        [("human", "is there a cat in the park"), ("gpt", "the fire hydrant is red")],
    )
    report = index(store, extractor="spacy", spacy_model=str(english))
    assert tokens(store) == {
        "car": [0],
        "cat": [1],
        "dog": [0],
        "fire hydrant": [1],
        "munich": [0],
        "park": [1],
        "woman": [0],
    }
    assert (report.extractor, report.spacy_model) == ("spacy", "en_tiny 0.1")
    assert store.row("select extractor, spacy_model from index_made") == ("spacy", "en_tiny 0.1")


def test_index__spacy_reads_no_templates(english: Path) -> None:
    """The line below the question and the beginning before the colon are taken out of the text that spaCy reads."""
    short, begun = "describe the dogs in the park", "the car near a house:"
    asked = [f"<image>\nwhat is the man {n} doing\n{short}" for n in range(60)]
    asked += [f"{begun} a bus {n}" for n in range(60)]
    store = store_with(*([("human", text), ("gpt", "a cat sleeps")] for text in asked))
    report = index(store, extractor="spacy", spacy_model=str(english))
    assert store.rows("select text, kind from template order by kind") == [(begun, "beginning"), (short, "line")]
    assert report.templates == 2
    assert tokens(store) == {"bus": list(range(60, 120)), "cat": list(range(120)), "man": list(range(60))}
    index(store, extractor="spacy", spacy_model=str(english), let_in=[short])
    assert {"dog", "park"} <= tokens(store).keys() and "car" not in tokens(store)


def test_index__spacy_of_another_language_leaves_english_to_the_lexicon(german: Path) -> None:
    store = store_with(
        [("human", "was macht die Frau auf der Bank"), ("gpt", "die Frau liest ein Buch"), ("gpt", "Buch")],
        [("human", "What color is the bus?"), ("gpt", "The bus is red.")],
    )
    assert index(store).unread == 0
    assert tokens(store) == {"bank": [0], "buch": [0], "bus": [1], "color": [1], "frau": [0]}
    report = index(store, extractor="spacy", spacy_model=str(german))
    assert tokens(store) == {"bank": [0], "buch": [0], "bus": [1], "color": [1], "frau": [0]}
    assert report.unread == 0 and report.notices == ()
    found = store.rows("select name from entity where perspective = perspective_number('object') order by name")
    assert [name for (name,) in found] == ["bench", "book", "bus", "woman"]
    assert report.languages == {"de": 3, "en": 2}


def test_index__spacy_in_processes_of_its_own(english: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adr.index.spacy_tokens.CHUNK", 2)
    monkeypatch.setattr("adr.index.index.WORTH_A_PROCESS", 4)
    monkeypatch.setenv("ADR_THREADS", "2")
    # as in the app, where __main__ is a page that no process may run again
    page = ModuleType("__main__")
    page.__file__ = str(tmp_path / "page.py")
    (tmp_path / "page.py").write_text("raise SystemExit('run again')")
    monkeypatch.setitem(sys.modules, "__main__", page)
    talk = [("human", "describe the dogs"), ("gpt", "a cat sleeps on the sofa")]
    store = store_with(talk, talk, talk)
    index(store, extractor="spacy", spacy_model=str(english))
    assert tokens(store) == {"cat": [0, 1, 2], "dog": [0, 1, 2], "sofa": [0, 1, 2]}


def test_index__spacy_that_is_not_installed_says_how(tmp_path: Path) -> None:
    store = store_with([("human", "describe the dogs")])
    with pytest.raises(AdrError, match="xx_no_such_model is not installed") as error:
        index(store, extractor="spacy", spacy_model="xx_no_such_model")
    assert "python -m spacy download xx_no_such_model" in error.value.next_step
    with pytest.raises(AdrError, match="holds no spaCy pipeline"):
        index(store, extractor="spacy", spacy_model=str(tmp_path))


def test_index__spacy_without_a_tagger_is_refused(tmp_path: Path) -> None:
    spacy.blank("en").to_disk(tmp_path / "blank")
    with pytest.raises(AdrError, match="does not tag parts of speech"):
        index(store_with([("human", "a dog")]), extractor="spacy", spacy_model=str(tmp_path / "blank"))
