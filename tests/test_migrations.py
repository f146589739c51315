"""A workspace file of each older version opens, with everything in it."""

import json
import zipfile
from pathlib import Path

import pytest

from adr import migrations
from adr.embed.map import MapReport, map_report
from adr.errors import AdrError
from adr.export.export import exports
from adr.index.options import IndexOptions, differences
from adr.index.report import index_report
from adr.ingest.ingest import ingest_report
from adr.rebalance.engine import Engine
from adr.rebalance.runs import kept_instances, rebalance, run_report, runs, same_run
from adr.store import Store
from adr.synthesize.collect import collect
from adr.synthesize.plan import plan_report, settings_of
from adr.workspace import Workspace
from tests.worlds.small_disk import on_small_disk

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
    assert IndexOptions(**json.loads(store.value("select options from index_made"))) == IndexOptions(templates="count")
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


def test_migrate__a_map_made_before_shows_pictures(tmp_path: Path) -> None:
    """The workspace of version 9 has a map with two instances."""
    store = opened(OLDER[8], tmp_path)
    assert store.rows("select * from map_place order by instance") == [
        (0, 100, 200, "pictures"),
        (3, 65535, 0, "pictures"),
    ]
    report = map_report(store)
    assert report == MapReport("pictures", "starter-clip", 2, 2, 2, 148, 0, 1.5)
    assert map_report(store, "conversations") is None


def test_store__a_newer_workspace_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path / "adr.duckdb")
    store.execute("update meta set value = '99' where key = 'schema_version'")
    store.close()
    with pytest.raises(AdrError, match="newer version") as error:
        Store(tmp_path / "adr.duckdb")
    assert "Update ADR Workbench" in error.value.next_step


@pytest.mark.parametrize("archive", OLDER, ids=lambda path: f"version {path.stem}")
def test_migrate__the_former_file_is_kept_and_named(
    archive: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = opened(archive, tmp_path)
    kept = tmp_path / f"adr.schema-{archive.stem}.duckdb"
    assert str(kept) in store.notice and store.notice in caplog.text
    store.close()
    with zipfile.ZipFile(archive) as packed:
        assert kept.read_bytes() == packed.read("adr.duckdb")
    again = Store(tmp_path / "adr.duckdb")
    assert again.notice == ""
    again.close()
    (tmp_path / "adr.duckdb").write_bytes(kept.read_bytes())  # a person goes back, and forward again
    third = Store(tmp_path / "adr.duckdb")
    assert f"adr.schema-{archive.stem}-2.duckdb" in third.notice


@pytest.mark.parametrize("archive", OLDER, ids=lambda path: f"version {path.stem}")
def test_migrate__a_fault_leaves_the_file_as_it_was(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(db: migrations.Statements) -> None:
        db.execute("drop table verdict")
        raise ValueError("half way")

    with monkeypatch.context() as changed:
        changed.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, fails))
        changed.setattr(migrations, "VERSION", migrations.VERSION + 1)
        with pytest.raises(AdrError, match="half way") as error:
            opened(archive, tmp_path)
    assert "It is as it was" in error.value.next_step
    with zipfile.ZipFile(archive) as packed:
        assert (tmp_path / "adr.duckdb").read_bytes() == packed.read("adr.duckdb")
    assert [path.name for path in tmp_path.glob("*.duckdb*")] == ["adr.duckdb"]
    store = Store(tmp_path / "adr.duckdb")  # this version's own migrations still work on it
    assert store.value("select count(*) from verdict") == 2


@pytest.mark.parametrize("archive", OLDER, ids=lambda path: f"version {path.stem}")
def test_migrate__not_where_the_disk_is_short(archive: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(archive) as packed:
        size = packed.getinfo("adr.duckdb").file_size
    printed = on_small_disk(
        tmp_path / "disk",
        size // 1_000_000 + 2,
        f"""
        import zipfile
        from adr.errors import AdrError
        from adr.store import Store
        zipfile.ZipFile({str(archive)!r}).extractall(DISK)
        before = (DISK / "adr.duckdb").read_bytes()
        for attempt in range(2):
            try:
                Store(DISK / "adr.duckdb")
            except AdrError as error:
                print(error)
        assert (DISK / "adr.duckdb").read_bytes() == before
        assert [path.name for path in DISK.glob("*.duckdb*")] == ["adr.duckdb"]
        """,
    )
    assert printed.count("the disk is short") == 2 and printed.count("nothing was changed") == 2


@pytest.mark.parametrize("archive", OLDER, ids=lambda path: f"version {path.stem}")
def test_store__an_older_workspace_is_not_migrated_for_looking(archive: Path, tmp_path: Path) -> None:
    opened(archive, tmp_path / "a").close()
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(tmp_path / "b")
    with pytest.raises(AdrError, match="older version") as error:
        Store(tmp_path / "b" / "adr.duckdb", read_only=True)
    assert "Open it once where it can be written" in error.value.next_step
