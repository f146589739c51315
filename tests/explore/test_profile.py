"""What the dataset is like, in literal rows."""

import pytest

from adr.explore.profile import PictureLooks, Profile, SourceProfile, profile
from adr.select.word_table import make_word_table
from adr.store import Store


@pytest.fixture
def store() -> Store:
    store = Store.memory()
    for number, name in enumerate(("talks", "more")):
        store.execute(
            "insert into source (path, source, name, form, ingested_at) values ($1, $2, $1, 'llava', "
            "timestamp '2026-01-01')",
            [name, number],
        )
    rows = [
        (0, ["a.jpg"], ["What is it?", "A dog."], 0),  # 5 words
        (1, ["a.jpg", "b.jpg"], ["<image>\nAnd this?", "A cat"], 0),  # 4
        (2, [], ["Hello", "Hi", "Bye", "Bye"], 0),  # 4
        (5, ["c.jpg"], ["One", "two three four"], 1),  # 4
    ]
    for number, images, texts, source in rows:
        turns = [{"role": ("human", "gpt")[n % 2], "text": text} for n, text in enumerate(texts)]
        store.execute(
            "insert into instance (instance, images, turns, source) values ($1, $2, $3, $4)",
            [number, images, turns, source],
        )
    return store


def test_profile__by_hand(store):
    sources = (
        SourceProfile("talks", "llava", 3, 1, 2, 8 / 3, None),
        SourceProfile("more", "llava", 1, 0, 1, 2.0, None),
    )
    assert profile(store) == Profile(sources, turns={2: 3, 4: 1}, words={}, pictures=3, shared=1, most=2, looks=None)
    make_word_table(store)
    found = profile(store)
    assert found.words == {4: 3, 5: 1} and [one.words for one in found.sources] == [4.0, 4.0]


def test_profile__pictures_that_were_looked_at(store):
    for path, width, height, faults in (("a.jpg", 100, 50, ["dark"]), ("b.jpg", 300, 200, []), ("c.jpg", 200, 90, [])):
        store.execute(
            "insert into picture_fact (path, width, height, faults) values ($1, $2, $3, $4)",
            [path, width, height, faults],
        )
    assert profile(store).looks is None
    store.execute("""
        insert into pictures_made
        select '{}', (select list(images order by source) from source), now() at time zone 'UTC'""")
    assert profile(store).looks == PictureLooks(width=200, height=90, smallest=50, largest=200, faulty=1)


def test_profile__no_words_once_the_sources_have_changed(store):
    make_word_table(store)
    store.execute("update source set ingested_at = timestamp '2026-01-02' where name = 'more'")
    assert profile(store).words == {}


def test_profile__without_a_dataset():
    assert profile(Store.memory()) == Profile((), {}, {}, 0, 0, 0, None)
