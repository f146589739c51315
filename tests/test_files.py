"""Files and folders are whole or absent, whatever happens while they are written."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from adr.errors import AdrError
from adr.files import (
    append_text,
    clear_unfinished,
    create_whole,
    recover,
    sha256_of,
    whole_file,
    whole_folder,
    write_whole,
)


def test_write_whole__replaces_the_former_file(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", b"one")
    write_whole(tmp_path / "a", memoryview(b"two"))
    assert (tmp_path / "a").read_bytes() == b"two"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert sha256_of(tmp_path / "a") == "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3"


def test_create_whole__one_of_two_makes_it(tmp_path: Path) -> None:
    create_whole(tmp_path / "claim", b"first")
    with pytest.raises(FileExistsError):
        create_whole(tmp_path / "claim", b"second")
    assert (tmp_path / "claim").read_bytes() == b"first" and len(list(tmp_path.iterdir())) == 1


def test_create_whole__a_fault_leaves_no_empty_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        create_whole(tmp_path / "claim", b"first")
    assert list(tmp_path.iterdir()) == []


def test_create_whole__without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> None:
        raise OSError(errno.ENOTSUP, "Operation not supported")

    monkeypatch.setattr(os, "link", none)
    create_whole(tmp_path / "claim", b"first")
    with pytest.raises(FileExistsError):
        create_whole(tmp_path / "claim", b"second")
    assert (tmp_path / "claim").read_bytes() == b"first" and len(list(tmp_path.iterdir())) == 1


def test_whole_file__a_fault_leaves_the_former_file(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", b"one")
    with pytest.raises(ValueError, match="half"), whole_file(tmp_path / "a") as partial:
        partial.write_bytes(b"tw")
        raise ValueError("half")
    assert (tmp_path / "a").read_bytes() == b"one"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_whole_folder__a_fault_leaves_the_former_folder(tmp_path: Path) -> None:
    with whole_folder(tmp_path / "f") as made:
        (made / "one").touch()
    with pytest.raises(ValueError, match="half"), whole_folder(tmp_path / "f") as made:
        (made / "two").touch()
        raise ValueError("half")
    assert [path.name for path in (tmp_path / "f").iterdir()] == ["one"]
    with whole_folder(tmp_path / "f") as made:
        (made / "three").touch()
    assert [path.name for path in (tmp_path / "f").iterdir()] == ["three"]
    assert [path.name for path in tmp_path.iterdir()] == ["f"]


def test_recover__after_a_kill_between_the_two_renames(tmp_path: Path) -> None:
    """Process 4194305 is beyond the largest number that Linux assigns, so it does not run."""
    (tmp_path / ".f.old-4194305").mkdir()
    (tmp_path / ".f.old-4194305" / "one").touch()
    (tmp_path / ".f.unfinished-4194305").mkdir()
    (tmp_path / f".f.unfinished-{os.getppid()}").mkdir()  # of a process that runs
    recover(tmp_path / "f")
    assert [path.name for path in (tmp_path / "f").iterdir()] == ["one"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [f".f.unfinished-{os.getppid()}", "f"]


def test_clear_unfinished__what_the_dead_left_an_hour_ago(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    living = os.getppid()
    old = [".a.json.{}-0a1b2c3d.tmp", ".b.png.{}-0a1b2c3d.tmp"]
    for name in [*(n.format(dead.pid) for n in old), old[0].format(living), ".c.png.tmp", "d-e.tmp", "a.json"]:
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1_000_000_000, 1_000_000_000))
    (tmp_path / f".fresh.{dead.pid}-0a1b2c3d.tmp").touch()
    clear_unfinished(tmp_path, tmp_path / "missing", name="b.png")
    assert not (tmp_path / old[1].format(dead.pid)).exists() and (tmp_path / old[0].format(dead.pid)).exists()
    clear_unfinished(tmp_path)
    left = {".c.png.tmp", "d-e.tmp", "a.json", old[0].format(living), f".fresh.{dead.pid}-0a1b2c3d.tmp"}
    assert {path.name for path in tmp_path.iterdir()} == left


def test_write_whole__a_folder_in_its_place_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(AdrError, match="is a folder, where a file is to be written"):
        write_whole(tmp_path / "a", b"one")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("place", ["link", "dangling link", "folder", "pipe"])
def test_append_text__only_to_a_plain_file(place: str, tmp_path: Path) -> None:
    append_text(tmp_path / "log", "one\n")
    append_text(tmp_path / "log", "two\n")
    assert (tmp_path / "log").read_text() == "one\ntwo\n"
    path = tmp_path / "other"
    if place == "folder":
        path.mkdir()
    elif place == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(tmp_path / ("log" if place == "link" else "none"))
    with pytest.raises(AdrError, match="is not a plain file"):
        append_text(path, "three\n")
    assert (tmp_path / "log").read_text() == "one\ntwo\n" and not (tmp_path / "none").exists()


def test_adr_error__a_value_of_any_length_leaves_a_sentence() -> None:
    error = AdrError(f"seed is {'9' * 100_000}.", "Give a whole number.")
    assert error.sentence.startswith("seed is 999") and error.sentence.endswith("9.") and len(error.sentence) <= 2010
