"""What is said of a recipe before it is tuned: sizes, perspectives that tell nothing apart, starting points, caps."""

import numpy as np
import pytest

from adr.errors import AdrError
from adr.rebalance.advice import common_entities, passes_all, passing_shares, sizes_by_passes
from adr.rebalance.backwards import for_bounds
from adr.rebalance.engine import Engine
from adr.rebalance.outlook import Loss, cap_outlook, with_caps
from adr.rebalance.starts import starts, telling_apart, why_nothing
from adr.rebalance.suggestions import CapSuggestion, suggest_caps
from adr.recipe import Recipe
from tests.worlds.zoo import fill

# 100 instances: all ask the same; 60 have a person, of which 2 have a kite too; 40 have a dog; every tenth has a word
# of its own.
STREET = [
    {
        "interrogation": ["describe"],
        "object": (["person", "kite"] if i < 2 else ["person"]) if i < 60 else ["dog"],
        "token": ["street", *([f"word{i}"] if i % 10 == 0 else [])],
    }
    for i in range(100)
]


@pytest.fixture(scope="module")
def street() -> Engine:
    return Engine(fill(STREET))


def test_sizes_by_passes__what_each_number_would_keep(street: Engine) -> None:
    recipe = Recipe(perspectives=("object", "interrogation"), tau={"object": 0, "interrogation": 100})
    assert sizes_by_passes(street, street.preview(recipe)) == (100, 0)  # all ask; no object passes at τ 0
    capped = with_caps(recipe, "object", {"person": 7})
    assert sizes_by_passes(street, street.preview(capped)) == (47, 0)  # 7 persons and 40 dogs


def test_passes_all__says_by_what(street: Engine) -> None:
    """τ of one question form is its count, so that everything passes by it."""
    preview = street.preview(Recipe())
    found = {one.perspective: one for one in passes_all(street, preview)}
    assert (found["interrogation"].passing, found["interrogation"].entity) == (100, "describe")
    assert found["interrogation"].by_entity == found["interrogation"].instances == 100
    assert passing_shares(street, preview)["interrogation"] == 1.0
    assert "interrogation" not in telling_apart(street, preview)
    assert passes_all(street, street.preview(Recipe(tau=dict.fromkeys(street.postings, 0)))) == ()


def test_common_entities__in_more_than_half_most_frequent_first(street: Engine) -> None:
    found = common_entities(street)
    assert {(c.perspective, c.entity, c.n) for c in found} == {
        ("token", "street", 100),
        ("interrogation", "describe", 100),
        ("object", "person", 60),
    }
    assert [c.n for c in found] == [100, 100, 60]


def test_cap_outlook__what_goes_and_who_loses_most(street: Engine) -> None:
    """The recipe keeps everything; at 10 persons 50 go, and the two with a kite, which is tail, go last."""
    preview = street.preview(Recipe(min_passes=0, perspectives=("object",), tau={"object": 5}))
    told = cap_outlook(street, preview, "object", {"person": 10})
    assert (told.kept, told.goes, told.tail) == (10, 50, 0)
    assert told.losing[0] in (Loss("token", "street", 100, 50), Loss("interrogation", "describe", 100, 50))
    assert "person" not in {loss.entity for loss in told.losing}
    assert cap_outlook(street, preview, "object", {"person": 60}).goes == 0
    assert cap_outlook(street, preview, "object", {"person": 1}).tail == 1  # one of the two kites
    both = cap_outlook(street, preview, "object", {"person": 10, "dog": 3})
    assert (both.kept, both.goes) == (13, 87)
    with pytest.raises(AdrError, match="no object 'unicorn'"):
        cap_outlook(street, preview, "object", {"unicorn": 1})


def test_cap_outlook__a_cap_that_is_set_is_compared_with_none(street: Engine) -> None:
    free = Recipe(perspectives=("interrogation",), tau={"interrogation": 101})
    preview = street.preview(with_caps(free, "object", {"person": 10}))
    assert cap_outlook(street, preview, "object", {"person": 20}).goes == 40
    assert with_caps(preview.recipe, "object", {"person": None}) == free


def test_for_bounds__adds_the_caps_and_says_what_is_kept(street: Engine) -> None:
    recipe = Recipe(perspectives=("interrogation",), tau={"interrogation": 101})
    answer = for_bounds(street, recipe, {"object": {"person": 12, "dog": 5}})
    assert answer.recipe.at_most == {"object": {"person": 12, "dog": 5}}
    assert answer.sentence == "These caps keep 17 instances: 12 of “person”, 5 of “dog”."
    assert np.count_nonzero(street.kept(answer.recipe)) == 17
    with pytest.raises(AdrError, match="no object 'unicorn'"):
        for_bounds(street, recipe, {"object": {"unicorn": 3}})


def test_suggest_caps__the_head_but_not_what_nearly_all_have() -> None:
    """dog: 40 of 100, capped at a tenth; person is in more than half, image is a word of the prompt."""
    rows = [{**row, "token": ["image"] if i < 30 else ["grass"] if i < 42 else []} for i, row in enumerate(STREET)]
    assert suggest_caps(fill(rows)) == [
        CapSuggestion("object", "dog", 40, 0.4, 10),
        CapSuggestion("token", "grass", 12, 0.12, 10),
    ]


def test_starts__two_are_solved_for_the_data() -> None:
    """300 instances with one question form; objects of many counts, so that a tenth and a third can be dropped."""
    rows = [{"interrogation": ["describe"], "object": [f"thing{i % 7}", f"rare{i % 90}"]} for i in range(300)]
    engine = Engine(fill(rows))
    paper, tenth, third = starts(engine)
    assert (paper.name, paper.recipe, paper.preview.dropped) == ("paper", Recipe(), 0)
    assert abs(tenth.drops - 0.10) <= 0.025 and abs(third.drops - 1 / 3) <= 0.084
    assert "interrogation" not in tenth.recipe.perspectives
    assert np.array_equal(engine.kept(third.recipe), third.preview.kept)
    assert why_nothing(engine, (paper, tenth, third)) == ""


def test_starts__where_nothing_can_be_dropped_a_sentence_says_why() -> None:
    engine = Engine(fill([{"interrogation": ["describe"], "object": ["cat"]} for _ in range(20)]))
    found = starts(engine)
    assert [start.name for start in found] == ["paper"]
    assert why_nothing(engine, found).startswith("Nothing can be dropped by rarity here")
