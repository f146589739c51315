"""Selecting on the Dataset page, and what the bar of the selection says, as far as no browser is needed."""

import json
from contextlib import closing
from dataclasses import replace

import numpy as np

from adr.explore.often import often_among, rarest_among
from adr.rebalance.runs import rebalance
from adr.recipe import Recipe
from adr.recipe_apart import excluding, protecting
from adr.recipe_frozen import frozen
from adr.select.tags import tag
from adr.store import Store
from adr.ui.dataset.ticks import tick, ticked
from adr.ui.navigation import PAGES
from adr.ui.parts.selection import clear_selection, select, selection
from adr.ui.rebalance.address import from_address, to_address
from adr.ui.rebalance.set_apart import released
from tests.worlds.pages import finished


def said(at) -> str:
    return "\n".join(str(one.value) for kind in ("markdown", "caption") for one in at.get(kind))


def stay(at, name: str):
    """The page that a button has opened, as the one that further clicks are on."""
    asked = dict(at.query_params)
    at.switch_page(PAGES[name][0])
    at.query_params.update(asked)
    return at.run()


def chosen(at) -> list[int]:
    state = at.session_state["SelectionState"].selection
    return [] if state is None else state.positions.tolist()


def test_select__ascending_once_each() -> None:
    select([5, 1, 5, 3], "ticked by hand")
    found = selection()
    assert found is not None
    assert (found.positions.tolist(), found.positions.dtype, found.words) == ([1, 3, 5], np.int32, "ticked by hand")
    clear_selection()
    assert selection() is None


def test_select__nothing() -> None:
    select([1], "one")
    select([], "none")
    assert selection() is None


def test_tick__changes_only_what_is_shown() -> None:
    select([1, 4, 90], "object “dog”")
    tick([0, 1, 2, 3, 4], [0, 4])
    found = selection()
    assert found is not None
    assert (found.positions.tolist(), found.words) == ([0, 4, 90], "object “dog”, changed by hand")
    assert ticked([0, 1, 2, 3, 4]) == [0, 4]
    clear_selection()


def test_page__select_page_show_and_clear(page, small_workspace) -> None:
    at = page("Dataset", find="object:cat")
    at.button(key="select page").click().run()
    assert chosen(at) == [0, 1, 2]
    assert "**3 instances selected:** ticked by hand" in said(at)
    at.query_params.clear()
    at.query_params["selected"] = "only"
    at.query_params["find"] = "object:dog"
    at.run()
    assert "**2 instances found:**" in said(at)
    at.button(key="clear selection").click().run()
    assert chosen(at) == []
    assert "selected:" not in said(at)


def test_page__all_that_the_filter_finds(page, small_workspace, monkeypatch) -> None:
    monkeypatch.setattr("adr.ui.dataset.instances.TILES", 2)
    at = page("Dataset", find="not object:bus")
    at.button(key="select all found").click().run()
    assert chosen(at) == [1, 2, 3, 4, 5]
    assert "**5 instances selected:** not object “bus”" in said(at)


def test_page__a_selection_of_former_sources_is_dropped(page, small_workspace) -> None:
    at = page("Dataset")
    at.button(key="select page").click().run()
    assert chosen(at) == [0, 1, 2, 3, 4, 5]
    from adr.ui.workspaces import opened

    opened(str(small_workspace.folder))[1].execute("update source set ingested_at = ingested_at + interval 1 day")
    at.run()
    assert chosen(at) == []


def test_page__tags_what_is_selected(page, small_workspace, monkeypatch) -> None:
    monkeypatch.setenv("ADR_REVIEWER", "Ada")
    with closing(Store(small_workspace.database)) as store:
        tag(store, "hard", [0, 5], "Ben")
    at = page("Dataset", find="object:cat")
    at.button(key="select page").click().run()
    at.button(key="put tag on").click().run()
    assert "'' cannot be a tag." in said(at)
    at.selectbox(key="tag name").select("hard")
    at.button(key="put tag on").click().run()
    assert "2 instances got the tag “hard”; 1 had it before." in said(at)
    assert "**hard** has 3 of them" in said(at)
    at.button(key="take tag off hard").click().run()
    assert "3 instances lost the tag “hard”." in said(at)
    at.button(key="undo tag").click().run()
    assert "Undone: taking off “hard”, 3 instances." in said(at)
    assert "**hard** has 3 of them" in said(at)


def test_often_among__by_hand(small_store) -> None:
    """cat is in 0, 1 and 2; dog in 0 and 2 of these; sofa in 1 only."""
    found = often_among(small_store, np.array([0, 1, 2], np.int32))
    told = [(one.perspective, one.name, one.count, one.n) for one in found]
    assert told[:2] == [("token", "cat", 3, 3), ("object", "cat", 3, 3)]
    assert ("object", "dog", 2, 4) in told and ("object", "sofa", 1, 1) in told


def test_rarest_among__by_hand(small_store) -> None:
    found = rarest_among(small_store, np.array([0, 1], np.int32), "object")
    assert [(one.name, one.count, one.n) for one in found] == [
        ("bus", 1, 1),
        ("sofa", 1, 1),
        ("cat", 2, 3),
        ("dog", 1, 4),
    ]


def test_page__plans_pictures_of_what_is_selected(page, small_workspace) -> None:
    at = page("Dataset", find="object:cat")
    at.button(key="select page").click().run()
    assert at.multiselect(key="planned of selection").value[0].name == "accordion"
    at.button(key="plan selection").click().run()
    assert not at.exception
    assert at.query_params["entities"]


def test_excluding__takes_out_of_protect_and_back() -> None:
    numbers = np.array([2, 3], np.int32)
    protected = protecting(Recipe(), np.array([1, 2, 3], np.int32), "a")
    recipe = excluding(protected, numbers, "b")
    assert recipe.exclude == (frozen([2, 3], "b"),)
    assert recipe.protect_instances == (frozen([1], "a"),)
    assert protecting(recipe, numbers, "c").exclude == ()
    assert released(recipe, "exclude", 0) == replace(recipe, exclude=())
    assert released(recipe, "protect_instances", 0) == replace(recipe, protect_instances=())


def test_address__holds_what_is_set_apart() -> None:
    recipe = excluding(protecting(Recipe(), np.array([7]), "gold"), np.array([2, 3]), "object “dog” | “a,b”")
    assert from_address(to_address(recipe)) == recipe
    assert from_address({"apart": "nonsense"}) == Recipe()


def test_page__excludes_what_is_selected(page, small_workspace) -> None:
    at = page("Dataset", find="object:dog")
    at.button(key="select page").click().run()
    at.button(key="exclude selection").click().run()
    assert not at.exception
    at = stay(at, "Rebalance")
    assert "**4 instances excluded**: ticked by hand" in said(at)
    at.button(key="release exclude 0").click().run()
    assert "Perspectives that must pass" in [one.label for one in at.get("button_group")]
    assert "instances excluded" not in said(at)


def test_page__compares_what_is_selected(page, small_workspace) -> None:
    at = page("Dataset", find="object:cat")
    at.button(key="select page").click().run()
    at.button(key="compare selection").click().run()
    table = at.dataframe[0].value
    assert table[table["object"] == "cat"][["in A", "in B"]].values.tolist() == [[3, 0]]
    assert "**A:** 3 instances, ticked by hand.  \n**B:** 3 instances, all other instances." in said(at)


def test_recipe__refuses_what_no_address_holds(page, small_workspace, monkeypatch) -> None:
    monkeypatch.setattr("adr.ui.rebalance.latest.LONGEST", 10)
    at = page("Dataset", find="object:dog")
    at.button(key="select page").click().run()
    at.button(key="protect selection").click().run()
    assert any("do not fit into the address" in one.value for one in at.error)


def test_page__exports_what_is_selected(page, small_workspace) -> None:
    with closing(Store(small_workspace.database)) as store:
        rebalance(store, Recipe(min_passes=0))
    at = page("Dataset", find="object:cat")
    at.button(key="select page").click().run()
    at.button(key="export selection").click().run()
    assert not at.exception
    at = stay(at, "Export")
    assert at.checkbox(key="export only selected").value
    at.text_input(key="export folder 1 llava").set_value(str(small_workspace.folder / "few"))
    at.button(key="export write").click().run()
    finished(at, small_workspace)
    written = json.loads((small_workspace.folder / "few" / "manifest.json").read_text())
    assert written["only"] == {"words": "ticked by hand", "instances": 3, "kept": 3, "positions": "0-2"}
    assert written["counts"]["rows"] == 3
