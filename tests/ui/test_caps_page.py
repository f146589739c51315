"""Caps on the Rebalance page: from the cap that is set to the instances in an export, and what a first visit offers."""

import base64
import json
import zlib
from pathlib import Path

import pytest

from adr.cli import main
from adr.export.export import export
from adr.rebalance.runs import rebalance
from adr.recipe import Recipe
from adr.store import Store
from adr.ui.rebalance.address import from_address
from adr.workspace import Workspace

CORPORA = Path(__file__).resolve().parents[3] / "shared" / "data"


def texts(at) -> str:
    return " ".join(
        str(e.value) for kind in (at.markdown, at.caption, at.title, at.info, at.error, at.success) for e in kind
    )


def recipe_of(at) -> Recipe:
    return from_address({k: v[0] if isinstance(v, list) else v for k, v in at.query_params.items()})


def test_caps__what_a_cap_would_do_is_said_before_it_is_set(small_workspace, page):
    """Four of the six have a dog or a cat; capped at 1 each, what stays is said, then done."""
    at = page("Rebalance", part="caps", of="object", find="dog", need="0")
    at.number_input(key="cap value").set_value(1).run()
    assert "**1:**" in texts(at) and "more instance" in texts(at)
    at.button(key="caps Cap").click().run()
    assert not at.exception
    assert recipe_of(at).at_most == {"object": {"dog": 1}}
    assert "dog at most 1" in texts(at)
    at.button(key="caps Release").click().run()
    assert recipe_of(at) == Recipe(min_passes=0)


def test_caps__one_cap_for_every_entity(small_workspace, page):
    at = page("Rebalance", part="caps", of="object", need="0")
    field = at.number_input(key="cap on each object")
    assert field.value is None
    field.set_value(1).run()
    assert not at.exception and recipe_of(at).at_most_each == {"object": 1}
    assert "each at most 1 (" in texts(at)
    at.number_input(key="cap on each object").set_value(None).run()
    assert recipe_of(at) == Recipe(min_passes=0)


def test_caps__an_own_tau_above_tau_warns(small_workspace, page):
    at = page("Rebalance", part="caps", of="object", find="dog", object="2")
    at.number_input(key="own tau").set_value(50.0).run()
    assert "this loosens it" in " ".join(str(w.value) for w in at.warning)
    at.button(key="set own tau").click().run()
    assert recipe_of(at).own_tau == {"object": {"dog": 50.0}}


def test_rebalance__a_link_of_an_earlier_version_says_what_its_caps_are(small_workspace, page):
    said = {"caps": {"object": {"dog": 0}}, "notes": {}}
    link = base64.urlsafe_b64encode(zlib.compress(json.dumps(said).encode())).decode().rstrip("=")
    at = page("Rebalance", caps=link)
    assert not at.exception and "older key" in texts(at) and "1 muted" not in texts(at)
    assert recipe_of(at).mute == {"object": ("dog",)}


def test_first_visit__a_start_is_taken_and_the_cards_go(small_workspace, page):
    at = page("Rebalance")
    assert "Where to start" in texts(at)
    at.button(key="start paper").click().run()
    assert not at.exception and "Where to start" not in texts(at)


@pytest.mark.parametrize("corpus", ["amber", "screenqa_short", "pope_llava13b_captions"])
def test_first_visit__changes_something_on_real_corpora(corpus, empty_workspace, page):
    source = CORPORA / f"{corpus}.json"
    if not source.is_file():
        pytest.skip("the corpora are not beside this checkout")
    folder = str(empty_workspace.folder)
    assert main(["ingest", str(source), "-w", folder, "--quiet"]) == 0
    assert main(["index", "-w", folder, "--quiet"]) == 0
    at = page("Rebalance")
    assert not at.exception
    dropped = [c.value for c in at.markdown if "kept ·" in str(c.value)]
    assert len(dropped) == 3 and sum("· 0.0 % dropped" not in line for line in dropped) >= 2


def test_cap__holds_in_the_exported_file(tmp_path):
    """120 instances of the demo world: persons capped at 5 are 5 in the file that a trainer reads."""
    workspace = Workspace.at(tmp_path / "w")
    assert main(["demo", "--instances", "120", "-w", str(workspace.folder), "--quiet"]) == 0
    assert main(["index", "-w", str(workspace.folder), "--quiet"]) == 0
    store = Store(workspace.database)
    persons = {
        raw
        for (raw,) in store.rows(
            "select i.raw from instance i join posting p using (instance) join entity e using (entity) "
            "where e.perspective = perspective_number('object') and e.name = 'person'"
        )
    }
    free = rebalance(store, Recipe(min_passes=0))
    capped = rebalance(store, Recipe(min_passes=0, at_most={"object": {"person": 5}}))
    export(store, workspace, capped.run, out=tmp_path / "out", format="llava")
    store.close()
    known = {json.dumps(json.loads(raw)["conversations"]) for raw in persons}
    written = json.loads((tmp_path / "out" / "llava.json").read_text(encoding="utf-8"))
    kept = [row for row in written if json.dumps(row["conversations"]) in known]
    assert len(kept) == 5 and free.kept == 120 and capped.kept == 120 - len(persons) + 5
