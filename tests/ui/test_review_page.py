"""The Review page without a browser: empty, asking for a name, and each of its views on two candidates."""

from contextlib import closing

import pytest

from adr.review.verdicts import judge
from adr.store import Store

TALK = [{"role": "human", "text": "<image>\nWhat is this?"}, {"role": "gpt", "text": "An accordion."}]


@pytest.fixture
def two_candidates(small_workspace):
    """Candidates x0 (score 0.9) and x1 (score 0.1) of the entity accordion: 1 instance has it, 3 are wanted."""
    store = Store(small_workspace.database)
    accordion = store.value(
        "select entity from entity where perspective = perspective_number('object') and name = 'accordion'"
    )
    with store.atomic() as writer:
        writer.execute("insert into wanted values (1, $1, 1, 3, 2)", [accordion])
        for number, score in ((0, 0.9), (1, 0.1)):
            writer.execute(
                "insert into candidate (candidate, plan, slot, alternative, chosen, entity, entities, parent, "
                "generator, model, seed, prompt, image, score, turns, flags, created_at) values "
                "($1, 1, $2, 0, true, $3, [$4], 2, 'text-to-image', 'starter', 7, 'an accordion', "
                "'images/none.png', $5, $6, "
                "[], now())",
                [f"x{number}", number, accordion, accordion, score, TALK],
            )
    store.close()
    return small_workspace


def shown(at) -> str:
    return " ".join(
        element.value
        for kind in ("markdown", "info", "subheader", "error", "success", "toast")
        for element in at.get(kind)
    )


def test_empty__says_where_candidates_come_from(page):
    at = page("Review")
    assert not at.exception
    assert "No candidates yet" in shown(at) and "Synthesize page" in shown(at)


def test_name__is_asked_once(page, two_candidates):
    at = page("Review")
    assert not at.exception
    at.text_input(key="reviewer_typed").set_value("ann")
    at.button[0].click().run()
    assert not at.exception
    assert not at.text_input("reviewer_typed") if "reviewer_typed" in [t.key for t in at.text_input] else True
    assert at.session_state["ReviewState"].reviewer == "ann"


@pytest.mark.parametrize("look", ["Single", "Grid", "Rules", "Judge", "Concepts", "Reviewers", "Files"])
def test_views__draw(page, two_candidates, monkeypatch, look):
    monkeypatch.setenv("ADR_REVIEWER", "ann")
    at = page("Review", look=look)
    assert not at.exception
    if look == "Single":
        assert at.session_state["ReviewState"].card.shown == "x0"  # the best of two that add the same
    if look == "Rules":
        assert "**1** of 2 waiting candidates" in shown(at)  # score < 0.3
    if look == "Concepts":
        assert at.dataframe[0].value[["name", "have", "waiting", "to_go", "state"]].values.tolist() == [
            ["accordion", 1, 2, 2, "open"]
        ]


def test_address__shows_that_candidate(page, two_candidates, monkeypatch):
    monkeypatch.setenv("ADR_REVIEWER", "ann")
    assert page("Review", candidate="x1").session_state["ReviewState"].card.shown == "x1"
    assert page("Review", candidate="nonsense").session_state["ReviewState"].card.shown == "x0"


def test_address__a_link_replaces_what_was_shown_before(page, two_candidates, monkeypatch):
    monkeypatch.setenv("ADR_REVIEWER", "ann")
    at = page("Review")
    assert at.session_state["ReviewState"].card.shown == "x0"
    at.query_params["candidate"] = "x1"
    assert at.run().session_state["ReviewState"].card.shown == "x1"


def test_rules__apply_and_undo(page, two_candidates, monkeypatch):
    monkeypatch.setenv("ADR_REVIEWER", "ann")
    at = page("Review", look="Rules")
    at.button(key="rule_apply").click().run()
    assert not at.exception
    assert "**0** of 1 waiting" in shown(at)
    at.button(key="rule_undo").click().run()
    assert "**1** of 2 waiting" in shown(at)


def test_rules__without_scores_the_page_says_so(page, two_candidates, monkeypatch):
    monkeypatch.setenv("ADR_REVIEWER", "ann")
    with closing(Store(two_candidates.database)) as store:
        store.execute("update candidate set score = null")
    at = page("Review", look="Rules")
    assert "None of the waiting candidates has this score" in shown(at) and "review by eye" in shown(at)
    assert "**0** of 2 waiting" in shown(at) and at.button(key="rule_apply").disabled


def test_disputes__last_word(page, two_candidates, monkeypatch):
    monkeypatch.setenv("ADR_REVIEWER", "eve")
    store = Store(two_candidates.database)
    judge(store, ["x0"], "accept", "ann")
    judge(store, ["x0"], "reject", "bob")
    store.close()
    at = page("Review", look="Reviewers")
    assert "**1 disputed**" in shown(at)
    at.button(key="resolve accept x0").click().run()
    assert "**0 disputed**" in shown(at) and not at.exception
