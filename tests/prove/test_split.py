"""Which instances belong together, and which of them are held out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adr.prove.picture_facts import PictureFacts
from adr.prove.split import Holders, dev_groups, held_out_groups, picture_groups, quota


def facts(name: str, look: int) -> PictureFacts:
    return PictureFacts(f"file {name}", f"pixels {name}", look)


APART = [0x0F0F0F0F, 0xF0F0F0F0 << 20, 0x3333 << 40, 0x5555555555555]


def test_picture_groups__by_path_file_pixels_look_and_words():
    known = {
        "a.png": facts("a", APART[0]),
        "a copy.png": PictureFacts("file a", "pixels a", APART[0]),  # the same bytes
        "a.bmp": PictureFacts("file b", "pixels a", None),  # the same pixels
        "b.png": facts("c", APART[1]),
        "b.jpg": facts("d", APART[1] ^ 0b1111),  # four bits apart
        "c.png": facts("e", APART[2]),
        "d.png": facts("f", APART[2] ^ 0b11111),  # five bits apart
    }
    pictures = [
        ["a.png"],
        ["a copy.png"],
        ["a.bmp"],
        ["b.png"],
        ["b.jpg"],
        ["c.png"],
        ["d.png"],
        ["gone"],
        ["gone"],
        [],
        [],
    ]
    positions = [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 20]
    groups = picture_groups(positions, pictures, known, {12: "said 1", 20: "said 1"})
    assert groups.tolist() == [3, 3, 3, 6, 6, 8, 9, 10, 10, 12, 12]


def test_picture_groups__an_instance_with_two_pictures_joins_them():
    groups = picture_groups([0, 1, 2], [["a"], ["b", "a"], ["b"]], {}, {})
    assert groups.tolist() == [0, 0, 0]


def test_quota__a_tenth_rounded_up_one_or_none():
    assert [quota(n, 0.1) for n in (1, 3, 4, 9, 10, 11, 30, 31, 100)] == [0, 0, 1, 1, 1, 2, 3, 4, 10]


def holders(of: list[list[int]], entities: int) -> Holders:
    pairs = [(group, entity) for group, held in enumerate(of) for entity in held]
    group, entity = (np.array(column, dtype=np.int64) for column in zip(*pairs, strict=True))
    return Holders(group, entity, len(of), entities)


def test_held_out_groups__each_entity_its_quota():
    """Entity 0: in 20 groups, 1: in 5, 2: in 3, of which two have entity 0 too."""
    of = [[0]] * 18 + [[1]] * 5 + [[0, 2], [0, 2], [2]]
    chosen = held_out_groups(holders(of, 3), np.arange(len(of)))
    assert chosen[:18].sum() == 2 and chosen[18:23].sum() == 1 and chosen[23:].sum() == 0


def test_held_out_groups__what_comes_with_a_rarer_entity_counts():
    """Entity 1 is in 10 of the 20 groups of entity 0 and brings one of its two along."""
    of = [[0]] * 10 + [[0, 1]] * 10
    chosen = held_out_groups(holders(of, 2), np.arange(20))
    assert chosen[:10].sum() == 1 and chosen[10:].sum() == 1


def test_held_out_groups__the_same_whatever_else_is_numbered():
    """A group is drawn by its lowest position, so the order of the groups does not matter."""
    of = [[0]] * 40
    names = np.arange(100, 140)
    first = held_out_groups(holders(of, 1), names)
    turned = held_out_groups(holders(of, 1), names[::-1].copy())
    assert names[first].tolist() == sorted(names[::-1][turned].tolist())


def test_dev_groups__a_twentieth_of_the_rest_without_the_rarest():
    of = [[0]] * 97 + [[1]] * 3
    held = holders(of, 2)
    test = held_out_groups(held, np.arange(100))
    dev = dev_groups(held, np.arange(100), test)
    assert test.sum() == 10 and dev.sum() == 4 and not (dev & test).any() and not dev[97:].any()


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 7), max_size=2), min_size=1, max_size=40),
    st.lists(st.sets(st.integers(0, 5), max_size=3), min_size=40, max_size=40),
    st.sampled_from([0.05, 0.1, 0.3]),
)
def test_split__no_group_on_two_sides(pictures, things, share):
    """Instances with pictures of eight files, of which 0 and 1 differ in one bit only."""
    known = {str(n): facts(str(n), n * 0x0123456789ABC if n > 1 else n) for n in range(8)}
    named = [[str(n) for n in row] for row in pictures]
    positions = list(range(len(named)))
    groups = picture_groups(positions, named, known, {p: str(p) for p in positions if not named[p]})
    names, at = np.unique(groups, return_inverse=True)
    once = sorted({(int(at[p]), entity) for p in positions for entity in things[p]})
    columns = np.array(once, dtype=np.int64).reshape(-1, 2)
    held = Holders(columns[:, 0], columns[:, 1], len(names), 6)
    test = held_out_groups(held, names, share)
    dev = dev_groups(held, names, test)
    side = np.where(test[at], "test", np.where(dev[at], "dev", "train"))
    same = {"0": "0", "1": "0"}  # near
    for one in positions:
        for other in positions:
            if {same.get(n, n) for n in named[one]} & {same.get(n, n) for n in named[other]}:
                assert side[one] == side[other]
    rare = held.n < 4
    assert not test[held.group[rare[held.entity]]].any()
    for entity in range(6):
        own = test[held.group[held.entity == entity]]
        assert own.sum() <= max(quota(int(held.n[entity]), share), _brought(held, test, entity))


def _brought(held: Holders, test: np.ndarray, entity: int) -> int:
    """Test groups that have the entity and one of fewer groups, which may have brought it along."""
    rarer = {e for e in range(held.entities) if (held.n[e], e) < (held.n[entity], entity)}
    of = {g: set(held.entity[held.group == g].tolist()) for g in np.flatnonzero(test).tolist()}
    return sum(entity in have for have in of.values() if have & rarer)


@pytest.mark.parametrize("seed", range(3))
def test_split__a_changed_group_changes_no_other_draw(seed):
    """One more group leaves the draws of the others: at most one of them changes its side for the larger quota."""
    of = [[0]] * 50
    names = np.arange(50) * 7 + seed
    before = held_out_groups(holders(of, 1), names)
    after = held_out_groups(holders([*of, [0]], 1), np.append(names, 10_000 + seed))
    assert (before & ~after[:50]).sum() <= 1
