"""Collecting from a folder that anything may have happened to: what does not fit is set aside, the rest goes on."""

import json
import os

import numpy as np
import pytest

from adr.errors import AdrError
from adr.store import Store
from adr.synthesize.collect import collect
from adr.synthesize.generate import generate
from adr.synthesize.outlook import newest_made, standing
from adr.synthesize.plan import plan, plan_folder
from adr.synthesize.plan_file import DamagedSlot, PlanFolder, Slot
from adr.synthesize.settled import settled_of
from adr.workspace import Workspace
from tests.worlds.tail import by_hand, make_tail_world, sidecar


@pytest.fixture
def world(tmp_path):
    """Plan 1 of two slots with two candidates each, all of them finished."""
    (tmp_path / "model").mkdir()
    store = make_tail_world(Store.memory(), tmp_path / "source")
    workspace = Workspace.at(tmp_path / "workspace")
    plan(store, workspace, 1, budget=9, model=str(tmp_path / "model"), generator="image-to-image")
    vectors = {(0, 0): [1, 0], (0, 1): [0, 1], (1, 0): [0.6, 0.8], (1, 1): [0.8, 0.6]}
    by_hand(store, workspace, {key: (0.5, None, vector) for key, vector in vectors.items()})
    yield store, workspace
    store.close()


def changed(folder, **more):
    path = folder.sidecar(0, 0)
    path.write_text(json.dumps(json.loads(path.read_text()) | more))


def linked(path, target):
    path.unlink()
    path.symlink_to(target)


DAMAGES = {
    "no text": (lambda f: f.sidecar(0, 0).write_bytes(b""), "sidecar_damaged"),
    "not JSON": (lambda f: f.sidecar(0, 0).write_bytes(b"{"), "sidecar_damaged"),
    "not UTF-8": (lambda f: f.sidecar(0, 0).write_bytes(b'{"a": "\xff"}'), "sidecar_damaged"),
    "a list": (lambda f: f.sidecar(0, 0).write_bytes(b"[]"), "sidecar_damaged"),
    "an empty object": (lambda f: f.sidecar(0, 0).write_bytes(b"{}"), "sidecar_damaged"),
    "nested deep": (lambda f: f.sidecar(0, 0).write_bytes(b"[" * 100_000), "sidecar_damaged"),
    "a huge number": (lambda f: f.sidecar(0, 0).write_bytes(b'{"a": 1' + b"0" * 6000 + b"}"), "sidecar_damaged"),
    "a pipe": (lambda f: (f.sidecar(0, 0).unlink(), os.mkfifo(f.sidecar(0, 0))), "sidecar_damaged"),
    "score": (lambda f: changed(f, score="high"), "sidecar_damaged"),
    "NaN": (lambda f: changed(f, score=float("nan")), "sidecar_damaged"),
    "half a character": (lambda f: changed(f, caption="\ud800"), "sidecar_damaged"),
    "turns": (lambda f: changed(f, turns=[{"role": "human"}]), "sidecar_damaged"),
    "flags": (lambda f: changed(f, flags=None), "sidecar_damaged"),
    "hash": (lambda f: changed(f, perceptual_hash=[]), "sidecar_damaged"),
    "image elsewhere": (lambda f: changed(f, image="../../secret.png"), "sidecar_damaged"),
    "candidate is a path": (lambda f: changed(f, candidate="../../../out"), "other_plan"),
    "candidate is absolute": (lambda f: changed(f, candidate="/tmp/out"), "other_plan"),
    "candidate of another plan": (lambda f: changed(f, candidate="p2-00000-0"), "other_plan"),
    "another run": (lambda f: changed(f, identity={"run": 2}), "other_plan"),
    "no identity": (lambda f: changed(f, identity=None), "other_plan"),
    "another entity": (lambda f: changed(f, name="kite"), "other_slot"),
    "another prompt": (lambda f: changed(f, prompt="a photo of a dog"), "other_slot"),
    "another seed": (lambda f: changed(f, seed=7), "other_slot"),
    "another parent": (lambda f: changed(f, parent=4), "other_slot"),
    "no picture": (lambda f: f.image(0, 0).unlink(), "image_missing"),
    "another picture": (lambda f: f.image(0, 0).write_bytes(b"other"), "image_changed"),
    "a linked picture": (lambda f: linked(f.image(0, 0), f.image(0, 1)), "image_missing"),
    "empty embedding": (lambda f: f.embedding(0, 0).write_bytes(b""), "embedding_damaged"),
    "embedding cut off": (lambda f: os.truncate(f.embedding(0, 0), 130), "embedding_damaged"),
    "embedding is a zip": (lambda f: f.embedding(0, 0).write_bytes(b"PK\x03\x04rest"), "embedding_damaged"),
    "embedding of texts": (lambda f: np.save(f.embedding(0, 0), np.array(["a"])), "embedding_damaged"),
    "embedding of NaN": (lambda f: np.save(f.embedding(0, 0), np.array([np.nan, 1])), "embedding_damaged"),
    "embedding is a pipe": (lambda f: (f.embedding(0, 0).unlink(), os.mkfifo(f.embedding(0, 0))), "embedding_damaged"),
    "embedding too short": (lambda f: np.save(f.embedding(0, 0), np.ones(1, np.float32)), "embedding_damaged"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_collect__one_that_does_not_fit_is_set_aside(damage, world, tmp_path):
    store, workspace = world
    folder = plan_folder(workspace, 1)
    act, reason = DAMAGES[damage]
    act(folder)
    before = {path for path in tmp_path.rglob("*") if workspace.folder not in path.parents}
    newest_made(store, workspace, 1)  # the page does not stumble over it either
    report = collect(store, workspace, 1)
    assert (report.collected, report.set_aside) == (3, {reason: 1})
    assert store.rows("select candidate from candidate order by 1") == [
        ("p1-00000-1",),
        ("p1-00001-0",),
        ("p1-00001-1",),
    ]
    said = json.loads((folder.folder / "set_aside" / "reasons.jsonl").read_text())
    assert (said["slot"], said["alternative"], said["reason"]) == (0, 0, reason) and said["detail"]
    assert (0, 0) not in folder.finished()  # so that it is made again
    assert {path for path in tmp_path.rglob("*") if workspace.folder not in path.parents} == before
    assert {path.name for path in workspace.images.iterdir()} >= {
        f"p1-{n}.png" for n in ("00000-1", "00001-0", "00001-1")
    }
    assert collect(store, workspace, 1).set_aside == {}


def test_collect__an_image_linked_out_of_the_workspace_is_not_written(world, tmp_path):
    store, workspace = world
    (workspace.images / "p1-00000-0.png").symlink_to(tmp_path / "precious.png")
    (tmp_path / "precious.png").write_bytes(b"precious")
    assert collect(store, workspace, 1).set_aside == {"target_outside": 1}
    assert (tmp_path / "precious.png").read_bytes() == b"precious"


def test_collect__a_candidate_that_the_plan_does_not_want(world):
    store, workspace = world
    folder = plan_folder(workspace, 1)
    for key in ((7, 0), (0, 2)):
        made = sidecar(store, workspace, 0, 0) | {"image": folder.image(*key).name}
        folder.image(*key).write_bytes(b"png")
        folder.sidecar(*key).write_text(json.dumps(made))
    report = collect(store, workspace, 1)
    assert (report.collected, report.set_aside) == (4, {"other_plan": 2})


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"reason": 3}', '{"reason": "x", "detail": 3}', "{"])
def test_collect__a_damaged_record_of_a_failure(text, world):
    store, workspace = world
    folder = plan_folder(workspace, 1)
    folder.sidecar(1, 1).unlink()
    folder.failure(1, 1).write_text(text)
    reason = "x" if "x" in text else "record_damaged"
    report = collect(store, workspace, 1)
    assert (report.collected, report.failed) == (3, {reason: 1})
    assert settled_of(folder).reasons() == standing(store, workspace, 1).failed == {reason: 1}


def test_collect__numbers_of_a_later_index_count(world):
    """The index was made again between making and collecting: accordion is 5 instead of 2."""
    store, workspace = world
    store.execute("update entity set entity = 5 where entity = 2")
    store.execute("update slot set entity = 5, entities = [5]")
    collect(store, workspace, 1)
    assert store.rows("select distinct entity, entities from candidate") == [(5, [5])]


def test_plan__what_a_former_plan_left_is_set_aside(tmp_path):
    """A kill between the commit of a new dataset and the moving of old plans leaves `plans/1` and `images`."""
    (tmp_path / "model").mkdir()
    workspace = Workspace.at(tmp_path / "workspace")
    options = {"budget": 9, "model": str(tmp_path / "model")}
    with_former = make_tail_world(Store.memory(), tmp_path / "source")
    with_former.execute("update run set fingerprint = 'former', made_on = 'an index'")
    plan(with_former, workspace, 1, **options)
    by_hand(with_former, workspace, {(0, 0): (0.9, None, [1, 0])})
    collect(with_former, workspace, 1)
    former = (plan_folder(workspace, 1).sidecar(0, 0)).read_bytes()

    store = make_tail_world(Store.memory(), tmp_path / "source")
    plan(store, workspace, 1, **options)
    assert collect(store, workspace, 1).candidates == 0
    (replaced,) = (workspace.folder / "replaced").glob("*/plans/1/made/00000/00000-0.json")
    assert replaced.read_bytes() == former

    plan_folder(workspace, 1).sidecar(0, 0).write_bytes(former)  # a worker of the former plan that still ran
    assert collect(store, workspace, 1).set_aside == {"other_plan": 1}
    by_hand(store, workspace, {(0, 0): (0.9, None, [1, 0])})
    plan_folder(workspace, 1).image(0, 0).write_bytes(b"new")
    made = sidecar(store, workspace, 0, 0, image=b"new")
    plan_folder(workspace, 1).sidecar(0, 0).write_text(json.dumps(made))
    assert collect(store, workspace, 1).collected == 1
    assert (workspace.images / "p1-00000-0.png").read_bytes() == b"new"
    (kept,) = (workspace.folder / "replaced").glob("*/images/p1-00000-0.png")
    assert kept.read_bytes() == b"png"


def test_plan__says_what_it_was_made_for(world):
    store, workspace = world
    store.execute("update run set fingerprint = 'r', made_on = 'i'")
    store.execute("insert into index_made (fingerprint) values ('j')")
    plan(store, workspace, 1, budget=9, model=str(workspace.folder))
    expected = {"run": 1, "fingerprint": "r", "made_on": "i", "index": "j"}
    assert plan_folder(workspace, 2).identity() == expected
    assert json.loads(store.value("select identity from plan where plan = 2")) == expected


def test_generate__a_folder_of_another_plan_is_refused(world):
    store, workspace = world
    store.execute("update plan set identity = '{}'")
    with pytest.raises(AdrError, match="another run or index"):
        generate(store, workspace, 1)


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b'{"slot": 0}', b"\xff\xfe", b'{"slot": "../x"}'])
def test_lines__a_damaged_one_keeps_its_place(line, world):
    _, workspace = world
    folder = plan_folder(workspace, 1)
    path = folder.folder / "plan.jsonl"
    lines = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join([line, *lines[1:]]))
    first, second = folder.lines()
    assert isinstance(first, DamagedSlot) and first.slot == 0 and first.detail.startswith("line 1 of plan.jsonl")
    assert isinstance(second, Slot) and second.slot == 1
    path.write_bytes(b"\n".join([lines[1], lines[1]]))  # a line in another's place
    assert [type(one) for one in folder.lines()] == [DamagedSlot, Slot]
    path.unlink()
    with pytest.raises(AdrError, match="cannot be read"):
        list(folder.lines())


def test_head__a_plan_number_that_is_a_path(world):
    _, workspace = world
    path = plan_folder(workspace, 1).folder / "plan.json"
    head = json.loads(path.read_text())
    head["settings"]["plan"] = "../../x"
    path.write_text(json.dumps(head))
    with pytest.raises(AdrError, match="is not a number"):
        PlanFolder(path.parent).head()


@pytest.mark.parametrize("name", ["²-0.json", "٣-0.json", "1-0.json", "00001-0-0.json", "99999999999999-0.failed.json"])
def test_finished__names_that_no_worker_gives_are_left_alone(name, world):
    store, workspace = world
    folder = plan_folder(workspace, 1)
    (folder.place(0) / name).write_text("{}")
    assert collect(store, workspace, 1).collected == 4 and not folder.failed()
    assert (folder.place(0) / name).exists() and not (folder.folder / "set_aside").exists()


@pytest.mark.parametrize("diary", [b"p1-\xff-0\n", b"p1-x-0\n", b"p1-\xc2\xb2-0\n", b"p1-0-0\n", None])
def test_newest_made__a_damaged_diary(diary, world):
    store, workspace = world
    path = plan_folder(workspace, 1).diary
    if diary is None:
        os.mkfifo(path)
    else:
        path.write_bytes(diary + b"p1-00001-0\n")
    assert [made.candidate for made in newest_made(store, workspace, 1)][-1] == (
        "p1-00000-0" if diary is None else "p1-00001-0"
    )


def test_newest_made__a_candidate_without_a_time(world):
    store, workspace = world
    changed(plan_folder(workspace, 1), seconds=None)
    assert newest_made(store, workspace, 1)[-1].seconds == 0


def test_collect__what_it_notes_is_not_written_through_a_link(world, tmp_path):
    store, workspace = world
    (tmp_path / "precious").write_bytes(b"precious")
    (plan_folder(workspace, 1).folder / "compared.json").symlink_to(tmp_path / "precious")
    collect(store, workspace, 1)
    assert (tmp_path / "precious").read_bytes() == b"precious"


@pytest.mark.parametrize("text", [None, "[]", '{"settings": [], "siblings": []}', '{"settings": {}, "siblings": []}'])
def test_head__a_plan_that_cannot_be_read_is_a_sentence(text, world):
    _, workspace = world
    path = plan_folder(workspace, 1).folder / "plan.json"
    path.unlink()
    os.mkfifo(path) if text is None else path.write_text(text)
    with pytest.raises(AdrError, match="cannot be read"):
        plan_folder(workspace, 1).head()
