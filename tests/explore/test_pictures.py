"""The pictures that are shown for an entity, by hand."""

from adr.explore.entities import entity_named
from adr.explore.pictures import pictured
from adr.store import Store
from tests.worlds.hand import write_instances, write_postings


def test_pictured__different_pictures_that_are_there(small_store):
    dog, bus = (entity_named(small_store, "token", name).entity for name in ("dog", "bus"))
    # dog: 0, 2, 4, 5, of which 4 has lost its picture and 5 has that of 0; bus: 0 and 3, which is text
    assert pictured(small_store, "token", [dog, bus], 3) == {dog: [0, 2], bus: [0]}
    assert pictured(small_store, "token", [dog], 1) == {dog: [0]}
    assert pictured(small_store, "token", [], 3) == {}


def test_pictured__looks_at_a_few_instances_only():
    """The first picture of a word stands behind four texts: it is not found for one picture, but for two."""
    store = Store.memory()
    write_instances(store, {n: (str(n), ["a.png"] if n == 4 else [], []) for n in range(5)})
    write_postings(store, {"token": {"dog": range(5)}})
    assert pictured(store, "token", [0], 1) == {0: []} and pictured(store, "token", [0], 2) == {0: [4]}
