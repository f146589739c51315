"""Tags on the six instances written out by hand: put on, taken off, undone, and what a step refuses."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adr.errors import AdrError
from adr.select.find import find
from adr.select.tags import tag, tags, tags_among, tags_of, undo, untag
from adr.store import Store
from tests.worlds.hand import INSTANCES, write_instances


def test_tag__counts_those_that_did_not_have_it(small_store: Store) -> None:
    assert tag(small_store, "hard", [1, 3], "Ada", words="object “cat”") == 2
    assert tag(small_store, " hard ", [3, 4], "Ben") == 1
    assert tag(small_store, "hard", [1], "Ada") == 0
    assert tags(small_store) == {"hard": 3}
    assert small_store.rows("select step, tag, action, reviewer, words from tag_step order by step") == [
        (1, "hard", "tag", "Ada", "object “cat”"),
        (2, "hard", "tag", "Ben", ""),
    ]


def test_untag__counts_those_that_had_it(small_store: Store) -> None:
    tag(small_store, "hard", [1, 3], "Ada")
    tag(small_store, "odd", [3], "Ada")
    assert untag(small_store, "hard", [3, 4], "Ben") == 1
    assert tags(small_store) == {"hard": 1, "odd": 1}
    assert (tags_of(small_store, 1), tags_of(small_store, 3), tags_of(small_store, 4)) == (["hard"], ["odd"], [])


def test_undo__takes_back_own_steps_one_by_one(small_store: Store) -> None:
    tag(small_store, "hard", [1], "Ada")
    tag(small_store, "hard", [2], "Ben")
    untag(small_store, "hard", [1, 2], "Ada")
    undone = undo(small_store, "Ada")
    assert undone is not None
    assert (undone.action, undone.tag, undone.instances) == ("untag", "hard", 2)
    assert tags(small_store) == {"hard": 2}
    undone = undo(small_store, "Ada")
    assert undone is not None
    assert (undone.action, undone.tag, undone.instances) == ("tag", "hard", 1)
    assert tags_of(small_store, 2) == ["hard"]
    assert tags_of(small_store, 1) == []
    assert undo(small_store, "Ada") is None
    assert small_store.value("select count(*) from tag_step") == 5


def test_tags_among__counts_only_these(small_store: Store) -> None:
    import numpy as np

    tag(small_store, "hard", [1, 3], "Ada")
    tag(small_store, "odd", [5], "Ada")
    assert tags_among(small_store, np.array([0, 3, 4], np.int32)) == {"hard": 1}


def test_find__by_tag(small_store: Store) -> None:
    tag(small_store, "to check", [1, 3], "Ada")
    found = find(small_store, 'tag:"to check" and not text_only')
    assert ([one.instance for one in found.instances], found.in_words) == ([1], "tagged “to check” and not text only")


@pytest.mark.parametrize(
    ("name", "positions", "who", "sentence"),
    [
        (" ", [1], "Ada", "' ' cannot be a tag."),
        ("x" * 61, [1], "Ada", f"{'x' * 61!r} cannot be a tag."),
        ("hard", [6], "Ada", "There is no instance 6."),
        ("hard", [1], " ", "A tag is kept with the name of whoever gave it."),
    ],
)
def test_tag__refuses(small_store: Store, name: str, positions: list[int], who: str, sentence: str) -> None:
    with pytest.raises(AdrError) as told:
        tag(small_store, name, positions, who)
    assert told.value.sentence == sentence
    assert tags(small_store) == {}


def test_find__an_unknown_tag_is_an_error(small_store: Store) -> None:
    tag(small_store, "hard", [1], "Ada")
    with pytest.raises(AdrError) as told:
        find(small_store, "tag:soft")
    assert (told.value.sentence, told.value.next_step) == ("There is no tag 'soft'.", "The tags: hard.")


def test_current_tag__an_instance_that_is_gone_has_none(small_store: Store) -> None:
    tag(small_store, "hard", [1, 2], "Ada")
    small_store.execute("delete from instance where instance = 1")
    assert tags(small_store) == {"hard": 1}


steps = st.lists(
    st.tuples(
        st.sampled_from(["tag", "untag", "undo"]),
        st.sampled_from(["a", "b"]),
        st.sets(st.integers(0, 5), max_size=4),
        st.sampled_from(["Ada", "Ben"]),
    ),
    max_size=8,
)


@settings(max_examples=25, deadline=None)
@given(steps)
def test_steps__as_a_plain_list_of_them(done: list) -> None:
    """What stands is what the steps that were not undone leave, each replayed in turn."""
    store = Store.memory()
    write_instances(store, INSTANCES)
    standing: list = []
    for action, name, positions, who in done:
        if action == "undo":
            own = [step for step in standing if step[3] == who]
            assert (undo(store, who) is None) == (not own)
            if own:
                standing.remove(own[-1])
            continue
        changed = (tag if action == "tag" else untag)(store, name, sorted(positions), who)
        if changed:
            has = _replayed(standing)[name]
            standing.append((action, name, positions - has if action == "tag" else positions & has, who))
    expected = {name: len(has) for name, has in _replayed(standing).items() if has}
    assert tags(store) == expected


def _replayed(standing: list) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {"a": set(), "b": set()}
    for action, name, positions, _ in standing:
        found[name] = found[name] | positions if action == "tag" else found[name] - positions
    return found
