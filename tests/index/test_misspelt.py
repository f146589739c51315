"""Names near to a frequent one, and names that an index merges."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adr.errors import AdrError
from adr.index.index import index
from adr.index.merging import merged_names
from adr.index.misspelt import Misspelt, misspelt_names, mistakes
from adr.index.options import IndexOptions, differences
from adr.options import options_of
from adr.store import Store
from tests.worlds.hand import write_instances, write_postings


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [("sungalsse", "sunglasses", 2), ("laptp", "laptop", 1), ("dgo", "dog", 1), ("cat", "cat", 0), ("", "ab", 2)],
)
def test_mistakes__by_hand(one, other, count):
    assert mistakes(one, other) == mistakes(other, one) == count


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_mistakes__no_more_than_without_swaps(one, other):
    def apart(i: int, j: int) -> int:
        """The edit distance of the first i and j letters, by its definition."""
        if not i or not j:
            return i + j
        changed = apart(i - 1, j - 1) + (one[i - 1] != other[j - 1])
        return min(apart(i - 1, j) + 1, apart(i, j - 1) + 1, changed)

    assert (mistakes(one, other) == 0) == (one == other)
    assert abs(len(one) - len(other)) <= mistakes(one, other) <= apart(len(one), len(other))


def test_misspelt_names__near_to_a_frequent_one():
    store = Store.memory()
    store.execute("insert into source (path, name, ingested_at) values ('x', 'x', timestamp '2026-01-01')")
    names = {
        "sunglasses": 40,
        "fire hydrant": 30,
        "house": 60,
        "sungalsse": 2,  # two mistakes in nine letters
        "firehydrant": 1,
        "horse": 1,  # a word
        "hause": 3,  # as many as a twentieth
        "hauze": 1,  # two mistakes in five letters
        "hous": 1,  # four letters
    }
    numbers = iter(range(1000))
    write_postings(store, {"token": {name: [next(numbers) for _ in range(n)] for name, n in names.items()}})
    assert misspelt_names(store) == [
        Misspelt("token", "firehydrant", 1, "fire hydrant", 30, "fused"),
        Misspelt("token", "hause", 3, "house", 60, "misspelt"),
        Misspelt("token", "sungalsse", 2, "sunglasses", 40, "misspelt"),
    ]


def shown(store: Store, perspective: str) -> dict[str, list[int]]:
    """{name: its instances} of a perspective."""
    rows = store.rows(
        """
        select e.name, list(p.instance order by p.instance) from posting p join entity e using (entity)
        where p.perspective = perspective_number($1) group by e.name order by e.name""",
        [perspective],
    )
    return dict(rows)


def test_index__a_merged_name_counts_as_the_other_everywhere():
    store = Store.memory()
    said = {0: "A dog with sunglasses.", 1: "A dog with sungalsse.", 2: "The sungalsse and the sunglasses."}
    write_instances(store, {n: (str(n), ["x.png"], [("human", "What?"), ("gpt", t)]) for n, t in said.items()})
    for number, label in ((0, "dog"), (0, "sunglasses"), (1, "dog"), (1, "sungalsse"), (2, "sungalsse")):
        store.execute("insert into annotation values ($1, $2)", [number, label])
    plain = index(store)
    assert shown(store, "token")["sungalsse"] == [1, 2]
    merged = index(store, merge={"sungalsse": "sunglasses"})
    assert merged.fingerprint != plain.fingerprint
    assert shown(store, "token") == {"dog": [0, 1], "sunglasses": [0, 1, 2]}
    assert shown(store, "object") == {"dog": [0, 1], "sunglasses": [0, 1, 2]}
    assert shown(store, "co_occurrence") == {"dog + sunglasses": [0, 1]}
    assert differences(store, {"merge": ["sungalsse=sunglasses"]}) == ""
    assert "merge is" in differences(store, {"merge": []})


def test_options__a_table_stands_for_its_lines():
    assert options_of(IndexOptions, {"merge": {"a": "b"}}, "[index]").merge == ("a = b",)
    with pytest.raises(AdrError, match="Give a list of texts"):
        options_of(IndexOptions, {"merge": {"a": 1}}, "[index]")


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["sungalsse"], "merge holds"),
        (["a = a"], "merge holds"),
        (["a = b", "a = c"], "two names"),
        (["a = b", "b = c"], "which is merged itself"),
    ],
)
def test_merged_names__refuses(lines, says):
    with pytest.raises(AdrError, match=says):
        merged_names(lines)
