"""Language synthesis: tail synonyms from WordNet, whole words replaced in agreement, and a plan that uses them."""

import os
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from adr.errors import AdrError
from adr.shipped import shipped
from adr.store import Store
from adr.synthesize.conversations import Request, by_synonyms
from adr.synthesize.replacement import plural, replaced, rewrite
from adr.synthesize.synonyms import WARNING, in_the_tail, synonyms_of, synonyms_of_parents, tail_synonyms
from adr.synthesize.wordnet import FOLDER, nouns
from tests.worlds.hand import write_instances, write_postings
from tests.worlds.talk import slot, talk
from tests.worlds.wordnet import WORDNET, cut

IMAGE = Image.new("RGB", (8, 8))

# -- which synonyms ----------------------------------------------------------------------------------------------------


def test_synonyms_of__words_that_are_said_in_its_place():
    assert synonyms_of("sofa") == ["couch"]  # WordNet's texts never say "lounge" for it
    assert synonyms_of("car") == ["automobile"]  # 71 times; "auto" 2, "motorcar" 1, "machine" means other things first
    assert synonyms_of("backpack") == ["rucksack"]  # no text has either; no web comment has "haversack" or "packsack"
    assert synonyms_of("vegetable") == ["veggie"]  # that its plant has the same name does not count against it
    assert synonyms_of("handbag") == ["purse"] and synonyms_of("traveler") == ["traveller"]
    assert synonyms_of("child") == ["kid"]  # nor "youngster" (4 of 148), "tike", "fry"
    assert synonyms_of("axe") == ["ax"] and synonyms_of("bucket") == ["pail"]


@pytest.mark.parametrize(
    ("noun", "why"),
    [
        ("glove", "a mitt is met in no text"),
        ("product", "merchandise has no plural"),
        ("meal", "a repast is of another century"),
        ("occupant", "a resident is far more frequent, for other uses"),
        ("spectator", "a watcher has other meanings and was met once"),
        ("setup", "an apparatus in one text of three only"),
        ("surfer", "nobody writes surfboarder"),
        ("brothel", "a name of it offends"),
        ("luggage", "baggage was met once, and has other meanings"),
        ("image", "its first meaning is a thought"),
        ("picture", "an icon is met in no text"),
        ("cattle", "cows and oxen agree with nothing"),
        ("lid", "an eyelid in novels, a cover in pictures"),
        ("pitcher", "a hurler in news, a jug in pictures"),
        ("prostitute", "the synonym offends"),
        ("stand", "more often a verb"),
        ("time", "not to be pointed at"),
        ("dog", "no other single word"),
        ("KaplanWhat", "no word"),
    ],
)
def test_synonyms_of__none(noun, why):
    assert synonyms_of(noun) == [], why


def test_synonyms_of__laws():
    """Both words are in the shipped nouns, mean the same first, and never is one a form of the other."""
    for name, noun in nouns().items():
        for other in synonyms_of(name):
            assert nouns()[other].senses[0].synset == noun.senses[0].synset and noun.senses[0].concrete
            assert other != name and other != plural(name) and name != plural(other)


def test_plan__needs_no_other_wordnet(tmp_path):
    """A process that cannot open any other WordNet, nor NLTK, has the same synonyms."""
    program = (
        "import sys\n"
        "sys.modules['nltk'] = None\n"
        "def refuse(event, args):\n"
        "    if event == 'open' and 'wordnet' in str(args[0]) and 'lexicon/wordnet' not in str(args[0]) "
        "and not str(args[0]).endswith(('.py', '.pyc')):\n"
        "        raise PermissionError(args[0])\n"
        "sys.addaudithook(refuse)\n"
        "from adr.synthesize.synonyms import synonyms_of\n"
        "print(synonyms_of('sofa'))\n"
    )
    here = {"PATH": os.defpath, "HOME": str(tmp_path), "NLTK_DATA": str(tmp_path), "PYTHONPATH": os.getcwd()}
    done = subprocess.run([sys.executable, "-c", program], env=here, capture_output=True, text=True)
    assert done.stdout == "['couch']\n", done.stderr


@pytest.mark.skipif(not WORDNET.is_dir(), reason="wordnet-base is not installed")
def test_shipped_nouns__are_those_of_debians_wordnet():
    for name, text in cut().items():
        assert (shipped(FOLDER) / name).read_text(encoding="utf-8") == text
    assert "Princeton University" in (shipped(FOLDER) / "LICENSE.txt").read_text(encoding="utf-8")


def test_in_the_tail__rarest_first_then_new():
    """τ = 10: auto has 10 and is no tail, machine 9 and motorcar 2 are, railcar is new."""
    counts = {"auto": 10, "machine": 9, "motorcar": 2}
    assert in_the_tail(["auto", "machine", "railcar", "motorcar", "machine"], counts, 10) == [
        "motorcar",
        "machine",
        "railcar",
    ]
    assert in_the_tail(["auto"], counts, 10) == []


# -- replacement -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The sofa is red.", "The couch is red."),
        ("Two sofas and a sofa's leg.", "Two couches and a couch's leg."),
        ("Sofas! A SOFA?", "Couches! A COUCH?"),
        ("sofabed, sofa-bed and unsofa stay", "sofabed, sofa-bed and unsofa stay"),
        ("A car, cars and cars. Cars.", "An auto, autos and autos. Autos."),
        ("He has a car and an old car.", "He has an auto and an old auto."),
        ("A large, red car stands there.", "A large, red auto stands there."),
        ("The woman's car, parked", "The woman's auto, parked"),
        ("A black and white sofa near 2 cars", "A black and white couch near 2 autos"),
        ("An owl on an old sofa", "An owl on an old couch"),
        ("<image>\nIs it a man? Men run.", "<image>\nIs it an adult? Adults run."),
        ("a  umbrella of an umbrella", "a  brolly of a brolly"),
        ("AN UMBRELLA", "A BROLLY"),
    ],
)
def test_rewrite__whole_words_in_agreement(text, expected):
    synonyms = {"sofa": ["couch"], "car": ["auto"], "man": ["adult"], "umbrella": ["brolly"]}
    turns, _ = rewrite(talk(text), synonyms)
    assert turns == [{"role": "human", "text": expected}]


def test_rewrite__says_what_it_did():
    before = talk("<image>\nWhat is on the sofa?", "A cat.")
    turns, changes = rewrite(before, {"sofa": ["couch", "lounge"], "boat": ["vessel"]})
    assert changes == {"sofa": "couch"} and turns[1] == before[1]
    assert rewrite(before, {"boat": ["vessel"]}) == ([dict(t) for t in before], {})
    # No chain: "sofa" does not become "couch" and then what "couch" becomes; nor do two nouns become one.
    turns, changes = rewrite(
        talk("A sofa and a couch. And a settee."),
        {"sofa": ["couch", "lounge"], "couch": ["divan"], "settee": ["divan", "bench"]},
    )
    assert turns[0]["text"] == "A lounge and a divan. And a bench."
    assert changes == {"sofa": "lounge", "couch": "divan", "settee": "bench"}


@pytest.mark.parametrize(
    "text",
    [
        "He catches it with a baseball glove.",
        "A fire truck waits.",
        "The traffic light is red.",
        "A hot dog.",
        "A cleaning product.",
        "A parked truck is here.",
        "A truck door is open.",
        "They came by truck.",
        "A table and dog.",
        "The Red Truck is a pub.",
        "A lorry stands behind the truck.",
        "A truck. Its truck door.",
        "A dog-like light-blue truck-stop",
    ],
)
def test_rewrite__leaves_parts_of_longer_names_and_repetitions(text):
    synonyms = {"glove": ["mitt"], "truck": ["lorry"], "light": ["lamp"], "dog": ["hound"], "product": ["item"]}
    assert rewrite(talk(text), synonyms) == ([dict(t) for t in talk(text)], {})


WORDS = st.lists(st.sampled_from(["sofa", "Sofas", "a", "an", "car", "CARS", "dog", "<image>", "couch"]), max_size=9)


@settings(max_examples=150, deadline=None)
@given(WORDS)
def test_rewrite__laws(words):
    """As many words as before, all else as it was; a noun is replaced everywhere or nowhere, and a second time changes
    nothing more."""
    text = " ".join(words)
    turns, changes = rewrite(talk(text), {"sofa": ["divan"], "car": ["van"]})
    after = turns[0]["text"].split()
    assert len(after) == len(words)
    for old, new in zip(words, after, strict=True):
        assert new == old or old.lower() in ("sofa", "sofas", "car", "cars", "a", "an")
    for noun in ("sofa", "car"):
        assert replaced(turns, noun) == (replaced(talk(text), noun) and noun not in changes)
    assert rewrite(turns, {noun: ["divan"] for noun in changes}) == (turns, {})


# -- of a dataset ------------------------------------------------------------------------------------------------------


def test_synonyms_of_parents__of_their_own_nouns():
    """τ = 3. sofa has 3 instances and its synonym couch none; bucket has 3, and its synonym pail 2, in the tail.
    child has 3, and kid 4: no tail. umbrella has 1 and is in the tail itself: it stays."""
    store = Store.memory()
    texts = {0: "A sofa and a bucket.", 1: "Sofas and buckets with an umbrella.", 2: "A dog."}
    write_instances(
        store,
        {i: (str(i), [f"{i}.png"], [("human", "<image>\nWhat?"), ("gpt", text)]) for i, text in texts.items()}
        | {i: (str(i), [], [("human", "Hi"), ("gpt", "Hi")]) for i in range(3, 8)},
    )
    write_postings(
        store,
        {
            "token": {
                "sofa": [0, 1, 3],
                "bucket": [0, 1, 4],
                "pail": [6, 7],
                "child": [3, 4, 5],
                "kid": [4, 5, 6, 7],
                "umbrella": [1],
                "dog": [2, 3, 4],
            }
        },
    )
    found = synonyms_of_parents(store, [0, 1, 2], 3)
    assert found == {i: {"bucket": ["pail"], "sofa": ["couch"]} for i in (0, 1)}
    assert tail_synonyms(store, 3) == found[0]
    with pytest.raises(AdrError, match="No noun"):
        synonyms_of_parents(store, [2], 3)
    wanted = slot("umbrella", parent=1, turns=talk("<image>\nWhat?", texts[1]), words=found[1])
    written = by_synonyms(Request(wanted, 1, IMAGE))
    assert written.turns[1]["text"] == "Couches and pails with an umbrella."
    assert (written.fault, written.by) == (None, "synonyms")
    store.close()


def test_by_synonyms__what_the_image_is_for_stays():
    turns = talk("<image>\nWhat is this?", "A sofa.")
    words = {"sofa": ["couch"]}
    kept = by_synonyms(Request(slot("sofa", turns=turns, words=words), 1, IMAGE))
    assert kept.fault == "no_synonym" and kept.turns == [dict(t) for t in turns]
    lost = by_synonyms(Request(slot("lamp", turns=turns, words=words), 1, IMAGE))
    assert lost.fault == "entity_not_mentioned"
    assert by_synonyms(Request(slot("lamp", parent=None), 1, IMAGE)).fault == "no_turns"
    assert "captioning" in WARNING
