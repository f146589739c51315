"""Review in a real browser: keys at full speed, undo, batches, edits, addresses, two reviewers, and a killed app."""

import time
from pathlib import Path

import pytest

from adr.store import Store
from tests.bench import review as bench
from tests.worlds import browser

pytestmark = [pytest.mark.browser, pytest.mark.skipif(browser.chromium() is None, reason=browser.MISSING)]


@pytest.fixture
def workspace(tmp_path) -> Path:
    folder = tmp_path / "review"
    bench.make_workspace(folder, 200)
    return folder


def open_review(chromium, address: str, name: str = "", query: str = ""):
    page = chromium.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(f"{address}/Review{query}")
    if name:
        page.get_by_placeholder("Your name").fill(name)
        page.get_by_role("button", name="Start").click()
        page.get_by_placeholder("Your name").wait_for(state="detached")
    page.wait_for_selector("#card[data-candidate], #grid .tile")
    if name:
        held(page)
    page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')")
    return page


def held(page) -> None:
    """Wait until the card that is shown is held by the reviewer; the one drawn before the name was given is not."""
    page.wait_for_function(
        """() => {
        const card = [...document.querySelectorAll('*')].map(e => e.shadowRoot?.querySelector('#card')).find(Boolean);
        const address = new URL(location).searchParams.get('candidate');
        return address && card && card.dataset.candidate === address;
    }"""
    )


def card(page, attribute: str) -> str:
    return page.locator("#card").get_attribute(f"data-{attribute}") or ""


def settled(page) -> None:
    """Wait until every key press has been answered."""
    page.wait_for_function(
        """() => {
        const card = [...document.querySelectorAll('*')].map(e => e.shadowRoot?.querySelector('#card')).find(Boolean);
        return card && card.dataset.waiting === '0' && card.dataset.idle === '1';
    }"""
    )


def verdicts(workspace: Path) -> list[tuple[str, str, str]]:
    store = Store(workspace / "adr.duckdb")
    rows = store.rows("select candidate, judgement, reviewer from verdict order by verdict")
    store.close()
    return rows


def test_keyboard__a_hundred_at_full_speed_then_undo_edit_and_reload(chromium, workspace):
    with browser.running_app(workspace, ADR_REVIEWER="ann") as address:
        page = open_review(chromium, address)
        pressed = [("a", "accept"), ("x", "reject"), ("u", "unsure"), ("2", "reject")] * 25
        for key, _ in pressed:
            page.keyboard.press(key)  # no pause: keys that are not sent yet wait in the card
        settled(page)
        for _ in range(10):
            page.keyboard.press("z")
        settled(page)
        shown = card(page, "candidate")
        # undo brought the 91st candidate back; its conversation is edited, and keys typed there do nothing else
        page.keyboard.press("e")
        area = page.locator("#card textarea").nth(1)
        area.fill("A thing, and a fire truck. A ladder. axuz 123")
        area.press("Escape")
        page.reload()
        page.wait_for_selector(f"#card[data-candidate='{shown}']")
        page.keyboard.press("e")
        name = page.locator("#card h2").inner_text()
        page.locator("#card textarea").nth(1).fill(f"It shows the {name}.")
        page.locator("#card textarea").nth(1).press("Control+Enter")
        settled(page)
        page.wait_for_selector("text=Edited by ann")
    rows = verdicts(workspace)
    judged = [(candidate, judgement) for candidate, judgement, _ in rows if judgement not in ("undo", "edit")]
    assert [judgement for _, judgement in judged] == [judgement for _, judgement in pressed]  # none lost, in order
    assert len({candidate for candidate, _ in judged}) == 100  # none judged twice
    undone = [candidate for candidate, judgement, _ in rows if judgement == "undo"]
    assert undone == [candidate for candidate, _ in reversed(judged)][:10]
    assert shown == undone[-1]
    assert [(c, r) for c, j, r in rows if j == "edit"] == [(shown, "ann")]


def test_name__is_remembered_and_looking_needs_none(chromium, workspace):
    with browser.running_app(workspace) as address:
        page = open_review(chromium, address, query="?look=Grid")  # without a name
        page.goto(f"{address}/Review")
        page.get_by_placeholder("Your name").fill("ann <b> ; é")
        page.get_by_role("button", name="Start").click()
        page.get_by_placeholder("Your name").wait_for(state="detached")
        page.wait_for_function("document.cookie.includes('adr_reviewer=ann')")
        page.reload()
        page.wait_for_selector("#card[data-candidate]")
        page.wait_for_timeout(1000)
        assert page.get_by_placeholder("Your name").count() == 0
        page.keyboard.press("a")
        settled(page)
    assert [(judgement, who) for _, judgement, who in verdicts(workspace)] == [("accept", "ann <b> ; é")]


def test_grid__a_batch_of_sixty_and_its_undo(chromium, workspace):
    with browser.running_app(workspace, ADR_REVIEWER="ann") as address:
        page = open_review(chromium, address, query="?look=Grid")
        page.keyboard.press("p")
        page.wait_for_selector("text=60 selected")
        page.keyboard.press("a")
        page.wait_for_selector("#grid .said:has-text('60 accepted')")
        page.keyboard.press("z")
        page.wait_for_selector("#grid .said:has-text('60 undone')")
        page.locator("#grid .tile").nth(2).click()
        page.locator("#grid .tile").nth(5).click(modifiers=["Shift"])
        page.wait_for_selector("text=4 selected")
        page.keyboard.press("x")
        page.wait_for_selector("#grid .said:has-text('4 rejected')")
    kinds = [judgement for _, judgement, _ in verdicts(workspace)]
    assert kinds == ["accept"] * 60 + ["undo"] * 60 + ["reject"] * 4


def test_two_reviewers__no_candidate_is_judged_twice(chromium, workspace):
    with browser.running_app(workspace) as address:
        ann, bob = open_review(chromium, address, "ann"), open_review(chromium, address, "bob")
        for _ in range(20):
            ann.keyboard.press("a")
            bob.keyboard.press("x")
        settled(ann)
        settled(bob)
    rows = verdicts(workspace)
    assert len({candidate for candidate, _, _ in rows}) == 40 == len(rows)
    assert {(judgement, who) for _, judgement, who in rows} == {("accept", "ann"), ("reject", "bob")}


def test_killed__every_acknowledged_verdict_is_there(chromium, workspace):
    """The app is killed (-9) in the middle of a fast review, ten times; every acknowledged verdict is on disk."""
    port = browser.free_port()
    acknowledged: list[str] = []
    for round_ in range(10):
        app = browser.start_app(workspace, port, ADR_REVIEWER="ann")
        try:
            page = open_review(chromium, f"http://127.0.0.1:{port}")
            before = card(page, "candidate")
            for _ in range(3 + round_ % 4):
                page.keyboard.press("a")
            deadline = time.monotonic() + 300
            while card(page, "candidate") == before and time.monotonic() < deadline:
                page.wait_for_timeout(10)
            page.wait_for_timeout(40 * (round_ % 3))
        finally:
            app.kill()
            app.wait()
        now = card(page, "candidate")  # it is on screen, so all before it were answered
        page.context.close()
        assert now != before
        acknowledged.append(before)
    kept = [candidate for candidate, judgement, _ in verdicts(workspace) if judgement == "accept"]
    assert set(acknowledged) <= set(kept)
    assert len(kept) == len(set(kept))


def test_single__a_card_is_shown_without_a_name_and_a_verdict_asks_for_one(chromium, workspace) -> None:
    with browser.running_app(workspace) as address:
        page = open_review(chromium, address)
        assert page.get_by_placeholder("Your name").count() == 1
        first = card(page, "candidate")
        page.locator("#card").click(position={"x": 5, "y": 5})
        page.keyboard.press("a")
        page.get_by_text("you have not given yours").wait_for()
        assert card(page, "candidate") == first
        page.get_by_placeholder("Your name").fill("ann aaa")  # the letters are no verdicts
        page.get_by_role("button", name="Start").click()
        page.get_by_placeholder("Your name").wait_for(state="detached")
        settled(page)
        page.locator("#card").click(position={"x": 5, "y": 5})
        page.keyboard.press("a")
        settled(page)
    assert [(who, judgement) for _, judgement, who in verdicts(workspace)] == [("ann aaa", "accept")]
