"""Language synthesis without a new picture: from a plan to rows that a trainer reads, on eight conversations."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as lenient
from hypothesis import strategies as st
from PIL import Image

from adr.errors import AdrError
from adr.export.export import export
from adr.index.index import index
from adr.ingest.ingest import ingest
from adr.recipe import Recipe
from adr.review.exchange import export_verdicts, import_verdicts
from adr.review.queue import Filter, identifiers
from adr.review.verdicts import edit, judge
from adr.store import Store
from adr.synthesize import plan as planning
from adr.synthesize.allocation import worth_of
from adr.synthesize.collect import collect
from adr.synthesize.generate import generate
from adr.synthesize.greedy import Pool, choose
from adr.synthesize.outlook import newest_made
from adr.synthesize.plan import plan, plan_folder, settings_of
from adr.synthesize.plan_file import PlanSettings
from adr.synthesize.worker import Worker
from adr.workspace import Workspace
from tests.worlds.hand import write_instances, write_postings
from tests.worlds.pages import drawn

# instance → (picture or none, question, answer). The run keeps all but 1.
TALK = {
    0: ("0.png", "What is on the sofa?", "A cat is on the sofa."),
    1: ("1.png", "Describe it.", "Two sofas stand by a car."),
    2: (None, "What is a sofa?", "A seat for two."),
    3: ("3.png", "What is it?", "A couch."),
    4: ("4.png", "What is it?", "A car."),
    5: ("gone.png", "What is it?", "A sofa and a car."),
    6: (None, "Say automobile.", "Automobile, car."),
    7: (None, "Hello?", "Hello."),
}
TOKENS = {"sofa": [0, 1, 2, 5], "car": [1, 4, 5, 6], "cat": [0], "couch": [3], "automobile": [6], "seat": [2]}
# τ = 3: the tail is automobile, cat, couch, seat; WordNet has couch for sofa and automobile for car.
RUN = Recipe(min_passes=1, perspectives=("token",), tau={"token": 3})


@pytest.fixture
def world(tmp_path):
    """The eight conversations with their pictures, an index and a run made by hand."""
    workspace, images = Workspace.at(tmp_path / "workspace"), tmp_path / "pictures"
    images.mkdir()
    for name in ("0.png", "1.png", "3.png", "4.png"):
        Image.new("RGB", (12, 10), (20, 90, 140)).save(images / name)
    store = Store(workspace.database)
    write_instances(
        store,
        {
            i: (f'"{i}"', [name] if name else [], [("human", f"<image>\n{asked}" if name else asked), ("gpt", said)])
            for i, (name, asked, said) in TALK.items()
        },
        images=images,
        missing={5},
    )
    store.execute(
        "update instance set raw = to_json({id: id::json->>'$', image: images[1], conversations: "
        "list_transform(turns, lambda t: {'from': t.role, 'value': t.text})})::varchar"
    )
    write_postings(store, {"token": TOKENS})
    with store.atomic() as writer:
        writer.execute(
            "insert into run (run, name, recipe, kept, dropped, report) values (1, 'eight', $1, 7, 1, $2)",
            [RUN.to_toml(), json.dumps({"perspectives": {"token": {"tau": 3}}})],
        )
        writer.insert(
            "decision",
            pd.DataFrame(
                {
                    "run": [1] * 8,
                    "instance": range(8),
                    "kept": [i != 1 for i in range(8)],
                    "copies": [int(i != 1) for i in range(8)],
                    "reason": ["passes"] * 8,
                }
            ),
        )
    yield store, workspace
    store.close()


def made(world, **options) -> list:
    """Plan, make and collect in this process; the candidates by name."""
    store, workspace = world
    report = plan(store, workspace, 1, **{"budget": 9, "generator": "language"} | options)
    told: list[dict] = []
    Worker(plan_folder(workspace, report.plan), told.append).run()
    collect(store, workspace, report.plan)
    return store.rows(
        "select candidate, parent, prompt, entities, flags, image from candidate where plan = $1 order by candidate",
        [report.plan],
    )


def ids(store) -> dict[str, int]:
    return dict(store.rows("select name, entity from entity"))


# -- the plan ----------------------------------------------------------------------------------------------------------


def test_plan__says_frequent_nouns_with_scarce_synonyms(world):
    """couch and automobile have 1 of 3 wanted: each lacks 2. Who may: 1 (dropped, so first) says both nouns; then 0 and
    2 say sofa, 4 says car; 5's picture is not on disk; 6 says automobile already. 1 gains 2/3 + 2/3; then each lacks
    1/3, and 0 and 4 come before 1 a second time (2/3 shared by 2 uses is no more than theirs, and who was used less
    goes first)."""
    store, workspace = world
    report = plan(store, workspace, 1, budget=9, generator="language")
    found = [(slot.parent, dict(slot.words), slot.things) for slot in plan_folder(workspace, 1).slots()]
    assert found == [
        (1, {"car": ["automobile"], "sofa": ["couch"]}, ("automobile", "couch")),
        (0, {"sofa": ["couch"]}, ("couch",)),
        (4, {"car": ["automobile"]}, ("automobile",)),
    ]
    assert (report.slots, report.candidates, report.pool, report.lacking, report.filled) == (3, 3, 4, 4, 4)
    at = ids(store)
    assert store.rows("select prompt, entities, parent from slot order by slot") == [
        ("car → automobile, sofa → couch", [at["automobile"], at["couch"]], 1),
        ("sofa → couch", [at["couch"]], 0),
        ("car → automobile", [at["automobile"]], 4),
    ]
    settings = settings_of(store, 1)
    assert (settings.model, settings.scorer, settings.per_slot, settings.conversations) == (
        "WordNet",
        "none",
        1,
        "synonyms",
    )


def test_plan__chosen_entities_and_parents(world):
    store, workspace = world
    plan(store, workspace, 1, budget=1, generator="language", entities=["couch"])
    plan(store, workspace, 1, budget=9, generator="language", parents={"token:couch": [2]}, without=["automobile"])
    assert store.rows("select plan, parent from slot order by plan, slot") == [(1, 1), (2, 2), (2, 2)]


def test_plan__what_cannot_be(world):
    store, workspace = world
    for wrong, says in (
        ({"conversations": "template"}, "makes no picture"),
        ({"per_slot": 2}, "one candidate per slot"),
        ({"entities": ["seat"]}, "No conversation says"),
        ({"target": 1}, "No entity of the tail"),
    ):
        with pytest.raises(AdrError) as told:
            plan(store, workspace, 1, budget=9, generator="language", **wrong)
        assert says in f"{told.value.sentence} {told.value.next_step}"
    store.execute("update run set recipe = $1", [Recipe(perspectives=("object",), tau={"object": 3}).to_toml()])
    with pytest.raises(AdrError, match="does not use the token perspective"):
        plan(store, workspace, 1, budget=9, generator="language")
    assert store.value("select count(*) from plan") == 0


def test_plan__leaves_out_conversations_where_the_noun_is_part_of_a_longer_name(world):
    """Of those that say sofa, 0 has a sofa bed: a plan for couch has 1 (dropped, so first) and 2."""
    store, workspace = world
    talk = [{"role": "human", "text": "<image>\nWhat is it?"}, {"role": "gpt", "text": "A cat on a sofa bed."}]
    store.execute("update instance set turns = $1 where instance = 0", [talk])
    plan(store, workspace, 1, budget=9, generator="language", entities=["couch"])
    assert store.rows("select parent from slot order by slot") == [(1,), (2,)]


@lenient(deadline=None)
@given(st.data())
def test_choose__with_groups_is_the_greedy_choice(data):
    """Of each group only the entity with the greatest shortage counts; against the same rule without a heap."""
    many = data.draw(st.integers(1, 6))
    rows = [
        [(e, data.draw(st.integers(0, 2))) for e in sorted(own)]
        for own in data.draw(st.lists(st.sets(st.integers(0, many - 1), min_size=1), min_size=1, max_size=6))
    ]
    target = np.array(data.draw(st.lists(st.integers(1, 6), min_size=many, max_size=many)), float)
    budget, per_parent = data.draw(st.integers(1, 9)), data.draw(st.integers(1, 3))
    pool = Pool(
        np.cumsum([0, *map(len, rows)]),
        np.array([e for own in rows for e, _ in own]),
        np.full(len(rows), per_parent),
        np.array([g for own in rows for _, g in own]),
    )
    short, used = [1.0] * many, [0] * len(rows)
    worth_each = worth_of("gain", np.zeros(many), target, target)
    for choice in choose(pool, worth_each, np.zeros(many, int), budget, share_parents=True):
        worth = [
            sum(max((short[e] for e, g in own if g == group), default=0.0) for group in range(3)) / (1 + used[i])
            if used[i] < per_parent
            else 0.0
            for i, own in enumerate(rows)
        ]
        assert worth[choice.parent] == pytest.approx(max(worth)) and worth[choice.parent] > 0
        groups = dict(rows[choice.parent])
        assert len({groups[e] for e in choice.entities}) == len(choice.entities) and choice.entity in choice.entities
        for e in choice.entities:
            assert short[e] == pytest.approx(max(short[o] for o, g in rows[choice.parent] if g == groups[e]))
        for e in choice.entities:
            short[e] = max(0.0, short[e] - 1 / target[e])
            short[e] = short[e] if short[e] > 1e-9 else 0.0
        used[choice.parent] += 1


# -- candidates --------------------------------------------------------------------------------------------------------


def test_candidates__new_words_about_the_same_image_or_none(world):
    store, workspace = world
    at = ids(store)
    assert made(world, per_parent=1, targets={"couch": 4}) == [
        ("p1-00000-0", 1, "car → automobile, sofa → couch", [at["automobile"], at["couch"]], [], None),
        ("p1-00001-0", 0, "sofa → couch", [at["couch"]], [], None),
        ("p1-00002-0", 4, "car → automobile", [at["automobile"]], [], None),
        ("p1-00003-0", 2, "sofa → couch", [at["couch"]], [], None),
    ]
    turns = dict(store.rows("select candidate, list_transform(turns, lambda t: t.text) from candidate"))
    assert turns == {
        "p1-00000-0": ["<image>\nDescribe it.", "Two couches stand by an automobile."],
        "p1-00001-0": ["<image>\nWhat is on the couch?", "A cat is on the couch."],
        "p1-00002-0": ["<image>\nWhat is it?", "An automobile."],
        "p1-00003-0": ["What is a couch?", "A seat for two."],
    }  # said by the human alone: its posting counts
    assert store.rows("select distinct score, scorer, nearest, sha256, conversation_by from candidate") == [
        (None, None, None, None, "synonyms")
    ]
    folder = store.value("select images from source")
    assert store.rows("select candidate, shown_image, markers from candidate_image order by 1") == [
        ("p1-00000-0", f"{folder}/1.png", 1),
        ("p1-00001-0", f"{folder}/0.png", 1),
        ("p1-00002-0", f"{folder}/4.png", 1),
        ("p1-00003-0", None, 0),
    ]
    shown = {one.candidate: one.image for one in newest_made(store, workspace, 1)}
    assert shown["p1-00003-0"] is None and shown["p1-00001-0"].name == "0.png"
    assert not list(workspace.images.iterdir())


def test_plan__a_noun_that_is_not_said_gets_no_slot(world):
    """The index says sofa of 0, its text does not."""
    store, workspace = world
    talk = [{"role": "human", "text": "<image> What?"}, {"role": "gpt", "text": "A settee."}]
    store.execute("update instance set turns = $1 where instance = 0", [talk])
    with pytest.raises(AdrError, match="No conversation says a frequent noun"):
        plan(store, workspace, 1, budget=9, generator="language", entities=["couch"], parents={"token:couch": [0]})


def test_generate__in_a_process_of_its_own_and_only_for_what_it_was_planned(world):
    store, workspace = world
    plan(store, workspace, 1, budget=2, generator="language")
    with pytest.raises(AdrError, match="Plan 1 is for language; text-to-image needs another"):
        generate(store, workspace, 1, generator="text-to-image")
    report = generate(store, workspace, 1)
    assert (report.made, report.finished, report.left, report.failed) == (2, 2, 0, {})
    assert (report.collected, collect(store, workspace, 1).candidates) == (2, 2)
    assert generate(store, workspace, 1).made == 0


def test_rewriting__by_a_language_model(world, monkeypatch):
    from tests.worlds.language_server import scripted

    said = json.dumps([{"question": "What is there?", "answer": "Two couches and an automobile."}])
    with scripted(said) as (url, asked):
        monkeypatch.setenv("ADR_LANGUAGE_MODEL_URL", url)
        monkeypatch.setenv("ADR_LANGUAGE_MODEL", "m")
        found = made(world, conversations="rewrite", per_parent=1, targets={"couch": 4})
    bodies = [one["body"]["messages"][1]["content"] for one in asked]  # in any order: several are asked at once
    assert any("- sofa: couch" in body for body in bodies) and any("- car: automobile" in body for body in bodies)
    assert [len(entities) for *_, entities, _, _ in found] == [2, 1, 1, 1]
    turns = dict(world[0].rows("select parent, turns[1].text from candidate"))
    assert turns[1] == "<image>\nWhat is there?" and turns[2] == "What is there?"  # no picture, no marker
    assert json.loads(world[0].value("select parameters from candidate limit 1"))["language_model"] == "m"


# -- review and export -------------------------------------------------------------------------------------------------


def test_edit__keeps_the_markers_and_the_synonym(world, tmp_path):
    store, _ = world
    made(world, per_parent=1, targets={"couch": 4})

    def talk(asked, said):
        return [{"role": "human", "text": asked}, {"role": "gpt", "text": said}]

    edit(store, "p1-00003-0", talk("What is a couch?", "A long seat."), "ann", ["couch", "couches"])
    for turns, says in (
        (talk("<image> What is a couch?", "A seat."), "more <image> markers"),
        (talk("What is it?", "A seat."), "by a synonym"),
    ):
        with pytest.raises(AdrError, match=says):
            edit(store, "p1-00003-0", turns, "ann", ["couch", "couches"])
    with pytest.raises(AdrError, match="fewer <image> markers"):
        edit(store, "p1-00001-0", talk("What is it?", "A couch."), "ann", ["couch"])
    judge(store, ["p1-00003-0"], "accept", "ann")
    export_verdicts(store, tmp_path / "verdicts.jsonl")
    assert import_verdicts(store, tmp_path / "verdicts.jsonl").refused == {}


@pytest.mark.parametrize("format", ["llava", "parquet", "webdataset", "ms-swift"])
def test_export__rows_name_the_parents_images(world, tmp_path, format):
    """Accepted: new words about 0.png, and of text alone; 1.png of the dropped instance comes with its new words."""
    store, workspace = world
    made(world, per_parent=1, targets={"couch": 4})
    store.execute("delete from instance where instance = 5")
    store.execute("delete from decision where instance = 5")
    judge(store, ["p1-00000-0", "p1-00003-0"], "accept", "ann")
    images = {"llava": "copy", "ms-swift": "reference"}.get(format)
    report = export(store, workspace, 1, format=format, images=images, out=tmp_path / "out")
    assert (report.instances, report.synthetic) == (8, 2)
    assert report.images == {"llava": 4}.get(format, 0)
    records = [json.loads(line) for line in (tmp_path / "out" / "synthetic.jsonl").read_text().splitlines()]
    assert [(r["images"], r["sha256"], r["generator"]) for r in records] == [
        (["1.png"], None, "language"),
        ([], None, "language"),
    ]
    card = (tmp_path / "out" / "README.md").read_text()
    assert "2 rows reword a conversation of the source" in card and "adr-synthetic" not in card
    if format == "llava":
        rows = json.loads((tmp_path / "out" / "llava.json").read_text())
        assert rows[-2] == {
            "id": "adr-p1-00000-0",
            "image": "1.png",
            "conversations": [
                {"from": "human", "value": "<image>\nDescribe it."},
                {"from": "gpt", "value": "Two couches stand by an automobile."},
            ],
        }
        assert "image" not in rows[-1] and (tmp_path / "out" / "images" / "1.png").is_file()


def test_export__coco_takes_images_only(world, tmp_path):
    made(world)
    judge(world[0], ["p1-00000-0"], "accept", "ann")
    with pytest.raises(AdrError, match="synthetic pictures, and none"):
        export(*world, 1, format="coco", out=tmp_path / "out")


def test_export__read_and_indexed_again_it_has_what_was_planned(world, tmp_path):
    """The law of the whole way: n(e) of the export is the kept count and one more for each accepted slot."""
    store, workspace = world
    made(world, per_parent=2)
    store.execute("delete from instance where instance = 5")
    store.execute("delete from decision where instance = 5")
    judge(store, identifiers(store, Filter()), "accept", "ann")
    export(store, workspace, 1, images="copy", out=tmp_path / "out")
    again = Store.memory()
    ingest(again, tmp_path / "out" / "llava.json", tmp_path / "out" / "images")
    index(again)
    counts = dict(again.rows("select name, n from entity where perspective = perspective_number('token')"))
    planned = {
        name: have + quota
        for name, have, quota in store.rows(
            "select e.name, w.have, w.quota from wanted w join entity e using (entity) where w.quota > 0"
        )
    }
    assert planned == {"couch": 3, "automobile": 3}
    assert {name: counts[name] for name in planned} == planned
    again.close()


# -- the pages ---------------------------------------------------------------------------------------------------------


def test_card__shows_before_and_after(world):
    from adr.ui.review.card import described

    store, workspace = world
    made(world, per_parent=1, targets={"couch": 4})
    told = described(store, workspace, "p1-00000-0", ack=None, version="1")
    assert told["before"] == [
        {"role": "human", "text": "<image>\nDescribe it."},
        {"role": "gpt", "text": "Two sofas stand by a car."},
    ]
    assert set(told["marks"]["before"]) >= {"sofa", "sofas", "car"} and "couches" in told["marks"]["after"]
    assert told["size"] == "the parent's picture, as it is" and told["image"].startswith("data:image/webp")
    assert told["parent"] is None and told["real"] == told["alternatives"] == []
    text_only = described(store, workspace, "p1-00003-0", ack=None, version="1")
    assert (text_only["image"], text_only["size"]) == ("", "text only")


def test_page__plans_conversations(world, page, monkeypatch):
    store, workspace = world
    store.close()
    monkeypatch.setenv("ADR_WORKSPACE", str(workspace.folder))
    at = page("Synthesize")
    at.selectbox(key="plan_generator").set_value("language").run()
    assert not at.exception
    assert [box.label for box in at.number_input][:2] == ["Maximum conversations", "Per parent"]
    assert not [box for box in at.selectbox if box.label == "Model"]
    assert any("harms captioning" in text.value for text in at.caption)
    at.number_input(key="plan_budget 1").set_value(2)
    at.button(key="make_plan").click().run()
    drawn(at, lambda: any("language" in text.value for text in at.caption))
    assert not at.exception
    again = Store(workspace.database)
    assert again.rows("select slots from plan") == [(2,)]
    again.close()


def test_settings__of_a_language_plan():
    plain = {"plan": 1, "run": 1, "seed": 1, "budget": 1, "generator": "language"}
    assert PlanSettings(**plain, conversations="rewrite", per_slot=1).conversations == "rewrite"
    with pytest.raises(AdrError, match="makes no picture"):
        PlanSettings(**plain, conversations="synonyms")
    assert planning.SAID == ("token",)
