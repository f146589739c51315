"""Another image folder for a dataset that has been read."""

import json

import pytest

from adr.errors import AdrError
from adr.ingest.change_images import change_images
from adr.ingest.ingest import ingest, ingest_report
from adr.store import Store

TALK = [{"from": "human", "value": "<image>\nWhat is it?"}, {"from": "gpt", "value": "A dog."}]


@pytest.fixture
def read(tmp_path):
    """Instances 0 to 2 with a.png, b.png and none, read without a folder; `new` holds a.png only."""
    rows = [{"image": "a.png", "conversations": TALK}, {"image": "b.png", "conversations": TALK}]
    rows += [{"conversations": [{"from": "human", "value": "Hello?"}, {"from": "gpt", "value": "Hi."}]}]
    (tmp_path / "source.json").write_text(json.dumps(rows))
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "a.png").write_bytes(b"")
    store = Store.memory()
    ingest(store, tmp_path / "source.json")
    yield store, tmp_path
    store.close()


def missing(store) -> list[int]:
    return [n for (n,) in store.rows("select missing from instance order by instance")]


def test_change_images__counts_what_is_there_and_keeps_the_rest(read):
    store, folder = read
    before = store.rows("select instance, raw from instance order by 1")
    assert ingest_report(store).warnings["no_image_folder"] == 2
    report = change_images(store, folder / "new")
    assert (report.images, report.with_images, report.missing) == (str(folder / "new"), 2, 1)
    assert missing(store) == [0, 1, 0] and store.rows("select instance, raw from instance order by 1") == before
    told = ingest_report(store)
    assert told.images == str(folder / "new") and told.warnings["image_missing"] == 1
    assert "no_image_folder" not in told.warnings
    assert store.value("select images from source") == str(folder / "new")


def test_change_images__none_takes_the_folder_away(read):
    store, folder = read
    change_images(store, folder / "new")
    report = change_images(store, None)
    assert (report.images, report.missing, missing(store)) == (None, 0, [0, 0, 0])
    assert ingest_report(store).warnings["no_image_folder"] == 2


def test_change_images__a_folder_that_cannot_be_used_changes_nothing(read):
    store, folder = read
    (folder / "linked").mkdir()
    (folder / "linked" / "a.png").symlink_to(folder / "source.json")
    for wrong, said in ((folder / "nowhere", "no image folder"), (folder / "linked", "through a link")):
        with pytest.raises(AdrError, match=said):
            change_images(store, wrong, follow_links=False)
        assert store.value("select images from source") is None and missing(store) == [None, None, None]
