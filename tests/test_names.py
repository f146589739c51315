"""Names that come from elsewhere never lead out of their folder."""

import pytest

from adr.errors import AdrError
from adr.names import candidate_name, file_name, inside


@pytest.mark.parametrize(
    "name", ["../x", "/etc/passwd", "a/../../x", "link/x", "file", "loop/x", ".", "", "a\0b", "a/.."]
)
def test_inside__refuses_what_leads_out(name, tmp_path):
    folder = tmp_path / "in"
    (folder / "a").mkdir(parents=True)
    (folder / "link").symlink_to(tmp_path)
    (folder / "file").symlink_to(tmp_path / "elsewhere")
    (folder / "loop").symlink_to(folder / "loop")
    with pytest.raises(AdrError, match="leads out of"):
        inside(folder, name)


def test_inside__takes_names_and_follows_the_folder_itself(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "in").symlink_to(tmp_path / "real")
    assert inside(tmp_path / "in", "a/b.png") == tmp_path / "in" / "a" / "b.png"


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("data.json", "data.json"),
        ("C:\\Users\\a\\data.json", "data.json"),
        ("../../etc/passwd", "passwd"),
        ("..", "upload.json"),
        ("a/", "upload.json"),
        ("a\n\0b.json", "ab.json"),
        ("é" * 300 + ".json", "é" * 97 + ".json"),
    ],
)
def test_file_name__of_an_upload(given, name):
    assert file_name(given, "upload.json") == name


def test_candidate_name__numbers_only():
    assert candidate_name(1, 12, 0) == "p1-00012-0"
    with pytest.raises(ValueError):
        candidate_name("../1", 12, 0)
