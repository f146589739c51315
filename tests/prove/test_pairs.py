"""Questions and answers, and how rare what they ask about is."""

from adr.conversation import questions
from adr.index.named import NameReader
from adr.prove.pairs import PairSource, pair_table, rarity_of
from adr.store import Store


def test_questions__answers_of_the_human_turn_before_without_markers():
    said = [
        ("system", "Be short."),
        ("human", "<image>\nWhat is it?"),
        ("gpt", "A harp."),
        ("gpt", "More."),
        ("human", "Eh?"),
    ]
    assert questions([{"role": role, "text": text} for role, text in said]) == [("What is it?", "A harp.")]
    assert questions([{"role": "human", "text": "<image>"}, {"role": "gpt", "text": "A harp."}]) == []


def test_rarity_of__its_limits():
    counts = (0, 1, 5, 6, 19, 20, 99, 100)
    assert [rarity_of(n) for n in counts] == ["unseen", "few", "few", "tail", "tail", "mid", "mid", "head"]
    assert rarity_of(None) is None


def test_pair_table__the_rarest_thing_of_question_and_answer():
    asked = [("Is there a harp?", "No."), ("What is red?", "Two red Fire Hydrants and a dog."), ("Is it day?", "Yes.")]
    source = PairSource("test", 7, None, None, 7, asked)
    counts = {"fire hydrant": 3, "dog": 900}
    rows = pair_table([source], NameReader(Store.memory()), "object", counts).to_pylist()
    assert [(row["entity"], row["train_count"], row["rarity"]) for row in rows] == [
        ("harp", 0, "unseen"),
        ("fire hydrant", 3, "few"),
        (None, None, None),
    ]
    assert [row["entity_words"] for row in rows] == [[], ["Fire", "Hydrants", "dog"], []]
    assert [row["short"] for row in rows] == [True, False, True] and rows[0]["kind"] == "be there"
