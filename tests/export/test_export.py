"""Export of a run: what leaves and in which order, byte for byte, whole or not at all."""

import hashlib
import json

import numpy as np
import pytest

from adr.errors import AdrError
from adr.export.export import export, preview
from adr.export.folder import is_export, whole
from adr.export.only import Only
from adr.export.options import ExportOptions
from adr.progress import Cancelled
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.export import RAW, accept, fill, tree


@pytest.fixture
def workspace(tmp_path):
    return Workspace.at(tmp_path / "workspace")


@pytest.fixture
def store(workspace, tmp_path):
    made = Store.memory()
    fill(made, RAW)
    yield made
    made.close()


def test_export__untouched_records_come_back_byte_for_byte(store, workspace, tmp_path):
    report = export(store, workspace, 1, out=tmp_path / "out")
    text = (tmp_path / "out" / "llava.json").read_text(encoding="utf-8")
    assert text == "[\n" + ",\n".join(RAW) + "\n]\n"
    assert [type(record["id"]) for record in json.loads(text)] == [int, str, str, str]
    assert (report.instances, report.synthetic) == (4, 0)
    assert report.sha256 == report.files["llava.json"] == hashlib.sha256(text.encode()).hexdigest()


def test_export__dropped_instances_stay_behind_with_their_reason(workspace, tmp_path):
    store = Store.memory()
    fill(store, RAW, kept=lambda i: i != 2)
    export(store, workspace, 1, out=tmp_path / "out")
    assert (tmp_path / "out" / "llava.json").read_text() == "[\n" + ",\n".join([RAW[0], RAW[1], RAW[3]]) + "\n]\n"
    dropped = [json.loads(line) for line in (tmp_path / "out" / "dropped.jsonl").read_text().splitlines()]
    assert dropped == [{"position": 2, "id": "7", "reason": "below_min_passes", "pass_count": 1, "probability": 0.25}]


def test_export__accepted_candidates_come_after_with_their_image_and_provenance(store, workspace, tmp_path):
    accept(store, workspace, "p1-00000-0")
    accept(store, workspace, "p1-00001-0", judgement="reject", slot=1)
    accept(store, workspace, "p1-00002-0", judgement=None, slot=2)
    report = export(store, workspace, 1, out=tmp_path / "out")
    records = json.loads((tmp_path / "out" / "llava.json").read_text())
    assert (report.instances, report.synthetic, report.images) == (5, 1, 1)
    assert records[4] == {
        "id": "adr-p1-00000-0",
        "image": "adr-synthetic/p1-00000-0.png",
        "conversations": [
            {"from": "human", "value": "<image>\nWhat is this?"},
            {"from": "gpt", "value": "A red harp."},
        ],
    }
    image = tmp_path / "out" / "images" / records[4]["image"]
    assert image.read_bytes() == (workspace.images / "p1-00000-0.png").read_bytes()
    (line,) = [json.loads(line) for line in (tmp_path / "out" / "synthetic.jsonl").read_text().splitlines()]
    assert line["parent"] == {"position": 2, "id": "7", "images": ["a/2.png"]}
    assert line["verdict"] == {"judgement": "accept", "reviewer": "ada", "reason": None, "rule": None}
    assert (line["prompt"], line["seed"], line["scores"]["score"]) == ("a harp", 11, 0.9)


def test_export__an_edited_conversation_leaves_as_edited(store, workspace, tmp_path):
    accept(store, workspace)
    store.execute(
        "insert into verdict (candidate, reviewer, judgement, turns) values ($1, 'bo', 'edit', $2)",
        ["p1-00000-0", [{"role": "human", "text": "<image>\nName it."}, {"role": "gpt", "text": "A harp from above."}]],
    )
    export(store, workspace, 1, out=tmp_path / "out")
    record = json.loads((tmp_path / "out" / "llava.json").read_text())[-1]
    assert record["conversations"][1]["value"] == "A harp from above."
    assert json.loads((tmp_path / "out" / "synthetic.jsonl").read_text())["editor"] == "bo"


def test_export__a_rule_of_the_recipe_accepts_and_is_named(store, workspace, tmp_path):
    accept(store, workspace, "p1-00000-0", judgement=None, score=0.6)
    accept(store, workspace, "p1-00001-0", judgement=None, score=0.4, slot=1)
    accept(store, workspace, "p1-00002-0", judgement="reject", score=0.99, slot=2)
    assert export(store, workspace, 1, out=tmp_path / "without").synthetic == 0
    assert export(store, workspace, 1, out=tmp_path / "with", accept_above=0.5).synthetic == 1
    manifest = json.loads((tmp_path / "with" / "manifest.json").read_text())
    assert manifest["synthesis"]["accepted_by"] == {
        "recipe: score >= 0.5, best of its slot, no flags, judged by nobody": 1
    }


def test_export__repeated_instances_leave_as_often_as_decided(workspace, tmp_path):
    store = Store.memory()
    fill(store, RAW[:2], copies=2, toml="[rebalance]\nrepeat = 3\n")
    report = export(store, workspace, 1, out=tmp_path / "out")
    assert report.instances == 4
    assert (tmp_path / "out" / "llava.json").read_text() == "[\n" + ",\n".join([RAW[0]] * 2 + [RAW[1]] * 2) + "\n]\n"


def test_export__repaired_ids_touch_only_the_rows_that_repeat(store, workspace, tmp_path):
    export(store, workspace, 1, out=tmp_path / "out", repair_ids=True)
    text = (tmp_path / "out" / "llava.json").read_text()
    assert [record["id"] for record in json.loads(text)] == [7, "sg_1", "7-2", "x"]
    assert all(raw in text for raw in (RAW[0], RAW[1], RAW[3]))


def test_export__ids_are_repaired_by_the_places_that_rows_have_without_those_left_out(workspace, tmp_path):
    store = Store.memory()
    fill(store, [RAW[1], RAW[0], RAW[2], RAW[2]])
    store.execute("update instance set turns = [] where instance = 0")
    report = export(store, workspace, 1, out=tmp_path / "out", repair_ids=True, leave_out_faulty=True)
    assert (report.instances, report.left_out) == (3, 1)
    assert [row["id"] for row in json.loads((tmp_path / "out" / "llava.json").read_text())] == [7, "7-2", "7-3"]


def test_export__shuffled_holds_the_same_rows_in_an_order_fixed_by_the_seed(workspace, tmp_path):
    raws = [RAW[2].replace('"7"', str(n)) for n in range(50)]
    orders = []
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        store = Store.memory()
        fill(store, raws, toml=f"[rebalance]\nseed = {seed}\n")
        export(store, workspace, 1, out=tmp_path / name, order="shuffled")
        orders.append([record["id"] for record in json.loads((tmp_path / name / "llava.json").read_text())])
    assert orders[0] == orders[1] != orders[2]
    assert sorted(orders[0]) == sorted(orders[2]) == list(range(50)) != orders[0]


def test_export__two_runs_in_two_places_give_the_same_bytes(tmp_path):
    trees = []
    for name in ("here", "there/deeper"):
        workspace, store = Workspace.at(tmp_path / name / "workspace"), Store.memory()
        fill(store, RAW, kept=lambda i: i != 1)
        accept(store, workspace)
        export(store, workspace, 1, out=tmp_path / name / "out")
        trees.append(tree(tmp_path / name / "out"))
        text = b"".join(path.read_bytes() for path in (tmp_path / name / "out").rglob("*") if path.is_file())
        assert str(tmp_path).encode() not in text
    assert trees[0] == trees[1]
    assert "manifest.json" in trees[0]


def test_manifest__lists_every_file_with_its_hash(store, workspace, tmp_path):
    accept(store, workspace)
    export(store, workspace, 1, out=tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    listed = {file["path"]: file["sha256"] for file in manifest["files"]}
    found = tree(tmp_path / "out")
    images = {name for name in found if name.startswith("images/")}
    assert set(listed) == set(found) - images - {"manifest.json"}
    assert all(found[name] == sha256 for name, sha256 in listed.items())
    sums = dict(reversed(line.split("  ")) for line in (tmp_path / "out" / "images.sha256").read_text().splitlines())
    assert sums == {name: found[name] for name in images}


def test_export__an_existing_folder_is_replaced_only_when_asked(store, workspace, tmp_path):
    out = tmp_path / "out"
    export(store, workspace, 1, out=out)
    before = tree(out)
    with pytest.raises(AdrError, match="exists"):
        export(store, workspace, 1, out=out)
    assert tree(out) == before
    store.execute("update decision set kept = false, copies = 0 where instance = 0")
    export(store, workspace, 1, out=out, replace=True)
    assert len(json.loads((out / "llava.json").read_text())) == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "workspace"]


def test_export__a_folder_that_is_no_export_is_never_replaced(store, workspace, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    with pytest.raises(AdrError, match="something other than an export"):
        export(store, workspace, 1, out=tmp_path / "thesis", replace=True)
    assert (tmp_path / "thesis" / "chapter.txt").read_text() == "years of work"


def test_export__a_kill_before_the_record_lets_the_same_command_go_on(store, workspace, tmp_path):
    out = tmp_path / "out"
    accept(store, workspace)
    export(store, workspace, 1, out=out)
    before = tree(out)
    store.execute("delete from export")  # what a kill between the rename and the record leaves
    assert export(store, workspace, 1, out=out).export == 1
    assert tree(out) == before
    with pytest.raises(AdrError, match="exists"):
        export(store, workspace, 1, out=out)


@pytest.mark.parametrize("changed", ["a row", "a note", "an edit"])
def test_export__an_unrecorded_folder_with_other_content_is_not_replaced(store, workspace, tmp_path, changed):
    out = tmp_path / "out"
    export(store, workspace, 1, out=out)
    store.execute("delete from export")
    if changed == "a row":
        store.execute("update decision set kept = false, copies = 0 where instance = 0")
    elif changed == "a note":
        (out / "notes.txt").write_text("mine")
    else:
        (out / "llava.json").write_text("[]")
    before = tree(out)
    with pytest.raises(AdrError, match="exists"):
        export(store, workspace, 1, out=out)
    assert tree(out) == before


@pytest.mark.parametrize("stop_at", range(1, 12, 2))
def test_export__cancelled_anywhere_leaves_what_was_there(store, workspace, tmp_path, stop_at):
    out, calls = tmp_path / "out", []
    export(store, workspace, 1, out=out)
    before = tree(out)

    def progress(done, total, message):
        calls.append(message)
        if len(calls) == stop_at:
            raise Cancelled

    store.execute("update decision set kept = false, copies = 0 where instance = 0")
    try:
        export(store, workspace, 1, out=out, replace=True, progress=progress)
        assert len(calls) < stop_at  # it was through before
    except Cancelled:
        assert tree(out) == before
        assert int(store.value("select count(*) from export")) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "workspace"]


def test_whole__an_old_folder_is_given_back_after_a_kill_between_the_renames(tmp_path):
    gone = 2**22 + 1  # larger than any process number
    (tmp_path / f".out.old-{gone}").mkdir()
    (tmp_path / f".out.old-{gone}" / "manifest.json").write_text('{"format": "llava", "files": []}')
    (tmp_path / f".out.unfinished-{gone}").mkdir()
    with pytest.raises(AdrError, match="exists"), whole(tmp_path / "out", replace=False):
        pass
    assert is_export(tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_export__unknown_run_and_format_say_what_there_is(store, workspace, tmp_path):
    with pytest.raises(AdrError, match="Runs: 1"):
        export(store, workspace, 9, out=tmp_path / "out")
    with pytest.raises(AdrError, match="llava, llama-factory"):
        export(store, workspace, 1, format="sharegpt", out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_preview__says_what_would_be_written_and_writes_nothing(store, workspace, tmp_path):
    accept(store, workspace)
    seen = preview(store, workspace, 1, ExportOptions())
    assert (seen.leave.instances, seen.leave.synthetic, seen.blocked) == (5, 1, ())
    assert {f.kind: f.rows for f in seen.lint.findings} == {
        "images_not_checked": 3,
        "repeated_ids": 2,
        "mixed_ids": 1,
        "keys_differ": 2,
    }
    assert store.value("select count(*) from export") == 0


def test_export__only_some_of_the_kept_instances(workspace, tmp_path):
    """Of the four records the run keeps all but 1; 1, 2 and 3 are asked for, so 2 and 3 are written."""
    store = Store(workspace.database)
    fill(store, RAW, kept=lambda i: i != 1)
    only = Only("tagged “few”", np.array([1, 2, 3], np.int32))
    export(store, workspace, 1, out=tmp_path / "out", only=only)
    assert [json.dumps(row["id"]) for row in json.loads((tmp_path / "out" / "llava.json").read_text())] == [
        '"7"',
        '"x"',
    ]
    written = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert written["only"] == {"words": "tagged “few”", "instances": 3, "kept": 2, "positions": "1-3"}
    assert (written["counts"]["rows"], written["counts"]["kept_instances"], written["counts"]["copies"]) == (2, 2, 0)
    lines = (tmp_path / "out" / "dropped.jsonl").read_text().splitlines()
    assert [(one["position"], one["reason"]) for one in map(json.loads, lines)] == [
        (0, "not_selected"),
        (1, "below_min_passes"),
    ]
    assert "limited to 3 instances" in (tmp_path / "out" / "README.md").read_text()
    assert store.value("select count(*) from export_only") == 0
    store.close()


def test_export__only_what_the_run_drops_is_nothing(workspace, tmp_path):
    store = Store(workspace.database)
    fill(store, RAW, kept=lambda i: i != 1)
    with pytest.raises(AdrError) as told:
        export(store, workspace, 1, out=tmp_path / "out", only=Only("instance 1", np.array([1], np.int32)))
    assert told.value.sentence == "There is nothing to write: run 1 keeps none of these instances (instance 1)."
    assert store.value("select count(*) from export_only") == 0
    store.close()


@pytest.mark.parametrize("options", [{"format": "selection"}, {"mixture": "weights"}])
def test_export__only_does_not_go_with(workspace, tmp_path, options):
    store = Store(workspace.database)
    fill(store, RAW)
    with pytest.raises(AdrError) as told:
        export(store, workspace, 1, out=tmp_path / "out", only=Only("all", np.arange(4, dtype=np.int32)), **options)
    assert "nly some" in told.value.sentence
    store.close()
