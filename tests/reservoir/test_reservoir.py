"""The reservoir: rows that count nowhere until a plan retrieves them and a person accepts them."""

import io
import json
import tarfile
from contextlib import closing

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from adr.errors import AdrError
from adr.export.export import export
from adr.index.index import index
from adr.ingest.ingest import ingest
from adr.rebalance.runs import rebalance
from adr.recipe import Recipe
from adr.reservoir.read import read_reservoir, reservoir_report
from adr.review.verdicts import edit, judge
from adr.store import Store
from adr.synthesize.collect import collect
from adr.synthesize.generate import generate
from adr.synthesize.plan import plan
from adr.workspace import Workspace
from tests.worlds.reservoir import DATASET, make_run, picture, record


@pytest.fixture
def world(tmp_path):
    """(store, workspace, folder): run 1 of the dataset, and the second set read as its reservoir."""
    workspace = Workspace.at(tmp_path / "workspace")
    store = Store(workspace.database)
    _, more = make_run(store, tmp_path)
    read_reservoir(store, workspace, more, tmp_path / "more")
    yield store, workspace, tmp_path
    store.close()


def retrieved(store, workspace, **options):
    """Plan, retrieve and collect for run 1; returns the plan's report and {position in the reservoir: candidate}."""
    report = plan(store, workspace, 1, generator="retrieve", budget=9, scorer="none", **options)
    generate(store, workspace, report.plan)
    collect(store, workspace, report.plan)
    rows = store.rows("select retrieved, candidate from candidate where plan = $1", [report.plan])
    return report, dict(rows)


def test_read_reservoir__counts(world):
    """Seven records; row 6 repeats row 1; row 5's picture is gone; row 0 is a3.png (instance 3) under another name."""
    store, workspace, _ = world
    report = reservoir_report(store)
    assert (report.name, report.instances, report.repeated, report.with_image) == ("more", 6, 1, 5)
    assert store.rows("select * from reservoir_copy") == [(0, 3, "image")]
    assert report.copies == 1
    assert report.known["object"] == 3  # accordion, cat, harp
    assert not (workspace.folder / "reservoir.unfinished").exists()


def test_read_reservoir__counts_nowhere(world):
    """n(e), a new index, a new run and an export are those of a workspace without a reservoir."""
    store, workspace, folder = world
    counts = "select perspective_name(perspective), name, n from entity order by all"
    with_reservoir = store.rows(counts)
    index(store)
    assert store.rows(counts) == with_reservoir
    assert dict(store.rows("select name, n from entity where perspective = perspective_number('object')")) == {
        "cat": 3,
        "accordion": 1,
        "harp": 1,
    }
    report = rebalance(store, Recipe(perspectives=("object",), tau={"object": 1}, seed=3))
    assert report.kept + report.dropped == len(DATASET)
    written = export(store, workspace, 1, format="llava", out=folder / "out")
    assert json.loads((folder / "out" / "llava.json").read_text()) == [
        record(n, image, shown) for n, (image, shown) in enumerate(DATASET)
    ]
    assert "reservoir" not in json.loads((folder / "out" / "manifest.json").read_text())
    assert written.instances == len(DATASET)


def test_retrieve__new_rows_of_the_tail_with_their_own_pictures(world):
    """Accordion and harp have one instance each and lack two. Row 0 is a copy, row 2 shows a cat, row 5 has no picture,
    and of rows 3 and 4, which show one picture, row 4 has more of what is wanted: rows 1 and 4 are retrieved."""
    store, workspace, folder = world
    report, rows = retrieved(store, workspace)
    assert sorted(rows) == [1, 4]
    assert (report.slots, report.pool, report.missing, report.filled) == (2, 2, 4, 3)
    image, turns, by, model = store.rows(
        "select image, turns, conversation_by, model from candidate where retrieved = 1"
    )[0]
    assert (workspace.folder / image).suffix == ".jpg"
    assert (workspace.folder / image).read_bytes() == (folder / "more" / "b" / "1.jpg").read_bytes()
    assert [turn["text"] for turn in turns] == ["<image>\nWhat is in the picture?", "The picture shows a accordion."]
    assert (by, model) == ("own", f"more {reservoir_report(store).sha256[:12]}")
    assert store.value("select count(*) from instance") == len(DATASET)


def test_retrieve__export_has_the_record_and_names_its_source(world):
    """The accepted row leaves with its own id and unknown key, only its picture's path is another."""
    store, workspace, folder = world
    _, rows = retrieved(store, workspace)
    judge(store, [rows[1]], "accept", "ada")
    export(store, workspace, 1, format="llava", images="copy", out=folder / "out")
    written = json.loads((folder / "out" / "llava.json").read_text())
    name = f"adr-reservoir/{rows[1]}.jpg"
    assert written[len(DATASET) :] == [record(1, name, "accordion")]
    assert (folder / "out" / "images" / name).read_bytes() == (folder / "more" / "b" / "1.jpg").read_bytes()
    told = json.loads((folder / "out" / "synthetic.jsonl").read_text())
    assert (told["id"], told["generator"]) == ("r1", "retrieve")
    sha256 = reservoir_report(store).sha256
    assert told["reservoir"] == {"position": 1, "id": "r1", "images": ["b/1.jpg"], "source": "more", "sha256": sha256}
    manifest = json.loads((folder / "out" / "manifest.json").read_text())
    assert manifest["reservoir"] == {"name": "more", "form": "llava", "sha256": sha256, "rows": 1}
    card = (folder / "out" / "README.md").read_text()
    assert "1 real rows of the reservoir `more`, and 0 synthetic (0.0% of all rows)" in card


def parquet_shards(rows, pictures, folder):
    """Two Parquet files, with the bytes of the pictures in a column."""
    cells = [
        {"id": row["id"], "image": {"bytes": picture, "path": row["image"]}, "conversations": row["conversations"]}
        for row, picture in zip(rows, pictures, strict=True)
    ]
    for name, part in (("a", cells[:1]), ("b", cells[1:])):
        pq.write_table(pa.Table.from_pylist(part), folder / f"{name}.parquet")


def tar_shards(rows, pictures, folder):
    """One WebDataset shard: PNG and JSON of each row under one key."""
    with tarfile.open(folder / "a.tar", "w") as tar:
        for number, (row, picture) in enumerate(zip(rows, pictures, strict=True)):
            talk = {key: value for key, value in row.items() if key != "image"}
            for ending, data in (("png", picture), ("json", json.dumps(talk).encode())):
                member = tarfile.TarInfo(f"{number:04d}.{ending}")
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))


@pytest.mark.parametrize("write", [parquet_shards, tar_shards])
def test_retrieve__pictures_inside_shards(tmp_path, write):
    """The reservoir's pictures are in its shards: row 0 copies one of the dataset, row 1 is a new accordion. It is
    read, retrieved, accepted and exported; the picture leaves with the bytes that the shard has."""
    workspace = Workspace.at(tmp_path / "workspace")
    with closing(Store(workspace.database)) as store:
        make_run(store, tmp_path)
        (tmp_path / "shards").mkdir()
        pictures = [(tmp_path / "pictures" / "a3.png").read_bytes()]
        picture(tmp_path, "new.png", 150)
        pictures.append((tmp_path / "new.png").read_bytes())
        rows = [record(n, f"{n}.png", "accordion") for n in range(2)]
        write(rows, pictures, tmp_path / "shards")
        report = read_reservoir(store, workspace, tmp_path / "shards")
        assert (report.instances, report.with_image, report.copies) == (2, 2, 1)
        _, found = retrieved(store, workspace)
        assert list(found) == [1]
        judge(store, [found[1]], "accept", "ada")
        export(store, workspace, 1, format="llava", images="copy", out=tmp_path / "out")
        written = json.loads((tmp_path / "out" / "llava.json").read_text())[len(DATASET) :]
        assert [one["conversations"] for one in written] == [rows[1]["conversations"]]
        assert (tmp_path / "out" / "images" / written[0]["image"]).read_bytes() == pictures[1]


def test_retrieve__edited_conversation_leaves_edited(world):
    store, workspace, folder = world
    _, rows = retrieved(store, workspace)
    turns = [{"role": "human", "text": "<image>\nWhat is it?"}, {"role": "gpt", "text": "An accordion."}]
    edit(store, rows[1], turns, "ada")
    judge(store, [rows[1]], "accept", "ada")
    export(store, workspace, 1, format="llava", images="copy", out=folder / "out")
    assert json.loads((folder / "out" / "llava.json").read_text())[-1] == {
        "id": "r1",
        "image": f"adr-reservoir/{rows[1]}.jpg",
        "conversations": [
            {"from": "human", "value": "<image>\nWhat is it?"},
            {"from": "gpt", "value": "An accordion."},
        ],
    }


@pytest.mark.parametrize("form", ["llama-factory", "ms-swift", "qwen-vl", "internvl", "parquet", "webdataset"])
def test_retrieve__every_format_writes_the_row(world, form):
    store, workspace, folder = world
    _, rows = retrieved(store, workspace)
    judge(store, list(rows.values()), "accept", "ada")
    images = {} if form in ("parquet", "webdataset") else {"images": "copy"}
    written = export(store, workspace, 1, format=form, out=folder / "out", **images)
    assert (written.instances, written.synthetic) == (len(DATASET) + 2, 2)


def test_retrieve__a_row_is_retrieved_once_and_synthesis_plans_what_is_left(world):
    """Rows 1 and 4 give the accordion three of three; the harp has two of three, for which a picture is planned."""
    store, workspace, _ = world
    _, rows = retrieved(store, workspace)
    with pytest.raises(AdrError, match="lacks nothing that a new row"):
        plan(store, workspace, 1, generator="retrieve", budget=9, scorer="none")
    left = plan(store, workspace, 1, budget=9, scorer="none", per_slot=1, perspectives=("object",))
    assert (left.lacking, left.missing) == (1, 1)
    judge(store, [rows[4]], "reject", "ada")
    assert plan(store, workspace, 1, budget=9, scorer="none", perspectives=("object",)).missing == 3


def test_retrieve__refuses_another_reading(world):
    """A reservoir that was read with other options than the index, or none, is refused in a sentence."""
    store, workspace, folder = world
    with pytest.raises(AdrError, match="has a reservoir already"):
        read_reservoir(store, workspace, folder / "more.json", folder / "more")
    store.execute("update index_made set options = '{}'")
    with pytest.raises(AdrError, match="other options than the index"):
        plan(store, workspace, 1, generator="retrieve", budget=9)
    store.execute("delete from reservoir")
    with pytest.raises(AdrError, match="no reservoir"):
        plan(store, workspace, 1, generator="retrieve", budget=9)


def test_export__refuses_rows_of_a_reservoir_that_was_replaced(world):
    store, workspace, folder = world
    _, rows = retrieved(store, workspace)
    judge(store, [rows[1]], "accept", "ada")
    (folder / "other.json").write_text(json.dumps([record(0, "b/2.png", "drum")]))
    read_reservoir(store, workspace, folder / "other.json", folder / "more", replace=True)
    with pytest.raises(AdrError, match="not there any more"):
        export(store, workspace, 1, format="llava", images="copy", out=folder / "out")


def test_retrieve__a_picture_that_is_gone_fails_with_its_reason(world):
    store, workspace, folder = world
    report = plan(store, workspace, 1, generator="retrieve", budget=9, scorer="none")
    (folder / "more" / "b" / "1.jpg").unlink()
    (folder / "more" / "b" / "3.png").write_bytes(b"no picture")
    made = generate(store, workspace, report.plan)
    assert (made.made, dict(made.failed)) == (0, {"row_missing": 1, "row_unreadable": 1})


def test_read_reservoir__cancelled_leaves_the_former(world):
    store, workspace, folder = world
    before = reservoir_report(store)

    def stop(done, total, message):
        if message == "Writing postings":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_reservoir(store, workspace, folder / "more.json", folder / "more", replace=True, progress=stop)
    assert reservoir_report(store) == before
    assert store.value("select count(*) from reservoir_instance") == 6
    assert not (workspace.folder / "reservoir.unfinished").exists()


def test_retrieve__closes_a_planted_deficit(tmp_path):
    """Twenty rare things have two instances each and lack eight. The reservoir holds 400 rows of common things and, for
    each rare thing, the eight rows that were taken out: 80 % of what lacks must be planned from it, in 160 slots."""
    rare = [
        f"{name} {thing}" for name in ("tin", "oak", "red", "big") for thing in ("drum", "harp", "kite", "sled", "oven")
    ]
    dataset = [("cat", n) for n in range(60)] + [(thing, n) for thing in rare for n in range(2)]
    spare = [("cat", n) for n in range(400)] + [(thing, n) for thing in rare for n in range(8)]
    for name, rows in (("dataset", dataset), ("spare", spare)):
        folder = tmp_path / name
        records, objects = [], []
        for number, (thing, _) in enumerate(rows):
            file = f"{number}.png"
            (folder / file).parent.mkdir(exist_ok=True)
            (folder / file).write_bytes(f"{name} {number}".encode())
            records.append(record(number, file, thing))
            objects.append({"image": file, "objects": [thing]})
        (tmp_path / f"{name}.json").write_text(json.dumps(records))
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(one) + "\n" for one in objects))
    workspace = Workspace.at(tmp_path / "workspace")
    store = Store(workspace.database)
    ingest(store, tmp_path / "dataset.json", tmp_path / "dataset", objects=tmp_path / "dataset.jsonl")
    index(store)
    rebalance(store, Recipe(perspectives=("object",), tau={"object": 10}, min_passes=0))
    read_reservoir(store, workspace, tmp_path / "spare.json", tmp_path / "spare", objects=tmp_path / "spare.jsonl")
    report = plan(store, workspace, 1, generator="retrieve", budget=160, scorer="none")
    assert report.missing == 160
    assert report.filled >= 0.8 * report.missing
    assert min(position for (position,) in store.rows("select retrieved from slot")) >= 400
    store.close()
