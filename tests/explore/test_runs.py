from adr.explore.runs import RunInShort, runs_in_short
from adr.store import Store


def test_runs_in_short__newest_first():
    store = Store.memory()
    assert runs_in_short(store) == []
    store.execute("insert into run (run, name, kept, dropped) values (1, 'first', 4, 2), (2, null, 5, 1)")
    assert runs_in_short(store) == [RunInShort(2, "", 5, 1), RunInShort(1, "first", 4, 2)]
