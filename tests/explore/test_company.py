"""The company of an entity, by hand and as a law: how often each entity comes with another, and what is chance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adr.errors import AdrError
from adr.explore.association import share_low
from adr.explore.company import company, company_report, company_table, ordered
from adr.explore.entities import entity_named
from adr.store import Store
from tests.worlds.hand import write_instances, write_postings


def of_dog(store):
    return company(store, entity_named(store, "object", "dog"), "object")


def test_company__by_hand(small_store):
    found = of_dog(small_store)  # dog in 4 of 6 instances; with cat in 2 of its 3, with accordion and bus always
    assert found.names.tolist() == ["cat", "accordion", "bus"] and found.together.tolist() == [2, 1, 1]
    assert found.of_x.tolist() == [0.5, 0.25, 0.25]
    assert found.of_e.tolist() == pytest.approx([2 / 3, 1, 1])
    assert found.expected.tolist() == pytest.approx([2, 2 / 3, 2 / 3])  # 3 · 4 / 6, 1 · 4 / 6
    assert found.lift.tolist() == pytest.approx([1, 1.5, 1.5])
    assert found.lift_bound.tolist() == [1, 1, 1]  # so few instances are chance


def test_company__of_another_perspective(small_store):
    found = company(small_store, entity_named(small_store, "object", "cat"), "interrogation")
    assert dict(zip(found.names, found.together, strict=True)) == {"what color": 1, "be there": 1, "how many": 1}


def test_company__what_always_comes_with_it_leads():
    """Among 400 instances a person is in 100; hats always come with one (30), scarves once, trees in half of theirs."""
    store = Store.memory()
    write_instances(store, {number: (str(number), [], []) for number in range(400)})
    write_postings(
        store,
        {
            "object": {
                "person": range(100),
                "hat": range(30),
                "scarf": [5],
                "tree": range(80, 120),
                "sea": range(300, 399),
            }
        },
    )
    found = company(store, entity_named(store, "object", "person"), "object")
    assert found.names[ordered(found, "always")].tolist() == ["hat", "tree", "scarf"]  # 1 of 1 says little
    assert found.names[ordered(found, "always", at_least=2, rising=True)].tolist() == ["tree", "hat"]
    assert found.names[ordered(found, "name", search="A")].tolist() == ["hat", "scarf"]
    report = company_report(store, "object", "person", "object", order="always", top=1)
    (hat,) = report.companions
    assert (report.found, hat.entity, hat.share_of_x, hat.share_of_e, hat.lift) == (3, "hat", 0.3, 1.0, 4.0)
    assert 2.4 < hat.lift_bound < 3.2 and 0.88 < hat.share_of_e_low < 0.9  # 30 / (30 + 1.96²) = 0.886


def test_company_table__all_as_columns(small_store):
    table = company_table(of_dog(small_store))
    assert table.column_names[:4] == ["entity", "instances", "together", "p_entity_given_x"]
    assert table["entity"].to_pylist() == ["cat", "accordion", "bus"]


def test_company__unknown_names_are_told(small_store):
    with pytest.raises(AdrError, match="no object 'zebra'"):
        company_report(small_store, "object", "zebra", "object", order="always")
    with pytest.raises(AdrError, match="no perspective source"):
        company_report(small_store, "object", "dog", "source", order="always")


@given(st.integers(0, 500), st.integers(0, 500))
def test_share_low__below_the_share_and_nearer_with_more(part, more):
    whole = part + more
    low = float(share_low(part, whole))
    assert 0 <= low <= (part / whole if whole else 0)
    assert low <= float(share_low(10 * part, 10 * whole)) + 1e-12


def test_share_low__textbook_value():
    assert float(share_low(8, 10)) == pytest.approx(0.490, abs=0.001)  # Wilson: 0.490 to 0.943
    assert np.array_equal(share_low([0, 0], [0, 5]), [0, 0])
