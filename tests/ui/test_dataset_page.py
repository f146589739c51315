"""The Dataset page, empty and with small workspaces, as a user opens it."""

import json
from contextlib import closing
from pathlib import Path

import pytest
import streamlit
from PIL import Image

from adr.explore import dataset
from adr.explore.templates import instances_with, recurring_lines
from adr.index.index import index
from adr.ingest.ingest import ingest
from adr.ingest.peek import peek
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.pages import finished


def record(number: int, **keys: object) -> str:
    """The text of a small record."""
    return json.dumps(
        {
            "id": number,
            **keys,
            "conversations": [
                {"from": "human", "value": f"What is thing {number}?"},
                {"from": "gpt", "value": "A dog on a sofa."},
            ],
        }
    )


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """45 records: 40 with a picture (39.png is missing), 3 with text only, one number, and one without roles."""
    (tmp_path / "images").mkdir()
    for number in range(39):
        Image.new("RGB", (32, 24), (number * 5, 80, 120)).save(tmp_path / "images" / f"{number}.png")
    rows = [record(number, image=f"{number}.png") for number in range(40)]
    rows += [record(0), record(41), record(42), "7", '{"conversations": [{"value": "Who?"}]}']
    path = tmp_path / "small.json"
    path.write_text("[" + ",".join(rows) + "]")
    return path


@pytest.fixture
def read_workspace(empty_workspace: Workspace, source: Path) -> Workspace:
    with closing(Store(empty_workspace.database)) as store:
        ingest(store, source, source.parent / "images")
    return empty_workspace


def said(at) -> str:
    """All texts of the page."""
    return "\n".join(
        str(one.value)
        for kind in ("markdown", "caption", "info", "warning", "error", "success", "title")
        for one in at.get(kind)
    )


def address(at) -> dict[str, str]:
    """The query parameters of the page."""
    return {name: value if isinstance(value, str) else value[-1] for name, value in dict(at.query_params).items()}


def talks(at) -> str:
    """The conversations of the page, as HTML."""
    return "\n".join(str(one.proto.body) for one in at.get("html"))


def test_page__empty(page) -> None:
    at = page("Dataset")
    assert not at.exception
    assert "This workspace is empty" in said(at)
    assert at.button(key="read").disabled


def test_page__says_what_is_wrong_with_a_path(page, tmp_path: Path) -> None:
    at = page("Dataset")
    at.text_input(key="read_source").set_value(str(tmp_path / "nothing.json")).run()
    assert "There is no file" in at.error[0].value
    assert at.button(key="read").disabled


def test_page__reads_a_dataset_and_builds_the_index(page, empty_workspace: Workspace, source: Path) -> None:
    at = page("Dataset")
    at.text_input(key="read_source").set_value(str(source)).run()
    assert "50" not in at.success[0].value and "43 are conversations" in at.success[0].value
    at.button(key="use_folder").click().run()
    assert "39 of their 40 images" in at.success[0].value
    at.button(key="read").click().run()
    assert not at.exception
    finished(at, empty_workspace)
    assert "LLaVA form, JSON array" in said(at)
    at.query_params["view"] = "index"
    at.run()
    assert not at.exception
    assert at.dataframe[0].value["Postings"].min() > 0


def test_page__a_mapping_is_made_beside_the_first_rows(page, empty_workspace: Workspace, tmp_path: Path) -> None:
    rows = [{"Q": f"What floats in {n}?", "A": f"A boat, number {n}.", "IMG": f"{n}.jpg", "m": "B"} for n in range(5)]
    (tmp_path / "odd.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    at = page("Dataset")
    at.text_input(key="read_source").set_value(str(tmp_path / "odd.jsonl")).run()
    chosen = {box.label: box.value for box in at.selectbox if box.value}
    assert chosen == {"Question": "Q", "Answer": "A", "Image": "IMG"}
    assert "A boat, number 0." in talks(at)
    next(box for box in at.selectbox if box.label == "Answer").set_value("m").run()
    assert "A boat, number 0." not in talks(at)
    assert talks(at).count('<div class="said">B</div>') == 3
    next(box for box in at.selectbox if box.label == "Answer").set_value("A").run()
    at.checkbox(key="then_index").uncheck().run()
    at.button(key="read").click().run()
    finished(at, empty_workspace)
    with closing(Store(empty_workspace.database)) as store:
        assert store.value("select mapping from source") == '{"map": {"question": "Q", "answer": "A", "image": "IMG"}}'
        assert store.row("select images, turns[1].text, turns[2].text from instance where instance = 4") == (
            ["4.jpg"],
            "<image>\nWhat floats in 4?",
            "A boat, number 4.",
        )


def test_page__a_list_of_turns_is_mapped(page, empty_workspace: Workspace, tmp_path: Path) -> None:
    talk = [{"who": "patient", "said": "What is it?"}, {"who": "doctor", "said": "A fern."}]
    (tmp_path / "odd.jsonl").write_text(json.dumps({"dialog": talk}) + "\n")
    at = page("Dataset")
    at.text_input(key="read_source").set_value(str(tmp_path / "odd.jsonl")).run()
    assert "A fern." in talks(at)
    assert not at.button(key="read").disabled
    next(box for box in at.selectbox if box.label == "Name of the human").set_value("doctor").run()
    assert "Turn 1 is by “patient”." in said(at)
    assert at.button(key="read").disabled


def test_page__offers_to_place_markers(page, empty_workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "bare.json").write_text(f"[{record(1, image='1.png')}]")
    at = page("Dataset")
    at.text_input(key="read_source").set_value(str(tmp_path / "bare.json")).run()
    assert "image</span>" not in talks(at)
    next(box for box in at.checkbox if box.label.startswith("Place")).check().run()
    assert "image</span>" in talks(at)


def test_page__offers_to_place_markers_in_mapped_turns(page, empty_workspace: Workspace, tmp_path: Path) -> None:
    talk = [{"who": "patient", "said": "What is it?"}, {"who": "doctor", "said": "A fern."}]
    (tmp_path / "odd.jsonl").write_text(json.dumps({"dialog": talk, "img": "1.png"}) + "\n")
    at = page("Dataset")
    at.text_input(key="read_source").set_value(str(tmp_path / "odd.jsonl")).run()
    assert "image</span>" not in talks(at)
    next(box for box in at.checkbox if box.label.startswith("Place")).check().run()
    assert "image</span>" in talks(at)


def test_page__instances(page, read_workspace: Workspace) -> None:
    at = page("Dataset", instance="3")
    assert not at.exception
    assert "Instance 3" in [one.value for one in at.subheader]
    assert "No index yet" in said(at)
    at = page("Dataset", kind="text_only")
    assert "Instance 40" in [one.value for one in at.subheader]
    at = page("Dataset", page="3")
    assert "Instance 40" in [one.value for one in at.subheader]
    at = page("Dataset", kind="nonsense", page="99", instance="x")
    assert not at.exception


def test_page__set_aside(page, read_workspace: Workspace) -> None:
    at = page("Dataset", view="rejected")
    assert not at.exception
    assert at.dataframe[0].value.to_dict("records") == [
        {"position": 43, "reason": "not_an_object", "detail": "It is a number.", "excerpt": "7"},
        {
            "position": 44,
            "reason": "unknown_role",
            "detail": "Turn 1 does not say who speaks.",
            "excerpt": '{"conversations": [{"value": "Who?"}]}',
        },
    ]
    at = page("Dataset", view="rejected", reason="unknown_role")
    assert list(at.dataframe[0].value["position"]) == [44]


def test_page__asks_before_replacing(page, read_workspace: Workspace, source: Path) -> None:
    at = page("Dataset", view="read")
    at.segmented_control(key="beside").set_value("replace").run()
    assert "43 instances" in at.warning[0].value
    at.text_input(key="read_source").set_value(str(source)).run()
    assert at.button(key="read").disabled
    at.checkbox(key="agree_replace").check().run()
    assert not at.button(key="read").disabled


def test_page__adds_a_source_and_takes_it_out(page, read_workspace: Workspace, tmp_path: Path) -> None:
    other = tmp_path / "other.jsonl"
    other.write_text(record(7) + "\n" + record(8) + "\n")
    at = page("Dataset", view="read")
    at.text_input(key="read_source").set_value(str(other)).run()
    at.checkbox(key="then_index").uncheck().run()
    finished(at.button(key="read").click().run(), read_workspace)
    at = page("Dataset")
    assert list(at.dataframe[0].value["Source"]) == ["small", "other"]
    assert list(at.dataframe[0].value["Positions"]) == ["0 – 44", "45 – 46"]
    shown = page("Dataset", source="other")
    assert "Instance 45" in "\n".join(one.value for one in shown.subheader)
    at.selectbox(key="source to remove").set_value("other").run()
    at.checkbox(key="agree_remove").check().run()
    finished(at.button(key="remove source").click().run(), read_workspace)
    at = page("Dataset")
    assert not at.dataframe


def test_kinds__of_one_source(read_workspace: Workspace, tmp_path: Path) -> None:
    other = tmp_path / "other.jsonl"
    other.write_text(record(0) + "\n" + record(8, image="8.png") + "\n")
    with closing(Store(read_workspace.database)) as store:
        ingest(store, other, add=True)
        assert dataset.kinds(store, 1) == {"all": 2, "text_only": 1, "repeated_ids": 2, "marker_mismatch": 1}
        assert [one.instance for one in dataset.instances(store, "text_only", 0, 20, 1)] == [45]
        assert [one.instance for one in dataset.instances(store, "all", 1, 20, 1)] == [46]
        found = dataset.source(store)
        assert found is not None and (found.instances, found.rejected) == (45, 2)


def test_kinds__counts_by_hand(read_workspace: Workspace) -> None:
    with closing(Store(read_workspace.database)) as store:
        assert dataset.kinds(store) == {
            "all": 43,
            "text_only": 3,
            "image_missing": 1,
            "repeated_ids": 2,
            "marker_mismatch": 40,
        }
        assert [one.instance for one in dataset.instances(store, "repeated_ids", 0, 20)] == [0, 40]
        assert [one.instance for one in dataset.instances(store, "all", 40, 20)] == [40, 41, 42]
        assert dataset.made_of_it(store) == {}


def test_peek__suggests_the_folder(source: Path) -> None:
    seen = peek(source)
    assert (seen.records, seen.conversations, seen.images, seen.folder) == (45, 43, 40, source.parent / "images")
    assert dict(seen.reasons) == {"not_an_object": 1, "unknown_role": 1}
    assert peek(source, source.parent / "images").found == 39


def test_index_view__a_recurring_line_is_listed_and_let_in(
    page, empty_workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = "Answer the question using a single word or phrase."
    rows = [
        {
            "id": n,
            "conversations": [{"from": "human", "value": f"Who is man {n}?\n{short}"}, {"from": "gpt", "value": "Bo."}],
        }
        for n in range(60)
    ]
    path = tmp_path / "prompts.json"
    path.write_text(json.dumps(rows))
    with closing(Store(empty_workspace.database)) as store:
        ingest(store, path)
        index(store)
        assert instances_with(store, recurring_lines(store)[0], 3) == [0, 1, 2]
    at = page("Dataset")
    at.query_params["view"] = "index"
    at.run()
    assert not at.exception
    assert "1 recurring line of prompts, 1 kept apart" in [one.label for one in at.expander]
    assert at.button(key="let in").disabled
    # A tick in the table: AppTest cannot set one, so Streamlit's table says what it would say after it.
    monkeypatch.setattr(streamlit, "data_editor", lambda table, **_: table.assign(Counts=True))
    at.run()
    at.button(key="let in").click().run()
    assert not at.exception
    assert "1 recurring line of prompts, 0 kept apart" in [one.label for one in finished(at, empty_workspace).expander]
    monkeypatch.undo()
    with closing(Store(empty_workspace.database)) as store:
        assert store.row(
            "select n from entity where perspective = perspective_number('token') and name = 'phrase'"
        ) == (60,)


def test_page__finds_by_a_filter(page, small_workspace: Workspace) -> None:
    at = page("Dataset", find="object:dog and not object:cat")
    assert not at.exception
    assert "**2 instances found:** object “dog” and not object “cat”." in said(at)
    assert [one.value for one in at.subheader] == ["Instance 4"]
    at.text_input(key="find field").set_value('"bus"').run()
    assert address(at)["find"] == '"bus"'
    assert "**2 instances found:** a question or answer says “bus”." in said(at)
    assert [one.value for one in at.subheader] == ["Instance 0"]
    at.text_input(key="find field").set_value("").run()
    assert "find" not in at.query_params and "found" not in said(at)
    assert at.get("segmented_control")[-1].options[0] == "All 6"


def test_page__a_filter_with_the_choices_below_it(page, small_workspace: Workspace) -> None:
    at = page("Dataset", find="bus", kind="text_only")
    assert "**1 instance found:**" in said(at) and [one.value for one in at.subheader] == ["Instance 3"]


def test_page__prepares_the_search(page, small_workspace: Workspace, monkeypatch) -> None:
    assert "prepare search" not in [one.key for one in page("Dataset", find='"bus is"').button]
    monkeypatch.setattr("adr.ui.dataset.find.MANY", 6)
    at = page("Dataset", find="object:dog")
    assert "prepare search" not in [one.key for one in at.button]
    at = page("Dataset", find='"bus is"')
    found = said(at)
    at = finished(at.button(key="prepare search").click().run(), small_workspace)
    assert "prepare search" not in [one.key for one in at.button] and not at.exception
    assert next(line for line in found.splitlines() if "found:" in line) in said(at)


def test_page__saves_uses_and_removes_a_filter(page, small_workspace: Workspace) -> None:
    assert "save filter" not in [one.key for one in page("Dataset").button]
    at = page("Dataset", find="object:dog")
    at.text_input(key="name of the filter").set_value("dogs")
    at = at.button(key="save filter").click().run()
    assert [one.value.replace("\u2060", "") for one in at.toast] == [
        "Saved. filter:dogs finds the same inside any filter."
    ]
    at = page("Dataset", find="filter:dogs and not object:cat")
    assert "**2 instances found:** found by the saved filter “dogs” and not object “cat”." in said(at)
    at = at.button(key="use filter dogs").click().run()
    assert address(at)["find"] == "object:dog" and "**4 instances found:**" in said(at)
    at = at.button(key="forget filter dogs").click().run()
    assert "use filter dogs" not in [one.key for one in at.button]
    at = at.button(key="save filter").click().run()
    assert [one.value for one in at.toast] == ["The name of a filter cannot be this. Give it 1 to 60 letters."]


def test_page__says_what_is_wrong_with_a_filter(page, small_workspace: Workspace) -> None:
    at = page("Dataset", find="object:dog and")
    assert not at.exception
    assert [one.value for one in at.error] == ["The filter cannot be read at its end: a condition is missing here."]
    assert at.text_input(key="find field").value == "object:dog and"
    assert "There is no run 9." in said(page("Dataset", find="run:9 kept"))
    at = page("Dataset", find="object:dgo")
    assert "**0 instances found:** object “dgo”." in said(at) and "No instance has object “dgo”." in said(at)
    assert not at.exception and not at.error and not at.subheader


def test_page__addresses_that_name_what_is_not_there(page, small_workspace: Workspace) -> None:
    for query in ({"instance": "999999999999"}, {"instance": "6", "find": "dog"}, {"page": "99999999", "find": "dog"}):
        assert not page("Dataset", **query).exception
    at = page("Dataset", instance="1", find="#2")  # not among those found, and shown all the same
    assert [one.value for one in at.subheader] == ["Instance 1"] and "**1 instance found:**" in said(at)


@pytest.mark.parametrize(("query", "number"), [({}, 2), ({"find": "thing"}, 2), ({"kind": "repeated_ids"}, None)])
def test_page__an_instance_of_the_address_is_shown_on_its_page(
    page, read_workspace: Workspace, query: dict[str, str], number: int | None
) -> None:
    at = page("Dataset", instance="25", **query)
    assert [one.value for one in at.subheader] == ["Instance 25"]
    assert address(at).get("page") == (None if number is None else str(number))
    at = page("Dataset", instance="999", **query)
    assert not at.exception and "There is no instance 999 in this workspace." in said(at)


def test_dataset__each_picture_once(small_workspace, page):
    at = page("Dataset", find="object:dog", once="1")
    tiles = next(
        data["tiles"] for one in at.get("bidi_component") if "tiles" in (data := json.loads(one.proto.json or "{}"))
    )
    assert not at.exception and "4 instances found" in " ".join(one.value for one in at.caption)
    assert [(tile["id"], tile["badge"]) for tile in tiles] == [("0", "2 rows"), ("2", ""), ("4", "")]
