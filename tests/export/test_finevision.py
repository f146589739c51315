"""FineVision's shape, written and read back with `datasets`: pictures, texts, source and ratings."""

import io
import json

import datasets
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from adr.errors import AdrError
from adr.export import finevision
from adr.export.export import export, preview
from adr.export.options import ExportOptions
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.export import RAW, accept, draw_images, fill

# As a Parquet source is kept: without the pictures' bytes. Row 1 has no pictures and no ratings.
RATED = {
    "images": [{"path": "a/0.png"}, {"path": "a/2.png"}],
    "texts": [{"user": "Which is red?", "assistant": "The first."}, {"user": "Why?", "assistant": "It is."}],
    "source": "tally",
    "relevance_ratings": [5, None],
    "relevance_min": 5,
    "formatting_ratings": [4, 3],
    "formatting_min": 3,
}
PLAIN = {"images": [], "texts": [{"user": "Hello?", "assistant": "Hi."}]}


@pytest.fixture
def workspace(tmp_path):
    return Workspace.at(tmp_path / "workspace")


@pytest.fixture
def pictures(tmp_path):
    return draw_images(tmp_path / "pictures")


def rated_store(pictures):
    """The two rows above, as ingest would have them."""
    store = Store.memory()
    fill(store, [json.dumps(RATED), json.dumps(PLAIN)], images=pictures, form="texts")
    for instance, row in enumerate((RATED, PLAIN)):
        said = [(role, t[key]) for t in row["texts"] for role, key in (("human", "user"), ("gpt", "assistant"))]
        store.execute(
            "update instance set images = $1, turns = $2 where instance = $3",
            [[one["path"] for one in row["images"]], [{"role": role, "text": text} for role, text in said], instance],
        )
    store.execute("update source set source = 0, name = 'mine'")
    return store


def test_finevision__rows_come_back_with_texts_source_and_ratings(workspace, pictures, tmp_path):
    store = rated_store(pictures)
    report = export(store, workspace, 1, format="finevision", out=tmp_path / "out")
    rows = datasets.load_dataset(
        "parquet", data_files=str(tmp_path / "out" / report.main[0]), split="train", cache_dir=str(tmp_path / "cache")
    )
    assert rows.column_names == [
        *("images", "texts", "source", "relevance_ratings", "relevance_min", "formatting_ratings", "formatting_min")
    ]
    assert [one.size for one in rows[0]["images"]] == [(4, 6), (6, 6)]
    wanted = {key: value for key, value in RATED.items() if key != "images"}
    assert {key: rows[0][key] for key in wanted} == wanted
    assert rows[1] == {
        "images": [],
        "texts": PLAIN["texts"],
        "source": "mine",
        **dict.fromkeys(("relevance_ratings", "relevance_min", "formatting_ratings", "formatting_min")),
    }
    assert report.warnings == {}  # a set without markers is in order here


def test_finevision__pictures_are_the_same_bytes(workspace, pictures, tmp_path):
    report = export(rated_store(pictures), workspace, 1, format="finevision", out=tmp_path / "out")
    table = pq.read_table(tmp_path / "out" / report.main[0])
    given = [(pictures / name).read_bytes() for name in ("a/0.png", "a/2.png")]
    assert [one["bytes"] for one in table["images"].to_pylist()[0]] == given
    assert Image.open(io.BytesIO(given[0])).size == (4, 6)


def test_finevision__markers_are_left_out_and_moved_pictures_named(workspace, pictures, tmp_path):
    store = Store.memory()
    fill(store, RAW, images=pictures)
    accept(store, workspace)
    report = export(store, workspace, 1, format="finevision", out=tmp_path / "out")
    rows = pq.read_table(tmp_path / "out" / report.main[0]).to_pylist()
    assert [row["texts"][0]["user"] for row in rows] == [
        "What is it?",
        "Say hello.",
        "What is on it?",  # the marker stood after it
        "And ?",  # one marker stood inside it
        "What is this?",
    ]
    assert [row["source"] for row in rows][-1] == "adr-synthetic"
    assert report.warnings["picture_moved"] == 2
    seen = preview(store, workspace, 1, ExportOptions(format="finevision"))
    moved = next(f for f in seen.lint.findings if f.kind == "picture_moved")
    assert moved.examples == ("instance 2", "instance 3")


def test_finevision__a_system_turn_has_no_place(workspace, tmp_path):
    store = Store.memory()
    raw = {"conversations": [{"from": "system", "value": "Be kind."}, {"from": "human", "value": "Hello?"}]}
    raw["conversations"].append({"from": "gpt", "value": "Hi."})
    fill(store, [json.dumps(raw)])
    with pytest.raises(AdrError, match="system_turn in 1 rows"):
        export(store, workspace, 1, format="finevision", out=tmp_path / "out")


TEXT = st.lists(st.text(st.sampled_from("ab \n"), max_size=4), min_size=1, max_size=4).map("<image>".join)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=3))
def test_finevision__sql_and_python_make_the_same_texts(pairs):
    turns = [(role, text) for pair in pairs for role, text in zip(("human", "gpt"), pair, strict=True)]
    store = Store.memory()
    store.execute(
        "insert into instance (instance, images, missing, turns, raw) values (0, [], 0, $1, '{}')",
        [[{"role": role, "text": text} for role, text in turns]],
    )
    ((made,),) = store.rows(f"select {finevision.TEXTS_SQL} from instance i")
    store.close()
    assert made == finevision.texts(turns)
    assert not any("<image>" in one["user"] for one in made)
