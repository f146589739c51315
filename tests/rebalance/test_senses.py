"""Objects whose word means something else in this corpus, with their collocations."""

import json
from pathlib import Path

import pyarrow as pa
import pytest

from adr.index.index import index
from adr.rebalance.senses import DoubtfulSense, doubtful_senses
from adr.rebalance.suggestions import suggest
from adr.store import Store


def store_of(replies: list[str], annotated: dict[int, str] | None = None) -> Store:
    """An indexed store: one instance with a picture per reply."""
    store, talk = Store.memory(), pa.list_(pa.struct([("role", pa.string()), ("text", pa.string())]))
    columns = {
        "instance": pa.array(range(len(replies)), pa.int32()),
        "images": pa.array([["a.jpg"]] * len(replies), pa.list_(pa.string())),
        "turns": pa.array([[{"role": "gpt", "text": reply}] for reply in replies], talk),
    }
    marks = annotated or {}
    rows = {"instance": pa.array(list(marks), pa.int32()), "object": pa.array(list(marks.values()), pa.string())}
    with store.atomic() as writer:
        writer.insert("instance", pa.table(columns))
        writer.insert("annotation", pa.table(rows))
    index(store)
    return store


def test_doubtful_senses__always_in_one_phrase() -> None:
    """ "knob" only as "aortic knob"; "racket" only behind the noun "tennis"; "dog" beside anything."""
    replies = ["The aortic knob is calcified."] * 12
    replies += ["A tennis racket. He likes tennis."] * 12 + ["A dog runs.", "The brown dog.", "Some dogs."] * 4
    store = store_of(replies)
    assert doubtful_senses(store) == [DoubtfulSense("knob", 12, "one_phrase", (("aortic knob", 12),))]


def test_doubtful_senses__never_annotated() -> None:
    """The house of ten annotated instances is annotated in none of them; an eleventh instance has it from its text."""
    store = store_of(["A man by a house."] * 10 + ["A house and a man."] * 10, dict.fromkeys(range(10), "man"))
    assert [(one.entity, one.reason) for one in doubtful_senses(store)] == [("house", "never_annotated")]


def test_suggest__names_the_collocations() -> None:
    store = store_of(["The aortic knob is calcified."] * 12)
    found = [one for one in suggest(store, ("object",)) if one.reason == "one_phrase"]
    assert [(one.entity, one.sentence) for one in found] == [
        ("knob", "nearly always in one phrase, so it may mean something else: aortic knob (12)")
    ]


def test_case__senses_of_medicine() -> None:
    """The case's replies, sixty times: what always stands in one phrase is suggested."""
    path = Path(__file__).parents[3] / "shared" / "cases" / "senses-of-medicine" / "data.json"
    if not path.is_file():
        pytest.skip("the cases are not here")
    replies = [one["conversations"][1]["value"] for one in json.loads(path.read_text())] * 60
    found = {one.entity: one.collocations[0][0] for one in doubtful_senses(store_of(replies))}
    assert found == {
        "bee": "bee sting",
        "bell": "bell's palsy",
        "family": "family history",
        "field": "visual field",
        "goal": "above goal",
        "knob": "aortic knob",
        "phone": "by phone",
        "sign": "no signs",
        "swan": "swan ganz",
    }  # not "cup", of which the case says only that cups are enlarged


def test_doubtful_senses__in_a_compound_with_hyphens() -> None:
    replies = ["The cup-to-disc ratio is 0.4."] * 12
    assert doubtful_senses(store_of(replies)) == [DoubtfulSense("cup", 12, "one_phrase", (("cup-to-disc", 12),))]
    assert doubtful_senses(store_of([*replies, "A cup of tea.", "Two cups."])) == []


def test_doubtful_senses__looks_at_instances_from_all_over_the_source() -> None:
    """The first forty instances say "aortic knob", the sixty after them other things: *knob* is not suggested."""
    replies = ["The aortic knob is calcified."] * 40 + ["A knob on the door."] * 60
    assert doubtful_senses(store_of(replies)) == []
