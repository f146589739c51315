"""A workspace file of each older version opens, with everything in it."""

import json
import zipfile
from pathlib import Path

import pytest

from adr import migrations
from adr.errors import AdrError
from adr.export.export import exports
from adr.index.index import IndexOptions, differences, index_report
from adr.ingest.ingest import ingest_report
from adr.rebalance.engine import Engine
from adr.rebalance.runs import kept_instances, rebalance, run_report, runs, same_run
from adr.store import Store
from adr.synthesize.collect import collect
from adr.synthesize.plan import plan_report, settings_of
from adr.workspace import Workspace

OLDER = sorted((Path(__file__).parent / "worlds" / "workspaces").glob("*.zip"))


def opened(archive: Path, folder: Path) -> Store:
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
    return Store(folder / "adr.duckdb")


def test_older__there_is_a_file_of_every_version() -> None:
    assert [int(path.stem) for path in OLDER] == list(range(1, migrations.VERSION))


@pytest.mark.parametrize("archive", OLDER, ids=lambda path: f"version {path.stem}")
def test_migrate__has_the_tables_of_a_new_workspace(archive: Path, tmp_path: Path) -> None:
    def columns(store: Store) -> list[tuple[str, ...]]:
        return store.rows("""
            select table_name, column_name, data_type from duckdb_columns() where not internal
            order by all""")

    old, new = opened(archive, tmp_path), Store.memory()
    assert columns(old) == columns(new)
    assert old.value("select value from meta where key = 'schema_version'") == str(migrations.VERSION)
    old.close()
    again = Store(tmp_path / "adr.duckdb")  # the second time there is nothing to do
    assert again.value("select count(*) from instance") == 150


@pytest.mark.parametrize("archive", OLDER, ids=lambda path: f"version {path.stem}")
def test_migrate__nothing_is_lost_and_every_report_is_there(archive: Path, tmp_path: Path) -> None:
    """The file: 150 instances of the demo world, two runs, a plan of three candidates, two verdicts, an export."""
    store = opened(archive, tmp_path)
    counted = {
        table: store.value(f"select count(*) from {table}")
        for table in ("instance", "entity", "posting", "run", "decision", "plan", "candidate", "verdict", "export")
    }
    assert counted == {
        "instance": 150,
        "entity": 485,
        "posting": 2118,
        "run": 2,
        "decision": 300,
        "plan": 1,
        "candidate": 3,
        "verdict": 2,
        "export": 1,
    }
    odd = {"repeated_ids": 2, "marker_mismatch": 1, "nobody_answers": 1} if archive.stem == "1" else {}
    assert ingest_report(store).warnings == odd
    made = index_report(store)
    assert made is not None and sum(made.postings.values()) == 2118 and made.objects_from == "annotations, else text"
    assert differences(store, {}) == "" and "objects is 'auto'" in differences(store, {"objects": "text"})
    assert IndexOptions(**json.loads(store.value("select options from index_made"))) == IndexOptions()
    assert [(run.run, run.name, run.plans, run.outdated) for run in runs(store)] == [
        (2, "by hand", 0, False),
        (1, "demo", 1, False),
    ]
    assert run_report(store, 1).kept == len(kept_instances(store, 1))
    assert plan_report(store, 1).slots == 3 and settings_of(store, 1).per_slot == 1
    assert store.rows("select judgement, reason from verdict order by verdict") == [
        ("reject", "poor_image"),
        ("accept", None),
    ]
    fault = store.value("select conversation_fault from candidate where candidate = 'p1-00001-0'")
    assert fault == ("too_few_markers" if archive.stem == "1" else None)
    assert store.value("select count(*) from imported_verdict") == 2
    assert store.rows("select links from source") == [(None,)]  # not known
    assert store.rows("select identity from plan") == [(None,)]
    assert store.rows("select markers from candidate_image") == [(1,), (1,), (1,)]
    assert [one["format"] for one in exports(store)] == ["llava"]


def test_migrate__candidates_of_a_plan_without_identity_are_collected(tmp_path: Path) -> None:
    """The plan's folder of version 2 is in the archive: its sidecars name no run and no index."""
    store, workspace = opened(OLDER[1], tmp_path), Workspace.at(tmp_path)
    store.execute("delete from candidate where slot > 0")
    report = collect(store, workspace, 1)
    assert (report.collected, report.candidates, report.set_aside) == (2, 3, {})


@pytest.mark.parametrize("archive", OLDER, ids=lambda path: f"version {path.stem}")
def test_migrate__the_same_recipe_keeps_the_same_instances(archive: Path, tmp_path: Path) -> None:
    store = opened(archive, tmp_path)
    for run in (1, 2):
        recipe = next(one.recipe for one in runs(store) if one.run == run)
        assert same_run(store, recipe) == run
        again = rebalance(store, recipe, engine=Engine(store))
        assert kept_instances(store, again.run).tolist() == kept_instances(store, run).tolist()


def test_store__a_newer_workspace_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path / "adr.duckdb")
    store.execute("update meta set value = '99' where key = 'schema_version'")
    store.close()
    with pytest.raises(AdrError, match="newer version") as error:
        Store(tmp_path / "adr.duckdb")
    assert "Update ADR Workbench" in error.value.next_step
