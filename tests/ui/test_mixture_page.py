"""The board of the mixture on the Rebalance page: its steps by hand, its controls by AppTest, its bars in a browser.

Forms of question in the small workspace: "what color" in two instances, four others in one each, six in all.
"""

import json
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adr.cli import main
from adr.errors import AdrError
from adr.perspectives import PAPER_NAMES, indexed
from adr.rebalance.engine import Engine
from adr.rebalance.mixture_bars import effect_on, listed_too, sides_of
from adr.rebalance.preview import MixtureEffect, ValueEffect
from adr.recipe import Recipe
from adr.recipe_mixture import Mixture
from adr.store import Store
from adr.ui.rebalance.address import from_address, to_address
from adr.ui.rebalance.mixture_steps import (
    counted_in_rows,
    counted_in_shares,
    shares_shown,
    with_named,
    with_preset,
    with_rows_of,
    with_share_of,
    with_size,
    without_value,
)
from tests.worlds import browser
from tests.worlds.zoo import fill

ALL = Recipe(min_passes=0)
POOL = {"a": 50, "b": 30, "c": 10, None: 10}


def effect(shares: dict[str, float] | None = None, pool: dict[str | None, int] | None = None) -> MixtureEffect:
    """What a mixture with these shares does to the pool, whole rows left aside."""
    shares, pool = shares or {}, pool or POOL
    left = sum(rows for value, rows in pool.items() if value not in shares)
    each = (1 - sum(shares.values())) / left if left else 0
    wanted = {value: round(100 * (shares[value] if value in shares else each * rows)) for value, rows in pool.items()}
    values = [ValueEffect(v, v in shares, rows, rows, wanted[v], wanted[v]) for v, rows in pool.items()]
    return MixtureEffect("object", sum(wanted.values()), tuple(values), 0, 0, 0, (), bool(shares))


def mixed(**shares: float) -> Recipe:
    return Recipe(min_passes=0, mixture=Mixture("object", shares=shares))


def shares_of(recipe: Recipe) -> dict[str, float]:
    assert recipe.mixture is not None
    return dict(recipe.mixture.shares)


def recipe_of(at) -> Recipe:
    return from_address({k: v[0] if isinstance(v, list) else v for k, v in at.query_params.items()})


def board_of(at) -> dict:
    found = (json.loads(one.proto.json) for one in at.get("bidi_component") if one.proto.json)
    return next(data for data in found if "bars" in data)


def texts(at) -> str:
    return " ".join(str(e.value) for kind in (at.markdown, at.caption, at.info, at.error) for e in kind)


# ---- steps


def test_shares_shown__of_values_that_are_not_named_are_in_proportion() -> None:
    shown, unlisted = shares_shown(effect({"a": 0.2}), Mixture("object", shares={"a": 0.2}))
    assert shown == pytest.approx({"a": 0.2, "b": 0.48, "c": 0.16, None: 0.16}) and unlisted == 0
    assert shares_shown(effect(), None)[0] == {"a": 0.5, "b": 0.3, "c": 0.1, None: 0.1}


def test_with_share_of__others_that_are_not_named_follow_by_themselves() -> None:
    assert shares_of(with_share_of(ALL, effect(), "a", 0.2)) == {"a": 0.2}


def test_with_share_of__named_values_share_what_is_left_in_their_proportions() -> None:
    """b had 0.3 of the 0.5 beside a; of 0.8 it has 0.48."""
    recipe, before = mixed(a=0.5, b=0.3), effect({"a": 0.5, "b": 0.3})
    assert shares_of(with_share_of(recipe, before, "a", 0.2)) == {"a": 0.2, "b": 0.48}


def test_with_share_of__locked_values_keep_theirs() -> None:
    recipe, before = mixed(a=0.5, b=0.3), effect({"a": 0.5, "b": 0.3})
    assert shares_of(with_share_of(recipe, before, "a", 0.2, ["b"])) == {"a": 0.2, "b": 0.3}
    assert shares_of(with_share_of(recipe, before, "a", 0.9, ["b"])) == {"a": 0.7, "b": 0.3}


def test_with_share_of__the_only_free_value_gets_all_that_is_left() -> None:
    pool = {"a": 50, "b": 50}
    moved = with_share_of(mixed(a=0.5, b=0.5), effect({"a": 0.5, "b": 0.5}, pool), "a", 0.1, ["b"])
    assert shares_of(moved) == {"a": 0.5, "b": 0.5}
    assert shares_of(with_share_of(ALL, effect(pool={"a": 50}), "a", 0.1)) == {"a": 1}


@given(
    st.lists(st.integers(1, 9), min_size=2, max_size=60), st.floats(0, 1), st.sets(st.integers(0, 59)), st.booleans()
)
def test_with_share_of__is_a_mixture_and_keeps_locks_and_proportions(parts, share, numbers, all_named) -> None:
    names = [f"v{i}" for i in range(len(parts))]
    total = sum(parts) + (0 if all_named else 5)
    shares = {name: part / total for name, part in zip(names, parts, strict=True)}
    pool = {**dict.fromkeys(names, 10), **({} if all_named else {None: 10})}
    locked = {names[i] for i in numbers if 0 < i < len(names)}
    made = shares_of(with_share_of(mixed(**shares), effect(shares, pool), "v0", share, locked))
    assert all(made[name] == pytest.approx(shares[name], abs=1e-11) for name in locked)
    free = [name for name in names[1:] if name not in locked]
    factors = [made[name] / shares[name] for name in free]
    assert all(factor == pytest.approx(factors[0], abs=1e-9) for factor in factors)
    assert not all_named or math.fsum(made.values()) == pytest.approx(1, abs=1e-9)


def test_steps__name_release_rows_and_size() -> None:
    named = with_named(ALL, effect(), "b")
    assert shares_of(named) == {"b": 0.3} and with_named(named, effect({"b": 0.3}), "b") is named
    assert without_value(named, "b") == ALL
    rows = with_rows_of(with_rows_of(ALL, "object", "a", 7), "object", "b", 3)
    assert rows.mixture == Mixture("object", sizes={"a": 7, "b": 3})
    assert with_size(ALL, "object", 40).mixture == Mixture("object", size=40)
    assert with_size(with_size(ALL, "object", 40), "object", None) == ALL
    assert with_size(named, "object", 40).mixture == Mixture("object", shares={"b": 0.3}, size=40)


def test_steps__shares_become_rows_and_back() -> None:
    rows = counted_in_rows(mixed(a=0.2), effect({"a": 0.2}))
    assert rows.mixture == Mixture("object", sizes={"a": 20})
    assert counted_in_shares(rows, effect({"a": 0.2})).mixture == Mixture("object", shares={"a": 0.2})
    assert counted_in_rows(ALL, effect()) == ALL == counted_in_shares(ALL, effect())


def test_with_preset__shares_out_what_locked_values_leave() -> None:
    """Equal shares of 0.3 leave 0.1 to those without a value; b keeps 0.5, so a and c share 0.4."""
    preset = {"a": 0.3, "b": 0.3, "c": 0.3}
    assert shares_of(with_preset(ALL, effect(), preset)) == preset
    kept = with_preset(mixed(b=0.5), effect({"b": 0.5}), preset, ["b"])
    assert shares_of(kept) == pytest.approx({"a": 0.2, "b": 0.5, "c": 0.2})


# ---- what the engine says to the board


def test_effect_on__without_a_mixture_is_the_pool() -> None:
    engine = Engine(fill([{"object": ["cat"]}, {"object": ["cat"]}, {"object": ["dog"]}, {}]))
    told = effect_on(engine, engine.preview(ALL), "object")
    assert [(v.value, v.before, v.pool, v.wanted, v.given) for v in told.values] == [
        ("cat", 2, 2, 2, 2),
        ("dog", 1, 1, 1, 1),
        (None, 1, 1, 1, 1),
    ]
    assert (told.size, told.notices, told.binds) == (4, (), False)
    assert listed_too(engine, told, engine.preview(ALL), "Dog") == ("dog", 1)
    with pytest.raises(AdrError, match="No instance has 'owl' as its value"):
        listed_too(engine, told, engine.preview(ALL), "owl")


def test_sides_of__say_what_the_mixture_does_to_the_others() -> None:
    """Without cats nobody is asked "which"."""
    rows = [{"object": ["cat"], "interrogation": ["which"]}, {"object": ["dog"], "interrogation": ["what"]}]
    engine = Engine(fill(rows))
    recipe = Recipe(min_passes=0, mixture=Mixture("object", sizes={"cat": 0}))
    sides = {side.perspective: side for side in sides_of(engine, engine.preview(recipe), "object")}
    assert set(sides) == set(PAPER_NAMES) - {"object"}
    asked = sides["interrogation"]
    assert (asked.before.entities, asked.without.lost, asked.mixed.lost) == (2, 0, 1)


# ---- the page


def test_mixture__a_preset_is_set_shown_and_undone(small_workspace, page) -> None:
    at = page("Rebalance", part="mixture", mixed="interrogation", need="0")
    shown = board_of(at)
    assert [(bar["label"], bar["pool"], bar["named"]) for bar in shown["bars"]][:2] == [
        ("what color", 2, False),
        ("be there", 1, False),
    ]
    at.button(key="mixture All equal").click().run()
    assert not at.exception
    assert shares_of(recipe_of(at)) == dict.fromkeys(["what color", "be there", "describe", "how many", "what be"], 0.2)
    shown = board_of(at)
    assert (shown["wanted"], shown["given"], shown["pool"]) == (5, 5, 6)
    assert [bar["wanted"] for bar in shown["bars"]] == [1, 1, 1, 1, 1]
    at.button(key="undo").click().run()
    assert recipe_of(at) == ALL and board_of(at)["wanted"] == 6


def test_mixture__what_leaves_and_what_cannot_be_reached_is_said(small_workspace, page) -> None:
    told = to_address(Recipe(min_passes=0, mixture=Mixture("interrogation", shares={"what color": 1.0}, size=3)))
    at = page("Rebalance", part="mixture", **told)
    assert board_of(at)["notices"] == [
        "The named shares sum to 1: 4 other values of interrogation leave, with 4 rows.",
        "“what color” of interrogation lacks rows: 3 rows wanted, 2 given. It has 2 before the mixture.",
    ]
    at.number_input(key="mixture repeat").set_value(2).run()
    assert recipe_of(at).mixture.repeat == 2 and board_of(at)["given"] == 3


def test_mixture__size_mode_and_none(small_workspace, page) -> None:
    at = page("Rebalance", part="mixture", mixed="interrogation", need="0")
    at.checkbox(key="mixture largest").uncheck().run()
    assert recipe_of(at).mixture == Mixture("interrogation", size=6)
    at.number_input(key="mixture size").set_value(3).run()
    assert recipe_of(at).mixture == Mixture("interrogation", size=3) and board_of(at)["given"] == 3
    at.button(key="mixture none").click().run()
    assert not at.exception and recipe_of(at) == ALL


def test_mixture__numbers_of_rows_are_shown_as_rows(small_workspace, page) -> None:
    told = to_address(Recipe(min_passes=0, mixture=Mixture("interrogation", sizes={"what color": 1})))
    shown = board_of(page("Rebalance", part="mixture", **told))
    assert (shown["mode"], shown["wanted"], shown["bars"][0]["wanted"]) == ("rows", 5, 1)


def test_mixture__another_perspective_is_shown_before_its_mixture_replaces_the_former(small_workspace, page) -> None:
    told = to_address(Recipe(min_passes=0, mixture=Mixture("interrogation", sizes={"what color": 1})))
    at = page("Rebalance", part="mixture", mixed="object", **told)
    assert "The recipe mixes Interrogations." in texts(at)
    assert [bar["label"] for bar in board_of(at)["bars"]] == ["dog", "cat", "(no object)"]
    at.button(key="mixture As it is").click().run()
    assert recipe_of(at).mixture == Mixture("object", shares={"dog": round(4 / 6, 12), "cat": round(1 / 6, 12)})


def test_mixture__locks_and_nonsense_in_the_address(small_workspace, page) -> None:
    told = to_address(Recipe(min_passes=0, mixture=Mixture("interrogation", shares={"describe": 0.5})))
    at = page("Rebalance", part="mixture", locked='["describe","be there"]', **told)
    assert [bar["label"] for bar in board_of(at)["bars"] if bar["locked"]] == ["describe"]
    for nonsense in ("[", "{}", "[1]", "null", "[" * 9000):
        at = page("Rebalance", part="mixture", mixed="colour", locked=nonsense, need="0")
        assert not at.exception and not any(bar["locked"] for bar in board_of(at)["bars"])


def test_mixture__perspectives_that_the_index_lacks_are_read_by_one_button(empty_workspace, page, tmp_path) -> None:
    talk = [{"from": "human", "value": "What is it?"}, {"from": "gpt", "value": "A dog."}]
    (tmp_path / "two.json").write_text(
        json.dumps([{"id": "0", "conversations": talk}, {"id": "1", "conversations": talk}])
    )
    folder = str(empty_workspace.folder)
    assert main(["ingest", str(tmp_path / "two.json"), "-w", folder, "--quiet"]) == 0
    assert main(["index", "-w", folder, "--quiet"]) == 0
    at = page("Rebalance", part="mixture", need="0")
    read = at.button(key="mixture read")
    assert read.label == "Read sources, styles, languages and lengths"
    read.click().run()
    for _ in range(60):
        if "mixture read" not in [button.key for button in at.button]:
            break
        at.run()
    assert not at.exception and not at.error
    store = Store(empty_workspace.database)
    assert {"source", "style", "language", "length"} <= set(indexed(store))
    store.close()
    assert board_of(at)["title"] == "Sources"
    at = page("Rebalance", part="mixture", mixed="co_occurrence", need="0")
    assert not at.exception and "Co-occurrences: no instance has any" in texts(at)


# ---- in a browser


@pytest.fixture
def address(small_workspace):
    with browser.running_app(small_workspace.folder) as address:
        yield address


@pytest.mark.browser
@pytest.mark.skipif(browser.chromium() is None, reason=browser.MISSING)
def test_bars__follow_the_hand_and_the_server_answers(chromium, address) -> None:
    """Dragged: numbers are marked ≈ before release, then exact; undo; typed, locked and moved by keys."""
    page = chromium.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{address}/Rebalance?part=mixture&mixed=interrogation&need=0")
    bar = page.get_by_role("slider", name="wanted share of what color", exact=True)
    bar.scroll_into_view_if_needed()
    browser.still(page)
    place = bar.bounding_box()
    y = place["y"] + place["height"] / 2
    page.mouse.move(place["x"] + place["width"] * 0.8, y)
    page.mouse.down()
    page.mouse.move(place["x"] + place["width"] * 0.25, y, steps=5)
    page.get_by_text(re.compile("^≈ .* rows wanted in all")).wait_for()
    dragged = float(bar.get_attribute("aria-valuenow"))
    assert dragged < 20 and "mixture=" not in page.url
    page.mouse.up()
    page.wait_for_url("**mixture=**")
    page.get_by_text(re.compile("^[0-9]+ rows wanted in all")).wait_for()
    assert float(bar.get_attribute("aria-valuenow")) == dragged
    page.get_by_role("button", name=re.compile("^undo", re.I)).first.click()
    page.wait_for_url(lambda url: "mixture=" not in url)
    page.get_by_label("wanted share in percent of describe").fill("40")
    page.get_by_label("wanted share in percent of describe").press("Enter")
    page.get_by_role("slider", name="wanted share of describe", exact=True).and_(
        page.locator("[aria-valuenow='40']")
    ).wait_for()
    page.get_by_label("lock the share of describe").click()
    page.wait_for_url("**locked=**")
    bar.focus()
    bar.press("End")
    page.get_by_role("slider", name="wanted share of what color", exact=True).and_(
        page.locator("[aria-valuenow='60']")
    ).wait_for()
    page.close()
