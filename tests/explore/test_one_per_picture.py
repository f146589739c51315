"""Rows of one picture as one: by hand, by paths and by clusters, and as a law against a plain loop."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from adr.embed.copies import copies
from adr.explore.one_per_picture import RepeatedPictures, each_picture_once, repeated_pictures
from adr.store import Store
from tests.worlds.hand import write_instances

PICTURES = [["a.png"], ["b.png"], ["a.png"], [], [], ["a.png", "b.png"], ["a.png"]]


def store_of(pictures) -> Store:
    store = Store.memory()
    write_instances(store, {n: (str(n), images, [("human", "Hi.")]) for n, images in enumerate(pictures)})
    return store


def once(repeated, positions):
    first, rows = each_picture_once(repeated, np.array(positions, np.int32))
    return list(zip(first.tolist(), rows.tolist(), strict=True))


def test_each_picture_once__by_hand():
    repeated = repeated_pictures(store_of(PICTURES))
    assert repeated.instances.tolist() == [2, 6] and repeated.first.tolist() == [0, 0]
    assert once(repeated, range(7)) == [(0, 3), (1, 1), (3, 1), (4, 1), (5, 1)]
    assert once(repeated, [2, 3, 6]) == [(2, 2), (3, 1)]  # of those asked for, the first
    assert once(repeated, []) == []


def test_repeated_pictures__of_clusters_where_copies_were_looked_for():
    store = store_of(PICTURES)
    copies(store)
    by_cluster = repeated_pictures(store)
    assert once(by_cluster, range(7)) == [(0, 3), (1, 1), (3, 1), (4, 1), (5, 1)]
    store.execute("insert into copy_cluster values ('picture', 1, 0)")  # b.png has been found to look like a.png
    assert once(repeated_pictures(store), range(7)) == [(0, 4), (3, 1), (4, 1), (5, 1)]


@given(st.lists(st.integers(0, 5), max_size=30), st.data())
def test_each_picture_once__is_the_plain_loop(pictures, data):
    firsts = [pictures.index(one) for one in pictures]
    later = [n for n, first in enumerate(firsts) if n != first]
    repeated = RepeatedPictures(np.array(later, np.int32), np.array([firsts[n] for n in later], np.int32))
    asked = sorted(data.draw(st.sets(st.sampled_from(range(len(pictures))))) if pictures else [])
    expected: dict[int, list[int]] = {}
    for n in asked:
        expected.setdefault(pictures[n], []).append(n)
    assert once(repeated, asked) == sorted((rows[0], len(rows)) for rows in expected.values())
