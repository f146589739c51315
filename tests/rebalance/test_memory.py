"""What an engine takes, by hand."""

from adr.rebalance.memory import engine_bytes, free_bytes, memory_words
from adr.store import Store


def test_engine_bytes__postings_and_instances() -> None:
    store = Store.memory()
    assert engine_bytes(store) == 0
    store.execute("insert into instance (instance) select range from range(10)")
    store.execute("insert into entity (perspective, entity, name, n) values (0, 0, 'cat', 7), (1, 0, 'cat', 5)")
    assert engine_bytes(store) == 8 * 12 + 240 * 10


def test_memory_words__from_half_of_what_is_free() -> None:
    assert memory_words(4_900_000_000, 10_000_000_000) == ""
    assert memory_words(5_800_000_000, None) == ""
    assert (
        memory_words(5_800_000_000, 10_000_000_000) == "The postings take about 5.8 GB of memory, and 10.0 GB are free."
    )
    assert "may be stopped by the system" in memory_words(12_000_000_000, 10_000_000_000)


def test_free_bytes__a_machine_has_some() -> None:
    free = free_bytes()
    assert free is None or free > 1 << 20
