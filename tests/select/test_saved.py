"""Filters under a name: saved, used inside others, replaced, let go; none that finds itself."""

import pytest

from adr.errors import AdrError
from adr.select.find import find
from adr.select.saved import SavedFilter, forget_filter, save_filter, saved_filters
from adr.store import Store
from tests.worlds.hand import INSTANCES, POSTINGS, write_instances, write_postings


@pytest.fixture
def store() -> Store:
    store = Store.memory()
    write_instances(store, INSTANCES)
    write_postings(store, POSTINGS)
    return store


def found(store: Store, text: str) -> list[int]:
    return [one.instance for one in find(store, text).instances]


def test_save_filter__used_alone_and_inside_others(store):
    save_filter(store, "pets", "object:dog  or object:cat", "Ann")
    assert saved_filters(store) == {"pets": SavedFilter("pets", "object:dog or object:cat", "Ann")}
    assert found(store, "filter:pets") == found(store, "object:dog or object:cat")
    assert found(store, "not filter:pets and #3") == found(store, "not (object:dog or object:cat) and #3")
    save_filter(store, "two pets", "filter:pets and turns=2")
    assert found(store, 'filter:"two pets"') == found(store, "(object:dog or object:cat) and turns=2")
    assert find(store, "filter:pets").in_words == "found by the saved filter “pets”"


def test_save_filter__replaced_and_let_go(store):
    save_filter(store, "mine", "object:dog")
    save_filter(store, "mine", "object:cat", "Bob")
    assert found(store, "filter:mine") == found(store, "object:cat")
    forget_filter(store, "mine", "Bob")
    assert saved_filters(store) == {}
    with pytest.raises(AdrError, match="There is no saved filter 'mine'"):
        find(store, "filter:mine")
    assert store.value("select count(*) from saved_filter") == 3


@pytest.mark.parametrize("text", ["filter:a", "object:dog or not filter:b"])
def test_save_filter__none_finds_itself(store, text):
    save_filter(store, "a", "object:cat")
    save_filter(store, "b", "filter:a and object:cat")
    with pytest.raises(AdrError, match="The filter 'a' would find itself"):
        save_filter(store, "a", text)
    assert found(store, "filter:b") == found(store, "object:cat")


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\nb"])
def test_save_filter__a_name_that_cannot_be(store, name):
    with pytest.raises(AdrError, match="The name of a filter"):
        save_filter(store, name, "object:dog")


def test_find__names_inside_a_saved_filter_are_checked(store):
    save_filter(store, "gone", "run:9 kept or object:dgo")
    with pytest.raises(AdrError, match="There is no run 9"):
        find(store, "filter:gone")
    save_filter(store, "gone", "object:dgo")
    assert find(store, "filter:gone").notice == "No instance has object “dgo”."
