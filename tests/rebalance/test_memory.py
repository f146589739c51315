"""What an engine takes, by hand."""

import pytest

from adr.rebalance.memory import engine_bytes, fits, free_bytes, memory_words, rows_that_fit, run_words
from adr.store import Store


def test_engine_bytes__postings_and_instances() -> None:
    store = Store.memory()
    assert engine_bytes(store) == 0
    store.execute("insert into instance (instance) select range from range(10)")
    store.execute("insert into entity (perspective, entity, name, n) values (0, 0, 'cat', 7), (1, 0, 'cat', 5)")
    assert engine_bytes(store) == 8 * 12 + 240 * 10


def test_rows_that_fit__of_ten_instances_of_240_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store.memory()
    store.execute("insert into instance (instance) select range from range(10)")
    assert rows_that_fit(store) is None
    monkeypatch.setenv("ADR_ENGINE_GB", "0.000001")  # 1,000 bytes hold four of them
    assert rows_that_fit(store) == 4


def test_memory_words__from_half_of_what_is_free() -> None:
    assert memory_words(4_900_000_000, 10_000_000_000) == ""
    assert memory_words(5_800_000_000, None) == ""
    assert (
        memory_words(5_800_000_000, 10_000_000_000) == "The postings take about 5.8 GB of memory, and 10.0 GB are free."
    )
    assert "may be stopped by the system" in memory_words(12_000_000_000, 10_000_000_000)


def test_fits__only_where_it_is_known_to() -> None:
    assert fits(5, 6)
    assert not fits(6, 6) and not fits(5, None)


def test_run_words__what_it_takes_or_where_else() -> None:
    said = "The board shows a sample; a run is decided over all 20,000,000 instances."
    assert (
        run_words(20_000_000, 11_600_000_000, 30_000_000_000)
        == f"{said} It takes about 11.6 GB of memory while it is written."
    )
    elsewhere = run_words(20_000_000, 11_600_000_000, 8_000_000_000)
    assert elsewhere.startswith(f"{said} That takes about 11.6 GB of memory, and 8.0 GB are free here. Download")
    assert "`adr rebalance --recipe FILE`" in elsewhere and "`adr shards run DIR --recipe FILE`" in elsewhere
    assert "11.6 GB of memory. Download" in run_words(20_000_000, 11_600_000_000, None)


def test_free_bytes__a_machine_has_some() -> None:
    free = free_bytes()
    assert free is None or free > 1 << 20
