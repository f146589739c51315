"""Selecting on the Dataset page, and what the bar of the selection says, as far as no browser is needed."""

from contextlib import closing

import numpy as np

from adr.select.tags import tag
from adr.store import Store
from adr.ui.dataset.ticks import tick, ticked
from adr.ui.parts.selection import clear_selection, select, selection


def said(at) -> str:
    return "\n".join(str(one.value) for kind in ("markdown", "caption") for one in at.get(kind))


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
