"""What a plan asks its models: names left alone, and a scorer that suits the pictures, or none."""

import json

import pytest

from adr import fit_check
from adr.errors import AdrError
from adr.fit import Fit
from adr.fit_check import answer_file, checked
from adr.fit_sample import pictured, said_names, single_images
from adr.knowledge import knowledge_of
from adr.progress import silent
from adr.store import Store
from adr.synthesize.collect import collect
from adr.synthesize.generate import generate
from adr.synthesize.plan import plan, plan_folder, plan_like, revise, settings_of
from adr.synthesize.plan_file import PlanSettings
from adr.synthesize.suited import NO_SCORE, scorer_words
from adr.workspace import Workspace
from tests.worlds.tail import IDS, by_hand, make_tail_world

STARTER = "assets/models/starter-clip"


@pytest.fixture
def world(tmp_path, monkeypatch):
    (tmp_path / "model").mkdir()
    monkeypatch.setenv("ADR_GENERATOR_MODEL", str(tmp_path / "model"))
    store = make_tail_world(Store.memory(), tmp_path / "source")
    yield store, Workspace.at(tmp_path / "workspace")
    store.close()


@pytest.fixture
def few_are_enough(monkeypatch):
    """The nine pictures of the world are enough to be looked at."""
    monkeypatch.setattr(fit_check, "FEW", 9)


def answered(store, workspace, fit):
    """As if the starter had looked at the world's pictures and this had come out."""
    images = single_images(store)
    sample = pictured(store, images, said_names(store, images, knowledge_of(STARTER).names))
    workspace.fits.mkdir()
    answer_file(workspace.fits, STARTER, sample).write_text(json.dumps(vars(fit)))
    assert checked(workspace.fits, STARTER, sample, silent) == fit


def test_plan__entities_that_the_model_does_not_know_are_left_alone(world, tmp_path):
    """The tail lacks accordion and kite. A model that knows the kite draws that, and names no accordion beside it."""
    store, workspace = world
    (tmp_path / "model" / "adr.json").write_text('{"names": ["kite", "cat"], "companions": 1}')
    report = plan(store, workspace, 1, budget=9, scorer="none")
    assert report.notices == ("1 of 2 entities that lack is known to model; the other 1 stays as it is.",)
    assert {tuple(entities) for (entities,) in store.rows("select entities from slot")} == {(IDS["kite"],)}
    assert not any("accordion" in prompt for (prompt,) in store.rows("select prompt from slot"))
    (tmp_path / "model" / "adr.json").write_text('{"names": ["bus"]}')
    with pytest.raises(AdrError, match=r"^0 of 2 entities that lack are known to model") as told:
        plan(store, workspace, 1, budget=9, scorer="none")
    assert "sd-turbo" in told.value.next_step


def test_plan__a_default_scorer_that_fails_its_check_is_not_taken(world, few_are_enough):
    store, workspace = world
    fit = Fit(64, 0.03, 0.02)
    answered(store, workspace, fit)
    report = plan(store, workspace, 1, budget=1)
    settings = settings_of(store, 1)
    assert (settings.scorer, settings.scorer_fit) == ("none", fit)
    assert "3 % of 64 pictures" in settings.no_score and settings.no_score.endswith(NO_SCORE)
    assert report.notices == (settings.no_score,) and settings.no_score == scorer_words(store, workspace, STARTER)
    with pytest.raises(AdrError, match="these pictures are others: its best name"):
        plan(store, workspace, 1, budget=1, scorer=STARTER)
    with pytest.raises(AdrError, match="these pictures are others"):
        revise(store, workspace, 1, scorer=STARTER)
    insisted = plan(store, workspace, 1, budget=1, scorer=STARTER, model_anyway=True)
    assert settings_of(store, 2).scorer == STARTER and settings_of(store, 2).model_anyway
    assert insisted.notices[0].endswith("It scores all the same, as asked.")
    plan_like(store, workspace, 2)
    assert settings_of(store, 3).scorer == STARTER and settings_of(store, 3).model_anyway


def test_plan__a_scorer_that_suits_scores_and_says_how_well(world, few_are_enough):
    store, workspace = world
    answered(store, workspace, Fit(64, 0.88, 0.11))
    report = plan(store, workspace, 1, budget=1)
    assert settings_of(store, 1).scorer == STARTER
    assert report.notices == (
        "Scored by starter-clip: its best name is one that the text has for 88 % of 64 pictures, and for 11 % with the "
        "texts shuffled.",
    )
    assert PlanSettings.from_json(settings_of(store, 1).to_json()) == settings_of(store, 1)
    assert scorer_words(store, workspace, STARTER).startswith("The scorer suits these pictures")


def test_generate__a_plan_that_never_asked_its_scorer_is_refused(world, few_are_enough):
    """As a version before wrote it: with a scorer, and no word on whether it suits."""
    store, workspace = world
    answered(store, workspace, Fit(64, 0.03, 0.02))
    plan(store, workspace, 1, budget=1, scorer=STARTER, model_anyway=True)
    old = json.loads(settings_of(store, 1).to_json())
    for name in ("model_anyway", "scorer_fit", "no_score"):
        old.pop(name)
    store.execute("update plan set settings = $1", [json.dumps(old)])
    with pytest.raises(AdrError, match="these pictures are others"):
        generate(store, workspace, 1)


def test_collect__without_scores_a_plain_fault_loses(world):
    """Two alternatives without scores: the first is blank, so the second is chosen; of two fine ones the first is."""
    store, workspace = world
    plan(store, workspace, 1, budget=2, scorer="none", generator="image-to-image")
    by_hand(store, workspace, {(s, a): (None, None, [1.0, 0.0]) for s in range(2) for a in range(2)})
    sidecar = plan_folder(workspace, 1).sidecar(0, 0)
    sidecar.write_text(json.dumps(json.loads(sidecar.read_text()) | {"flags": ["blank"]}))
    collect(store, workspace, 1)
    chosen = store.rows("select candidate from candidate where chosen order by candidate")
    assert chosen == [("p1-00000-1",), ("p1-00001-0",)]
