"""The door to the database: transactions, threads, another process, and a file that is not a database."""

import subprocess
import sys
import textwrap
import threading
from contextlib import closing
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from adr.errors import AdrError
from adr.store import Store


def test_atomic__commits_whole_and_bumps_the_revision():
    store = Store.memory()
    before = store.revision
    with store.atomic() as writer:
        writer.execute("insert into rejected values (4, 'not_an_object', 'a number', '7')")
    assert store.rows("select position, reason from rejected") == [(4, "not_an_object")]
    assert store.revision == before + 1


def test_atomic__leaves_nothing_when_the_block_raises():
    store = Store.memory()
    before = store.revision
    with pytest.raises(ValueError, match="stop"), store.atomic() as writer:
        writer.execute("insert into rejected values (4, 'not_an_object', 'a number', '7')")
        raise ValueError("stop")
    assert store.value("select count(*) from rejected") == 0
    assert store.revision == before


def test_insert__by_name_and_defaults_for_the_rest():
    store = Store.memory()
    with store.atomic() as writer:
        writer.insert("verdict", pd.DataFrame({"candidate": ["a", "b"], "judgement": ["accept", "reject"]}))
    assert store.rows("select verdict, candidate, judgement from verdict order by verdict") == [
        (1, "a", "accept"),
        (2, "b", "reject"),
    ]


def test_insert__refuses_what_is_no_table_name():
    store = Store.memory()
    with pytest.raises(ValueError, match="table name"), store.atomic() as writer:
        writer.insert("meta; drop table meta", pd.DataFrame({"key": ["a"]}))


def test_batches__stream_all_rows():
    store = Store.memory()
    sizes = [len(batch) for batch in store.batches("select * from range(25)", size=10)]
    assert sum(sizes) == 25 and max(sizes) <= 10


def test_threads__each_call_has_its_own_cursor():
    store = Store.memory()
    store.execute("create table number as select * from range(1000) as r(n)")
    wrong: list[object] = []

    def ask(add: int) -> None:
        for _ in range(30):
            found = store.value("select sum(n) + $1 from number", [add])
            if found != 499_500 + add:
                wrong.append(found)

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_open__another_process_is_told_who_holds_the_file(tmp_path):
    store = Store(tmp_path / "adr.duckdb")
    try:
        script = textwrap.dedent(f"""
            from pathlib import Path
            from adr.errors import AdrError
            from adr.store import Store
            try:
                Store(Path({str(tmp_path / "adr.duckdb")!r}))
            except AdrError as error:
                print(error.sentence)
        """)
        told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=300)
    finally:
        store.close()
    assert "is in use by process" in told.stdout, told.stderr


def test_open__a_file_that_is_no_database(tmp_path):
    path = tmp_path / "adr.duckdb"
    path.write_bytes(b"this is no database at all" * 300)
    with pytest.raises(AdrError, match="cannot be opened"):
        Store(path)


def test_open__a_second_time_finds_what_was_written(tmp_path):
    first = Store(tmp_path / "adr.duckdb")
    first.execute("insert into rejected values (1, 'not_an_object', '', '')")
    revision = first.revision
    first.close()
    second = Store(tmp_path / "adr.duckdb")
    assert second.revision >= revision
    assert second.value("select count(*) from rejected") == 1
    second.close()


def test_current_verdict__undo_person_over_rule_and_resolve():
    store = Store.memory()
    with store.atomic() as writer:
        writer.execute("""
            insert into verdict (verdict, candidate, reviewer, judgement, rule, note, undoes) values
                (1, 'a', 'ann', 'accept', null, null, null),
                (2, 'a', 'ann', 'reject', null, null, null),
                (3, 'a', 'ann', 'undo', null, null, 2),
                (4, 'b', 'ann', 'reject', null, null, null),
                (5, 'b', 'ann', 'accept', 'score >= 0.5', null, null),
                (6, 'c', 'ann', 'accept', null, null, null),
                (7, 'c', 'bob', 'reject', null, null, null),
                (8, 'c', 'eve', 'resolve', null, 'accept', null),
                (9, 'd', 'ann', 'accept', null, null, null),
                (10, 'd', 'ann', 'undo', null, null, 9)
        """)
    assert store.rows("select candidate, judgement from current_verdict order by candidate") == [
        ("a", "accept"),
        ("b", "reject"),
        ("c", "accept"),
    ]


def test_store__a_new_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    """The disk is full at every size that the file passes while it is made: no damaged file stays in the way."""
    script = """
        import resource, sys
        from pathlib import Path
        from adr.errors import AdrError
        from adr.store import Store
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
        try:
            Store(Path(sys.argv[1]) / "adr.duckdb")
        except AdrError as error:
            print(error.sentence)
        """
    for size in (1, 5000, 9000, 20_000):
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(script), str(tmp_path), str(size)],
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[1],
            timeout=300,
        )
        assert "The disk is full" in done.stdout and done.stderr == "", size
        assert list(tmp_path.iterdir()) == [], size
    with closing(Store(tmp_path / "adr.duckdb")) as store:
        assert store.schema_faults() == []
    assert [path.name for path in tmp_path.iterdir()] == ["adr.duckdb"]


def test_register__a_table_that_another_replaces_is_freed_before_the_commit():
    """Twenty tables of 1 MB under one name, of which every query reads the last; `insert` keeps none of them either."""
    with closing(Store.memory()) as store:
        before = pa.total_allocated_bytes()
        with store.atomic() as writer:
            writer.execute("create table kept (n integer, text varchar)")
            for n in range(20):
                table = pa.table({"n": pa.array([n], pa.int32()), "text": ["x" * (1 << 20)]})
                writer.register("given", table)
                assert writer.rows("select n, len(text) from given") == [(n, 1 << 20)]
                assert writer.arrow("select n from given where n = $1", [n]).to_pydict() == {"n": [n]}
                writer.insert("kept", table)
            assert writer.value("select count(*) from kept") == 20
            assert pa.total_allocated_bytes() - before < 5 << 20


def test_register__a_name_takes_a_table_of_other_columns():
    with closing(Store.memory()) as store, store.atomic() as writer:
        writer.register("given", pa.table({"a": [1, 2]}))
        writer.register("given", pa.table({"b": ["x"]}))
        assert writer.rows("select * from given") == [("x",)]
