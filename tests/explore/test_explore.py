import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adr.errors import AdrError
from adr.explore.association import association, expected_together
from adr.explore.distribution import breakpoints, cumulative_share, spectrum
from adr.explore.entities import all_entities, entities_at, entity_named, find_entities, pair_named
from adr.explore.instances import entities_of, instance_at, instances_of, place_of
from adr.explore.neighbours import neighbours, pair_matrix
from adr.tail import Spectrum


def names(entities):
    return [e.name for e in entities]


def test_spectrum__counts_of_counts(small_store):
    found = spectrum(small_store, "token")
    assert found.values.tolist() == [1, 2, 3, 4] and found.entities.tolist() == [6, 2, 1, 1]


def test_breakpoints__both_ends_of_every_plateau(small_store):
    ranks, counts = breakpoints(spectrum(small_store, "token"))
    assert ranks.tolist() == [1, 2, 3, 4, 5, 10] and counts.tolist() == [4, 3, 2, 2, 1, 1]


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=400))
def test_breakpoints__is_the_curve_of_all_entities(counts):
    ordered = np.sort(np.array(counts))[::-1]
    ranks, heights = breakpoints(Spectrum.of(ordered))
    assert ranks[0] == 1 and ranks[-1] == len(ordered)
    assert (ordered[ranks - 1] == heights).all()
    every = np.arange(1, len(ordered) + 1)  # between two breakpoints the curve is flat or one step apart
    assert np.allclose(np.interp(every, ranks, heights), ordered)


def test_breakpoints__many_entities_few_points_and_the_whole_tail():
    counts = np.sort(np.round(3e6 / np.arange(1, 1_000_001) ** 0.9).astype(np.int64))[::-1]
    counts = counts[counts > 0]
    ranks, heights = breakpoints(Spectrum.of(counts))
    assert len(ranks) <= 1500
    assert (counts[ranks - 1] == heights).all() and ranks[-1] == len(counts)
    for n in range(12, 30):  # the ends of the rarest plateaus, wherever they lie
        if (counts == n).any():
            assert int(np.flatnonzero(counts == n)[-1]) + 1 in ranks


def test_cumulative_share__by_hand(small_store):
    found = spectrum(small_store, "object")  # counts 4 3 1 1 1
    shares = cumulative_share(found, np.array([1, 2, 3, 5]))
    assert shares.tolist() == pytest.approx([0.4, 0.7, 0.8, 1.0])


def test_find_entities__head_and_tail_first(small_store):
    assert names(find_entities(small_store, "object", limit=2).entities) == ["dog", "cat"]
    assert names(find_entities(small_store, "object", order="tail", limit=2).entities) == ["accordion", "bus"]
    last = find_entities(small_store, "object", limit=2, offset=4)
    assert names(last.entities) == ["sofa"] and last.total == 5 and last.entities[0].rank == 5


def test_find_entities__search_bounds_and_part(small_store):
    found = find_entities(small_store, "token", search=" CA ")
    assert names(found.entities) == ["cat", "car"] and found.total == 2
    assert names(find_entities(small_store, "token", least=2, most=3).entities) == ["cat", "bus", "color"]
    assert names(find_entities(small_store, "object", up_to_rank=2).entities) == ["dog", "cat"]
    assert names(find_entities(small_store, "object", after_rank=2).entities) == ["accordion", "bus", "sofa"]
    assert find_entities(small_store, "token", search="%").total == 0


def test_entity_named__rank_and_missing(small_store):
    assert entity_named(small_store, "co_occurrence", "cat + dog").rank == 1
    with pytest.raises(AdrError, match="no object 'zebra'"):
        entity_named(small_store, "object", "zebra")


def test_entities_at__ranks(small_store):
    assert names(entities_at(small_store, "object", [2, 5, 9])) == ["cat", "sofa"]


def test_all_entities__every_one_with_its_part(small_store):
    table = all_entities(small_store, "object", 2).to_pylist()
    assert table[0] == {"rank": 1, "entity": "dog", "instances": 4, "part": "head"}
    assert [row["part"] for row in table] == ["head", "head", "tail", "tail", "tail"]


def test_instances_of__pages_by_position(small_store):
    dog = entity_named(small_store, "object", "dog")
    assert [i.instance for i in instances_of(small_store, dog, limit=2)] == [0, 2]
    assert [i.instance for i in instances_of(small_store, dog, limit=2, offset=2)] == [4, 5]
    assert place_of(small_store, dog, 4) == (2, 2, 5)
    assert instance_at(small_store, 0).question == "What color is the bus?"


def test_instance_at__missing(small_store):
    with pytest.raises(AdrError, match="no instance 99"):
        instance_at(small_store, 99)


def test_entities_of__four_perspectives_rarest_first(small_store):
    found = entities_of(small_store, 0)
    assert names(found["token"]) == ["bus", "color", "cat", "dog"]
    assert names(found["object"]) == ["bus", "cat", "dog"]
    assert names(found["co_occurrence"]) == ["bus + cat", "bus + dog", "cat + dog"]
    assert [(e.name, e.n, e.rank) for e in found["interrogation"]] == [("what color", 2, 1)]


def test_neighbours__within_and_across_perspectives(small_store):
    cat = entity_named(small_store, "object", "cat")
    found = neighbours(small_store, cat, "object")
    assert [(n.entity.name, n.together) for n in found.found] == [("dog", 2), ("accordion", 1), ("bus", 1), ("sofa", 1)]
    assert found.looked_at == 3 and found.found[0].expected == pytest.approx(3 * 4 / 6)
    asked = neighbours(small_store, cat, "interrogation")
    assert {n.entity.name for n in asked.found} == {"what color", "be there", "how many"}


def test_pair_matrix__observed_against_expected(small_store):
    objects = entities_at(small_store, "object", [1, 2, 5])  # dog, cat, sofa
    found = pair_matrix(small_store, objects)
    assert found.together.tolist() == [[4, 2, 0], [2, 3, 1], [0, 1, 1]]
    assert found.expected[0, 1] == pytest.approx(4 * 3 / 6)
    assert found.association[0, 1] == 0  # two together is what chance gives


def test_pair_named__either_way_round(small_store):
    assert pair_named(small_store, "sofa", "cat").name == "cat + sofa"
    assert pair_named(small_store, "sofa", "bus") is None


def test_association__conservative_both_ways():
    assert association([1], [0.5]).tolist() == [0]  # twice as often, but once: may be chance
    assert association([1000], [100])[0] == pytest.approx(np.log2(9.39), abs=0.01)  # ten times; at least 9.39
    assert association([10], [1000])[0] < -5
    assert association([0], [0]).tolist() == [0]
    assert expected_together([4], [3], 6).tolist() == [2]


@given(st.integers(0, 100_000), st.floats(0.01, 1e5))
def test_association__never_further_from_chance_than_the_ratio(together, expected):
    told = association([together], [expected])[0]
    ratio = np.log2(together / expected) if together else -np.inf
    assert told == 0 or (0 < told <= ratio + 1e-9) or (ratio - 1e-9 <= told < 0)
