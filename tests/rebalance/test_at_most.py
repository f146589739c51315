"""Caps over arrays: the definition row by row, and its laws."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from adr.rebalance.at_most import Bound, EachBound, place_in_order, ranks, ranks_over, whole_draws, within

# Six instances, all kept. In how many perspectives each holds the tail, and its draw:
HELD = np.array([0, 2, 0, 1, 0, 2], np.int8)
DRAW = np.array([0.5, 0.25, 0.125, 0.75, 0.5, 0.0])
# The shared order: 5 and 1 (two perspectives; 5 has the smaller draw), 3 (one), then 2, 0, 4 (0 before 4: equal draws).
PLACE = place_in_order(HELD, whole_draws(DRAW))
ONCE = np.ones(6, np.int8)
ALL = np.arange(6)


def test_place_in_order__most_tail_first_then_the_draw() -> None:
    assert ranks(ALL, ONCE, PLACE)[0].tolist() == [5, 1, 3, 2, 0, 4]
    assert ranks(np.array([0, 2, 4, 5]), ONCE, PLACE)[1].tolist() == [1, 2, 3, 4]


def test_within__a_bound_keeps_the_first_in_the_order() -> None:
    assert within(ONCE, PLACE, [Bound(ALL, 2)]).tolist() == [0, 1, 0, 0, 0, 1]
    assert within(ONCE, PLACE, [Bound(ALL, 5)]).tolist() == [1, 1, 1, 1, 0, 1]
    assert within(ONCE, PLACE, [Bound(ALL, 0)]).tolist() == [0] * 6
    assert within(ONCE, PLACE, [Bound(ALL, 6)]) is ONCE


def test_within__ranks_are_those_of_the_keep_rule_not_of_other_bounds() -> None:
    """0, 2 and 4 have both entities. The first bound drops 4; in the second, 0 is still number two."""
    both = within(ONCE, PLACE, [Bound(np.array([0, 2, 4]), 2), Bound(np.array([0, 2]), 1)])
    assert both.tolist() == [0, 1, 1, 1, 0, 1]


def test_within__what_the_keep_rule_dropped_takes_no_rank() -> None:
    kept = np.array([1, 0, 1, 1, 1, 0], np.int8)
    assert within(kept, PLACE, [Bound(ALL, 2)]).tolist() == [0, 0, 1, 1, 0, 0]


def test_within__copies_are_rows_and_an_instance_gets_those_that_fit() -> None:
    """Instance 5 is there three times, 1 twice: of four places 5 takes three and 1 one."""
    copies = np.array([1, 2, 1, 1, 1, 3], np.int8)
    assert within(copies, PLACE, [Bound(ALL, 4)]).tolist() == [0, 1, 0, 0, 0, 3]
    assert within(copies, PLACE, [Bound(ALL, 2)]).tolist() == [0, 0, 0, 0, 0, 2]


def by_definition(
    copies: list[int], held: list[int], draw: list[float], bounds: list[tuple[list[int], int]]
) -> list[int]:
    """Row by row: how many of its copies have a rank within every bound of an entity that it has."""
    left = list(copies)
    for rows, most in bounds:
        kept = [row for row in rows if copies[row]]
        for row in kept:
            before = sum(copies[o] for o in kept if (-held[o], draw[o], o) < (-held[row], draw[row], row))
            left[row] = min(left[row], max(0, min(copies[row], most - before)))
    return left


worlds = st.integers(1, 12).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, 3), min_size=n, max_size=n),
        st.lists(st.integers(0, 4), min_size=n, max_size=n),
        st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.75]), min_size=n, max_size=n),
        st.lists(st.tuples(st.sets(st.integers(0, n - 1)).map(sorted), st.integers(0, 14)), max_size=4),
    )
)


@given(worlds)
def test_within__is_the_definition(
    world: tuple[list[int], list[int], list[float], list[tuple[list[int], int]]],
) -> None:
    copies, held, draw, bounds = world
    place = place_in_order(np.array(held, np.int8), whole_draws(np.array(draw)))
    asked = [Bound(np.array(rows, np.int64), most) for rows, most in bounds]
    found = within(np.array(copies, np.int8), place, asked)
    assert found.tolist() == by_definition(copies, held, draw, bounds)
    assert within(np.array(copies, np.int8), place, asked[::-1]).tolist() == found.tolist()
    for rows, most in bounds:
        assert found[rows].sum() <= most
    tighter = within(np.array(copies, np.int8), place, [Bound(b.rows, max(0, b.most - 1)) for b in asked])
    assert np.all(tighter <= found)


def test_within__a_bound_on_each_entity() -> None:
    """Entity 0 is in 0, 1, 2, entity 1 in 2, 3, 5; in the shared order 1, 2, 0 and 5, 3, 2.

    Row 2 fits only in the first."""
    each = EachBound(np.array([0, 1, 2, 2, 3, 5]), np.array([0, 0, 0, 1, 1, 1], np.int32), 2)
    found = ranks_over(each, ONCE, PLACE)
    assert list(zip(found.entities.tolist(), found.rows.tolist(), found.first.tolist(), strict=True)) == [
        *((0, 1, 1), (0, 2, 2), (0, 0, 3)),
        *((1, 5, 1), (1, 3, 2), (1, 2, 3)),
    ]
    assert found.of.tolist() == [3] * 6
    assert within(ONCE, PLACE, [each]).tolist() == [0, 1, 0, 1, 1, 1]


@given(worlds, st.integers(0, 6))
def test_within__a_bound_on_each_is_a_bound_for_every_one(
    world: tuple[list[int], list[int], list[float], list[tuple[list[int], int]]], most: int
) -> None:
    copies, held, draw, listed = world
    place = place_in_order(np.array(held, np.int8), whole_draws(np.array(draw)))
    pairs = sorted((row, entity) for entity, (rows, _) in enumerate(listed) for row in rows)
    rows, entities = ([pair[at] for pair in pairs] for at in (0, 1))
    each = EachBound(np.array(rows, np.int64), np.array(entities, np.int32), most)
    found = within(np.array(copies, np.int8), place, [each])
    assert found.tolist() == by_definition(copies, held, draw, [(having, most) for having, _ in listed])
