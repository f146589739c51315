"""Pictures inside shards, through the stages that show, embed, generate from or write them."""

import io
import json
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from adr.doctor import doctor
from adr.embed.embed import embed
from adr.errors import AdrError
from adr.export.export import export
from adr.index.index import index
from adr.index.looking import opened as opened_to_look
from adr.ingest.ingest import ingest
from adr.picture_file import read_picture
from adr.rebalance.runs import rebalance
from adr.recipe import Recipe
from adr.review.candidate import shown_files
from adr.shipped import shipped
from adr.store import Store
from adr.ui.parts.data_uri import data_uri
from adr.ui.parts.images import thumbnail
from adr.workspace import Workspace

IMAGES = pa.list_(pa.struct([("bytes", pa.binary()), ("path", pa.string())]))
TALK = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
NOUNS = ("cow", "sofa", "lamp")


def drawn(n: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), (40 * n, 90, 200)).save(out, ("PNG", "JPEG", "WEBP")[n])
    return out.getvalue()


PICTURES = [drawn(n) for n in range(3)]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Two shards with three rows, one picture in each."""
    rows = [
        {
            "images": [{"bytes": PICTURES[n], "path": f"{noun}.img"}],
            "messages": [
                {"role": "user", "content": "<image>What is it?"},
                {"role": "assistant", "content": f"A {noun}."},
            ],
        }
        for n, noun in enumerate(NOUNS)
    ]
    table = pa.Table.from_pylist(rows, schema=pa.schema([("images", IMAGES), ("messages", TALK)]))
    (tmp_path / "set").mkdir()
    pq.write_table(table.slice(0, 2), tmp_path / "set" / "a.parquet")
    pq.write_table(table.slice(2), tmp_path / "set" / "b.parquet")
    return tmp_path / "set"


@pytest.fixture
def store(source: Path, tmp_path: Path):
    (tmp_path / "work").mkdir()
    with closing(Store(tmp_path / "work" / "adr.duckdb")) as opened:
        ingest(opened, source)
        yield opened


@pytest.fixture
def workspace(store: Store, tmp_path: Path) -> Workspace:
    return Workspace.at(tmp_path / "work")


@pytest.fixture
def run(store: Store) -> int:
    index(store)
    return int(rebalance(store, Recipe.from_toml("[rebalance]\nmin_passes = 0\n")).run)


NAMES = ["a.parquet/0-0.png", "a.parquet/1-0.jpg", "b.parquet/0-0.webp"]


def test_pages__thumbnails_and_cards(store: Store, workspace: Workspace, source: Path) -> None:
    files = shown_files(store, workspace, [str(source / name) for name in NAMES])
    assert files == [source / name for name in NAMES]
    for file, data in zip(files, PICTURES, strict=True):
        assert file is not None and read_picture(file) == data
        made = thumbnail(workspace, file)
        assert made is not None and Image.open(made).size == (8, 8)
        assert data_uri(file, 16).startswith("data:image/webp;base64,")


def test_embed__all_are_looked_at(store: Store, workspace: Workspace) -> None:
    report = embed(store, workspace, str(shipped("assets/models/starter-clip")))
    assert (report.pictures, report.embedded, report.unreadable) == (3, 3, 0)


def test_verify__opens_them(source: Path) -> None:
    image = opened_to_look(str(source / NAMES[1]), 224)
    assert image is not None


def test_export__copies_are_the_same_bytes(store: Store, workspace: Workspace, run: int, tmp_path: Path) -> None:
    report = export(store, workspace, run, out=tmp_path / "out", format="llava")
    assert (report.instances, report.images, report.warnings) == (3, 3, {})
    for name, data in zip(NAMES, PICTURES, strict=True):
        assert (tmp_path / "out" / "images" / name).read_bytes() == data
    records = json.loads((tmp_path / "out" / "llava.json").read_text())
    assert [record["image"] for record in records] == NAMES


@pytest.mark.parametrize("choice", ["reference", "link"])
def test_export__there_is_no_file_to_refer_to(
    choice: str, store: Store, workspace: Workspace, run: int, tmp_path: Path
) -> None:
    with pytest.raises(AdrError, match=f"no files to {choice}") as error:
        export(store, workspace, run, out=tmp_path / "out", format="llava", images=choice)
    assert error.value.next_step == "Choose copy."


@pytest.mark.parametrize("format", ["parquet", "webdataset"])
def test_export__is_read_back_with_the_same_pictures(
    format: str, store: Store, workspace: Workspace, run: int, tmp_path: Path
) -> None:
    export(store, workspace, run, out=tmp_path / "out", format=format)
    with closing(Store.memory()) as again:
        assert ingest(again, tmp_path / "out").instances == 3
        said = "select list_transform(turns, lambda t: t.text) from instance order by instance"
        texts = [["".join(text.split()) for text in turns] for (turns,) in again.rows(said)]
        assert texts == [["".join(text.split()) for text in turns] for (turns,) in store.rows(said)]
        names = [name for (name,) in again.rows("select images[1] from instance order by instance")]
        assert [read_picture(tmp_path / "out" / name) for name in names] == PICTURES


def test_doctor__finds_no_fault_until_a_shard_changes(store: Store, workspace: Workspace, source: Path) -> None:
    store.close()
    assert not [p for p in doctor(workspace.folder).problems if "source" in p.sentence or "image" in p.sentence]
    path = source / "b.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert any("has changed since it was read" in p.sentence for p in doctor(workspace.folder).problems)
