"""Planning, on ten instances that can be worked out by hand."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as lenient
from hypothesis import strategies as st

from adr.errors import AdrError
from adr.progress import silent
from adr.store import Store
from adr.synthesize.allocation import worth_of
from adr.synthesize.greedy import Pool, choose
from adr.synthesize.plan import choices_of, plan, plan_folder, revise, settings_of
from adr.synthesize.plan_file import PlanSettings, candidate_seed
from adr.synthesize.prompts import Style, compose, style_of, with_article
from adr.synthesize.tail import Parents, Tail
from adr.workspace import Workspace
from tests.worlds.tail import IDS, make_tail_world


@pytest.fixture
def world(tmp_path, monkeypatch):
    (tmp_path / "model").mkdir()  # a plan looks where its model is, and loads nothing
    monkeypatch.setenv("ADR_GENERATOR_MODEL", str(tmp_path / "model"))
    store = make_tail_world(Store.memory(), tmp_path / "source")
    yield store, Workspace.at(tmp_path / "workspace")
    store.close()


def slots(store, number=1):
    return store.rows("select slot, entity, entities, parent from slot where plan = $1 order by slot", [number])


def test_plan__ten_instances_by_hand(world):
    """Kept: accordion 2 (4 and 6), kite 3 (6, 7, 9); wanted 4 each, so accordion lacks 2, kite 1.

    The pool is 4 [accordion], 5 [accordion] (dropped, yet its picture can be varied) and 6 [accordion, kite];
    7 shares its image and 9 has none. One more is worth 1 / (1 + count)²: of an accordion 1/9, of a kite 1/16. First 6
    with both; then an accordion is worth 1/16 and a kite nothing: 4, 5 and 6 add the same, and of those not used yet 4
    is the first. Then nothing lacks.
    """
    store, workspace = world
    report = plan(store, workspace, 1, budget=10, generator="image-to-image")
    assert slots(store) == [
        (0, IDS["accordion"], [IDS["accordion"], IDS["kite"]], 6),
        (1, IDS["accordion"], [IDS["accordion"]], 4),
    ]
    assert (report.slots, report.candidates, report.pool, report.parents) == (2, 4, 3, 2)
    assert (report.lacking, report.missing, report.filled) == (2, 3, 3)
    assert store.rows("select entity, have, target, quota from wanted order by entity") == [
        (IDS["accordion"], 2, 4.0, 2),
        (IDS["kite"], 3, 4.0, 1),
    ]
    assert store.rows("select gain from slot order by slot") == [
        (pytest.approx(1 / 2.5**2 + 1 / 3.5**2),),
        (pytest.approx(1 / 3.5**2),),
    ]


def test_plan__no_parent_that_the_run_excludes(world):
    """As above, but 5, which the run drops, is dropped because the recipe excludes it: the pool is 4 and 6."""
    store, workspace = world
    store.execute("update decision set reason = 'excluded' where run = 1 and instance = 5")
    assert plan(store, workspace, 1, budget=10, generator="image-to-image").pool == 2


def test_plan__budget_is_what_the_run_dropped(world):
    report = plan(*world, 1)
    assert (report.budget, report.slots) == (1, 1)


def test_plan__number_as_target_and_variations_of_a_parent(world):
    """Wanted 9: accordion lacks 7, kite 6. Parents 4, 5, 6 at most twice each: six slots; 6 has both and goes first, 4
    and 5 add the same and take turns. As the only parent of a kite, 6 may be used as often as four would be."""
    store, workspace = world
    options = {"budget": 100, "target": 9, "per_parent": 2, "generator": "image-variation"}
    plan(store, workspace, 1, **options, few_parents=1)
    assert [parent for *_, parent in slots(store)] == [6, 6, 4, 5, 4, 5]
    revise(store, workspace, 1, few_parents=4)
    assert [parent for *_, parent in slots(store)] == [6, 6, 6, 6, 6, 6, 4]


def test_plan__same_every_time(world):
    store, workspace = world
    plan(store, workspace, 1, budget=6, target=9)
    plan(store, workspace, 1, budget=6, target=9)
    assert slots(store, 1) == slots(store, 2)
    assert settings_of(store, 1).seed != settings_of(store, 2).seed  # yet other pictures


def test_plan__chosen_entities_dropped_entities_and_chosen_parents(world):
    store, workspace = world
    plan(store, workspace, 1, budget=9, entities=["kite"])
    assert slots(store, 1) == [(0, IDS["kite"], [IDS["kite"]], 6)]
    plan(store, workspace, 1, budget=9, without=["object:kite"], parents={"accordion": [5]}, target=6)
    assert {parent for *_, parent in slots(store, 2)} == {5}
    plan(store, workspace, 1, budget=9, targets={"kite": 5}, generator="controlnet")
    assert [parent for *_, parent in slots(store, 3)] == [6, 6]
    assert store.rows("select entity, quota from wanted where plan = 3 order by entity") == [
        (IDS["accordion"], 2),
        (IDS["kite"], 2),
    ]


def test_plan__muted_entities_are_not_filled(world):
    store, workspace = world
    recipe = store.value("select recipe from run") + "\n[rebalance.mute]\nobject = ['kite']\n"
    store.execute("update run set recipe = $1", [recipe])
    plan(store, workspace, 1, budget=9)
    assert store.rows("select entity from wanted") == [(IDS["accordion"],)]


def test_plan__text_to_image_fills_what_has_no_parent(world):
    """Without the pictures of 6 the kite has no parent: it gets a prompt alone, an image-to-image plan leaves it."""
    store, workspace = world
    store.execute("update instance set missing = 1 where instance = 6")
    plan(store, workspace, 1, budget=9, generator="image-to-image")
    assert IDS["kite"] not in {entity for _, entity, *_ in slots(store, 1)}
    plan(store, workspace, 1, budget=9, alone=True)
    assert (IDS["kite"], None) in {(entity, parent) for _, entity, _, parent in slots(store, 2)}


def test_plan__a_prompt_adds_only_what_it_names(world, tmp_path):
    """A model that is asked for one thing at a time: of 6, with a kite and an accordion, the prompt names the rarest
    (equal counts: the later), the kite. The accordion has no such parent and gets a prompt alone. With the picture
    of 6 varied, both count."""
    store, workspace = world
    (tmp_path / "model" / "adr.json").write_text('{"templates": ["a drawing of {things}"], "companions": 0}')
    plan(store, workspace, 1, budget=2, parents={"kite": [6], "accordion": [6]}, alone=True)
    plan(store, workspace, 1, budget=1, generator="image-variation")
    assert store.rows("select plan, entities, parent, prompt from slot order by plan, slot") == [
        (1, [IDS["accordion"]], None, "a drawing of an accordion"),
        (1, [IDS["kite"]], 6, "a drawing of a kite"),
        (2, [IDS["accordion"], IDS["kite"]], 6, "a drawing of an accordion"),
    ]


def test_plan__errors_say_what_to_do(world):
    store, workspace = world
    for wrong, says in (
        ({"run": 7}, "no run 7"),
        ({"run": 1, "generator": "magic"}, "no generator 'magic'"),
        ({"run": 1, "colour": "red"}, "no option 'colour'"),
        ({"run": 1, "per_slot": 0}, "per_slot is 0"),
        ({"run": 1, "entities": ["unicorn"]}, "no entity 'unicorn'"),
        ({"run": 1, "target": 1}, "No entity of the tail lacks"),
        ({"run": 1, "model": "assets/nowhere"}, "assets/nowhere does not exist"),
        ({"run": 1, "conversations": "poet"}, "made by 'poet'"),
    ):
        with pytest.raises(AdrError, match=says) as told:
            plan(store, workspace, **wrong)
        assert told.value.next_step
    assert store.value("select count(*) from plan") == 0


def test_plan_file__holds_what_a_worker_needs(world):
    store, workspace = world
    plan(store, workspace, 1, budget=9, conversations="parent", steps=7)
    settings, siblings = plan_folder(workspace, 1).head()
    assert settings == settings_of(store, 1) and settings.steps == 7
    assert siblings == ["cat", "dog", "accordion", "kite"]
    first = next(iter(plan_folder(workspace, 1).slots()))
    assert (first.name, first.things, first.companions, first.parent) == ("accordion", ("accordion",), ("kite",), 6)
    assert first.image.endswith("source/6.png") and first.turns[0]["text"] == "<image>\nWhat is here?"
    assert "an accordion and a kite" in first.prompt and not {"accordion", "kite"} & set(first.absent)


def test_plan_file__missing_is_a_sentence(tmp_path):
    with pytest.raises(AdrError, match="no plan"):
        plan_folder(Workspace.at(tmp_path), 3).head()


def test_revise__changes_a_plan_until_it_has_images(world):
    store, workspace = world
    plan(store, workspace, 1, budget=9, generator="image-to-image")
    report = revise(store, workspace, 1, without=["kite"])
    assert report.plan == 1 and store.rows("select entity from wanted") == [(IDS["accordion"],)]
    assert len(list(plan_folder(workspace, 1).slots())) == report.slots
    plan_folder(workspace, 1).sidecar(0, 0).write_text(json.dumps({}))
    with pytest.raises(AdrError, match="already has candidates"):
        revise(store, workspace, 1, budget=3)


def test_settings__round_trip():
    settings = PlanSettings(
        plan=1, run=2, seed=3, budget=4, target=5.5, entities=(1,), targets={7: 2.0}, parents={7: (1, 2)}
    )
    assert PlanSettings.from_json(settings.to_json()) == settings


def test_candidate_seed__differs_and_stays():
    seeds = {candidate_seed(1, s, a) for s in range(50) for a in range(4)}
    assert len(seeds) == 200 and all(0 <= seed < 2**63 for seed in seeds)
    assert candidate_seed(42, 0, 0) == 3115652960891698211  # pinned: what was made once can be made again


@lenient(deadline=None)
@given(st.data())
def test_choose__is_the_greedy_choice(data):
    """Against the same rule without a heap: look at every parent each time."""
    many = data.draw(st.integers(1, 6))
    of = data.draw(st.lists(st.sets(st.integers(0, many - 1), min_size=1), min_size=1, max_size=8))
    have = np.array(data.draw(st.lists(st.integers(0, 5), min_size=many, max_size=many)), float)
    target = np.array(data.draw(st.lists(st.integers(0, 8), min_size=many, max_size=many)), float)
    per_parent, budget = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 12))
    offsets = np.cumsum([0, *map(len, of)])
    entities = np.array([e for own in of for e in sorted(own)])
    pool, worth_each = Pool(offsets, entities, np.full(len(of), per_parent)), worth_of("gain", have, target, target)
    chosen = choose(pool, worth_each, np.zeros(many, int), budget, share_parents=True)
    short = [max(0.0, (t - h) / t) if t else 0.0 for t, h in zip(target, have, strict=True)]
    used = [0] * len(of)
    for choice in chosen:
        worth = [
            sum(short[e] for e in sorted(own)) / (1 + used[i]) if used[i] < per_parent else 0.0
            for i, own in enumerate(of)
        ]
        assert worth[choice.parent] == pytest.approx(max(worth)) and worth[choice.parent] > 0
        for e in of[choice.parent]:
            short[e] = max(0.0, short[e] - 1 / target[e]) if target[e] else 0.0
            short[e] = short[e] if short[e] > 1e-9 else 0.0
        used[choice.parent] += 1
    left = [sum(short[e] for e in own) for i, own in enumerate(of) if used[i] < per_parent]
    assert len(chosen) == budget or max(left, default=0) < 1e-9


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("accordion", "an accordion"),
        ("cat", "a cat"),
        ("unicorn", "a unicorn"),
        ("hourglass", "an hourglass"),
        ("scissors", "scissors"),
        ("bus", "a bus"),
        ("glass", "a glass"),
        ("cactus", "a cactus"),
        ("lens", "a lens"),
    ],
)
def test_with_article__by_sound(name, said):
    assert with_article(name) == said


@pytest.mark.parametrize(("things", "planned"), [(0, []), (1, ["accordion"]), (2, ["accordion", "accordion + kite"])])
def test_choose__plans_pairs_where_a_prompt_may_name_two(things, planned):
    """Nothing has a parent. A prompt alone shows an object, and a pair if it may name two; no noun. 0: no prompts."""
    tail = Tail(
        np.arange(3),
        ["object", "co_occurrence", "token"],
        ["accordion", "accordion + kite", "music"],
        np.zeros(3),
        np.ones(3),
        np.ones(3),
    )
    nobody = Parents(np.array([], np.int64), np.array([0]), np.array([], np.int64))
    perspectives = ("object", "co_occurrence", "token")
    options = PlanSettings(plan=1, run=1, seed=0, perspectives=perspectives, budget=9, alone=True)
    found = choices_of(tail, nobody, options, things, silent)
    assert sorted(tail.name[choice.entity] for choice in found) == planned


def test_style__says_of_how_many_things(tmp_path):
    """One thing more than its companions, unless the file says otherwise."""
    for told, things in (({"companions": 0}, 1), ({"companions": 1}, 2), ({"companions": 0, "things": 2}, 2)):
        (tmp_path / "adr.json").write_text(json.dumps(told))
        assert style_of(str(tmp_path)).things == things


def test_compose__takes_turns_with_wordings():
    style = Style(templates=("a photo of {things}", "{things} {place}"), companions=1, places=("in a park", "at sea"))
    said = [compose(("kite",), ("cat", "dog"), style, turn) for turn in range(4)]
    assert said == ["a photo of a kite and a cat", "a kite and a cat at sea"] * 2


def test_plan__stopped_at_its_files_leaves_no_row(world, monkeypatch):
    """A plan is a row with a folder; what stops while the folder is written must not leave the row alone."""

    def stopped(*given, **more):
        raise KeyboardInterrupt

    with monkeypatch.context() as changed, pytest.raises(KeyboardInterrupt):
        changed.setattr("adr.synthesize.plan_file.write_whole", stopped)
        plan(*world, 1)
    store, workspace = world
    assert store.rows("select plan from plan") == []
    assert plan(*world, 1).plan == 1 and plan_folder(workspace, 1).head()[0].plan == 1
