"""The one door to a workspace's database, and the only module that imports duckdb.

Knows nothing of what the tables mean: the SQL of each query is in the stage that needs it. One process owns the file;
every call has its own cursor, which is read to the end and closed; writes go one after another behind one lock.
"""

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from adr import migrations
from adr.errors import AdrError, WorkspaceInUse
from adr.settings import setting

Parameters = Sequence[Any] | dict[str, Any]


class Writer:
    """What `Store.atomic()` yields: statements that take effect together or not at all."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor

    def execute(self, sql: str, parameters: Parameters = ()) -> None:
        """Run one statement."""
        self._cursor.execute(sql, parameters)

    def rows(self, sql: str, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
        """All rows of a query run inside the transaction."""
        return self._cursor.execute(sql, parameters).fetchall()

    def value(self, sql: str, parameters: Parameters = ()) -> Any:
        """The first column of the first row, or None."""
        found = self._cursor.execute(sql, parameters).fetchall()  # to the end: an open result blocks the cursor
        return found[0][0] if found else None

    def insert(self, table: str, frame: "pd.DataFrame | pa.Table") -> None:
        """Append a frame to `table` by column name; columns that the frame lacks get their defaults."""
        name = table if table.isidentifier() else _refuse(table)
        columns = list(frame.column_names) if isinstance(frame, pa.Table) else [str(c) for c in frame.columns]
        listed = ", ".join(f'"{column}"' for column in columns)
        self._cursor.register("frame_to_insert", frame)
        self._cursor.execute(f'insert into "{name}" ({listed}) select {listed} from frame_to_insert')
        self._cursor.unregister("frame_to_insert")

    def register(self, name: str, frame: "pd.DataFrame | pa.Table") -> None:
        """Make a frame readable as table `name` until the transaction ends."""
        self._cursor.register(name, frame)


class Store:
    """A workspace's tables. `Store(path)` opens or makes the file; `Store.memory()` is for tests.

    Safe to use from several threads. WorkspaceInUse when another process has the file open; AdrError when it cannot be
    read.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._writing = threading.RLock()
        self._connection = _connect(path)
        self._prepare()

    @classmethod
    def memory(cls) -> "Store":
        """A store in memory, whose contents are lost when it is closed."""
        return cls(None)

    def _prepare(self) -> None:
        """Make the tables of a new workspace, or bring those of an older version to this one."""
        version = self._version()
        if version == migrations.VERSION:
            return
        if version is not None and version > migrations.VERSION:
            raise AdrError(
                f"This workspace was made by a newer version (schema {version}; this program knows up to "
                f"{migrations.VERSION}).",
                "Update ADR Workbench, or open another workspace.",
            )
        with self.atomic() as writer:
            if version is not None:
                migrations.migrate(writer, version)
            writer.execute(resources.files("adr").joinpath("schema.sql").read_text(encoding="utf-8"))
            if version is None:
                writer.execute("insert into meta values ('revision', '0')")
            writer.execute("insert or replace into meta values ('schema_version', $1)", [str(migrations.VERSION)])

    def _version(self) -> int | None:
        """The number of the schema that the file has, or None when it has no tables yet."""
        if not self.value("select 1 from duckdb_tables() where table_name = 'meta'"):
            return None
        return int(self.value("select value from meta where key = 'schema_version'"))

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        cursor = self._connection.cursor()
        try:
            yield cursor
        finally:
            cursor.close()

    @contextmanager
    def atomic(self) -> Iterator[Writer]:
        """A transaction: committed when the block ends, rolled back when it raises. One at a time in this process."""
        with self._writing, self._cursor() as cursor:
            cursor.execute("begin")
            try:
                yield Writer(cursor)
                cursor.execute("update meta set value = (value::bigint + 1)::varchar where key = 'revision'")
                cursor.execute("commit")
            except BaseException:
                try:
                    cursor.execute("rollback")
                except duckdb.Error:
                    pass  # the failed statement has already ended the transaction
                raise

    def execute(self, sql: str, parameters: Parameters = ()) -> None:
        """Run one writing statement in its own transaction."""
        with self.atomic() as writer:
            writer.execute(sql, parameters)

    def rows(self, sql: str, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
        """All rows of a query, as tuples."""
        with self._cursor() as cursor:
            return cursor.execute(sql, parameters).fetchall()

    def row(self, sql: str, parameters: Parameters = ()) -> tuple[Any, ...] | None:
        """The first row, or None."""
        with self._cursor() as cursor:
            return cursor.execute(sql, parameters).fetchone()

    def value(self, sql: str, parameters: Parameters = ()) -> Any:
        """The first column of the first row, or None."""
        found = self.row(sql, parameters)
        return found[0] if found else None

    def frame(self, sql: str, parameters: Parameters = ()) -> pd.DataFrame:
        """All rows as a pandas frame."""
        with self._cursor() as cursor:
            return cursor.execute(sql, parameters).df()

    def arrow(self, sql: str, parameters: Parameters = ()) -> pa.Table:
        """All rows as an Arrow table; the fast way for many strings."""
        with self._cursor() as cursor:
            relation = cursor.sql(sql, params=parameters or None)
            assert relation is not None, "a query has rows"
            return relation.to_arrow_table()

    def arrays(self, sql: str, parameters: Parameters = ()) -> dict[str, np.ndarray]:
        """All rows, as one NumPy array per column."""
        with self._cursor() as cursor:
            found: dict[str, Any] = cursor.execute(sql, parameters).fetchnumpy()
            return found

    def batches(self, sql: str, parameters: Parameters = (), size: int = 10_000) -> Iterator[list[tuple[Any, ...]]]:
        """The rows in lists of at most `size`, streamed with flat memory. The cursor is held until the end."""
        with self._cursor() as cursor:
            cursor.execute(sql, parameters)
            while batch := cursor.fetchmany(size):
                yield batch

    @property
    def revision(self) -> int:
        """Grows by one with every committed write; what a page has computed stays true while this does not change."""
        return int(self.value("select value from meta where key = 'revision'"))

    def checkpoint(self) -> None:
        """Fold the write-ahead log into the file; worth doing after bulk loads."""
        with self._writing, self._cursor() as cursor:
            cursor.execute("checkpoint")

    def close(self) -> None:
        """Close the file, so that another process may open it."""
        self._connection.close()


def _refuse(table: str) -> str:
    raise ValueError(f"not a table name: {table!r}")


def _connect(path: Path | None) -> duckdb.DuckDBPyConnection:
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": setting("ADR_MEMORY_LIMIT"),
        "threads": setting("ADR_THREADS"),
    }
    try:
        return duckdb.connect(str(path) if path else ":memory:", config=config)
    except duckdb.IOException as error:
        holder = re.search(r"PID (\d+)", str(error))
        if "set lock on file" in str(error).lower():
            raise WorkspaceInUse(path, int(holder.group(1)) if holder else None) from error
        raise AdrError(
            f"The workspace database {path} cannot be opened: {str(error).splitlines()[0]}",
            "If it was damaged, keep a copy and ingest the source again.",
        ) from error
    except duckdb.Error as error:
        raise AdrError(
            f"The workspace database {path} cannot be opened: {str(error).splitlines()[0]}",
            "Check ADR_MEMORY_LIMIT and ADR_THREADS, and that the file was made by this program.",
        ) from error
