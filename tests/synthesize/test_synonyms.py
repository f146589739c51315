"""Language synthesis: tail synonyms from WordNet, whole words replaced in agreement, and a plan that uses them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from adr.errors import AdrError
from adr.store import Store
from adr.synthesize.conversations import Request, by_synonyms
from adr.synthesize.synonyms import (
    WARNING,
    in_the_tail,
    load_wordnet,
    replaced,
    rewrite,
    synonyms_of,
    synonyms_of_parents,
    tail_synonyms,
)
from tests.worlds.hand import write_instances, write_postings
from tests.worlds.talk import slot, talk
from tests.worlds.wordnet import LEXNAMES

IMAGE = Image.new("RGB", (8, 8))

# -- which synonyms ----------------------------------------------------------------------------------------------------


def test_synonyms_of__in_the_most_frequent_concrete_sense(found_wordnet):
    assert len(LEXNAMES) == 45
    wordnet = load_wordnet()
    assert synonyms_of(wordnet, "sofa") == ["couch", "lounge"]
    assert synonyms_of(wordnet, "car") == ["auto", "automobile", "motorcar"]  # "machine" means other things first
    assert synonyms_of(wordnet, "car", senses=2)[-1] == "railcar"
    assert "kid" in synonyms_of(wordnet, "child") and "fry" not in synonyms_of(wordnet, "child")
    assert synonyms_of(wordnet, "stand") == synonyms_of(wordnet, "treat") == []  # more often verbs
    assert synonyms_of(wordnet, "time") == [] and synonyms_of(wordnet, "joy") == []  # not to be pointed at
    assert synonyms_of(wordnet, "dog") == []  # "domestic dog" and "Canis familiaris" only
    assert synonyms_of(wordnet, "KaplanWhat") == []


def test_load_wordnet__missing_is_a_sentence(monkeypatch, tmp_path):
    import nltk

    monkeypatch.setattr(nltk.data, "path", [str(tmp_path)])
    with pytest.raises(AdrError, match="not on this machine") as told:
        load_wordnet()
    assert "python -m nltk.downloader wordnet" in told.value.next_step


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
        ("A car, cars, Cars.", "An auto, autos, Autos."),
        ("He has a car and an old car.", "He has an auto and an old auto."),
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
        talk("A sofa and a couch and a settee."),
        {"sofa": ["couch", "lounge"], "couch": ["divan"], "settee": ["divan", "bench"]},
    )
    assert turns[0]["text"] == "A lounge and a divan and a bench."
    assert changes == {"sofa": "lounge", "couch": "divan", "settee": "bench"}


WORDS = st.lists(st.sampled_from(["sofa", "Sofas", "a", "an", "car", "CARS", "dog", "<image>", "couch"]), max_size=9)


@settings(max_examples=150, deadline=None)
@given(WORDS)
def test_rewrite__laws(words):
    """As many words as before, nothing of the old nouns, all else as it was; a second time changes nothing."""
    text = " ".join(words)
    turns, changes = rewrite(talk(text), {"sofa": ["divan"], "car": ["van"]})
    after = turns[0]["text"].split()
    assert len(after) == len(words) and not replaced(turns, "sofa") and not replaced(turns, "car")
    for old, new in zip(words, after, strict=True):
        assert new == old or old.lower() in ("sofa", "sofas", "car", "cars", "a", "an")
    assert set(changes) == {noun for noun in ("sofa", "car") if replaced(talk(text), noun)}
    assert rewrite(turns, {"sofa": ["divan"], "car": ["van"]}) == (turns, {})


# -- of a dataset ------------------------------------------------------------------------------------------------------


def test_synonyms_of_parents__of_their_own_nouns(found_wordnet):
    """τ = 3. sofa has 3 instances: of its synonyms couch has 4 and lounge none. car has 3: auto 1 and motorcar 2 are in
    the tail. umbrella has 1 and is in the tail itself: it stays."""
    store = Store.memory()
    texts = {0: "A sofa and a car.", 1: "Sofas and cars with an umbrella.", 2: "A dog."}
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
                "car": [0, 1, 4],
                "couch": [3, 4, 5, 6],
                "auto": [5],
                "motorcar": [6, 7],
                "umbrella": [1],
                "dog": [2, 3, 4],
                "machine": [3, 4, 5],
                "automobile": [4, 5, 6, 7],
            }
        },
    )
    found = synonyms_of_parents(store, [0, 1, 2], 3)
    assert found == {
        0: {"car": ["auto", "motorcar"], "sofa": ["lounge"]},
        1: {"car": ["auto", "motorcar"], "sofa": ["lounge"]},
    }
    assert tail_synonyms(store, 3) == {"automobile": ["auto", "motorcar"], "couch": ["lounge"]} | found[0]
    with pytest.raises(AdrError, match="No noun"):
        synonyms_of_parents(store, [2], 3)
    wanted = slot("umbrella", parent=1, turns=talk("<image>\nWhat?", texts[1]), words=found[1])
    written = by_synonyms(Request(wanted, 1, IMAGE))
    assert written.turns[1]["text"] == "Lounges and autos with an umbrella."
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
