"""From a plan to candidates: worker processes, cancel and resume, and taking files in."""

import json
import re
import socket
import subprocess
from dataclasses import replace

import pytest

from adr.errors import AdrError
from adr.progress import Cancelled
from adr.store import Store
from adr.synthesize.collect import collect, take_in
from adr.synthesize.generate import Collector, generate
from adr.synthesize.outlook import projected, seconds_each
from adr.synthesize.plan import plan, plan_folder, settings_of
from adr.synthesize.plan_file import candidate_seed
from adr.workspace import Workspace
from tests.worlds.tail import IDS, by_hand, make_tail_world

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    from tests.worlds.tiny_models import stable_diffusion

    return str(stable_diffusion(tmp_path_factory.mktemp("model") / "tiny"))


@pytest.fixture
def world(tmp_path):
    store = make_tail_world(Store.memory(), tmp_path / "source")
    yield store, Workspace.at(tmp_path / "workspace")
    store.close()


def test_generate__cancel_resume_collect(world, model):
    """Two slots of two candidates. Cancelled after the first, resumed, collected twice."""
    store, workspace = world
    plan(store, workspace, 1, budget=9, generator="image-to-image", model=model, steps=1, scorer="none")

    def stop_after_first(done, total, message):
        assert total == 4
        if done >= 1:
            raise Cancelled

    with pytest.raises(Cancelled):
        generate(store, workspace, 1, progress=stop_after_first)
    kept = len(plan_folder(workspace, 1).finished())
    assert 1 <= kept <= 4
    taken_in = store.value("select count(*) from candidate")  # the cancelled call takes in a slot that is complete
    seen = []
    report = generate(store, workspace, 1, workers=2, progress=lambda *told: seen.append(told))
    assert (report.made, report.finished, report.left, report.failed) == (4 - kept, 4, 0, {})
    assert kept == 4 or seen[-1][:2] == (4 - kept, 4 - kept)
    assert kept > 1 or re.fullmatch(r"making candidates, [\d,]+ (a minute|an hour)", seen[-1][2])
    assert generate(store, workspace, 1).made == 0

    first, second = collect(store, workspace, 1), collect(store, workspace, 1)
    assert (first.collected, first.candidates, first.chosen) == (4 - taken_in - report.collected, 4, 2)
    assert (second.collected, second.candidates, second.chosen) == (0, 4, 2)
    assert first.tail == {"object": {"lacking": 2, "lacking_after": 0, "missing": 3, "missing_after": 0}}
    rows = store.rows(
        "select candidate, entity, parent, image, chosen, turns[1].text, sha256 from candidate order by candidate"
    )
    assert [row[0] for row in rows] == ["p1-00000-0", "p1-00000-1", "p1-00001-0", "p1-00001-1"]
    assert rows[0][1:3] == (IDS["accordion"], 6) and rows[0][5].startswith("<image>")
    assert all((workspace.folder / row[3]).is_file() for row in rows)
    assert len({row[6] for row in rows}) == 4
    assert seconds_each(store, workspace, settings_of(store, 1)) > 0


def test_generate__waits_for_the_worker_of_a_killed_call_and_makes_what_it_leaves(world, model):
    """Slot 0 is held by a process that ends after the worker of this call has passed it over."""
    store, workspace = world
    plan(store, workspace, 1, budget=9, generator="image-to-image", model=model, steps=1, scorer="none")
    claims = plan_folder(workspace, 1).claims
    claims.mkdir(exist_ok=True)
    with subprocess.Popen(["sleep", "600"]) as holder:
        (claims / "00000").write_text(json.dumps({"pid": holder.pid, "host": socket.gethostname()}))
        told = []

        def end_the_holder(done, total, message):
            told.append(done)
            if done == 2:  # slot 1 is made
                holder.kill()

        try:
            report = generate(store, workspace, 1, progress=end_the_holder)
        finally:
            holder.kill()
    assert (report.made, report.finished, report.left, report.collected) == (4, 4, 0, 4)
    assert told.index(2) < told.index(3)


def test_generate__first_slot_is_there_while_the_others_are_made(world, model):
    """Two slots of two candidates. When two are made, those of one slot are rows, and the better one is chosen."""
    store, workspace = world
    plan(store, workspace, 1, budget=9, generator="image-to-image", model=model, steps=1, scorer="none")
    rows = {}

    def look(done, total, message):
        rows[done] = store.rows("select slot, count(*), count(*) filter (where chosen) from candidate group by slot")

    report = generate(store, workspace, 1, progress=look)
    assert rows[2] in ([(0, 2, 1)], [(0, 2, 1), (1, 2, 1)])
    assert (report.made, report.collected) == (4, 4)
    assert store.value("select count(*) from candidate where perceptual_distance is null") == 4
    assert collect(store, workspace, 1).collected == 0
    assert store.value("select count(*) from candidate where perceptual_distance is null") == 0


def test_take_in__waits_for_the_whole_slot(world, tmp_path):
    """Of slot 0 one of two candidates is made, slot 1 has one made and one failed."""
    store, workspace = world
    (tmp_path / "m").mkdir()
    plan(store, workspace, 1, budget=9, model=str(tmp_path / "m"))
    by_hand(store, workspace, {(0, 0): (0.4, None, [1, 0]), (1, 0): (0.9, None, [0, 1])}, failed=[(1, 1, "blank")])
    collector = Collector(store, workspace, settings_of(store, 1))
    collector.hear({"event": "made", "slot": 0})
    collector.hear({"event": "failed", "slot": 1})
    assert store.rows("select candidate from candidate") == [("p1-00001-0",)]
    by_hand(store, workspace, {(0, 1): (0.9, None, [0, 1])})
    collector.take_in()
    assert store.rows("select candidate from candidate where chosen order by 1") == [("p1-00000-1",), ("p1-00001-0",)]
    assert take_in(store, workspace, 1, [(0, 0), (0, 1)]).rows == 0  # a page has asked for the same


def test_generate__stopped_worker_is_a_sentence(world, tmp_path):
    store, workspace = world
    (tmp_path / "empty").mkdir()
    plan(store, workspace, 1, budget=9, model=str(tmp_path / "empty"), scorer="none")
    with pytest.raises(AdrError, match="cannot be loaded") as told:
        generate(store, workspace, 1)
    assert told.value.next_step
    with pytest.raises(AdrError, match="no generator 'magic'"):
        generate(store, workspace, 1, generator="magic")
    with pytest.raises(AdrError, match="no plan 4"):
        generate(store, workspace, 4)


def test_collect__chooses_the_best_and_finds_near_duplicates(world, tmp_path):
    store, workspace = world
    (tmp_path / "m").mkdir()
    plan(store, workspace, 1, budget=9, model=str(tmp_path / "m"))
    by_hand(
        store,
        workspace,
        {
            (0, 0): (0.4, None, [1, 0]),
            (0, 1): (0.9, None, [0, 1]),
            (1, 0): (0.9, "no_turns", [1, 0]),
            (1, 1): (0.1, None, [0.6, 0.8]),
        },
    )
    report = collect(store, workspace, 1)
    assert store.rows("select candidate from candidate where chosen order by 1") == [("p1-00000-1",), ("p1-00001-1",)]
    assert report.flags == {"near_duplicate": 2}
    assert store.rows("select candidate, nearest, round(nearest_score::double, 2) from candidate order by 1") == [
        ("p1-00000-0", "p1-00001-0", 1.0),
        ("p1-00000-1", "p1-00001-1", 0.8),
        ("p1-00001-0", "p1-00000-0", 1.0),
        ("p1-00001-1", "p1-00000-1", 0.8),
    ]
    seeds = store.rows("select seed from candidate order by candidate")
    assert seeds == [(candidate_seed(settings_of(store, 1).seed, slot, a),) for slot in (0, 1) for a in (0, 1)]


def test_collect__a_judged_slot_keeps_its_choice(world, tmp_path):
    store, workspace = world
    (tmp_path / "m").mkdir()
    plan(store, workspace, 1, budget=9, model=str(tmp_path / "m"))
    by_hand(store, workspace, {(0, 0): (0.4, None, [1, 0])}, failed=[(0, 1, "out_of_memory"), (1, 0, "safety_checker")])
    assert collect(store, workspace, 1).failed == {"out_of_memory": 1, "safety_checker": 1}
    store.execute("insert into verdict (candidate, judgement) values ('p1-00000-0', 'accept')")
    by_hand(store, workspace, {(0, 1): (0.9, None, [0, 1])})
    report = collect(store, workspace, 1)
    assert (report.collected, report.candidates, report.failed) == (1, 2, {"safety_checker": 1})
    assert store.rows("select candidate from candidate where chosen") == [("p1-00000-0",)]
    assert store.rows("select slot, alternative, reason from failed") == [(1, 0, "safety_checker")]


def test_projected__adds_what_is_accepted(world, tmp_path):
    """Accordion has 2 of 4 and gets 2; kite has 3 of 4 and gets 1. Half accepted: 3 and 3.5."""
    store, workspace = world
    (tmp_path / "m").mkdir()
    plan(store, workspace, 1, budget=9, model=str(tmp_path / "m"))
    whole, half = projected(store, 1)["object"], projected(store, 1, rate=0.5)["object"]
    assert (whole.name, whole.have.tolist(), whole.then.tolist()) == (["kite", "accordion"], [3, 2], [4, 4])
    assert (whole.lacking_before, whole.lacking_after) == (2, 0)
    assert half.then.tolist() == [3.5, 3] and half.lacking_after == 2


def test_seconds_each__scales_with_steps(world, tmp_path):
    store, workspace = world
    (tmp_path / "m").mkdir()
    plan(store, workspace, 1, budget=9, model=str(tmp_path / "m"), steps=25)
    settings = settings_of(store, 1)
    assert seconds_each(store, workspace, settings) is None
    by_hand(store, workspace, {(0, 0): (0.4, None, [1, 0])})  # made with 10 steps in 2 s by the model "m"
    assert seconds_each(store, workspace, settings) is None  # of another model
    collect(store, workspace, 1)
    assert seconds_each(store, workspace, replace(settings, model="m")) == pytest.approx(5.0)
