"""The questions asked backwards, A against B, and suggested caps."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adr.errors import AdrError
from adr.rebalance.backwards import for_size, for_tail_share, for_volume
from adr.rebalance.compare import compare, differences
from adr.rebalance.engine import Engine
from adr.rebalance.suggestions import REASONS, suggest
from adr.recipe import Recipe
from tests.worlds.zoo import TAU, ZOO, draw_of, fill

# 400 instances: "man" in all, a middling noun in every fifth, a rare one in every fiftieth
CROWD = [
    {
        "token": ["man", *(["bus"] if i % 5 == 0 else []), *([f"rare {i // 50}"] if i % 50 == 0 else [])],
        "object": ["person"] if i % 2 else ["person", "dog"],
    }
    for i in range(400)
]


@pytest.fixture(scope="module")
def crowd() -> Engine:
    return Engine(fill(CROWD))


def test_for_size__one_perspective_with_one_entity_is_the_sorted_draws(crowd: Engine) -> None:
    """Object alone, dogs muted: the instance with the 100th smallest draw · 400 is the last that is kept."""
    recipe = Recipe(perspectives=("object",), tau={"object": 50}, mute={"object": ["dog"]})
    answer = for_size(crowd, recipe, 100)
    products = sorted(draw_of(42, "object", "person", i) * 400 for i in range(400))
    assert answer.exact and answer.reached == 100
    assert products[99] < answer.recipe.tau["object"] <= products[100]
    assert "keeps 100 instances" in answer.sentence


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 400), st.sampled_from([None, "token", "object"]), st.integers(1, 2))
def test_for_size__reaches_the_size_or_the_nearest(size: int, perspective: str | None, min_passes: int) -> None:
    crowd = Engine(fill(CROWD))
    recipe = Recipe(perspectives=("token", "object"), tau={"token": 30, "object": 20}, min_passes=min_passes)
    answer = for_size(crowd, recipe, size, perspective=perspective)
    assert crowd.preview(answer.recipe).size == answer.reached
    if answer.lowest <= size <= answer.highest:
        assert answer.exact  # no two instances pass at the same τ here
    else:
        assert answer.reached == (answer.lowest if size < answer.lowest else answer.highest)
        assert "cannot be reached" in answer.sentence
    for other in {"token", "object"} - set(answer.scaled):
        assert answer.recipe.tau[other] == recipe.tau[other]


def test_for_size__scaling_together_keeps_the_ratio(crowd: Engine) -> None:
    recipe = Recipe(perspectives=("token", "object"), tau={"token": 30, "object": 60})
    tau = for_size(crowd, recipe, 200).recipe.tau
    assert tau["object"] / tau["token"] == pytest.approx(2, rel=0.05)


def test_for_volume__so_many_instances_of_one_entity(crowd: Engine) -> None:
    recipe = Recipe(perspectives=("token", "object"), tau={"token": 10, "object": 10})
    answer = for_volume(crowd, recipe, "object", "dog", 60)
    preview = crowd.preview(answer.recipe)
    assert answer.exact and preview.after["object"][crowd.places("object", ["dog"])["dog"]] == 60
    with pytest.raises(AdrError, match="no object 'yak'"):
        for_volume(crowd, recipe, "object", "yak", 1)


def test_for_tail_share__nearest_share_of_postings(crowd: Engine) -> None:
    recipe = Recipe(perspectives=("token",), tau={"token": 40})
    wanted = 0.05
    answer = for_tail_share(crowd, recipe, "token", wanted)
    columns = crowd.preview(answer.recipe).perspectives["token"]
    assert columns.after.tail_share == pytest.approx(answer.reached)
    assert abs(answer.reached - wanted) < 0.01
    assert "cannot be reached" in for_tail_share(crowd, recipe, "token", 0.9).sentence


def test_backwards__refuses_what_makes_no_sense(crowd: Engine) -> None:
    with pytest.raises(AdrError, match="does not use interrogation"):
        for_size(crowd, Recipe(perspectives=("token",)), 5, perspective="interrogation")
    with pytest.raises(AdrError, match="below 0"):
        for_size(crowd, Recipe(), -1)


def test_compare__what_only_one_keeps() -> None:
    engine = Engine(fill(ZOO))
    by_object = Recipe(perspectives=("object",), tau={"object": 0}, protect={"object": ["dog"]})
    by_token = Recipe(perspectives=("token",), tau={"token": 0}, protect={"token": ["grass", "poem"]})
    found = compare(engine, by_object, by_token)  # A keeps 1 3 8, B keeps 0 3 6
    assert (found.only_a.tolist(), found.only_b.tolist()) == ([1, 8], [0, 6])
    assert (found.both, found.neither, found.agreement) == (1, 5, 0.2)
    dog, cat = differences(engine, found, "object", top=2)
    assert (dog.entity, dog.n, dog.a, dog.b) == ("dog", 3, 3, 1)
    assert (cat.entity, cat.n, cat.a, cat.b) == ("cat", 7, 2, 1)
    same = compare(engine, Recipe(tau=TAU), Recipe(tau=TAU))
    assert same.agreement == 1 and not len(same.only_a) and differences(engine, same, "object") == []


def test_suggest__each_with_its_reason_and_sound_words_left_alone() -> None:
    sound = ["paris", "tennis", "sunflower", "software", "couscous", "square", "what's", "tv"]
    rows = [
        {"token": ["image", "pole", "cat", *sound], "object": ["photo", "cat"], "co_occurrence": ["cat + photo"]}
        for _ in range(6)
    ]
    rows.append({"token": ["polewhere", "x", "???", "qwrt", "b\ufffdd"], "object": ["racketcquetcquet"]})
    found = {(s.perspective, s.entity): s for s in suggest(fill(rows))}
    assert {key: s.reason for key, s in found.items()} == {
        ("token", "image"): "prompt_word",
        ("object", "photo"): "prompt_word",
        ("co_occurrence", "cat + photo"): "prompt_word",
        ("token", "polewhere"): "fused_word",
        ("token", "x"): "one_letter",
        ("token", "???"): "no_letters",
        ("token", "qwrt"): "no_vowel",
        ("token", "b\ufffdd"): "broken_text",
        ("object", "racketcquetcquet"): "fragment",
    }
    assert found["token", "image"].n == 6
    assert all(s.sentence == REASONS[s.reason] for s in found.values())
    assert {s.perspective for s in suggest(fill(rows), ("object",))} == {"object"}


def test_differences__are_counted_on_the_arrays() -> None:
    engine = Engine(fill(CROWD))
    found = compare(engine, Recipe(tau={"token": 5, "object": 5}), Recipe(tau={"token": 50, "object": 50}))
    assert not len(found.only_a)  # a larger τ keeps what the smaller keeps
    for d in differences(engine, found, "token", top=50):
        has = np.array([d.entity in row["token"] for row in CROWD])
        assert (d.a, d.b, d.n) == (int((has & found.a.kept).sum()), int((has & found.b.kept).sum()), int(has.sum()))
