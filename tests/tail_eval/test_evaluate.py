"""Logs joined to the counts of a small index written out by hand, and compared."""

import json
import shlex

import pytest

from adr.errors import AdrError
from adr.rebalance.runs import rebalance
from adr.recipe import Recipe
from adr.store import Store
from adr.tail_eval.asked import asked
from adr.tail_eval.evaluate import UNSEEN_IS_HEAD, tail_eval
from adr.tail_eval.log import LogItem
from adr.tail_eval.read import read_log
from tests.worlds.hand import INSTANCES, POSTINGS, write_instances, write_postings


@pytest.fixture
def store():
    """Objects: dog 4, cat 3, accordion 1, bus 1, sofa 1."""
    made = Store.memory()
    write_instances(made, INSTANCES)
    write_postings(made, POSTINGS)
    yield made
    made.close()


def about(store, *items):
    found = asked(store, [LogItem(str(n), "t", **each) for n, each in enumerate(items)])
    return {
        perspective: [
            [(each.names[e], int(each.count[e])) for i, e in zip(each.item, each.entity, strict=True) if i == place]
            for place in range(len(items))
        ]
        for perspective, each in found.items()
    }


def test_asked__entities_of_question_and_answer_with_their_counts(store):
    found = about(
        store,
        {"question": "Is there an accordion in the image?", "target": "no"},
        {"question": "What is on the sofa?", "target": "a cat"},
        {"question": "Which is it?", "target": "B", "answer": "a harp"},
    )
    assert found["object"] == [[("accordion", 1)], [("cat", 3), ("sofa", 1)], [("harp", 0)]]
    assert ("cat + sofa", 1) in found["co_occurrence"][1]
    assert ("be there", 1) in found["interrogation"][0]


def test_asked__ranks_are_those_of_training(store):
    found = asked(store, [LogItem("0", "t", question="Is there a cat, a dog or a harp?")])["object"]
    ranks = {name: int(rank) for name, rank in zip(found.names, found.rank, strict=True)}
    assert ranks == {"dog": 0, "cat": 1, "harp": -1}
    assert found.training.tolist() == [4, 3, 1, 1, 1]


def test_asked__annotated_objects_and_equal_questions(store):
    found = about(
        store,
        {"question": "What is it?", "objects": ("dog",)},
        {"question": "What is it?", "objects": ("cat",)},
        {"question": "What is it?", "objects": ("dog",)},
    )
    assert found["object"] == [[("dog", 4)], [("cat", 3)], [("dog", 4)]]


def minimal(path, *scored, version="1", words="Is there {} in the image?"):
    """A log: (thing, score) per item, each with a picture of its own."""
    path.write_text(
        "".join(
            json.dumps({"item": n, "task": "t", "version": version, "question": words.format(thing), "score": score})
            + "\n"
            for n, (thing, score) in enumerate(scored)
        )
    )
    return path


THINGS = [("a dog", 1)] * 6 + [("a harp", 0)] * 5 + [("an accordion", 0)] * 3 + [("an accordion", 1)] * 3


def test_tail_eval__failure_by_rarity(store, tmp_path):
    found = tail_eval(store, [minimal(tmp_path / "a.jsonl", *THINGS)])
    assert found.run is None and found.limits["object"] == (5, 20, 100) and found.plan == ""
    rates = {g.group: (g.items, g.rate) for g in found.logs[0].groups if g.perspective == "object"}
    assert rates["unseen"] == (5, 1.0) and rates["few"] == (12, 0.25)  # dog 4 and accordion 1
    assert rates["head"] == (0, None) and rates["none"] == (0, None)
    concepts = [(c.entity, c.n, c.items, c.rate) for c in found.logs[0].concepts if c.perspective == "object"]
    assert concepts == [("harp", 0, 5, 1.0), ("accordion", 1, 6, 0.5)]
    assert found.logs[0].failure == pytest.approx(8 / 17)


def test_tail_eval__a_plan_for_what_fails(store, tmp_path):
    rebalance(store, Recipe(name="all", min_passes=0, tau={"object": 8}))
    found = tail_eval(store, [minimal(tmp_path / "a.jsonl", *THINGS)])
    assert found.run == 1 and found.limits["object"] == (5, 8, 100)
    assert shlex.split(found.plan) == [
        *("adr", "plan", "--run", "1", "--make", "harp=8", "--make", "accordion=7", "--also", "harp")
    ]


def test_tail_eval__vlmlt_says_its_trap(store, tmp_path):
    found = tail_eval(store, [minimal(tmp_path / "a.jsonl", *THINGS)], rule="vlmlt")
    assert UNSEEN_IS_HEAD in found.notices
    groups = {(g.perspective, g.group): (g.items, g.rate) for g in found.logs[0].groups}
    # objects 4, 3, 1, 1, 1: 95 % of 10 postings is reached at rank 4; accordion has rank 2, harp counts as head
    assert groups["object", "tail@5"] == (0, None) and groups["object", "head@5"] == (17, pytest.approx(8 / 17))
    # 80 % is reached at rank 2
    assert groups["object", "tail@20"] == (6, 0.5) and groups["object", "head@20"] == (11, pytest.approx(5 / 11))


def test_tail_eval__two_logs_are_paired_by_item(store, tmp_path):
    better = [(thing, 1) for thing, _ in THINGS]
    found = tail_eval(store, [minimal(tmp_path / "a.jsonl", *THINGS), minimal(tmp_path / "b.jsonl", *better)])
    differences = {(d.perspective, d.group): (d.items, d.difference) for d in found.comparisons}
    assert differences["all", "all"] == (17, pytest.approx(-8 / 17))
    assert differences["object", "unseen"] == (5, -1.0)
    assert any("of one training" in notice for notice in found.notices)


def test_tail_eval__logs_that_differ_are_not_compared(store, tmp_path):
    first = minimal(tmp_path / "a.jsonl", *THINGS)
    with pytest.raises(AdrError, match=r"a.jsonl was evaluated with version 1 of t, and b.jsonl with version 2"):
        tail_eval(store, [first, minimal(tmp_path / "b.jsonl", *THINGS, version="2")])
    with pytest.raises(AdrError, match=r"2 items of a\.jsonl are not in b\.jsonl"):
        tail_eval(store, [first, minimal(tmp_path / "b.jsonl", *THINGS[:-2])])
    with pytest.raises(AdrError, match=r"2 items of b\.jsonl are not in a\.jsonl"):
        tail_eval(store, [minimal(tmp_path / "a.jsonl", *THINGS[:-2]), minimal(tmp_path / "b.jsonl", *THINGS)])
    with pytest.raises(AdrError, match=r"17 items of a\.jsonl and b\.jsonl are not the same question"):
        tail_eval(
            store,
            [
                minimal(tmp_path / "a.jsonl", *THINGS),
                minimal(tmp_path / "b.jsonl", *THINGS, words="Do you see {} here?"),
            ],
        )


def test_tail_eval__without_an_index_is_refused(tmp_path):
    with pytest.raises(AdrError, match="no postings"):
        tail_eval(Store.memory(), [minimal(tmp_path / "a.jsonl", *THINGS)])


def test_read_log__order_does_not_matter(store, tmp_path):
    first = minimal(tmp_path / "a.jsonl", *THINGS)
    turned = tmp_path / "b.jsonl"
    turned.write_text("".join(reversed(first.read_text().splitlines(keepends=True))))
    assert {d.difference for d in tail_eval(store, [first, turned]).comparisons if d.items} == {0.0}
    assert read_log(turned).items[0].item == "16"
