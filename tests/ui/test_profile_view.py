"""The view "What it is like" of the Dataset page."""

from adr.select.filter_text import parse
from adr.ui.dataset.profile_chart import Bar, bars_of
from adr.workspace import Workspace
from tests.worlds.pages import finished


def test_bars_of__by_hand():
    found = bars_of("turns", {2: 5, 3: 1, 9: 2}, (0, 2, 3, 5, 7, 20))
    assert found == [
        Bar("2", 5, "turns=2"),
        Bar("3–4", 1, "turns>=3 and turns<5"),
        Bar("5–6", 0, "turns>=5 and turns<7"),
        Bar("7–19", 2, "turns>=7 and turns<20"),
    ]
    assert bars_of("words", {70: 1}, (0, 50)) == [Bar("50 or more", 1, "words>=50")]
    assert [parse(one.filter) for one in found]


def test_view__counts_words_once_asked(page, small_workspace: Workspace) -> None:
    at = page("Dataset", view="profile")
    assert not at.exception and len(at.get("plotly_chart")) == 1
    table = at.dataframe[0].value
    assert list(table["Instances"]) == [6] and "Words, median" not in table
    at = finished(at.button(key="prepare search").click().run(), small_workspace)
    assert not at.exception and len(at.get("plotly_chart")) == 2
    assert list(at.dataframe[0].value["Words, median"]) == [10.5]
