"""Two plans by hand: three slots, of which two are made, and one of a conversation."""

import pytest

from adr.review.verdicts import judge
from adr.store import Store
from adr.synthesize.plans import PlanCounts, PlanInShort, TakenIn, plan_counts, plans_in_short, taken_in


@pytest.fixture
def store() -> Store:
    made = Store.memory()
    with made.atomic() as writer:
        writer.execute(
            "insert into plan (plan, run, settings, slots, candidates) values "
            '(1, 4, \'{"generator": "controlnet"}\', 3, 6), (2, 5, \'{"generator": "language"}\', 1, 1)'
        )
        writer.execute(
            "insert into wanted values (1, 10, 2, 4, 2), (1, 11, 0, 4, 1), (1, 12, 1, 4, 0), (2, 10, 2, 3, 1)"
        )
        writer.execute(
            "insert into candidate (candidate, plan, slot, alternative, chosen) values "
            "('p1-0-0', 1, 0, 0, true), ('p1-0-1', 1, 0, 1, false), ('p1-1-0', 1, 1, 0, true)"
        )
    return made


def test_plans_in_short__newest_first(store):
    assert plans_in_short(store) == [PlanInShort(2, 5, 1, "language"), PlanInShort(1, 4, 3, "controlnet")]
    assert plans_in_short(Store.memory()) == []


def test_plan_counts__of_one_plan(store):
    assert plan_counts(store, 1) == PlanCounts(slots=3, wanted=3, filled=2)
    assert plan_counts(store, 2) == PlanCounts(slots=1, wanted=1, filled=1)
    assert plan_counts(store, 9) == PlanCounts(slots=0, wanted=0, filled=0)


def test_taken_in__those_chosen_wait_for_a_verdict(store):
    assert taken_in(store, 1) == TakenIn(candidates=3, waiting=2)
    judge(store, ["p1-1-0"], "accept", "ann")
    assert taken_in(store, 1) == TakenIn(candidates=3, waiting=1)
    assert taken_in(store, 2) == TakenIn(candidates=0, waiting=0)
