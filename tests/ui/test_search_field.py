"""The field in the sidebar: where it leads, from any page."""

import pytest

from adr.workspace import Workspace


def typed(at, text: str):
    return at.text_input(key="search from everywhere").set_value(text).run()


def address(at) -> dict[str, str]:
    return {name: value if isinstance(value, str) else value[-1] for name, value in dict(at.query_params).items()}


@pytest.mark.parametrize("text", ["3", "#3", " 3 "])
def test_search_field__a_position_opens_the_instance(page, small_workspace: Workspace, text: str) -> None:
    at = typed(page("Rebalance"), text)
    assert not at.exception and address(at) == {"instance": "3"}
    assert [one.value for one in at.title] == ["Instance 3"]
    assert at.text_input(key="search from everywhere").value == ""


@pytest.mark.parametrize("text", ["object:dog and not object:cat", '"bus"', "12 dogs"])
def test_search_field__anything_else_is_found_on_dataset(page, small_workspace: Workspace, text: str) -> None:
    at = typed(page("Overview"), text)
    assert not at.exception and address(at)["find"] == text
    assert [one.value for one in at.title] == ["Dataset"]
    assert at.text_input(key="find field").value == text


def test_search_field__a_filter_that_cannot_be_read_is_said_there(page, small_workspace: Workspace) -> None:
    at = typed(page("Export"), "dog and")
    assert [one.value for one in at.error] == ["The filter cannot be read at its end: a condition is missing here."]


def test_search_field__not_without_a_dataset(page, empty_workspace: Workspace) -> None:
    assert "search from everywhere" not in [one.key for one in page("Overview").text_input]
