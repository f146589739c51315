"""The rows that are like a row, by hand: what `copies` found, and without it the names of pictures."""

from adr.embed.copies import copies
from adr.explore.alike import Alike, AlikeRow, alike
from adr.store import Store
from tests.worlds.hand import write_instances

SAID = [("human", "What is it?"), ("gpt", "A zebra.")]
OTHER = [("human", "Where is it?"), ("gpt", "On the plain.")]


def store_of(rows) -> Store:
    store = Store.memory()
    write_instances(store, {number: (str(number), images, turns) for number, (images, turns) in enumerate(rows)})
    return store


ROWS = [(["a.png"], SAID), (["a.png"], OTHER), (["b.png"], SAID), (["a.png"], SAID), ([], OTHER)]


def test_alike__the_strongest_way_first():
    store = store_of(ROWS)
    copies(store)
    assert alike(store, 0) == Alike(
        {"copy": 1, "picture": 1, "text": 1},
        [AlikeRow(3, "copy"), AlikeRow(1, "picture"), AlikeRow(2, "text")],
        compared=True,
    )
    assert alike(store, 0, limit=1).rows == [AlikeRow(3, "copy")] and alike(store, 0, limit=1).total == 3
    assert alike(store, 4) == Alike({"text": 1}, [AlikeRow(1, "text")], compared=True)


def test_alike__without_copies_the_names_of_pictures():
    store = store_of(ROWS)
    assert alike(store, 0) == Alike({"picture": 2}, [AlikeRow(1, "picture"), AlikeRow(3, "picture")], compared=False)
    assert alike(store, 4) == Alike({}, [], compared=False)


def test_alike__copies_of_former_sources_do_not_count():
    store = store_of(ROWS)
    copies(store)
    store.execute("update copies_made set made_at = timestamp '2025-12-31 00:00:00'")
    assert alike(store, 2) == Alike({}, [], compared=False)
