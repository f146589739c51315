"""Deciding over arrays: by hand on a few rows, and a piece of the rows decides as all rows together do."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adr.draws import draw_key, draws
from adr.ranges import RANGE
from adr.rebalance.decider import Decider
from adr.rebalance.expected import RangeSums
from adr.rebalance.marked_rows import MarkedRows, tally
from adr.rebalance.postings import PostingRows
from adr.rebalance.preview import REASONS
from adr.recipe import Recipe
from adr.recipe_frozen import frozen

NAMES = ("dog", "cat", "owl", "yak")
N = np.array([5, 3, 2, 1], dtype=np.int32)
KEYS = np.array([draw_key("object", name) for name in NAMES], dtype=np.uint64)
ONLY = Recipe(perspectives=("object",), tau={"object": 2.0}, seed=3)


def marked(positions: Sequence[int], **marks: Sequence[int]) -> MarkedRows:
    """Rows at these positions; marks: the positions that have each."""
    instances = np.array(positions, dtype=np.int32)
    kinds = ("text_only", "unread", "excluded", "protected")
    return MarkedRows(instances, *(np.isin(instances, marks.get(kind, [])) for kind in kinds))


def postings(rows: dict[int, Sequence[str]]) -> PostingRows:
    """The postings of rows {position: names}, with the counts of NAMES; names numbered as each first appears."""
    pairs = [(at, name) for at, names in rows.items() for name in names]
    names = list(dict.fromkeys(name for _, name in pairs))
    at = np.array([at for at, _ in pairs], dtype=np.int32)
    number = np.array([names.index(name) for _, name in pairs], dtype=np.int32)
    rank = np.array([NAMES.index(name) for name in names], dtype=np.int32)
    return PostingRows.of("object", np.array(list(rows), np.int32), (at, number), (rank, N[rank], KEYS[rank]))


def decider(recipe: Recipe, rows: dict[int, Sequence[str]], own: dict[str, float], **marks: Sequence[int]) -> Decider:
    one = postings(rows)
    limits = {one.place(NAMES.index(name)): value for name, value in own.items() if NAMES.index(name) in one.ids}
    return Decider.of(recipe, marked(list(rows), **marks), {"object": one}, recipe.tau, {"object": limits})


def test_posting_rows_of__numbers_names_by_their_rank() -> None:
    """Position 7 says owl and dog, position 9 cat: dog, cat, owl have the ranks 0, 1, 2 and the rarest stands last."""
    one = postings({7: ["owl", "dog"], 8: [], 9: ["cat"]})
    assert one.ids.tolist() == [0, 1, 2]
    assert one.offsets.tolist() == [0, 2, 2, 3]
    assert one.entities.tolist() == [0, 2, 1]
    assert one.n.tolist() == [5, 3, 2]
    assert one.keys.tolist() == [draw_key("object", name) for name in ("dog", "cat", "owl")]


def test_posting_rows_of__leaves_out_names_that_do_not_occur() -> None:
    """The number 0 has no rank: its two postings are gone."""
    at, number = np.array([4, 4, 5], np.int32), np.array([0, 1, 0], np.int32)
    names = np.array([-1, 3], np.int32), np.array([0, 1], np.int32), KEYS[[0, 3]]
    one = PostingRows.of("object", np.array([4, 5], np.int32), (at, number), names)
    assert (one.offsets.tolist(), one.entities.tolist(), one.ids.tolist()) == ([0, 1, 1], [0], [3])


def test_decider__critical_is_the_least_draw_times_count_in_the_whole_dataset() -> None:
    made = decider(ONLY, {7: ["owl", "dog"], 8: [], 9: ["cat"]}, {}).critical("object")
    of = {(name, at): float(draws(3, draw_key("object", name), at)) for name in NAMES for at in (7, 9)}
    assert made.tau.tolist() == [min(5 * of["dog", 7], 2 * of["owl", 7]), math.inf, 3 * of["cat", 9]]
    assert made.decider.tolist() == [0 if 5 * of["dog", 7] < 2 * of["owl", 7] else 2, -1, 1]


def test_decider__held_counts_tail_entities_and_protected_ones() -> None:
    """τ = 2: the yak (n = 1) is tail, the owl (n = 2) is not. The dog is protected; position 4 always stays."""
    recipe = replace(ONLY, protect={"object": ("dog",)}, protect_instances=(frozen([4], "mine"),))
    rows = {1: ["yak"], 2: ["owl"], 3: ["dog"], 4: ["cat"], 5: []}
    assert decider(recipe, rows, {"dog": math.inf}, protected=[4]).held().tolist() == [1, 0, 1, 15, 0]


def test_decider__copies_follow_the_rarest_entity() -> None:
    """τ = 4: ⌊√(4/1)⌋ = 2 copies of the yak's row, one of the others; a dropped row has none."""
    recipe = replace(ONLY, tau={"object": 4.0}, repeat=3)
    made = decider(recipe, {1: ["yak"], 2: ["owl"], 3: ["dog", "yak"]}, {})
    assert made.copies(np.array([True, True, False])).tolist() == [2, 1, 0]


def test_decider__probability_of_rows_that_perspectives_do_not_decide() -> None:
    """τ = 2: the cat's row passes with 2/3 and has α = 0.5 of it. Unread text passes, so α; protected 1; excluded 0."""
    recipe = replace(ONLY, alpha=0.5, unread="keep", protect_instances=(frozen([3], "mine"),))
    rows = {1: ["cat"], 2: ["cat"], 3: ["cat"], 4: [], 5: []}
    made = decider(recipe, rows, {}, unread=[2], protected=[3], excluded=[4])
    assert made.probability().tolist() == pytest.approx([1 / 3, 0.5, 1.0, 0.0, 0.0])


def test_marked_rows__reasons() -> None:
    """One row for each way out: too few pass, no entity, the last draw, a cap, the mixture; and each way to stay."""
    recipe = replace(ONLY, alpha=0.5, unread="keep", protect_instances=(frozen([8], "mine"),))
    rows = marked(range(10), unread=[7], protected=[8], excluded=[9])
    passes, by_rule, capped = (
        np.array(some, np.int8)
        for some in ([0, 0, 1, 1, 1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1, 1, 1, 1, 0], [0, 0, 0, 0, 1, 1, 1, 1, 1, 0])
    )
    kept = np.array([0, 0, 0, 0, 0, 1, 1, 1, 1, 0], bool)
    empty = np.array([0, 1, 0, 0, 0, 0, 0, 1, 1, 1], bool)
    reason = rows.reasons(recipe, empty, passes, by_rule, capped, kept)
    assert [REASONS[code] for code in reason] == [
        "below_min_passes",
        "no_entities",
        "alpha",
        "over_cap",
        "mixture",
        "passes",
        "passes",
        "unread",
        "protected",
        "excluded",
    ]
    assert tally(reason)["passes"] == 2


def test_range_sums__do_not_depend_on_the_pieces() -> None:
    """Three rows in one range, one in the next: 0.1 + 0.2 + 0.3 in this order is 0.6000000000000001."""
    positions = np.array([5, RANGE - 2, RANGE - 1, RANGE], np.int32)
    chance = np.array([0.1, 0.2, 0.3, 0.25])
    found = []
    for cut in range(5):
        sums = RangeSums()
        sums.add(positions[:cut], chance[:cut])
        sums.add(positions[cut:], chance[cut:])
        assert sums.sums[0][0] == 0.1 + 0.2 + 0.3 == 0.6000000000000001
        assert sums.sums[1] == (0.25, 0.1875)
        found.append(sums.expected)
    assert found == [(0.8500000000000001, math.sqrt(0.09 + 0.16 + 0.21 + 0.1875))] * 5


some_names = st.lists(st.sampled_from(NAMES), unique=True)
own_taus = st.dictionaries(st.sampled_from(NAMES), st.sampled_from([0.0, 1.5, math.inf]), max_size=2)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(some_names, min_size=1, max_size=9),
    own_taus,
    st.sampled_from(["any", "mean", "mean_unclamped"]),
    st.floats(0.5, 6),
    st.integers(0, 9),
)
def test_decider__a_piece_of_the_rows_is_decided_as_all_rows_are(
    names: list[list[str]], own: dict[str, float], rule: str, tau: float, cut: int
) -> None:
    recipe = replace(ONLY, pass_rule=rule, tau={"object": tau}, alpha=0.7, repeat=3, min_passes=1)
    rows = {2 * at: found for at, found in enumerate(names)}
    pieces = [dict(list(rows.items())[:cut]), dict(list(rows.items())[cut:])]
    whole, parts = decider(recipe, rows, own), [decider(recipe, piece, own) for piece in pieces]
    for made in (
        lambda one: one.critical("object").tau,
        lambda one: one.pass_counts(),
        lambda one: one.by_rule(one.pass_counts()),
        lambda one: one.held(),
        lambda one: one.place(),
        lambda one: one.empty(),
        lambda one: one.probability(),
    ):
        assert np.concatenate([made(part) for part in parts]).tolist() == made(whole).tolist()
