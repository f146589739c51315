"""Pages of datasets that are not in English: the filter by language, and what is said where no reader is installed."""

import json
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest

from adr.index.index import index
from adr.index.languages import reading
from adr.ingest.ingest import ingest
from adr.language_names import INSTALL
from adr.plain_text import plain
from adr.store import Store
from adr.workspace import Workspace


def said(at) -> str:
    return "\n".join(
        str(one.value)
        for kind in ("markdown", "caption", "info", "warning", "error", "success", "title")
        for one in at.get(kind)
    )


@pytest.mark.parametrize(("language", "instances"), [("zh", "1 instance"), ("en", "2 instances"), ("", "6 instances")])
def test_rebalance__instances_of_one_language(small_workspace: Workspace, page, language: str, instances: str) -> None:
    columns = {
        "instance": pa.array([0, 1, 2], pa.int32()),
        "language": pa.array(["en", "en", "zh"]),
        "turns": pa.array([2, 2, 2], pa.int32()),
        "unread": pa.array([0, 0, 0], pa.int32()),
    }
    with closing(Store(small_workspace.database)) as store, store.atomic() as writer:
        writer.insert("turn_language", pa.table(columns))
    at = page("Rebalance", part="instances", show="kept", need="0", of_language=language)
    assert not at.exception and instances in [one.value for one in at.caption]


@pytest.fixture
def unread_workspace(empty_workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Two Korean instances, indexed where the packages that read other languages are not installed."""
    monkeypatch.setattr(reading, "find_spec", lambda name: None)
    rows = [
        {"conversations": [{"from": "human", "value": "이 사진에는 무엇이 보이나요?"}, {"from": "gpt", "value": text}]}
        for text in ("고양이가 소파에서 자고 있습니다.", "자전거 두 대가 벽 옆에 서 있습니다.")
    ]
    path = tmp_path / "korean.json"
    path.write_text(json.dumps(rows))
    with closing(Store(empty_workspace.database)) as store:
        ingest(store, path)
        index(store)
    return empty_workspace


@pytest.mark.parametrize("name", ["Explore", "Rebalance"])
def test_pages__say_what_to_install_where_nothing_was_read(unread_workspace: Workspace, page, name: str) -> None:
    at = page(name)
    assert not at.exception
    assert plain(INSTALL) in said(at) and "4 turns in Korean" in said(at)
    assert "Build the index" not in said(at)


def test_explore__says_what_was_not_read_beside_what_was(empty_workspace: Workspace, tmp_path: Path, page) -> None:
    rows = [
        {
            "conversations": [
                {"from": "human", "value": "Is there a dog?"},
                {"from": "gpt", "value": "Yes, a brown dog."},
            ]
        },
        {
            "conversations": [
                {"from": "human", "value": "Hvor er hunden?"},
                {"from": "gpt", "value": "Hunden ligger der."},
            ]
        },
    ]
    path = tmp_path / "danish.json"
    path.write_text(json.dumps(rows))
    with closing(Store(empty_workspace.database)) as store:
        ingest(store, path)
        index(store)
        named = {language for (language,) in store.rows("select language from turn_language where unread > 0")}
    at = page("Explore", perspective="token")
    assert named and not at.exception
    assert "Not read: " in said(at) and plain(INSTALL) in said(at)


@pytest.mark.parametrize("name", ["Overview", "Synthesize", "Review", "Export", "Prove"])
def test_pages__never_advise_to_build_an_index_that_stands(unread_workspace: Workspace, page, name: str) -> None:
    at = page(name)
    assert not at.exception
    assert "Build the index" not in said(at) and "no index yet" not in said(at)
    assert "Build the index" not in [one.proto.label for one in at.get("page_link")]


def test_dataset__says_what_to_install_beside_the_index(unread_workspace: Workspace, page) -> None:
    at = page("Dataset", view="index")
    assert not at.exception
    assert plain(INSTALL) in said(at) and "there is no index yet" not in said(at)
    assert at.button(key="build").label == "Build the index again"
