"""docs/formats.md is up to date, and what it says of round trips holds: every format is written, ingested, compared."""

import json
from pathlib import Path

import pytest

from adr.cli.formats_page import EQUAL, ROUND_TRIPS, page, readers
from adr.export.export import export
from adr.export.formats import FORMATS
from adr.image_folder import ImageFolder
from adr.ingest.forms import FORMS
from adr.ingest.ingest import ingest
from adr.picture_file import read_picture
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.export import draw_images, fill

ROOT = Path(__file__).resolve().parents[2]
# As most sets are: markers before the first question. An int id, no id, blanks and letters beyond ASCII, an own key.
ROWS = (
    '{"id": 7, "image": "a/0.png", "conversations": [{"from": "human", "value": "<image>\\nWhat is it?"}, '
    '{"from": "gpt", "value": "A caf\\u00e9 — “Zürich”.  "}]}',
    '{ "conversations":[{"from":"human","value":"Say\\n\\nhello. "},{"from":"gpt","value":"Hello."}], "id":"sg_1"}',
    '{"image": ["a/3.png", "a/2.png"], "conversations": [{"from": "human", "value": "<image>\\n<image>\\nAnd\\n?"}, '
    '{"from": "gpt", "value": "Yes."}, {"from": "human", "value": "Sure?"}, {"from": "gpt", "value": "Yes."}], '
    '"weight": 1.50}',
)
READ_AGAIN = [name for name, trip in ROUND_TRIPS.items() if trip]


def rows_of(store):
    """(turns, bytes of the pictures) of each instance."""
    folder = ImageFolder.of(store)
    return [
        (turns, [read_picture(folder.path_of(name)) for name in images])
        for turns, images in store.rows("select turns, images from instance order by instance")
    ]


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A set of three rows, ingested, all kept by run 1; with its workspace."""
    folder = tmp_path_factory.mktemp("source")
    store = Store.memory()
    fill(store, ROWS, images=draw_images(folder / "pictures"))
    yield store, Workspace.at(folder / "workspace")
    store.close()


@pytest.fixture
def again(source, tmp_path):
    """A function that exports the set in a format and ingests what was written."""
    stores = []

    def ingested(name):
        store, workspace = source
        inside = "inside" in FORMATS[name].images
        report = export(store, workspace, 1, format=name, images=None if inside else "copy", out=tmp_path / "out")
        stores.append(Store.memory())
        out = tmp_path / "out"
        made = ingest(stores[-1], out if inside else out / report.main[0], None if inside else out / "images")
        return made, stores[-1]

    yield ingested
    for store in stores:
        store.close()


def test_page__is_what_the_registries_say():
    """Write it anew with `make formats`."""
    assert (ROOT / "docs" / "formats.md").read_text(encoding="utf-8") == page()


def test_round_trips__one_for_each_format():
    assert list(ROUND_TRIPS) == list(FORMATS)
    assert all(trip.form in FORMS and trip.equal in EQUAL for trip in ROUND_TRIPS.values() if trip)


@pytest.mark.parametrize("name", READ_AGAIN)
def test_round_trip__conversations_and_pictures_come_back(source, again, name):
    made, store = again(name)
    assert (made.form, made.instances, made.rejected) == (ROUND_TRIPS[name].form, 3, {})
    assert rows_of(store) == rows_of(source[0])


@pytest.mark.parametrize("name", [name for name in READ_AGAIN if ROUND_TRIPS[name].equal in ("text", "values")])
def test_round_trip__records_come_back(again, name):
    _, store = again(name)
    raws = [raw for (raw,) in store.rows("select raw from instance order by instance")]
    if ROUND_TRIPS[name].equal == "text":
        assert raws == list(ROWS)
    shown = [json.loads(raw) for raw in raws]
    wanted = [json.loads(raw) for raw in ROWS]
    if name == "webdataset":  # paths are those in the shard, and the key is the id where there is none
        assert [row.pop("image", None) for row in shown] == [
            "adr-000000.tar/000000000.png",
            None,
            ["adr-000000.tar/000000002.0.png", "adr-000000.tar/000000002.1.png"],
        ]
        wanted = [{"id": "000000002"} | {key: row[key] for key in row if key != "image"} for row in wanted]
    assert shown == wanted


@pytest.mark.parametrize("name", ["parquet", "finevision", "webdataset"])
def test_round_trip__a_second_one_writes_the_same_rows(again, tmp_path, name):
    """What was written of shards that were ingested is, value for value, what the shards hold."""
    _, store = again(name)
    store.execute("insert into run (run, name, recipe, fingerprint) values (1, 'all', '[rebalance]', 'f')")
    store.execute("insert into decision select 1, instance, 1, true, 1, 'passes', 1 from instance")
    export(store, Workspace.at(tmp_path / "second"), 1, format=name, out=tmp_path / "twice")
    twice = Store.memory()
    ingest(twice, tmp_path / "twice")
    assert rows_of(twice) == rows_of(store)
    ids = "select id from instance order by instance"
    assert twice.rows(ids) == store.rows(ids)
    twice.close()


def test_readers__those_of_the_code_that_the_tests_run():
    assert readers("llava") == ["json"]
    assert readers("parquet") == ["datasets", "mlcroissant"]
    assert readers("webdataset") == ["webdataset"]
