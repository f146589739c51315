"""The Explore page, empty and with the small workspace, opened by address on a cold server."""

import json
from contextlib import closing

import pytest

from adr.plain_text import plain
from adr.rebalance.runs import rebalance
from adr.recipe import Recipe
from adr.select.tags import tag
from adr.store import Store
from tests.worlds.features import write_features


def chart(at, number=0):
    return json.loads(at.get("plotly_chart")[number].proto.spec)


def texts(at):
    return " ".join(
        str(e.value) for kind in (at.markdown, at.caption, at.title, at.subheader, at.info, at.error) for e in kind
    )


def query(at):
    return {name: value[0] if isinstance(value, list) else value for name, value in at.query_params.items()}


def data_of(at):
    """What the table on the page was drawn from."""
    return next(
        data
        for element in at.get("bidi_component")
        if (data := json.loads(element.proto.json or "{}")) and "heads" in data
    )


def table_of(at):
    """What the table of entities was drawn from."""
    found = (json.loads(element.proto.json or "{}") for element in at.get("bidi_component"))
    return next(data for data in found if "columns" in data)


def tiles_of(at):
    """The tiles of all grids on the page, in their order."""
    found = (json.loads(element.proto.json or "{}") for element in at.get("bidi_component"))
    return [tile for data in found if "tiles" in data for tile in data["tiles"]]


def html(at):
    return " ".join(e.proto.body for e in at.get("html"))


def test_explore__empty_workspace_says_what_to_do(page):
    at = page("Explore")
    assert not at.exception and "workspace is empty" in at.info[0].value


@pytest.mark.parametrize(
    ("perspective", "entities"), [("token", 10), ("object", 5), ("co_occurrence", 6), ("interrogation", 5)]
)
def test_explore__curves_and_numbers_of_each_perspective(small_workspace, page, perspective, entities):
    at = page("Explore", perspective=perspective)
    assert not at.exception and len(at.get("plotly_chart")) == 2
    head, tail, marks = chart(at)["data"][:3]
    assert (head["name"], tail["name"]) == ("Head", "Tail") and marks["text"][0]
    assert f"<b>{entities}</b><span>entities</span>" in html(at)


def test_explore__search_leaves_what_answers(small_workspace, page):
    at = page("Explore", perspective="token", search="ca")
    assert not at.exception and "2 of 10 tokens" in texts(at)
    at = page("Explore", perspective="token", search="zebra")
    assert not at.exception and "No token matches" in texts(at)


def test_explore__opening_an_entity_writes_its_address(small_workspace, page):
    at = page("Explore")
    at.session_state["entities object"] = {"opened": "accordion"}
    at.run()
    assert not at.exception and at.title[0].value == "accordion"
    assert query(at) == {"perspective": "object", "entity": "accordion"}


def test_explore__three_pictures_a_row(small_workspace, page):
    at = page("Explore")
    rows = {row["name"]: [one["instance"] for one in row["pictures"]] for row in table_of(at)["rows"]}
    # dog is in 0, 2, 4 and 5; 4 has no picture on the disk, and 5 has the picture of 0
    assert rows == {"dog": [0, 2], "cat": [0, 1, 2], "accordion": [2], "bus": [0], "sofa": [1]}
    at.session_state["entities object"] = {"picked": ["cat", 1]}
    at.run()
    assert not at.exception and query(at) == {"perspective": "object", "entity": "cat", "instance": "1"}


def test_explore__pictures_of_many_entities(small_workspace, page):
    at = page("Explore", order="tail")
    next(b for b in at.button if b.label == "Pictures of these 5").click().run()
    assert not at.exception and at.title[0].value == "Pictures of 5 entities"
    assert [b.label for b in at.button if b.key][:2] == ["accordion", "bus"]
    next(b for b in at.button if "All objects" in b.label).click().run()
    assert query(at) == {"perspective": "object", "order": "tail"}
    again(at, {"perspective": "object", "pictures": "99999"})
    assert "has been made again" in at.info[0].value


def test_explore__entity_by_address(small_workspace, page):
    at = page("Explore", perspective="object", entity="dog")
    assert not at.exception and at.title[0].value == "dog"
    assert "instances · 66.67%" in html(at) and "1–4 of 4 instances" in texts(at)


def test_explore__what_an_entity_comes_with(small_workspace, page):
    at = page("Explore", perspective="object", entity="dog", show="with")
    assert not at.exception and "3 entities, counted in all 4 instances" in texts(at)
    assert [column["label"] for column in data_of(at)["heads"]][3:5] == ["P(e | dog)", "P(dog | e)"]
    cat = next(row for row in data_of(at)["rows"] if row["id"] == "cat")
    assert [cell["text"] for cell in cat["cells"]] == ["cat", "3", "2", "50.0 %", "66.7 %", "×1.00"]
    assert cat["cells"][5]["note"] == "chance" and not cat["cells"][5]["tint"]
    at.session_state["with object"] = {"opened": "cat"}
    at.run()
    assert not at.exception and at.title[0].value == "cat"


def test_explore__what_an_entity_comes_with_by_address(small_workspace, page):
    at = page("Explore", perspective="object", entity="dog", show="with", sort="name", search="a")
    assert [row["id"] for row in data_of(at)["rows"]] == ["accordion", "cat"]
    again(at, {"perspective": "object", "entity": "dog", "show": "with", "search": "zebra"})
    assert "No such object occurs with “dog”" in texts(at)
    again(at, {"perspective": "object", "entity": "dog", "show": "with", "least": "2", "with": "interrogation"})
    assert [row["id"] for row in data_of(at)["rows"]] == ["what color"]


def test_explore__each_picture_once(small_workspace, page):
    at = page("Explore", perspective="object", entity="dog")
    assert [tile["id"] for tile in tiles_of(at)] == ["0", "2", "4", "5"]
    next(t for t in at.toggle if t.label == "Each picture once").set_value(True).run()
    assert not at.exception and query(at)["once"] == "1"
    assert [(tile["id"], tile["badge"]) for tile in tiles_of(at)] == [("0", "2 rows"), ("2", ""), ("4", "")]
    assert "1–3 of 3 pictures, of 4 instances" in texts(at)


def test_explore__click_on_the_curve_opens_the_entity_of_that_rank(small_workspace, page):
    at = page("Explore", perspective="object")
    at.session_state["rank object"] = {
        "selection": {"points": [{"customdata": 2}], "point_indices": [1], "box": [], "lasso": []}
    }
    at.run()
    assert not at.exception and at.title[0].value == "cat"


def test_explore__unknown_entity_is_told(small_workspace, page):
    at = page("Explore", perspective="object", entity="zebra")
    assert not at.exception and "no object 'zebra'" in at.error[0].value


def test_explore__instance_with_the_entity_highlighted(small_workspace, page):
    at = page("Explore", perspective="object", entity="cat", instance="0")
    assert not at.exception and at.title[0].value == "Instance 0"
    assert '">cats</span>' in html(at) and "1 of 3 with “cat”" in texts(at)
    assert len(at.get("image")) == 1


def test_explore__text_is_text_and_a_missing_image_is_said(small_workspace, page):
    at = page("Explore", instance="3")
    assert not at.exception and "What is a &lt;b&gt;bus&lt;/b&gt;?" in html(at) and "text only" in texts(at)
    at = page("Explore", instance="4")
    assert not at.exception and "`gone.png` is not in the image folder" in texts(at)
    at = page("Explore", instance="99")
    assert not at.exception and "no instance 99" in at.error[0].value


def test_explore__instance_says_what_the_runs_decided_and_why(small_workspace, page):
    at = page("Explore", instance="3")
    assert "No recipe has been applied" in texts(at)
    with closing(Store(small_workspace.database)) as store:
        rebalance(store, Recipe(name="all", min_passes=0))
        rebalance(store, Recipe(name="tight", min_passes=4))
    at = page("Explore", instance="3")  # text only: neither object nor pair, so at most two of four pass
    assert not at.exception and "Dropped:" in texts(at) and "4 needed" in texts(at)
    at.selectbox("run of instance").select(1).run()
    assert "Kept: the recipe keeps every instance." in texts(at) and query(at)["run"] == "1"
    next(b for b in at.button if b.label == "Next").click().run()
    assert query(at) == {"instance": "4", "run": "1"}


def test_explore__instance_shows_the_rows_of_its_picture(small_workspace, page):
    at = page("Explore", instance="0")
    assert "1 with the same picture. Only names of pictures" in texts(at)
    at.session_state["alike 0"] = {"picked": "5"}
    at.run()
    assert not at.exception and at.title[0].value == "Instance 5"


def test_explore__instance_shows_what_looks_like_it(small_workspace, page):
    at = page("Explore", instance="0")
    assert "adr embed" in texts(at)
    write_features(small_workspace, {"street.png": [1, 0], "sofa.png": [0, 1], "yard.png": [0.8, 0.6]})
    at = page("Explore", instance="0")
    tiles = tiles_of(at)  # the rows of its picture, then the pictures, nearest first; 2 is the yard, 1 the sofa
    assert [(tile["id"], tile["badge"]) for tile in tiles] == [("5", "same picture"), ("2", "0.80"), ("1", "0.00")]
    at = page("Explore", instance="3")
    assert "Pictures that look like it" not in texts(at)  # text only


def test_explore__instance_shows_its_tags_and_can_be_selected(small_workspace, page):
    with closing(Store(small_workspace.database)) as store:
        tag(store, "odd one", [0, 2], "Ada")
    at = page("Explore", instance="0")
    at.session_state["tags 0"] = {"picked": "odd one"}
    at.run()
    assert not at.exception and query(at) == {"find": 'tag:"odd one"'}
    at = page("Explore", instance="0")
    next(b for b in at.button if b.label == "Select this instance").click().run()
    assert "1 instance selected:" in texts(at) and "instance 0" in texts(at)


def test_plain__no_markdown_left():
    assert plain("a *b* $c$ [d](e)") == r"a \*b\* \$c\$ \[d\](e)"


def test_explore__next_instance_of_the_entity(small_workspace, page):
    at = page("Explore", perspective="object", entity="cat", instance="0")
    next(b for b in at.button if b.label == "Next").click().run()
    assert not at.exception and at.title[0].value == "Instance 1" and query(at)["instance"] == "1"


def test_explore__objects_together(small_workspace, page):
    at = page("Explore", view="together")
    assert not at.exception
    pairs = chart(at)
    assert pairs["data"][-1]["customdata"][0] == "0|1" and "dog + cat" in pairs["data"][-1]["text"][0]
    shown = [number for trace in pairs["data"][1:-1] for number in trace["text"]]
    assert sorted(shown) == ["1"] * 10 + ["2"] * 2  # each pair on both sides of the diagonal
    at.session_state["pairs"] = {
        "selection": {"points": [{"customdata": "0|1"}], "point_indices": [0], "box": [], "lasso": []}
    }
    at.run()
    assert not at.exception and at.title[0].value == "cat + dog"


def again(at, asked):
    """The same session at another address of the page."""
    at.query_params.clear()
    at.query_params.update(asked)
    return at.run()


def test_explore__objects_together_other_sets(small_workspace, page):
    at = page("Explore", view="together", which="tail")
    assert not at.exception and "at least two objects" in at.info[0].value  # the tail has one object
    for asked in ({"which": "around", "around": "cat"}, {"by": "association"}, {"which": "own", "objects": "cat|sofa"}):
        again(at, {"view": "together", **asked})
        assert not at.exception and not at.error and len(at.get("plotly_chart")) == 1, asked


def test_explore__nonsense_in_the_address_is_no_bug(small_workspace, page):
    at = page("Explore", perspective="zebra")
    assert not at.exception
    for asked in (
        {"page": "9999999"},
        {"page": "x"},
        {"instance": "x"},
        {"tail": "nan"},
        {"tail": "-4"},
        {"tail": "1"},
        {"order": "drop table"},
        {"least": "99999"},
        {"rows": "0"},
        {"entity": "dog", "page": "77"},
        {"view": "zebra"},
        {"view": "together", "which": "around", "around": "zebra"},
        {"view": "together", "which": "own", "objects": "|"},
        {"view": "together", "size": "-1"},
        {"least": "3", "most": "2"},
        {"instance": "99999999999"},
    ):
        again(at, asked)
        assert not at.exception, asked
