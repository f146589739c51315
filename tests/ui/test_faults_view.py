"""The view Faults of the Dataset page: pictures are looked at in a job, and each fault leads to its instances."""

import json
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from adr.ingest.ingest import ingest
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.pages import finished


@pytest.fixture
def two_blank(empty_workspace: Workspace, tmp_path: Path) -> Workspace:
    """Three instances: two with a blank picture, of which one is tiny, one with a picture that is no picture."""
    Image.new("RGB", (320, 240), "teal").save(tmp_path / "0.png")
    Image.new("RGB", (30, 20), "teal").save(tmp_path / "1.png")
    (tmp_path / "2.png").write_bytes(b"no picture")
    turns = [{"from": "human", "value": "<image>\nWhat is it?"}, {"from": "gpt", "value": "That."}]
    rows = [{"id": n, "image": f"{n}.png", "conversations": turns} for n in range(3)]
    source = tmp_path / "three.json"
    source.write_text(json.dumps(rows))
    with closing(Store(empty_workspace.database)) as store:
        ingest(store, source, tmp_path)
    return empty_workspace


def test_picture_faults__looked_at_by_a_button(page, two_blank):
    at = page("Dataset", view="faults")
    at.button(key="check pictures").click().run()
    at = finished(at, two_blank)
    assert not at.exception
    assert "3 pictures looked at." in [one.value for one in at.caption]
    (faults,) = [one for one in at.button_group if one.label == "Fault"]
    assert faults.options == ["Not opening 1", "Blank 2", "Tiny 1"]
