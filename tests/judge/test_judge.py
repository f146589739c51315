"""Judges: what they are asked, how they are compared with people, and when their accepts count."""

import json
import random

import pytest

from adr.errors import AdrError
from adr.judge.ask import ask
from adr.judge.scoring import ScoredCandidate, opinion
from adr.judge.seeing import prompt_hash, read_opinion
from adr.review.calibration import Compared, agreement, by_concept, calibration, kappa, threshold_for, wilson
from adr.review.exchange import import_verdicts
from adr.review.judge_rule import judge_rules, set_rule, withdraw
from adr.review.opinions import Opinion, give
from adr.review.verdicts import judge, resolve
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.judging import answering, make_candidates, review
from tests.worlds.language_server import scripted

NAME = "judge j"


@pytest.fixture
def world(tmp_path):
    workspace = Workspace.at(tmp_path / "workspace")
    store = Store.memory()
    yield store, workspace
    store.close()


def opinions_and_verdicts(store, names, pairs):
    """The judge's (judgement, confidence) and the person's judgement for the first candidates."""
    give(store, NAME, [Opinion(n, said, sure) for n, (said, sure, _) in zip(names, pairs, strict=False)])
    for name, (_, _, person) in zip(names, pairs, strict=False):
        judge(store, [name], person, "ada")


def test_read_opinion__replies():
    said = '{"judgement": "reject", "reason": "malformed", "confidence": 0.8}'
    assert read_opinion("c", f"Sure:\n```json\n{said}\n```") == Opinion("c", "reject", 0.8, "malformed")
    assert read_opinion("c", '{"judgement": "accept", "reason": "malformed", "confidence": 1}') == Opinion(
        "c", "accept", 1.0
    )
    assert read_opinion("c", '{"judgement": "reject", "reason": "ugly", "confidence": 7}') == Opinion(
        "c", "reject", 0.0, "other"
    )
    for unread in ("yes", "{", '{"judgement": "fine"}', "[1]"):
        assert read_opinion("c", unread) == Opinion("c", "unsure", 0.0, note="the reply cannot be read")


def test_scorer__opinions():
    assert opinion(ScoredCandidate("c", 0.9, 1, [])) == Opinion("c", "accept", 0.9)
    assert opinion(ScoredCandidate("c", 0.25, 5, [])) == Opinion("c", "reject", 0.75, "not_the_entity")
    assert opinion(ScoredCandidate("c", 0.4, 2, [])) == Opinion("c", "unsure", 0.4)
    assert opinion(ScoredCandidate("c", 0.9, 1, ["near_duplicate"])) == Opinion("c", "reject", 1.0, "near_duplicate")
    assert opinion(ScoredCandidate("c", None, None, [])).judgement == "unsure"


def test_calibration__figures_by_hand():
    """Ten candidates: both accept six, both reject two, the judge alone accepts one, the person alone one.
    Agreement 8/10; chance .7·.7 + .3·.3 = .58; kappa (.8 − .58) / .42 = .5238. Six of seven accepts are right."""
    words = [("accept", "accept")] * 6 + [("reject", "reject")] * 2 + [("reject", "accept"), ("accept", "reject")]
    rows = [Compared(str(n), "ab"[n % 2], person, said, 0.5) for n, (person, said) in enumerate(words)]
    assert agreement(rows) == 0.8
    assert kappa(rows) == pytest.approx(0.5238, abs=1e-4)
    accepts = [row for row in rows if row.judge == "accept"]
    assert [(c.name, c.accepts, c.right) for c in by_concept(accepts)] == [("a", 4, 3), ("b", 3, 3)]
    assert wilson(6, 7) == pytest.approx((0.4869, 0.9743), abs=1e-4)


def test_threshold__lowest_confidence_that_reaches_the_precision():
    """Thirty right accepts at .9, then at .5 ten of which four are wrong: 36 of 40 right is too few for .97."""
    rows = [Compared(str(n), "a", "accept", "accept", 0.9) for n in range(30)]
    rows += [Compared(str(n), "a", "reject" if n < 34 else "accept", "accept", 0.5) for n in range(30, 40)]
    assert threshold_for(rows, 0.97) == 0.9
    assert threshold_for(rows, 0.9) == 0.5
    assert threshold_for(rows[:19], 0.5) is None  # fewer than 20 accepts


def test_ask__writes_opinions_under_its_own_name_and_no_verdict(world, monkeypatch):
    """Three candidates; the picture goes with the request; asked again, nothing is left to ask."""
    store, workspace = world
    make_candidates(store, workspace.folder, 3)
    said = {0: ("accept", 0.9), 1: ("reject", 0.7), 2: ("unsure", 0.1)}
    with scripted(answering(said)) as (url, asked):
        monkeypatch.setenv("ADR_JUDGE_URL", url)
        monkeypatch.setenv("ADR_JUDGE", "sees")
        report = ask(store, workspace)
        again = ask(store, workspace)
    assert report.judge == f"judge sees, prompt {prompt_hash()}"
    assert (report.asked, report.opinions, report.accepted) == (3, {"accept": 1, "reject": 1, "unsure": 1}, 0)
    assert again.asked == 0
    assert len(asked) == 3
    image, text = asked[0]["body"]["messages"][1]["content"]
    assert image["image_url"]["url"].startswith("data:image/jpeg;base64,")
    assert "not_the_entity: it does not show the entity" in text["text"]
    assert store.rows("select judgement, reason, confidence from opinion order by candidate") == [
        ("accept", None, 0.9),
        ("reject", "not_the_entity", 0.7),
        ("unsure", None, 0.1),
    ]
    assert store.value("select count(*) from verdict") == 0


def test_set_rule__needs_fifty_compared_and_the_precision(world):
    store, workspace = world
    names = make_candidates(store, workspace.folder, 120)
    opinions_and_verdicts(store, names, [("accept", 0.9, "accept")] * 49)
    with pytest.raises(AdrError, match="compared with a person on 49 candidates; 50 are needed"):
        set_rule(store, NAME, "ada")
    opinions_and_verdicts(store, names[49:], [("accept", 0.9, "reject")] * 3)
    with pytest.raises(AdrError, match=r"No confidence of judge j reaches the precision 0\.97"):
        set_rule(store, NAME, "ada")
    assert set_rule(store, NAME, "ada", precision=0.9).threshold == 0.9


def test_set_rule__accepts_count_and_a_share_is_left_to_the_person(world):
    """100 more accepts at .9, ten at .5: the rule takes those at .9, except about a tenth and those with a flag."""
    store, workspace = world
    names = make_candidates(store, workspace.folder, 160)
    opinions_and_verdicts(store, names, [("accept", 0.9, "accept")] * 50)
    give(
        store,
        NAME,
        [Opinion(n, "accept", 0.9) for n in names[50:150]] + [Opinion(n, "accept", 0.5) for n in names[150:]],
    )
    store.execute("update candidate set flags = ['near_duplicate'] where candidate = $1", [names[50]])
    rule = set_rule(store, NAME, "ada")
    assert rule.rule == (
        "accepts of judge j with confidence >= 0.9, compared with a person for precision >= 0.97, 10% still shown"
    )
    given = store.rows("select reviewer, rule, candidate from verdict where rule is not null")
    assert {row[:2] for row in given} == {(NAME, rule.rule)}
    taken = {row[2] for row in given}
    assert 80 <= len(taken) <= 97
    assert taken <= set(names[51:150])
    assert rule.accepted == len(taken)
    judge(store, [min(taken)], "reject", "ada")  # a person's verdict wins
    assert store.value("select judgement from current_verdict where candidate = $1", [min(taken)]) == "reject"
    withdraw(store, rule.rule)
    assert store.value("select count(*) from current_verdict where rule is not null") == 0


def test_rule__stops_when_what_was_accepted_is_resolved_or_imported(world):
    """Two accepts that are still shown: one is rejected in a file, and one by a resolve after bob accepted it."""
    store, workspace = world
    names = make_candidates(store, workspace.folder, 200)
    opinions_and_verdicts(store, names, [("accept", 0.9, "accept")] * 50)
    give(store, NAME, [Opinion(n, "accept", 0.9) for n in names[50:]])
    file = workspace.folder / "verdicts.jsonl"
    for way in ("import", "resolve"):
        set_rule(store, NAME, "ada", precision=0.97)
        shown = [
            c for (c,) in store.rows("select candidate from candidate anti join current_verdict using (candidate)")
        ]
        judge(store, [shown[0]], "reject", "ada")
        assert judge_rules(store)[0].state == "active"
        if way == "import":
            said = {"candidate": shown[1], "judgement": "reject", "reviewer": "bob", "judged_at": "2026-01-01T00:00:00"}
            file.write_text(json.dumps(said) + "\n")
            assert import_verdicts(store, file).verdicts == 1
        else:
            judge(store, [shown[1]], "accept", "bob")
            resolve(store, shown[1], "reject", "ada")
        assert (judge_rules(store)[0].state, store.value("select count(*) from current_verdict where rule <> ''")) == (
            "stopped",
            0,
        )
        for rejected in shown[:2]:  # the person changes their mind, and the rule can be set again
            resolve(store, rejected, "accept", "ada")


def test_rule__stops_itself_when_its_precision_falls(world):
    """After 50 good accepts, the person rejects accepts that are still shown: with 48 of the last 50 right it stops,
    and what it gave is taken back."""
    store, workspace = world
    names = make_candidates(store, workspace.folder, 400)
    opinions_and_verdicts(store, names, [("accept", 0.9, "accept")] * 50)
    give(store, NAME, [Opinion(n, "accept", 0.9) for n in names[50:]])
    rule = set_rule(store, NAME, "ada")
    shown = [c for (c,) in store.rows("select candidate from candidate anti join current_verdict using (candidate)")]
    judge(store, [shown[0]], "reject", "ada")
    assert judge_rules(store)[0].state == "active"
    judge(store, [shown[1]], "reject", "ada")
    (stopped,) = judge_rules(store)
    assert (stopped.rule, stopped.state, stopped.accepted) == (rule.rule, "stopped", 0)
    assert stopped.why == "a person accepted 48 of its last 50 accepts"
    assert store.value("select count(*) from current_verdict where rule is not null") == 0
    assert store.value("select count(*) from verdict where rule = $1 and judgement = 'accept'", [rule.rule]) > 250


@pytest.mark.parametrize(("errors", "stops"), [(0.01, False), (0.3, True)])
def test_review__keystrokes_with_a_scripted_server(world, monkeypatch, errors, stops):
    """500 candidates of which 85 % are good. A judge that errs on one in a hundred saves 60 % of the keystrokes at 97 %
    precision; one that errs on three in ten is never trusted, or stopped, and accepts nothing."""
    store, workspace = world
    names = make_candidates(store, workspace.folder, 500)
    drawn = random.Random(5)
    good = {name: drawn.random() < 0.85 for name in names}
    said = {}
    for number, name in enumerate(names):
        right = drawn.random() >= errors
        accepts = good[name] == right
        said[number] = ("accept" if accepts else "reject", round(0.7 + 0.3 * drawn.random(), 2))
    with scripted(answering(said)) as (url, _):
        monkeypatch.setenv("ADR_JUDGE_URL", url)
        report = ask(store, workspace)
    found = review(store, report.judge, good)
    if stops:
        assert (found.accepted, found.keystrokes) == (0, 500)
    else:
        assert found.saved >= 0.6
        assert found.right / found.accepted >= 0.97


def test_calibration__nothing_compared(world):
    store, workspace = world
    make_candidates(store, workspace.folder, 2)
    found = calibration(store, NAME)
    assert (found.compared, found.agreement, found.threshold, found.waiting, found.ready) == (0, None, None, 2, False)
