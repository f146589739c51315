"""The Rebalance page: its address and history, every part with the small workspace, and the board in a browser."""

import base64
import json
import math
import re
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adr.perspectives import PAPER_NAMES
from adr.rebalance.engine import Engine
from adr.rebalance.outlook import with_caps
from adr.rebalance.runs import rebalance, runs
from adr.recipe import Recipe
from adr.recipe_mixture import Mixture
from adr.store import Store
from adr.ui.rebalance.address import from_address, to_address
from adr.ui.rebalance.compare import packed, unpacked
from adr.ui.rebalance.steps import released, with_limit, with_notes, with_share, with_tau
from tests.worlds import browser
from tests.worlds.zoo import recipes

CAPS = Recipe(
    min_passes=2,
    tau={"object": 2},
    mute={"object": ["dog"]},
    protect={"object": ["cat"]},
    own_tau={"token": {"sofa": 7}},
    at_most={"token": {"garden": 2}},
    notes={"object": {"dog": "too many – „Hunde“"}},
)


def told(at, of: str) -> dict:
    """The data of the component that has `of` among them."""
    found = (json.loads(one.proto.json) for one in at.get("bidi_component"))
    return next(data for data in found if of in data)


def texts(at) -> str:
    return " ".join(
        str(e.value) for kind in (at.markdown, at.caption, at.title, at.info, at.error, at.success) for e in kind
    )


@settings(max_examples=60, deadline=None)
@given(recipes(), st.dictionaries(st.sampled_from(PAPER_NAMES), st.sampled_from([0.0, 0.05, 0.333, 1.0])))
def test_address__holds_the_whole_recipe(recipe, shares):
    tau = {p: t for p, t in recipe.tau.items() if p not in shares and not math.isinf(t)}
    asked = Recipe(
        seed=recipe.seed,
        min_passes=recipe.min_passes,
        alpha=recipe.alpha,
        perspectives=recipe.perspectives,
        pass_rule=recipe.pass_rule,
        repeat=recipe.repeat,
        own_tau=recipe.own_tau,
        mute=recipe.mute,
        protect=recipe.protect,
        at_most=recipe.at_most,
        tail_share=shares,
        tau=tau,
    )
    assert from_address(to_address(asked)) == asked
    assert unpacked(packed(asked)) == asked


def test_address__says_only_what_differs_and_survives_nonsense():
    assert to_address(Recipe()) == {}
    assert to_address(Recipe(tau={"token": 120}, tail_share={"object": 0.2}, min_passes=2)) == {
        "token": "120",
        "object": "20%",
        "need": "2",
    }
    assert from_address(to_address(CAPS)) == CAPS
    nonsense = {
        "token": "x",
        "object": "-3",
        "pair": "nan",
        "asking": "400%",
        "need": "9",
        "alpha": "2",
        "seed": "-1",
        "rule": "most",
        "use": "colour",
        "repeat": "x",
        "caps": "%%%",
        "entities": "eJw=",
        "other": "1",
    }
    assert from_address(nonsense) == Recipe()
    assert from_address({**nonsense, "token": "7"}) == Recipe(tau={"token": 7})
    assert unpacked("nonsense") is None


def test_recipe_steps__tau_share_and_caps():
    recipe = with_share(with_tau(Recipe(), "token", 12.0), "object", 0.3)
    assert (dict(recipe.tau), dict(recipe.tail_share)) == ({"token": 12}, {"object": 0.3})
    assert with_tau(recipe, "object", 5.0).tail_share == {}
    capped = with_caps(with_caps(Recipe(), "object", {"dog": 0, "cat": 3}), "object", {"dog": None})
    assert capped.at_most == {"object": {"cat": 3}}
    quiet = with_limit(with_limit(capped, "object", ["dog", "sofa"], 0.0), "object", ["sofa"], math.inf)
    assert (quiet.mute, quiet.protect) == ({"object": ("dog",)}, {"object": ("sofa",)})
    noted = with_notes(with_limit(quiet, "object", ["dog"], 7.0), "object", {"dog": "head"})
    assert (noted.mute, noted.own_tau, noted.notes) == ({}, {"object": {"dog": 7.0}}, {"object": {"dog": "head"}})
    assert released(noted, "object", ["dog", "cat", "sofa"]) == Recipe()


def test_address__a_link_of_an_earlier_version_says_what_its_caps_are():
    said = {"caps": {"object": {"dog": 0, "cat": "inf"}, "token": {"sofa": 7}}, "notes": {"object": {"dog": "head"}}}
    link = base64.urlsafe_b64encode(zlib.compress(json.dumps(said).encode())).decode().rstrip("=")
    recipe = from_address({"caps": link})
    assert recipe == Recipe(
        mute={"object": ["dog"]},
        protect={"object": ["cat"]},
        own_tau={"token": {"sofa": 7}},
        notes={"object": {"dog": "head"}},
    )
    assert recipe.remarks[0].startswith("This link has the older key `caps`")
    assert "caps" not in to_address(recipe)


def test_rebalance__empty_workspace_says_what_to_do(empty_workspace, page):
    at = page("Rebalance")
    assert not at.exception and "workspace is empty" in at.info[0].value


@pytest.mark.parametrize("part", ["instances", "caps", "mixture", "backwards", "compare", "runs"])
def test_rebalance__every_part_by_its_address(small_workspace, page, part):
    at = page("Rebalance", part=part, **to_address(CAPS))
    assert not at.exception and not at.error
    shown = told(at, "perspectives")
    store = Store(small_workspace.database)
    preview = Engine(store).preview(CAPS)
    store.close()
    assert (shown["size"], shown["total"]) == (preview.size, 6)
    assert [p["tau"] for p in shown["perspectives"]] == [preview.tau[p] for p in PAPER_NAMES]
    assert told(at, "repeated")["size"] == preview.size
    assert shown["perspectives"][1]["after"][0] == max(preview.after["object"])


def test_rebalance__a_mixture_by_its_address(small_workspace, page):
    """The page shows what the engine keeps, what the mixture asks for, and why an instance is not there."""
    mixed = Recipe(min_passes=0, mixture=Mixture("object", shares={"unicorn": 0.5}, size=2))
    at = page("Rebalance", part="caps", **to_address(mixed))
    assert not at.exception and not at.error
    store = Store(small_workspace.database)
    preview = Engine(store).preview(mixed)
    store.close()
    assert told(at, "repeated")["size"] == preview.size == 1
    assert "**Mixture:** mixed by object: unicorn 50 %, others in proportion, 2 rows in all." in texts(at)
    assert "has no rows to give: 1 row wanted." in texts(at)
    why = page("Rebalance", instance=str(int(np.flatnonzero(~preview.kept)[0])), show="dropped", **to_address(mixed))
    assert not why.exception and "Dropped by the mixture" in texts(why)


def test_rebalance__why_of_one_instance(small_workspace, page):
    at = page("Rebalance", instance="4", show="kept")
    assert not at.exception and "Instance 4" in texts(at)
    frames = [f.value for f in at.dataframe]
    assert set(frames[0]["perspective"]) == {"Tokens", "Objects", "Co-occurrences", "Interrogations"}
    assert {"garden", "dog"} <= set(frames[1]["entity"])


def test_rebalance__mute_the_entities_found(small_workspace, page):
    at = page("Rebalance", part="caps", of="object", find="o")  # accordion, dog, sofa
    at.button(key="caps Mute").click().run()
    assert not at.exception
    recipe = from_address({k: v[0] if isinstance(v, list) else v for k, v in at.query_params.items()})
    assert recipe.mute == {"object": ("accordion", "dog", "sofa")}
    assert "3 muted" in texts(at)
    at.button(key="undo").click().run()
    assert "entities" not in at.query_params
    at.button(key="redo").click().run()
    assert "entities" in at.query_params


def test_rebalance__backwards_answer_can_be_used(small_workspace, page):
    at = page("Rebalance", part="backwards")
    at.number_input(key="size wanted").set_value(3).run()
    at.button(key="find tau").click().run()
    assert not at.exception and "3 instances" in texts(at)
    at.button(key="use answer").click().run()
    assert told(at, "repeated")["size"] == 3


def test_rebalance__apply_writes_the_run_shown_and_it_can_be_deleted(small_workspace, page):
    at = page("Rebalance", part="caps", **to_address(CAPS))
    at.text_input(key="run name").set_value("by hand").run()
    at.button(key="apply").click().run()
    for _ in range(40):
        if "is written" in texts(at):
            break
        at.run()
    assert not at.exception
    size = told(at, "repeated")["size"]
    assert f"**Run 1 is written:** {size} kept, {6 - size} dropped." in texts(at)
    at.button(key="see run").click().run()
    frame = next(f.value for f in at.dataframe if "lost at random" in f.value)
    assert (frame["name"].tolist(), frame["kept"].tolist()) == (["by hand"], [size])
    at.button(key="delete").click().run()
    assert not at.exception and "No run yet" in texts(at)


def test_rebalance__a_link_opens_what_it_says_after_a_run_was_applied(small_workspace, page):
    """A run applied by one session: another one that opens a link is not sent to the runs."""
    at = page("Rebalance", **to_address(CAPS))
    at.button(key="apply").click().run()
    for _ in range(40):
        if "is written" in texts(at):
            break
        at.run()
    other = page("Rebalance", part="caps", need="2")
    assert not other.exception and "is written" not in texts(other)
    assert other.query_params["part"] in ("caps", ["caps"]) and told(other, "repeated")["total"] == 6
    at.segmented_control(key="need").set_value(1).run()
    assert "is written" not in texts(at)


def test_board__names_and_counts_of_the_entities_at_its_ranks(small_workspace, page):
    """What is read under the pointer: objects dog 4, cat 3, bus 2 …, and what is left of each."""
    shown = told(page("Rebalance", use="object", object="1"), "perspectives")["perspectives"][1]
    store = Store(small_workspace.database)
    after = Engine(store).preview(from_address({"use": "object", "object": "1"})).after["object"]
    names = [
        name
        for (name,) in store.rows(
            "select name from entity where perspective = perspective_number('object') order by entity"
        )
    ]
    store.close()
    assert shown["names"] == names and shown["own"] == after.tolist()
    assert shown["before"][: len(names)] == sorted(shown["before"], reverse=True)[: len(names)]


def test_rebalance__a_against_b(small_workspace, page):
    store = Store(small_workspace.database)
    rebalance(store, Recipe(min_passes=0), name="all")
    store.close()
    at = page("Rebalance", part="compare", b="run 1", **to_address(CAPS))
    assert not at.exception
    metrics = {m.label: m.value for m in at.metric}
    assert metrics["B keeps"] == "6" and metrics["only A keeps"] == "0"
    assert int(metrics["both keep"]) + int(metrics["only B keeps"]) == 6
    assert not page("Rebalance", part="compare", b="nonsense").exception
    assert not page("Rebalance", part="compare", b="run 99").exception


@pytest.mark.browser
@pytest.mark.skipif(browser.chromium() is None, reason=browser.MISSING)
def test_board__follows_the_hand_and_answers_exactly(chromium, small_workspace):
    """Drag: the size changes before release; then the exact answer, undo, and the same view after a reload."""
    with browser.running_app(small_workspace.folder) as address:
        page = chromium.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{address}/Rebalance?use=object&object=1")
        board = page.locator("[data-size]").first
        slider = page.get_by_label("τ of Objects", exact=True)
        slider.hover()
        browser.still(page)  # the grid of curves has arrived
        first = board.get_attribute("data-size")
        box = slider.bounding_box()
        page.mouse.move(box["x"] + 2, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2, steps=6)
        page.get_by_text(re.compile("^≈")).wait_for()
        assert "object=1&" in page.url + "&"  # the server does not know it yet
        page.mouse.up()
        page.wait_for_url("**object=4**")
        page.locator("[data-size='5']").first.wait_for()  # all that have an object
        exact = board.get_attribute("data-size")
        page.get_by_role("button", name=re.compile("^undo", re.I)).first.click()
        page.wait_for_url("**object=1**")
        page.goto(f"{address}/Rebalance?use=object&object=4")
        page.locator(f"[data-size='{exact}']").first.wait_for()
        slider = page.get_by_label("τ of Objects", exact=True)
        slider.focus()
        slider.press("Home")
        page.wait_for_url("**object=1**")
        page.close()
    store = Store(small_workspace.database)
    recipe = from_address({"use": "object", "object": "4"})
    assert Engine(store).preview(recipe).size == int(exact) == 5 > int(first)
    assert runs(store) == []
    store.close()


def test_page__shows_how_often_a_run_of_three_epochs_sees_each_entity(small_workspace, page):
    store = Store(small_workspace.database)
    rebalance(store, Recipe(tau=dict.fromkeys(PAPER_NAMES, 1.0), epochs=3))
    store.close()
    at = page("Rebalance", part="runs", run="1", seen="object")
    assert not at.exception
    assert "**3 epochs**" in texts(at)
    seen, each, entities = (frame.value for frame in at.dataframe[-3:])
    assert list(seen["what"][:2]) == ["instances", "  expected over all seeds"]
    assert list(each["epoch"]) == [1, 2, 3]
    assert list(entities["instances"]) == sorted(entities["instances"])  # the tail first
    once = entities[entities["instances"] == 1]
    assert (once["seen"] == 3).all() and (once["expected"] == 3).all() and (once["epochs"] == 3).all()
    name = entities["object"].iloc[-1]
    at.text_input(key="words seensearch").set_value(name).run()
    assert not at.exception
    assert set(at.dataframe[-1].value["object"]) >= {name}
    assert all(name in one for one in at.dataframe[-1].value["object"])


def test_address__holds_the_epochs():
    assert to_address(Recipe(epochs=4)) == {"epochs": "4"}
    assert from_address({"epochs": "4"}) == Recipe(epochs=4)
    assert from_address({"epochs": "1000"}) == Recipe()
