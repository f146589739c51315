"""A new index numbers entities differently: the entities of runs and plans are carried over by name."""

from adr.index.renumber import remember, renumber
from adr.store import Store


def with_former_index() -> Store:
    """cat 0, dog 1, owl 2; a run decided by dog, a slot and a candidate for owl that also add cat."""
    store = Store.memory()
    with store.atomic() as writer:
        writer.execute(
            "insert into entity (entity, perspective, name, n) values "
            "(0, 1, 'cat', 3), (1, 1, 'dog', 2), (2, 1, 'owl', 1), "
            "(3, 0, 'cat', 1)"
        )
        writer.execute("insert into critical_tau values (1, 7, 1, 1.5, 1), (1, 8, 0, 0.5, 3)")
        writer.execute("insert into wanted values (1, 2, 1, 4, 3)")
        writer.execute("insert into slot (plan, slot, entity, entities) values (1, 0, 2, [2, 0]), (1, 1, 1, [1])")
        writer.execute("insert into candidate (candidate, entity, entities) values ('a', 2, [2, 0])")
    return store


def reindex(store: Store, rows: str) -> None:
    with store.atomic() as writer:
        remember(writer)
        writer.execute("delete from entity")
        writer.execute(f"insert into entity (entity, perspective, name, n) values {rows}")
        renumber(writer)


def test_renumber__follows_by_name_and_perspective():
    store = with_former_index()
    reindex(store, "(0, 1, 'owl', 9), (1, 1, 'cat', 3), (2, 1, 'dog', 2), (3, 0, 'cat', 1)")
    assert store.rows("select instance, entity from critical_tau order by 1") == [(7, 2), (8, 3)]
    assert store.rows("select entity from wanted") == [(0,)]
    assert store.rows("select slot, entity, entities from slot order by 1") == [(0, 0, [0, 1]), (1, 2, [2])]
    assert store.rows("select entity, entities from candidate") == [(0, [0, 1])]


def test_renumber__an_entity_that_is_gone_becomes_null():
    store = with_former_index()
    reindex(store, "(0, 1, 'cat', 3), (1, 1, 'owl', 1), (2, 0, 'cat', 1)")
    assert store.rows("select instance, entity from critical_tau order by 1") == [(7, None), (8, 2)]
    assert store.rows("select slot, entity, entities from slot order by 1") == [(0, 1, [1, 0]), (1, None, [])]


def test_renumber__the_same_index_touches_nothing():
    store = with_former_index()
    before = store.rows("select * from slot") + store.rows("select * from critical_tau")
    reindex(store, "(0, 1, 'cat', 3), (1, 1, 'dog', 2), (2, 1, 'owl', 1), (3, 0, 'cat', 1)")
    assert store.rows("select * from slot") + store.rows("select * from critical_tau") == before


def test_renumber__nothing_to_remember_on_a_first_index():
    store = Store.memory()
    reindex(store, "(0, 1, 'cat', 3)")
    assert store.value("select count(*) from entity") == 1
