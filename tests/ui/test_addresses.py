"""Anybody can write an address: whatever a parameter holds, a page falls back and shows no fault of the program."""

import base64
import json
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adr.recipe import Recipe
from adr.ui.rebalance.address import from_address, to_address
from tests.worlds.addresses import NUMBERS, READ

values = st.sampled_from(NUMBERS) | st.text(max_size=30) | st.integers().map(str) | st.floats().map(str)


@pytest.mark.parametrize("name", READ)
@pytest.mark.parametrize(
    "value", ["--1", "9" * 14, "9" * 19, "9" * 400, "9" * 5000, "nan", "1e9", "٣", "-1"], ids=lambda v: v[:14]
)
def test_address__every_parameter_at_once(small_workspace, page, name, value):
    at = page(name, **dict.fromkeys(READ[name], value))
    assert not at.exception


@pytest.mark.parametrize("name", READ)
def test_address__any_value_of_any_parameter(small_workspace, page, name):
    at = page(name)

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.dictionaries(st.sampled_from((*READ[name], "page", "instance", "workspace")), values, max_size=4))
    def shows(asked):
        at.query_params.clear()
        at.query_params.update(asked)
        at.run()
        assert not at.exception, asked

    shows()


def packed(value) -> str:
    return base64.urlsafe_b64encode(zlib.compress(json.dumps(value).encode())).decode().rstrip("=")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


KEYS = ("caps", "own_tau", "mute", "protect", "at_most", "at_most_each", "notes")
by_perspective = st.dictionaries(st.sampled_from(["object", "token", "x"]), json_values, max_size=2)


def test_address__keeps_a_cap_on_each():
    recipe = Recipe(at_most_each={"copy": 1, "object": 500})
    assert from_address(to_address(recipe)).at_most_each == {"copy": 1, "object": 500}


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, json_values | by_perspective)) | json_values)
def test_from_address__any_packed_value(value):
    assert from_address({"caps": packed(value)}) is not None
    assert from_address({"entities": packed(value)}) is not None


@pytest.mark.parametrize(
    "value",
    [
        {"caps": {"object": {"cat": None}}},
        {"caps": {"object": {"cat": 10**400}}},
        {"caps": {"object": []}},
        {"caps": 3},
        [],
    ],
)
def test_from_address__what_cannot_be_a_recipe_is_ignored(value):
    assert from_address({"caps": packed(value)}) == from_address({})


def test_from_address__nested_lists_and_a_bomb():
    deep = base64.urlsafe_b64encode(zlib.compress(b"[" * 500_000)).decode()
    bomb = base64.urlsafe_b64encode(zlib.compress(b" " * 50_000_000)).decode()
    assert from_address({"caps": deep}) == from_address({"caps": bomb}) == from_address({})
