"""Manifest and card say with which benchmarks an export was compared, and how many of its rows have a leak."""

import json

import pytest

from adr.export.export import export
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.export import RAW, accept, fill, index

REPORT = {"benchmarks": [{"name": "exam", "pictures": 9, "questions": 8, "short": 3, "missing": 1}], "leaks": 4}


@pytest.fixture
def workspace(tmp_path):
    return Workspace.at(tmp_path / "workspace")


@pytest.fixture
def store(workspace):
    """Four instances, of which the second is not kept, and an accepted candidate. Leaks: the texts of 0, 1 and 2, of
    which that of 2 is a false alarm, and the candidate's picture."""
    made = Store.memory()
    fill(made, RAW, kept=lambda i: i != 1)
    index(made)
    accept(made, workspace)
    made.execute("update source set ingested_at = timestamp '2026-01-01'")
    (candidate,) = made.rows("select candidate from candidate")[0]
    for leak, (instance, its) in enumerate([(0, None), (1, None), (2, None), (None, candidate)], 1):
        made.execute(
            "insert into leak (leak, mark, instance, candidate) values ($1, $2, $3, $4)",
            [leak, str(leak), instance, its],
        )
    made.execute("insert into leak_judgement values ('3', 'false_alarm', 'ann', timestamp '2026-01-02')")
    made.execute("insert into leak_judgement values ('1', 'leak', 'ann', timestamp '2026-01-02')")
    yield made
    made.close()


def compared(store: Store) -> None:
    """Write that a benchmark was compared with the present sources."""
    store.execute(
        "insert into leaks_made select $1, (select list(images order by source) from source), timestamp '2026-01-02'",
        [json.dumps(REPORT)],
    )


def test_manifest_and_card__count_what_is_exported(store, workspace, tmp_path):
    compared(store)
    export(store, workspace, 1, out=tmp_path / "out")
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["leaks"] == {
        "benchmarks": [{"name": "exam", "pictures": 9, "questions": 8, "short": 3}],
        "rows": 1,
        "synthetic": 1,
        "judged": {"false_alarm": 1, "leak": 1, "open": 2},
    }
    card = (tmp_path / "out" / "README.md").read_text()
    assert "Compared with `exam` (9 pictures, 5 of 8 questions)" in card
    assert "1 rows and 1 synthetic ones" not in card
    assert "1 row and 1 synthetic one have a picture or question of theirs." in card


def test_manifest__says_nothing_of_other_sources_or_without_benchmarks(store, workspace, tmp_path):
    export(store, workspace, 1, out=tmp_path / "out")
    assert "leaks" not in json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert "## Benchmarks" not in (tmp_path / "out" / "README.md").read_text()
    compared(store)
    store.execute("update source set ingested_at = timestamp '2026-01-03'")
    export(store, workspace, 1, out=tmp_path / "other")
    assert "leaks" not in json.loads((tmp_path / "other" / "manifest.json").read_text())
