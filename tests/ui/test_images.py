"""Thumbnails: made on first use, kept in the workspace, and never made of a file outside the image folder."""

import os

import pytest
from PIL import Image

from adr.ui.parts.images import data_url, data_urls, thumbnail
from adr.workspace import Workspace


@pytest.fixture
def workspace(tmp_path):
    return Workspace.at(tmp_path / "w")


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "pictures"
    (made / "deep").mkdir(parents=True)
    Image.new("RGB", (800, 400), "teal").save(made / "deep" / "a.jpg")
    Image.new("RGBA", (30, 20), (255, 0, 0, 128)).save(made / "small.png")
    (made / "no picture.jpg").write_text("hello")
    (tmp_path / "secret.png").write_bytes((made / "small.png").read_bytes())
    os.symlink(tmp_path / "secret.png", made / "link.png")
    return made


def test_thumbnail__small_and_made_once(workspace, folder):
    made = thumbnail(workspace, folder / "deep" / "a.jpg", 200)
    assert made.is_relative_to(workspace.thumbnails)
    with Image.open(made) as small:
        assert small.size == (200, 100) and small.format == "WEBP"
    before = made.stat().st_mtime_ns
    assert thumbnail(workspace, folder / "deep" / "a.jpg", 200) == made and made.stat().st_mtime_ns == before


def test_thumbnail__changed_image_gets_a_new_one(workspace, folder):
    file = folder / "small.png"
    first = thumbnail(workspace, file)
    Image.new("RGB", (31, 20), "navy").save(file)
    assert thumbnail(workspace, file) != first


def test_thumbnail__what_is_no_image_has_none(workspace, folder):
    assert thumbnail(workspace, folder / "no picture.jpg") is None
    assert data_url(workspace, folder / "no picture.jpg") is None
    assert not list(workspace.thumbnails.rglob("*.tmp"))


def test_data_urls__in_their_order(workspace, folder):
    found = data_urls(workspace, [folder / "small.png", None, folder / "no picture.jpg", folder / "deep" / "a.jpg"])
    assert [url is not None for url in found] == [True, False, False, True]
    assert found[0].startswith("data:image/webp;base64,")
