"""Models in actors on two real Ray nodes: a plan's candidates are made once, whatever becomes of an actor; features are
those of one process."""

import json
import os
import signal
from collections import Counter

import numpy as np
import pytest

pytest.importorskip("ray", reason="Ray is not installed: adr-workbench[ray]")

from PIL import Image

from adr.embed import embedding
from adr.embed.embed import embed
from adr.errors import AdrError
from adr.feature_folder import FeatureFolder
from adr.index import looking
from adr.index.index import index
from adr.ingest.ingest import ingest
from adr.progress import silent
from adr.ray_cluster import OnRay
from adr.store import Store
from adr.synthesize.generate import generate
from adr.synthesize.on_ray import RayCrew
from adr.synthesize.plan import plan
from adr.synthesize.plan_file import PlanFolder, PlanSettings, Slot
from adr.workspace import Workspace
from tests.worlds.ray_nodes import two_nodes
from tests.worlds.tail import make_tail_world

MODEL = "assets/models/starter-clip"
pytestmark = [pytest.mark.ray, pytest.mark.models]


@pytest.fixture(scope="module")
def nodes():
    with two_nodes() as found:
        yield found


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    from tests.worlds.tiny_models import stable_diffusion

    return str(stable_diffusion(tmp_path_factory.mktemp("model") / "tiny"))


def planned(folder, model, count, **more):
    """A plan of `count` slots for an accordion, each with one candidate."""
    folder.mkdir()
    Image.linear_gradient("L").save(folder / "parent.png")
    made = PlanFolder(folder)
    settings = PlanSettings(plan=1, run=1, seed=5, budget=count, model=model, per_slot=1, scorer="none", **more)
    slots = [
        Slot(i, 2, "accordion", "object", ("accordion",), (2,), "an accordion", image=str(folder / "parent.png"))
        for i in range(count)
    ]
    made.write(settings, slots, ["cat", "accordion"])
    return made


def holders(folder):
    """The processes that hold a slot at this moment."""
    found = set()
    for claim in folder.claims.glob("[0-9]*"):
        try:
            found.add(json.loads(claim.read_text())["pid"])
        except (OSError, ValueError):  # given back meanwhile
            continue
    return found


def test_crew__an_actor_is_killed(tmp_path, nodes, model):
    """Twelve slots, two actors; the first that holds a slot after three are made is killed with signal 9."""
    folder = planned(tmp_path / "plan", model, 12, steps=40)
    killed, heard = [], []

    def kill(done, total, message):
        if done >= 1 and not killed and (found := holders(folder)):
            killed.append(found.pop())
            os.kill(killed[0], signal.SIGKILL)

    crew = RayCrew(folder, OnRay(gpus=0), 2, heard.append)
    crew.run(12, kill)
    assert killed and list(folder.finished()) == [(slot, 0) for slot in range(12)] and not folder.failures()
    made = Counter(event["candidate"] for event in heard if event.get("event") == "made")
    assert made == {f"p1-{slot:05d}-0": 1 for slot in range(12)}
    logs = {log: log.read_text() for log in folder.folder.glob("worker-*.log")}
    told = Counter(
        event["candidate"]
        for text in logs.values()
        for event in map(json.loads, text.splitlines())
        if event["event"] == "made"
    )
    assert max(told.values()) == 1 and len(told) >= 11  # the killed one may have made one that it did not tell
    assert any(log.stem.endswith(f"-{killed[0]}") for log in logs) and len(logs) >= 2
    assert not list(folder.claims.glob("[0-9]*"))


def test_generate__collects_what_actors_make(tmp_path, nodes, model):
    store = make_tail_world(Store.memory(), tmp_path / "source")
    workspace = Workspace.at(tmp_path / "workspace")
    plan(store, workspace, 1, budget=9, generator="image-to-image", model=model, steps=1, scorer="none")
    report = generate(store, workspace, 1, workers=1, on_ray=OnRay(gpus=0))
    assert (report.made, report.collected, report.left, report.failed) == (4, 4, 0, {})
    store.close()


def test_crew__no_gpu_in_the_cluster(tmp_path, nodes, model):
    with pytest.raises(AdrError, match="has 0 GPUs, and a worker wants 1"):
        RayCrew(planned(tmp_path / "plan", model, 1), OnRay(gpus=1), 1, print).run(1, silent)


def test_crew__a_model_that_is_not_there(tmp_path, nodes):
    with pytest.raises(AdrError, match="does not exist"):
        RayCrew(planned(tmp_path / "plan", str(tmp_path / "gone"), 2), OnRay(gpus=0), 2, print).run(2, silent)


def test_embed__as_one_process_does(tmp_path, nodes, monkeypatch):
    monkeypatch.setattr(embedding, "BLOCK", 3)  # so that both actors get some
    store = make_tail_world(Store.memory(), tmp_path / "source")
    features = {}
    for name, where in (("here", None), ("ray", OnRay(gpus=0, workers=2))):
        workspace = Workspace.at(tmp_path / name)
        report = embed(store, workspace, MODEL, on_ray=where)
        assert report.new == report.embedded == report.pictures > 0
        features[name] = FeatureFolder.of(workspace.features, MODEL).read()
    assert features["here"].paths == features["ray"].paths
    assert features["here"].hashes.tolist() == features["ray"].hashes.tolist()
    assert np.abs(features["here"].vectors.astype(float) - features["ray"].vectors.astype(float)).max() < 2e-3
    store.close()


def test_index__a_checker_on_the_cluster_sees_what_one_here_sees(tmp_path, nodes, monkeypatch):
    """Twelve pictures in blocks of four; the text names a dog, a cat and a chair that no plain colour shows."""
    monkeypatch.setattr(looking, "IMAGES", 4)  # so that both actors get some
    source = tmp_path / "train.json"
    said = ("a dog", "a cat and a dog", "a chair")
    records = []
    for number in range(12):
        Image.new("RGB", (64, 64), (20 * number, 200 - 10 * number, 90)).save(tmp_path / f"{number}.png")
        turns = [{"from": "human", "value": "<image>\nWhat?"}, {"from": "gpt", "value": f"I see {said[number % 3]}."}]
        records.append({"id": number, "image": f"{number}.png", "conversations": turns})
    source.write_text(json.dumps(records))
    found = []
    for where in (None, OnRay(gpus=0, workers=2)):
        store = Store.memory()
        ingest(store, source, tmp_path)
        report = index(store, verify="open_clip", verify_model=MODEL, model_anyway=True, on_ray=where)
        names = "select name, instance from posting join named_entity using (entity) order by all"
        found.append((report.notices, report.postings, store.rows(names)))
        store.close()
    assert found[0] == found[1] and report.verified_by == f"open_clip {MODEL}"
