"""What each arm trains on, by literal rows: 16 cats, 3 dogs and a harp; τ is 4, so that only cats are thinned."""

from dataclasses import replace

import numpy as np
import pytest

from adr.prove.arms import ARMS, NEEDS_CANDIDATES, ArmRows, Synthetic, TrainingSide, planted_positions
from adr.prove.training_side import training_recipe, training_store
from adr.rebalance.engine import Engine
from adr.recipe import Recipe
from adr.recipe_mixture import Mixture
from adr.store import Store
from tests.worlds.hand import write_instances, write_postings

CATS, DOGS, HARP = list(range(16)), [16, 17, 18], [19]
RECIPE = Recipe(seed=3, perspectives=("object",), tau={"object": 4})
CAT, DOG, HARP_ENTITY = 0, 1, 2


def world() -> Store:
    store = Store.memory()
    write_instances(store, {at: (str(at), [f"{at}.png"], [("human", "What?"), ("gpt", "It.")]) for at in range(20)})
    write_postings(store, {"object": {"cat": CATS, "dog": DOGS, "harp": HARP}})
    return store


def candidates(count: int) -> tuple[Synthetic, ...]:
    """Alternately a harp and a dog, each with a picture of its own and two questions."""
    return tuple(
        Synthetic(f"p1-{at:05d}-0", (HARP_ENTITY if at % 2 == 0 else DOG,), f"sha {at}", 2) for at in range(count)
    )


def side(count: int = 30, planted=(), recipe: Recipe = RECIPE, share: float = 1.0) -> TrainingSide:
    engine = Engine(world())
    questions = np.array([1] * 16 + [5] * 4)
    return TrainingSide(engine, recipe, share, questions, candidates(count), np.array(planted, dtype=np.int64))


def rows(arm: ArmRows) -> dict[int, int]:
    return dict(zip(arm.positions.tolist(), arm.copies.tolist(), strict=True))


@pytest.mark.parametrize("seed", range(5))
def test_arms__sizes(seed):
    made = {name: make(side(), seed) for name, make in ARMS.items()}
    refined = made["refined"].size
    assert 4 <= refined < 20
    assert made["random"].size == refined
    assert made["refined_synthetic"].size == made["random_synthetic"].size == made["refined_copies"].size == 20
    assert made["refined_synthetic"].candidates == made["random_synthetic"].candidates
    assert rows(made["refined_synthetic"]) == rows(made["refined"])
    assert rows(made["random_synthetic"]) == rows(made["random"])
    assert (made["original"].size, made["logit_adjusted"].size) == (20, 20)
    assert made["original_synthetic"].size == made["shuffled_synthetic"].size == 50


def test_refined__a_recipe_with_a_mixture_gives_its_shares_and_random_has_their_size():
    """One harp is a quarter of four; of a mixture of eight rows half the dataset has four."""
    shares = {"cat": 0.5, "dog": 0.25, "harp": 0.25}
    largest = replace(RECIPE, min_passes=0, mixture=Mixture("object", shares=shares))
    for given in (
        side(recipe=largest),
        side(recipe=replace(largest, mixture=Mixture("object", shares, size=8)), share=0.5),
    ):
        for seed in range(3):
            kept = set(rows(ARMS["refined"](given, seed)))
            assert [len(kept.intersection(kind)) for kind in (CATS, DOGS, HARP)] == [2, 1, 1]
            assert ARMS["random"](given, seed).size == 4
    assert len({frozenset(rows(ARMS["refined"](side(recipe=largest), seed))) for seed in range(5)}) > 1


def test_unmixed__as_many_rows_of_those_that_the_mixture_took_from():
    """Without the mixture τ 4 keeps dogs, the harp and some cats; of these, four are drawn anew for each seed."""
    recipe = replace(RECIPE, mixture=Mixture("object", shares={"cat": 0.5, "dog": 0.25, "harp": 0.25}))
    given = side(recipe=recipe)
    assert ARMS["refined"](given, 0).size == 4
    for seed in range(20):
        pool = rows(ARMS["refined"](side(), seed))
        drawn = rows(ARMS["unmixed"](given, seed))
        assert sum(drawn.values()) == ARMS["refined"](given, seed).size and set(drawn) <= set(pool)
    assert len({frozenset(rows(ARMS["unmixed"](given, seed))) for seed in range(20)}) > 5


def test_refined__keeps_the_tail_and_differs_between_seeds():
    kept = [set(rows(ARMS["refined"](side(), seed))) for seed in range(5)]
    assert all({*DOGS, *HARP} <= one for one in kept)
    assert len({frozenset(one) for one in kept}) > 1


def test_random__differs_between_seeds():
    assert len({frozenset(rows(ARMS["random"](side(), seed))) for seed in range(5)}) > 1


def test_refined_synthetic__takes_what_there_is_when_candidates_do_not_suffice():
    made = ARMS["refined_synthetic"](side(count=3), 0)
    assert len(made.candidates) == 3 and made.size == made.instances + 3 < 20


def test_refined_synthetic__other_candidates_with_another_seed():
    drawn = [ARMS["refined_synthetic"](side(), seed).candidates for seed in range(5)]
    assert len(set(drawn)) > 1 and all(list(names) == sorted(names) for names in drawn)


@pytest.mark.parametrize("seed", range(5))
def test_random_questions__as_many_questions_as_refined(seed):
    whole = side()
    asked = dict(zip(range(20), whole.questions.tolist(), strict=True))
    wanted = sum(asked[at] for at in rows(ARMS["refined"](whole, seed)))
    found = sum(asked[at] for at in rows(ARMS["random_questions"](whole, seed)))
    assert wanted <= found < wanted + 5


def test_refined_copies__the_harp_and_the_dogs_as_often_as_their_candidates():
    """Of the candidates that refined_synthetic adds, the harps copy the one harp, the dogs all three in turn."""
    made, added = rows(ARMS["refined_copies"](side(), 0)), ARMS["refined_synthetic"](side(), 0).candidates
    harps = sum(int(name.split("-")[1]) % 2 == 0 for name in added)
    dogs = len(added) - harps
    assert made[19] == 1 + harps
    assert sorted(made[at] - 1 for at in DOGS) == sorted((dogs + at) // 3 for at in range(3))


def test_original_repeated__the_root_of_tau_over_n():
    """τ 4: the harp counts sqrt(4 / 1) = 2 times, a dog sqrt(4 / 3) = 1.15 times, drawn, and a cat once."""
    training = side()
    for seed in range(5):
        made = rows(ARMS["original_repeated"](training, seed))
        assert made[19] == 2 and all(made[at] == 1 for at in CATS) and all(made[at] in (1, 2) for at in DOGS)
    many = [rows(ARMS["original_repeated"](training, seed)) for seed in range(200)]
    drawn = [made[at] for made in many for at in DOGS]
    assert abs(np.mean(drawn) - np.sqrt(4 / 3)) < 0.05


def test_shuffled_synthetic__every_picture_is_another_kind():
    made = ARMS["shuffled_synthetic"](side(), 1)
    own = {one.candidate: one for one in candidates(30)}
    kind_of = {one.picture: one.entities for one in candidates(30)}
    assert sorted(made.pictures) == sorted(kind_of)
    assert all(
        kind_of[picture] != own[name].entities for name, picture in zip(made.candidates, made.pictures, strict=True)
    )
    assert rows(made) == rows(ARMS["original"](side(), 1))


def test_planted__the_original_and_what_no_other_arm_has():
    made = ARMS["planted"](side(planted=[21, 22]), 0)
    assert made.positions.tolist() == [*range(20), 21, 22] and made.size == 22


def test_planted_positions__at_most_a_third_of_a_tail_entity():
    """With τ 17 all three kinds are tail: 16 cats give 5, 3 dogs give 1, one harp gives none."""
    engine = Engine(world())
    found = planted_positions(engine, "object", Recipe(perspectives=("object",), tau={"object": 17}), 100)
    assert len(found) == 6 and np.isin(found, CATS).sum() == 5 and 19 not in found
    few = planted_positions(engine, "object", Recipe(perspectives=("object",), tau={"object": 17}), 2)
    assert len(few) == 2 and np.isin(few, CATS).all()


def test_arms__that_need_candidates():
    assert set(NEEDS_CANDIDATES) == {
        "refined_synthetic",
        "random_synthetic",
        "original_synthetic",
        "shuffled_synthetic",
        "refined_copies",
    }


def test_training_recipe__counts_shrink_with_the_share_and_every_seed_draws_anew():
    recipe = Recipe(
        seed=3,
        tau={"object": 100},
        own_tau={"object": {"cat": 10}},
        at_most={"object": {"cat": 50, "dog": 0, "harp": 1}},
        mute={"token": ["image"]},
    )
    made = training_recipe(recipe, 0.86, 2)
    assert made.seed == 5 and made.tau == {"object": 86.0} and made.own_tau["object"] == {"cat": 8.6}
    assert made.at_most["object"] == {"cat": 43, "dog": 0, "harp": 1}
    assert made.mute == recipe.mute and made.perspectives == recipe.perspectives


def test_caps__hold_in_the_refined_arm():
    """A cap of 10 cats on the whole is one of 8 on four fifths of it, whatever the seed."""
    recipe = Recipe(perspectives=("object",), min_passes=0, at_most={"object": {"cat": 10}})
    for seed in range(3):
        assert sum(at in CATS for at in rows(ARMS["refined"](side(recipe=recipe, share=0.8), seed))) == 8


def test_training_store__what_was_not_read_stays_as_in_the_run():
    store = world()
    store.execute("insert into turn_language values (3, 'hi', 2, 2), (4, 'hi', 2, 2), (5, 'en', 2, 0)")
    engine = Engine(training_store(store, np.array([2, 3, 5])))
    assert engine.unread.tolist() == [False, True, False]
    kept = engine.instances[engine.kept(Recipe(perspectives=("object",), tau={"object": 0}))]
    assert kept.tolist() == [3]


def test_training_store__counts_of_these_instances_alone():
    store = training_store(world(), np.array([0, 1, 2, 16]))
    assert store.rows("select name, n from entity order by n desc") == [("cat", 3), ("dog", 1)]
    assert store.rows("select instance from instance order by 1") == [(0,), (1,), (2,), (16,)]
    engine = Engine(store)
    assert engine.instances.tolist() == [0, 1, 2, 16]
    assert engine.tau(Recipe(tail_share={"object": 0.25}))["object"] == 3.0
