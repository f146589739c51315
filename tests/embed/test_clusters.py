"""Union–find: pairs to clusters, by hand and against a plain walk."""

from hypothesis import given
from hypothesis import strategies as st

from adr.embed.clusters import roots


def test_roots__by_hand() -> None:
    assert roots(6, [(5, 3), (3, 1), (0, 4)]) == [0, 1, 2, 1, 0, 1]
    assert roots(3, []) == [0, 1, 2]


@given(st.integers(1, 12).flatmap(lambda n: st.tuples(st.just(n), st.lists(st.tuples(*[st.integers(0, n - 1)] * 2)))))
def test_roots__least_number_that_can_be_reached(world: tuple[int, list[tuple[int, int]]]) -> None:
    count, pairs = world
    reached = list(range(count))
    for _ in range(count):
        for one, other in pairs:
            reached[one] = reached[other] = min(reached[one], reached[other])
    assert roots(count, pairs) == reached == roots(count, pairs[::-1])
