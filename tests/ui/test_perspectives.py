"""Perspectives on the pages: read and taken out on Dataset, shown on Explore, on the board and as caps on Rebalance."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from adr.index.index import index
from adr.index.perspectives.change import change_perspectives
from adr.ingest.ingest import ingest
from adr.perspectives import PAPER_NAMES, indexed
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.pages import finished

# Of seven records four are charts; source is named by a column.
ROWS = [
    {
        "id": n,
        "category": "chart" if n < 4 else "photo",
        "source": "plots" if n < 4 else "coco",
        "conversations": [
            {"from": "human", "value": f"Is there a dog in picture {n}?"},
            {"from": "gpt", "value": "Yes, a dog on a sofa."},
        ],
    }
    for n in range(7)
]


@pytest.fixture
def seven(empty_workspace: Workspace, tmp_path: Path) -> Workspace:
    path = tmp_path / "seven.json"
    path.write_text(json.dumps(ROWS))
    with closing(Store(empty_workspace.database)) as store:
        ingest(store, path)
        index(store)
    return empty_workspace


def counted(workspace: Workspace, perspective: str) -> dict[str, int]:
    with closing(Store(workspace.database)) as store:
        return dict(store.rows("select name, n from entity where perspective = perspective_number($1)", [perspective]))


def test_dataset__reads_a_perspective_and_takes_it_out(page, seven: Workspace) -> None:
    at = page("Dataset", view="index")
    field = at.multiselect(key="perspectives of the index")
    assert {"Sources", "Styles", "Column category"} <= set(field.options) and field.value == []
    field.set_value(["source", "column:category"]).run()
    at = finished(at.button(key="read perspectives").click().run(), seven)
    assert not at.exception and "Column category" in at.dataframe[0].value["Perspective"].tolist()
    assert counted(seven, "column:category") == {"chart": 4, "photo": 3}
    assert counted(seven, "source") == {"plots": 4, "coco": 3}
    at.multiselect(key="perspectives of the index").set_value(["source"]).run()
    assert "Column category will be taken out, with the postings." in [one.value for one in at.caption]
    finished(at.button(key="read perspectives").click().run(), seven)
    with closing(Store(seven.database)) as store:
        assert list(indexed(store)) == [*PAPER_NAMES, "source"]


def test_dataset__another_index_keeps_the_perspectives(page, seven: Workspace) -> None:
    with closing(Store(seven.database)) as store:
        change_perspectives(store, ["source"])
    at = page("Dataset", view="index")
    finished(at.button(key="build").click().run(), seven)
    assert counted(seven, "source") == {"plots": 4, "coco": 3}


def test_explore_and_rebalance__show_what_is_there(page, seven: Workspace) -> None:
    with closing(Store(seven.database)) as store:
        change_perspectives(store, ["source", "column:category"])
    at = page("Explore", perspective="column:category")
    assert not at.exception and "2 of 2 values" in " ".join(one.value for one in at.caption)
    at = page("Rebalance", boards="source,object", use="object,source", part="caps", of="source")
    assert not at.exception
    assert at.multiselect(key="boards").value == ["source", "object"]
    assert at.selectbox(key="choice of").value == "source"
    at.multiselect(key="boards").set_value(["column:category"]).run()
    assert at.query_params["boards"] in ("column:category", ["column:category"]) and not at.exception
