"""The one door to a workspace's database, and the only module that imports duckdb.

Knows nothing of what the tables mean: the SQL of each query is in the stage that needs it. One process owns the file;
every call has its own cursor, which is read to the end and closed; writes go one after another behind one lock.
"""

import logging
import os
import re
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from adr import faults, migrations
from adr.errors import AdrError, WorkspaceInUse
from adr.files import keep_copy, new_file
from adr.interrupts import stopped_by_interrupt
from adr.perspectives import PAPER
from adr.settings import setting

log = logging.getLogger(__name__)

Parameters = Sequence[Any] | dict[str, Any]


class _Readable:
    """An Arrow table that DuckDB reads whenever a query names it; another one may take its place between queries."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The table's rows (the Arrow PyCapsule interface)."""
        return self.table.__arrow_c_stream__(requested_schema)


class Writer:
    """What `Store.atomic()` yields: statements that take effect together or not at all."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor
        self._readable: dict[str, _Readable] = {}

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

    def arrow(self, sql: str, parameters: Parameters = ()) -> pa.Table:
        """All rows of a query run inside the transaction, as an Arrow table."""
        relation = self._cursor.sql(sql, params=parameters or None)
        assert relation is not None, "a query has rows"
        return relation.to_arrow_table()

    def insert(self, table: str, frame: "pd.DataFrame | pa.Table") -> None:
        """Append a frame to `table` by column name; columns that the frame lacks get their defaults."""
        name = table if table.isidentifier() else _refuse(table)
        columns = list(frame.column_names) if isinstance(frame, pa.Table) else [str(c) for c in frame.columns]
        listed = ", ".join(f'"{column}"' for column in columns)
        frame_to_insert = frame  # DuckDB finds it by its name; one that is registered would be kept until the commit
        self._cursor.execute(f'insert into "{name}" ({listed}) select {listed} from frame_to_insert')
        del frame_to_insert

    def register(self, name: str, frame: "pd.DataFrame | pa.Table") -> None:
        """Make a frame readable as table `name` until the transaction ends, or another is given that name.

        DuckDB keeps everything that was registered until the commit, also what another frame has replaced. Tables with
        the same columns therefore share one registered object, which gives out the last of them.
        """
        if not isinstance(frame, pa.Table):
            self._readable.pop(name, None)
            self._cursor.register(name, frame)
            return
        known = self._readable.get(name)
        if known is not None and known.table.schema.equals(frame.schema):
            known.table = frame
            return
        self._readable[name] = _Readable(frame)
        self._cursor.register(name, self._readable[name])


class Store:
    """A workspace's tables. `Store(path)` opens or makes the file; `Store.memory()` is for tests.

    Safe to use from several threads. read_only: only look; so is a file that this user may not write to. `notice` says
    what opening the file has changed, '' when nothing. WorkspaceInUse when another process holds the file; AdrError
    when it cannot be read, and from every method for a fault that the user can mend (see `adr.faults`).
    """

    def __init__(self, path: Path | None, *, read_only: bool = False) -> None:
        self.path = path
        self.read_only = read_only or (path is not None and _may_only_be_read(path))
        self.notice = ""
        self._writing = threading.RLock()
        if path is not None and not self.read_only and not path.exists():
            self._make(path)
        self._connection = _connect(path, self.read_only)
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    @classmethod
    def memory(cls) -> "Store":
        """A store in memory, whose contents are lost when it is closed."""
        return cls(None)

    @property
    def folder(self) -> Path | None:
        """Where the file lies; None for a store in memory."""
        return self.path.parent if self.path else None

    @classmethod
    def over(cls, path: Path, tables: Sequence[str]) -> "Store":
        """A store in memory in which these tables are those of another database file (`other`), which is only read.
        AdrError when the file cannot be read."""
        made = cls.memory()
        try:
            made._attach(path)
            with made._cursor() as cursor:
                for table in tables:
                    name = table if table.isidentifier() else _refuse(table)
                    cursor.execute(f'drop table "{name}"')
                    cursor.execute(f'create view "{name}" as from other."{name}"')
        except BaseException:
            made.close()
            raise
        return made

    def _make(self, path: Path) -> None:
        """Make the file with its tables under another name first: a fault or a kill leaves a whole database or none."""
        with new_file(path) as partial:
            self._connection = _connect(partial, False, named=path)
            try:
                self._create()
                self.checkpoint()
            finally:
                self.close()
                partial.with_name(f"{partial.name}.wal").unlink(missing_ok=True)

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
        if self.read_only:
            raise self._unprepared(version)
        if version is None:
            self._create()
        else:
            self._migrate(version)

    def _unprepared(self, version: int | None) -> AdrError:
        if version is None:
            return AdrError(f"The workspace database {self.path} holds no tables.", "Name another workspace.")
        return AdrError(
            f"This workspace was made by an older version (schema {version}; this program writes {migrations.VERSION}) "
            "and is opened for reading only.",
            "Open it once where it can be written, with any command or the app: this updates its tables.",
        )

    def _create(self) -> None:
        with self.atomic() as writer:
            writer.execute(_schema())
            _place_perspectives(writer)
            writer.execute("insert into meta values ('revision', '0')")
            writer.execute("insert or replace into meta values ('schema_version', $1)", [str(migrations.VERSION)])

    def _migrate(self, version: int) -> None:
        """Bring the tables from `version` to this one, after a copy of the file was kept; a fault leaves the file as it
        was."""
        kept = self._copied(version)
        try:
            with self.atomic() as writer:
                migrations.migrate(writer, version)
                writer.execute(_schema())
                _place_perspectives(writer)
                writer.execute("insert or replace into meta values ('schema_version', $1)", [str(migrations.VERSION)])
        except BaseException as error:
            if kept is not None:
                kept.unlink(missing_ok=True)
            if isinstance(error, AdrError) or not isinstance(error, Exception):
                raise
            raise AdrError(
                f"The workspace could not be brought from schema {version} to {migrations.VERSION}: {error!r}.",
                "It is as it was. Open it with the version that made it, and report this.",
            ) from error
        if kept is not None:
            self.notice = (
                f"The workspace was brought from schema {version} to {migrations.VERSION}; the former database is kept "
                f"as {kept}."
            )
            log.warning(self.notice)

    def _copied(self, version: int) -> Path | None:
        """The path of a copy of the file as it is; None for a store in memory. Nobody else may have the file open, so
        the connection is closed meanwhile, which also folds the write-ahead log into the file."""
        if self.path is None:
            return None
        self.close()
        try:
            return keep_copy(self.path, f"schema-{version}")
        finally:
            self._connection = _connect(self.path, self.read_only)

    def _version(self) -> int | None:
        """The number of the schema that the file has, or None when it has no tables yet."""
        if not self.value("select 1 from duckdb_tables() where table_name = 'meta'"):
            return None
        found = self.value("select value from meta where key = 'schema_version'")
        if found is None or not str(found).isdigit():
            raise faults.damaged(self.path, "it does not say which schema it has.")
        return int(found)

    @contextmanager
    def _cursor(self, tables: Mapping[str, pa.Table] = MappingProxyType({})) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor; errors that the user can mend leave the block as an AdrError, an interrupt as KeyboardInterrupt.
        tables: what queries on it can read beside the workspace's own tables."""
        try:
            cursor = self._connection.cursor()
            try:
                for name, table in tables.items():
                    cursor.register(name, table)
                with stopped_by_interrupt(cursor.interrupt):
                    yield cursor
            finally:
                cursor.close()
        except (duckdb.Error, RuntimeError) as error:
            if faults.was_interrupted(error):
                raise KeyboardInterrupt from error
            if said := faults.meaning(error, self.path):
                raise said from error
            raise

    @contextmanager
    def atomic(self) -> Iterator[Writer]:
        """A transaction: committed when the block ends, rolled back when it raises. One at a time in this process.
        AdrError when the workspace can only be read."""
        if self.read_only:
            raise AdrError(
                f"The workspace {self.path.parent if self.path else ''} is opened for reading only.",
                "Ask for permission to write to the folder, or work on a copy of it.",
            )
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

    @contextmanager
    def beside(self, path: Path) -> Iterator[Writer]:
        """As `atomic`, with the tables of another database file, which nobody has open, readable as `other.TABLE`."""
        with self._writing:
            self._attach(path)
            try:
                with self.atomic() as writer:
                    yield writer
            finally:
                with self._cursor() as cursor:
                    cursor.execute("detach other")

    def _attach(self, path: Path) -> None:
        named = str(path).replace("'", "''")
        with self._cursor() as cursor:
            cursor.execute(f"attach '{named}' as other (read_only)")

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

    def arrow(self, sql: str, parameters: Parameters = (), **tables: pa.Table) -> pa.Table:
        """All rows as an Arrow table; the fast way for many strings. tables: that the query reads beside the
        workspace's own, which is the way to name many positions."""
        with self._cursor(tables) as cursor:
            relation = cursor.sql(sql, params=parameters or None)
            assert relation is not None, "a query has rows"
            return relation.to_arrow_table()

    def arrays(self, sql: str, parameters: Parameters = (), **tables: pa.Table) -> dict[str, np.ndarray]:
        """All rows, as one NumPy array per column. tables: as in `arrow`."""
        with self._cursor(tables) as cursor:
            found: dict[str, Any] = cursor.execute(sql, parameters).fetchnumpy()
            return found

    def record_batches(self, sql: str, parameters: Parameters = (), size: int = 10_000) -> Iterator[pa.RecordBatch]:
        """The rows as Arrow record batches of about `size` rows, streamed. The cursor is held until the end."""
        with self._cursor() as cursor:
            relation = cursor.sql(sql, params=parameters or None)
            assert relation is not None, "a query has rows"
            yield from relation.to_arrow_reader(size)

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
        if not self.read_only:
            with self._writing, self._cursor() as cursor:
                cursor.execute("checkpoint")

    def schema_faults(self) -> list[str]:
        """How the tables and columns differ from those that this version makes, one sentence each."""
        own, made = self._columns(), Store.memory()._columns()
        found = []
        for table in sorted(own.keys() | made.keys()):
            if table not in own:
                found.append(f"The table {table} is missing.")
            elif table not in made:
                found.append(f"The table {table} is unknown to this version.")
            else:
                found += _column_faults(table, own[table], made[table])
        return found

    def _columns(self) -> dict[str, dict[str, str]]:
        """{table or view: {column: type}}."""
        found: dict[str, dict[str, str]] = {}
        for table, column, kind in self.rows(
            "select table_name, column_name, data_type from duckdb_columns() where not internal"
        ):
            found.setdefault(table, {})[column] = kind
        return found

    def close(self) -> None:
        """Close the file, so that another process may open it."""
        self._connection.close()


def _refuse(table: str) -> str:
    raise ValueError(f"not a table name: {table!r}")


def _schema() -> str:
    return resources.files("adr").joinpath("schema.sql").read_text(encoding="utf-8")


def _place_perspectives(writer: Writer) -> None:
    """The paper's four, which every index has, as the first rows of the table; nothing where it has rows."""
    if writer.value("select exists (select 1 from perspective)"):
        return
    for number, one in enumerate(PAPER):
        values = [number, one.name, one.title, one.sentence, one.read_from, one.tail_share, one.votes, one.several]
        writer.execute("insert into perspective values ($1, $2, $3, $4, $5, $6, $7, $8, true)", values)


def _column_faults(table: str, own: dict[str, str], made: dict[str, str]) -> list[str]:
    found = [f"The table {table} has no column {column}." for column in made if column not in own]
    found += [f"The table {table} has an unknown column {column}." for column in own if column not in made]
    return found + [
        f"The column {column} of {table} holds {own[column]}, not {made[column]}."
        for column in made
        if column in own and own[column] != made[column]
    ]


def _may_only_be_read(path: Path) -> bool:
    """Whether the file is there and may be read, but not written, or its folder does not take the write-ahead log."""
    return os.access(path, os.R_OK) and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))


def _connect(path: Path | None, read_only: bool, named: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A connection to the file, or to memory. named: the path that errors name."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": setting("ADR_MEMORY_LIMIT"),
        "threads": setting("ADR_THREADS"),
    }
    if read_only:  # its folder may not take the files that DuckDB spills
        config["temp_directory"] = str(Path(tempfile.gettempdir()) / f"adr-{os.getpid()}")
    try:
        return duckdb.connect(str(path) if path else ":memory:", read_only=read_only, config=config)
    except (duckdb.Error, RuntimeError) as error:
        raise _refused(named or path, error) from error


def _refused(path: Path | None, error: Exception) -> AdrError:
    """What it means that a database cannot be opened."""
    said = str(error)
    if path and isinstance(error, duckdb.IOException) and "set lock on file" in said.lower():
        holder = re.search(r"PID (\d+)", said)
        return WorkspaceInUse(path, int(holder.group(1)) if holder else None)
    return faults.meaning(error, path) or AdrError(
        f"The workspace database {path} cannot be opened: {said.splitlines()[0] if said else error!r}",
        "Check ADR_MEMORY_LIMIT and ADR_THREADS, and that the file was made by this program.",
    )
