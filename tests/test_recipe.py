"""A recipe is a value: it goes to TOML and back, refuses what it does not know, and says what it does."""

import math
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adr.errors import AdrError
from adr.perspectives import PAPER_NAMES
from adr.recipe import Recipe

names = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=12)


@st.composite
def of_entities(draw):
    """own_tau, mute, protect and at_most of any names; none stands in two of the first three."""
    said = {"own_tau": {}, "mute": {}, "protect": {}, "at_most": {}}
    for perspective in draw(st.sets(st.sampled_from(PAPER_NAMES))):
        known = draw(st.lists(names, unique=True, max_size=6))
        said["own_tau"][perspective] = dict.fromkeys(known[:2], draw(st.floats(0.5, 1e6)))
        said["mute"][perspective], said["protect"][perspective] = known[2:4], known[4:]
        said["at_most"][perspective] = dict.fromkeys(known[1:3], draw(st.integers(0, 10**6)))
    return said


recipes = st.builds(
    lambda said, **rest: Recipe(**said, **rest),
    of_entities(),
    seed=st.integers(0, 2**40),
    min_passes=st.integers(0, 4),
    alpha=st.floats(0, 1),
    perspectives=st.lists(st.sampled_from(PAPER_NAMES), min_size=1, unique=True).map(tuple),
    pass_rule=st.sampled_from(["any", "mean", "mean_unclamped"]),
    repeat=st.integers(1, 3),
    tau=st.dictionaries(st.sampled_from(PAPER_NAMES), st.floats(0, 1e6)),
    tail_share=st.dictionaries(st.sampled_from(PAPER_NAMES), st.floats(0, 1)),
    at_most_each=st.dictionaries(st.sampled_from(PAPER_NAMES), st.integers(0, 10**6)),
    notes=st.dictionaries(st.sampled_from(PAPER_NAMES), st.dictionaries(names, names, max_size=2)),
    name=names,
)


@given(recipes)
def test_toml__round_trip(recipe):
    again = Recipe.from_toml(recipe.to_toml())
    assert again == recipe
    assert again.fingerprint == recipe.fingerprint


def test_toml__design_example():
    recipe = Recipe.from_toml("""
        [rebalance]
        seed = 42
        min_passes = 1
        alpha = 1.0
        perspectives = ["token", "object", "co_occurrence", "interrogation"]
        [rebalance.tau]
        token = 120
        [rebalance.tail_share]
        object = 0.10
        [rebalance.at_most.object]
        person = 500
        [rebalance.own_tau.object]
        dog = 200
        [rebalance.mute]
        object = ["image"]
        [rebalance.protect]
        object = ["accordion"]
    """)
    assert recipe.tau == {"token": 120}
    assert recipe.share_for("object") == 0.10
    assert recipe.share_for("co_occurrence") == 0.25  # the paper's share
    assert recipe.at_most == {"object": {"person": 500}}
    assert recipe.limits("object") == {"dog": 200.0, "image": 0.0, "accordion": math.inf}
    assert recipe.remarks == ()


def test_toml__the_older_caps_are_read_as_what_they_were():
    recipe = Recipe.from_toml("""
        [rebalance.caps.object]
        person = 500
        image = 0
        accordion = inf
    """)
    assert recipe == Recipe(
        own_tau={"object": {"person": 500}}, mute={"object": ["image"]}, protect={"object": ["accordion"]}
    )
    assert recipe.remarks == (
        "This recipe has the older key `caps`, which is read as `mute` and `protect` and `own_tau`: it sets no bound. "
        "A bound on the instances that are kept is `at_most`.",
    )
    assert Recipe.from_toml(recipe.to_toml()).remarks == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[rebalance]\nseeds = 1", "unknown key 'seeds'. Allowed are seed, min_passes"),
        ("[balance]\nseed = 1", "unknown key 'balance'"),
        ("[rebalance]\nseed = ", "not valid TOML"),
        ("[rebalance]\nseed = -1", "seed is -1"),
        ("[rebalance]\nseed = 'x'", "seed is 'x'"),
        ("[rebalance]\nmin_passes = 5", "min_passes is 5"),
        ("[rebalance]\nalpha = 1.5", "alpha is 1.5"),
        ("[rebalance]\nalpha = nan", "alpha is nan"),
        ("[rebalance]\npass_rule = 'all'", "Choose one of any, mean"),
        ("[rebalance]\nperspectives = ['tokens']", r"perspectives holds \['tokens'\]"),
        ("[rebalance]\nperspectives = []", "perspectives holds nothing"),
        ("[rebalance.tau]\ntokens = 3", "tau names the perspective 'tokens'"),
        ("[rebalance.tau]\ntoken = -3", "tau of token is -3"),
        ("[rebalance.tail_share]\ntoken = 2", "tail_share of token is 2"),
        ("[rebalance.at_most.object]\nperson = -1", "at_most of 'person' in object is -1"),
        ("[rebalance.at_most.object]\nperson = 0.5", "at_most of 'person' in object is 0.5"),
        ("[rebalance.own_tau.object]\nperson = 'many'", "own_tau of 'person' in object is 'many'"),
        ("[rebalance.own_tau.object]\nperson = 0", "`mute` and `protect` are for what never or always passes"),
        ("[rebalance.mute]\nobject = 'person'", "list of entities of object is 'person'"),
        ("[rebalance]\nmute = {object = ['a']}\nprotect = {object = ['a']}", "stands in both mute and protect"),
        ("[rebalance.notes.object]\nperson = 3", "notes of object"),
        ("[rebalance.caps.object]\nperson = -1", "own_tau of 'person' in object is -1"),
        ("[rebalance.caps.object]\nperson = 'many'", "own_tau of 'person'"),
        ("rebalance = 3", "is not a table"),
        ("[rebalance]\ntau = 3", "wrong kind"),
    ],
)
def test_toml__what_is_wrong_is_said(text, says):
    with pytest.raises(AdrError, match=says):
        Recipe.from_toml(text)


def test_fingerprint__names_and_notes_do_not_count():
    plain = Recipe(tau={"token": 120})
    named = Recipe(tau={"token": 120.0}, name="mine", notes={"token": {"image": "noise"}})
    assert named.fingerprint == plain.fingerprint
    assert Recipe(tau={"token": 121}).fingerprint != plain.fingerprint


def test_in_words__says_it():
    recipe = Recipe(
        tau={"token": 120, "object": 304, "co_occurrence": 24, "interrogation": 4895},
        mute={"object": ["image"]},
        protect={"object": ["accordion"]},
        own_tau={"object": {"person": 500}},
        at_most={"object": {"dog": 1200}},
    )
    assert recipe.in_words() == (
        "Keeps an instance when at least one of token, object, co-occurrence and interrogation passes; "
        "thresholds τ: token 120, object 304, co-occurrence 24, interrogation 4,895; at most: 1,200 of dog; "
        "muted: image; protected: accordion; own τ: person 500. Seed 42."
    )
    assert Recipe(min_passes=0).in_words() == "Keeps every instance. Seed 42."


def test_from_file__missing(tmp_path):
    with pytest.raises(AdrError, match="cannot be read"):
        Recipe.from_file(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[rebalance]\nseed = " + "9" * 5000, "not valid TOML"),
        ("[rebalance]\ntau = " + "[" * 5000 + "]" * 5000, "nested too deep"),
        ("[rebalance.tau]\ntoken = " + "9" * 400, "tau of token is 999"),
        ("[rebalance.caps.token]\ncat = " + "9" * 400, "own_tau of 'cat'"),
        ("[rebalance.at_most.token]\ncat = " + "9" * 400, "at_most of 'cat'"),
    ],
    ids=["5,000 digits", "5,000 lists", "400 digits", "an older cap of 400 digits", "a cap of 400 digits"],
)
def test_from_toml__a_hostile_value_is_a_sentence(text: str, says: str) -> None:
    with pytest.raises(AdrError, match=says) as error:
        Recipe.from_toml(text)
    assert error.value.next_step and len(error.value.sentence) < 1000


def test_from_file__a_named_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "recipe.toml")
    with pytest.raises(AdrError, match="is a named pipe, not a file"):
        Recipe.from_file(tmp_path / "recipe.toml")


def test_at_most_each__toml_words_and_fingerprint():
    recipe = Recipe.from_toml("[rebalance.at_most_each]\ncopy = 1\nobject = 500\n")
    assert recipe.at_most_each == {"copy": 1, "object": 500} and recipe.capped
    assert "\n[rebalance.at_most_each]\nobject = 500\ncopy = 1\n" in recipe.to_toml()
    assert "at most: 1 of all rows with the same picture and conversation, 500 of each object" in recipe.in_words()
    assert set(recipe.mentioned) == {*PAPER_NAMES, "copy"}
    assert recipe.fingerprint != Recipe().fingerprint == Recipe(at_most_each={}).fingerprint


@pytest.mark.parametrize("value", [-1, 0.5, True, {"cluster 1": 1}])
def test_at_most_each__refuses_what_is_no_number_of_rows(value):
    with pytest.raises(AdrError, match="at_most_each of copy"):
        Recipe(at_most_each={"copy": value})
