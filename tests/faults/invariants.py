"""What must hold in a workspace at every moment, and what it holds apart from times, for comparing two of them."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from adr.export.folder import is_export
from adr.store import Store
from adr.synthesize.plan_file import PlanFolder, Slot
from adr.workspace import Workspace

Faults = Iterator[str]


def counts_agree(store: Store, workspace: Workspace) -> Faults:
    """A dataset is there whole or not at all: its rows are as many as were read."""
    read = store.row("select instances, rejected from source") or (0, 0)
    found = store.row("select (select count(*) from instance), (select count(*) from rejected)")
    if read != found:
        yield f"{found} instances and rejected records, but {read} were read"


def index_is_whole(store: Store, workspace: Workspace) -> Faults:
    """Every entity has as many postings as it says, every posting its entity and instance, and there is a report."""
    yield from _none(
        store,
        "an entity whose n is not its number of postings",
        "select entity, name, n, count(p.instance) as found from entity left join posting p using (entity) "
        "group by all having n <> found",
    )
    yield from _none(
        store, "a posting without its entity", "select p.entity from posting p anti join entity using (entity)"
    )
    yield from _none(
        store, "a posting without its instance", "select p.instance from posting p anti join instance using (instance)"
    )
    made, entities = store.row("select (select count(*) from index_made), (select count(*) from entity)") or (0, 0)
    if made != (1 if entities else 0):
        yield f"{made} reports of the index beside {entities} entities"


def runs_are_whole(store: Store, workspace: Workspace) -> Faults:
    """A run has one decision per instance, and its counts are those of its decisions."""
    yield from _none(
        store,
        "a run whose decisions are not as many as its report says",
        """
        select run, r.kept, r.dropped, count(*) filter (d.kept) as k, count(*) filter (not d.kept) as n
        from run r left join decision d using (run) group by all having r.kept <> k or r.dropped <> n
        """,
    )
    for table in ("decision", "critical_tau"):
        yield from _none(store, f"a {table} without its run", f"select run from {table} anti join run using (run)")


def plans_are_whole(store: Store, workspace: Workspace) -> Faults:
    """A plan has all its slots, and a folder that holds the same plan, complete."""
    for plan, slots, identity in store.rows("select plan, slots, identity from plan"):
        found = store.value("select count(*) from slot where plan = $1", [plan])
        folder = PlanFolder(workspace.plans / str(plan))
        lines = [line for line in folder.lines() if isinstance(line, Slot)]
        if not (found == slots == len(lines)) or folder.head()[0].plan != plan:
            yield f"plan {plan} has {found} slots and a folder with {len(lines)}, not {slots}"
        if folder.identity() != json.loads(identity):
            yield f"the folder of plan {plan} holds another plan"
    for table in ("slot", "wanted", "candidate", "failed"):
        yield from _none(store, f"a {table} without its plan", f"select plan from {table} anti join plan using (plan)")


def made_is_whole(store: Store, workspace: Workspace) -> Faults:
    """A candidate that counts as finished has its picture, byte for byte."""
    for folder in map(PlanFolder, sorted(workspace.plans.glob("[0-9]*"))):
        for key, path in folder.finished().items():
            record = json.loads(path.read_bytes())
            if record["image"] and _sha256(folder.image(*key)) != record["sha256"]:
                yield f"the picture of {path} is not the one that its record names"


def candidates_are_whole(store: Store, workspace: Workspace) -> Faults:
    """No orphans: a candidate has its slot and its picture, and each slot with candidates has one that is chosen."""
    yield from _none(
        store, "a candidate without its slot", "select candidate from candidate anti join slot using (plan, slot)"
    )
    yield from _none(
        store,
        "a slot with candidates that has not one chosen",
        "select plan, slot from candidate group by all having count(*) filter (chosen) <> 1",
    )
    for image, sha256 in store.rows("select image, sha256 from candidate where image is not null"):
        if _sha256(workspace.folder / image) != sha256:
            yield f"{image} is not the picture of its candidate"


def verdicts_are_whole(store: Store, workspace: Workspace) -> Faults:
    """A verdict has its candidate, an undo its verdict, and a file of verdicts is there whole or not at all."""
    yield from _none(
        store, "a verdict without its candidate", "select candidate from verdict anti join candidate using (candidate)"
    )
    yield from _none(
        store,
        "two verdicts from one row of a file",
        "select mark from verdict where mark is not null group by 1 having count(*) > 1",
    )
    marks, rows = store.row(
        "select (select count(*) from imported_verdict), (select count(*) from verdict where mark is not null)"
    ) or (0, 0)
    if marks != rows:
        yield f"{rows} verdicts from files, but {marks} rows were noted as read"


def exports_are_whole(store: Store, workspace: Workspace) -> Faults:
    """An export's folder is whole, and the one that was recorded last at its place, or absent."""
    for folder in workspace.exports.glob("[!.]*"):
        if not is_export(folder):
            yield f"{folder} is no export"
            continue
        for file in json.loads((folder / "manifest.json").read_bytes())["files"]:
            if _sha256(folder / file["path"]) != file["sha256"]:
                yield f"{file['path']} of {folder.name} is not as its manifest says"


INVARIANTS: tuple[Callable[[Store, Workspace], Faults], ...] = (
    counts_agree,
    index_is_whole,
    runs_are_whole,
    plans_are_whole,
    made_is_whole,
    candidates_are_whole,
    verdicts_are_whole,
    exports_are_whole,
)


def broken(folder: Path) -> list[str]:
    """Sentences about every invariant that does not hold in the workspace; its database is opened for writing."""
    workspace = Workspace(folder)
    if not workspace.database.exists():
        return []
    with closing(Store(workspace.database)) as store:
        return [f"{check.__name__}: {fault}" for check in INVARIANTS for fault in check(store, workspace)]


# ----------------------------------------------------------------------------------------------- contents
# Columns and keys that differ between two runs of the same work: times, and numbers drawn for one run.
_UNSTABLE = {"seconds", "seconds_each", "batch", "verdict", "undoes", "claim"}
_WITHOUT = ("meta", "job", "claim")  # the count of writes, the app's work, and reservations that run out


def contents(folder: Path) -> dict[str, Any]:
    """{table or file: what it holds}, without times: equal for two workspaces in which the same was done."""
    workspace = Workspace(folder)
    with closing(Store(workspace.database)) as store:
        found: dict[str, Any] = {table: _rows(store, table) for table in _tables(store)}
    for part in (workspace.plans, workspace.images, workspace.exports):
        for path in sorted(part.rglob("*")):
            if path.is_file() and path.suffix != ".log" and path.name != "made.txt" and "claims" not in path.parts:
                found[path.relative_to(folder).as_posix()] = _file(path)
    return found


def _tables(store: Store) -> list[str]:
    names = store.rows("select table_name from duckdb_tables() where not internal order by 1")
    return [name for (name,) in names if name not in _WITHOUT]


def _rows(store: Store, table: str) -> list[str]:
    columns = store.rows(
        "select column_name from duckdb_columns() where table_name = $1 order by column_index", [table]
    )
    kept = [column for (column,) in columns if column not in _UNSTABLE and not column.endswith("_at")]
    listed = ", ".join(f'"{column}"' for column in kept)
    return sorted(
        json.dumps([_stable(cell) for cell in row], default=str) for row in store.rows(f"select {listed} from {table}")
    )


def _stable(cell: Any) -> Any:
    """A cell without the times in its JSON."""
    if isinstance(cell, str) and cell[:1] in "{[":
        try:
            return _without(json.loads(cell))
        except ValueError:
            return cell
    return cell


def _without(found: Any) -> Any:
    if isinstance(found, dict):
        return {
            key: _without(value) for key, value in found.items() if key not in _UNSTABLE and not key.endswith("_at")
        }
    return [_without(value) for value in found] if isinstance(found, list) else found


def _file(path: Path) -> Any:
    return _without(json.loads(path.read_bytes())) if path.suffix == ".json" else _sha256(path)


def _sha256(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def _none(store: Store, what: str, sql: str) -> Faults:
    if found := store.rows(f"{sql} limit 3"):
        yield f"{what}, for example {found[0]}"
