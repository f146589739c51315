"""The reservoir and the judge on their pages, without a browser."""

import pytest

from adr.reservoir.read import read_reservoir
from adr.review.opinions import Opinion, give
from adr.review.verdicts import judge
from adr.store import Store
from adr.synthesize.collect import collect
from adr.synthesize.generate import generate
from adr.synthesize.plan import plan
from tests.worlds.judging import make_candidates
from tests.worlds.reservoir import make_run


def shown(at) -> str:
    return " ".join(
        element.value
        for kind in ("markdown", "info", "caption", "error", "success", "toast")
        for element in at.get(kind)
    )


@pytest.fixture
def with_reservoir(empty_workspace, tmp_path):
    """Run 1 of the dataset of `tests.worlds.reservoir`, whose second set is the reservoir; two rows are retrieved."""
    store = Store(empty_workspace.database)
    _, more = make_run(store, tmp_path)
    read_reservoir(store, empty_workspace, more, tmp_path / "more")
    plan(store, empty_workspace, 1, generator="retrieve", budget=9, scorer="none")
    generate(store, empty_workspace, 1)
    collect(store, empty_workspace, 1)
    store.close()
    return empty_workspace


def test_dataset__says_what_the_reservoir_holds_and_removes_it(page, with_reservoir) -> None:
    at = page("Dataset", view="reservoir")
    assert not at.exception
    assert "**6 rows**" in shown(at) and "**5** have one picture on disk" in shown(at)
    at.button(key="remove_reservoir").click().run()
    assert not at.exception
    assert "A second set of real rows" in shown(at)
    assert at.button(key="read_reservoir").disabled  # no file is named yet


def test_synthesize__offers_retrieve_first_and_says_what_it_plans(page, with_reservoir) -> None:
    at = page("Synthesize", plan="new")
    assert not at.exception
    assert at.selectbox(key="plan_generator").value == "retrieve"
    assert "At most **1** row of the reservoir; nothing is generated." in shown(at)
    at = page("Synthesize", plan="1")
    assert not at.exception
    assert "rows of the reservoir more" in shown(at)


def test_review__a_retrieved_row_is_accepted_by_a_rule_on_flags(page, with_reservoir, monkeypatch) -> None:
    monkeypatch.setenv("ADR_REVIEWER", "ann")
    assert not page("Review").exception
    at = page("Review", look="Rules")
    at.selectbox(key="rule_judgement").set_value("accept").run()
    at.selectbox(key="rule_score").set_value("flags").run()
    at.selectbox(key="rule_side").set_value("<=").run()
    assert not at.exception
    assert "**2** of 2 waiting candidates" in shown(at)
    at.button(key="rule_apply").click().run()
    store = Store(with_reservoir.database)
    assert store.rows("select distinct judgement, rule from current_verdict") == [("accept", "accept where flags <= 0")]
    store.close()


def test_judge__compares_and_lets_its_accepts_count(page, empty_workspace, monkeypatch) -> None:
    """Fifty compared, all right: the button is enabled and accepts the waiting ones but for the share."""
    monkeypatch.setenv("ADR_REVIEWER", "ann")
    store = Store(empty_workspace.database)
    names = make_candidates(store, empty_workspace.folder, 90)
    give(store, "judge j", [Opinion(name, "accept", 0.9) for name in names])
    for name in names[:49]:
        judge(store, [name], "accept", "ann")
    store.close()
    at = page("Review", look="Judge")
    assert not at.exception
    assert at.button(key="judge_trust").disabled
    assert "1 more candidate must be judged" in shown(at)
    store = Store(empty_workspace.database)
    judge(store, [names[49]], "accept", "ann")
    store.close()
    at = page("Review", look="Judge")
    at.button(key="judge_trust").click().run()
    assert not at.exception
    assert "**Counts**" in shown(at)
    store = Store(empty_workspace.database)
    assert 30 <= store.value("select count(*) from current_verdict where reviewer = 'judge j'") < 40
    store.close()
    at.button(key="judge_withdraw 0").click().run()
    assert "**Withdrawn**" in shown(at)
