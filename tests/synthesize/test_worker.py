"""The worker: what it writes, what it sets aside, and that nothing is lost or made twice however it ends."""

import errno
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from adr.errors import AdrError
from adr.synthesize import worker as worker_module
from adr.synthesize.claims import SILENT_SECONDS, Claims, stale
from adr.synthesize.plan_file import PlanFolder, PlanSettings, Slot, candidate_seed
from adr.synthesize.work import work
from adr.synthesize.worker import Worker
from tests.worlds.language_server import scripted
from tests.worlds.tiny_texts import clip

pytestmark = pytest.mark.models
ROOT = Path(__file__).resolve().parents[2]

# Imports what is slow once, then forks a worker for every order, so that the worker that is killed is a process of its
# own and the test does not spend its time importing. Orders: 'kill MADE SECONDS' (so long after it has made so many),
# 'finish' and 'two'; the answer is one line of exit states.
ZYGOTE = """
import os, signal, sys, time
import torch
torch.set_num_threads(1)
import diffusers
from diffusers import AutoPipelineForText2Image, StableDiffusionPipeline
from transformers import CLIPTextModel, CLIPTokenizer
from adr.synthesize import worker

def start(name):
    pid = os.fork()
    if pid == 0:
        out = os.open(sys.argv[2] + name, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
        os.dup2(out, 1)
        os._exit(worker.main([sys.argv[1]]))
    return pid

for line in sys.stdin:
    order, *more = line.split()
    names = ("a", "b") if order == "two" else ("a",)
    pids = [start(name) for name in names]
    if order == "kill":
        def made():
            return open(told).read().count('"made"') if os.path.exists(told) else 0
        told, before = sys.argv[2] + "a", None
        before = made()
        while made() - before < int(more[0]) and not os.waitid(os.P_PID, pids[0], os.WEXITED | os.WNOHANG | os.WNOWAIT):
            time.sleep(0.005)
        time.sleep(float(more[1]))
        os.kill(pids[0], signal.SIGKILL)
    states = [os.waitpid(pid, 0)[1] for pid in pids]
    print(*states, flush=True)
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    from tests.worlds.tiny_models import stable_diffusion

    return str(stable_diffusion(tmp_path_factory.mktemp("model") / "tiny"))


def planned(folder, model, count, siblings=("cat", "dog", "accordion"), **more):
    """A plan of `count` slots with two candidates each, for an accordion and a cat."""
    plan = PlanFolder(folder)
    settings = PlanSettings(plan=1, run=1, seed=5, budget=count, model=model, **({"steps": 1, "scorer": "none"} | more))
    parent = folder / "parent.png"
    folder.mkdir(parents=True, exist_ok=True)
    Image.linear_gradient("L").save(parent)
    plan.write(
        settings,
        [
            Slot(
                slot=i,
                entity=2,
                name="accordion",
                perspective="object",
                things=("accordion",),
                entities=(2,),
                prompt="a photo of an accordion and a cat",
                companions=("cat",),
                absent=("dog",),
                parent=4,
                image=str(parent),
            )
            for i in range(count)
        ],
        list(siblings),
    )
    return plan


def run(plan, **options):
    """Run a worker in this process; returns (candidates made, what it told)."""
    told = []
    return Worker(plan, told.append, **options).run(), told


def test_run__writes_images_and_sidecars(tmp_path, model):
    plan = planned(tmp_path, model, 2)
    made, told = run(plan)
    assert made == 4 and [t["event"] for t in told] == ["loading"] + ["made"] * 4
    assert list(plan.finished()) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    record = json.loads(plan.sidecar(1, 0).read_text())
    assert record["candidate"] == "p1-00001-0" and record["seed"] == candidate_seed(5, 1, 0)
    assert record["sha256"] == hashlib.sha256(plan.image(1, 0).read_bytes()).hexdigest()
    assert record["conversation_by"] == "template" and record["conversation_fault"] is None
    assert record["turns"][0]["text"].startswith("<image>") and record["parameters"]["steps"] == 1
    assert not list(plan.claims.glob("0*")) and not list(plan.made.rglob(".*"))
    assert run(plan) == (0, [])  # nothing left: loads no model


def test_run__a_damaged_line_of_the_plan_is_set_aside(tmp_path, model):
    plan = planned(tmp_path, model, 3)
    lines = (plan.folder / "plan.jsonl").read_bytes().splitlines()
    (plan.folder / "plan.jsonl").write_bytes(b"\n".join([lines[0], b"{damaged", lines[2]]))
    assert run(plan)[0] == 4
    assert list(plan.finished()) == [(0, 0), (0, 1), (2, 0), (2, 1)]
    assert {key: reason for key, (reason, _) in plan.failed().items()} == {
        (1, 0): "plan_damaged",
        (1, 1): "plan_damaged",
    }


def test_run__same_seed_same_bytes(tmp_path, model):
    plan = planned(tmp_path, model, 2)
    run(plan)
    before = plan.image(1, 1).read_bytes()
    assert before != plan.image(1, 0).read_bytes()
    plan.sidecar(1, 1).unlink()  # as if killed between picture and sidecar
    made, _ = run(plan)
    assert made == 1 and plan.image(1, 1).read_bytes() == before


def test_run__a_picture_is_the_same_alone_and_with_others(tmp_path, model):
    """Four candidates together, then each alone, as after a kill: the batch that is recorded decides the bytes."""
    plan = planned(tmp_path, model, 2)
    run(plan)
    before = {key: plan.image(*key).read_bytes() for key in plan.finished()}
    assert len(set(before.values())) == 4
    batch = json.loads(plan.sidecar(0, 0).read_text())["parameters"]["batch"]
    assert batch == 8  # pictures of 32 pixels on a CPU
    for key, image in before.items():
        plan.sidecar(*key).unlink()
        plan.image(*key).unlink()
        assert run(plan)[0] == 1
        assert plan.image(*key).read_bytes() == image


def test_run__without_a_scorer_there_is_no_score(tmp_path, model):
    plan = planned(tmp_path, model, 1)
    run(plan)
    record = json.loads(plan.sidecar(0, 0).read_text())
    assert record["scorer"] is None and record["score"] is None and "model_anyway" not in record["parameters"]


def told_to_know(folder, name, *names):
    """A copy of a model that knows only these names."""
    shutil.copytree(name, folder)
    (folder / "adr.json").write_text(json.dumps({"kind": "stick figures", "names": names}))
    return str(folder)


def test_run__a_model_is_not_asked_for_what_it_does_not_know(tmp_path, model):
    plan = planned(tmp_path / "plan", told_to_know(tmp_path / "model", model, "cat"), 1)
    assert run(plan)[0] == 0
    assert plan.failed() == {(0, 0): ("not_known", "accordion"), (0, 1): ("not_known", "accordion")}


def test_run__a_scorer_says_nothing_of_names_it_does_not_know(tmp_path, model):
    """It knows cat and dog and not the accordion: there is an embedding, and no score. Insisting is recorded."""
    scorer = told_to_know(tmp_path / "scorer", clip(tmp_path / "clip"), "cat", "dog")
    plan = planned(tmp_path / "plan", model, 1, scorer=scorer, model_anyway=True)
    worker = Worker(plan, lambda event: None)
    assert worker.run() == 2 and worker.siblings == ["cat", "dog"]
    record = json.loads(plan.sidecar(0, 0).read_text())
    assert (record["scorer"], record["score"], record.get("entity_rank")) == (scorer, None, None)
    assert plan.embedding(0, 0).exists() and record["parameters"]["model_anyway"] is True
    known = told_to_know(tmp_path / "more", clip(tmp_path / "clip"), "cat", "dog", "accordion")
    plan = planned(tmp_path / "again", model, 1, scorer=known)
    run(plan)
    record = json.loads(plan.sidecar(0, 0).read_text())
    assert record["entity_rank"] in (1, 2) and 0 <= record["score"] <= 1 and "model_anyway" not in record["parameters"]


THINGS = ("cat", "dog", "accordion", "bus", "harp", "kite", "lamp", "owl", "piano", "sheep")


@pytest.mark.parametrize(
    ("answer", "known", "fault"),
    [
        ("An accordion and a cat.", THINGS, None),
        ("An accordion, a dog, a bus, a harp and a kite.", THINGS, "thing_not_shown"),  # of ten it sees three
        ("An accordion and an owl.", THINGS[:3], "thing_not_in_caption"),  # the scorer does not know owls
        ("There is a cat.", THINGS, "entity_not_mentioned"),
    ],
)
def test_run__a_language_models_claims_are_checked(tmp_path, model, monkeypatch, answer, known, fault):
    """A server says this of each picture, and a candidate whose claim fails is flagged with its reason."""
    talk = json.dumps([{"question": "What is shown?", "answer": answer}, {"question": "Is it day?", "answer": "Yes."}])
    scorer = told_to_know(tmp_path / "scorer", clip(tmp_path / "clip"), *known)
    options = {"conversations": "language_model", "scorer": scorer, "model_anyway": True, "per_slot": 1}
    plan = planned(tmp_path / "plan", model, 2, THINGS, **options)
    with scripted(talk) as (url, _):
        monkeypatch.setenv("ADR_LANGUAGE_MODEL_URL", url)
        monkeypatch.setenv("ADR_LANGUAGE_MODEL", "m")
        monkeypatch.delenv("ADR_CAPTIONER_MODEL", raising=False)
        assert run(plan)[0] == 2
    for number in range(2):
        record = json.loads(plan.sidecar(number, 0).read_text())
        assert record["conversation_fault"] == fault and ("conversation" in record["flags"]) == bool(fault)
        assert record["turns"][1]["text"] == answer


def test_run__sets_aside_what_has_no_parent(tmp_path, model):
    plan = planned(tmp_path, model, 1, generator="image-to-image")
    (tmp_path / "parent.png").unlink()
    assert run(plan)[0] == 0
    assert [json.loads(p.read_text())["reason"] for p in plan.failures().values()] == ["parent_missing"] * 2
    plan = planned(tmp_path / "b", model, 1, generator="image-to-image")
    (tmp_path / "b" / "parent.png").write_bytes(b"not a picture")
    run(plan)
    assert {json.loads(p.read_text())["reason"] for p in plan.failures().values()} == {"parent_unreadable"}
    for record in plan.failures().values():
        record.unlink()
    (tmp_path / "b" / "parent.png").write_bytes((planned(tmp_path / "c", model, 1).folder / "parent.png").read_bytes())
    assert run(plan)[0] == 2 and not plan.failures()


def test_run__sets_aside_what_the_safety_checker_blanks(tmp_path, model):
    """A real checker whose thresholds are so low that it objects to everything."""
    import torch
    from diffusers import StableDiffusionPipeline
    from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
    from transformers import CLIPConfig, CLIPImageProcessor

    small = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    checker = StableDiffusionSafetyChecker(
        CLIPConfig(vision_config=small | {"image_size": 16, "patch_size": 8}, projection_dim=8)
    )
    checker.concept_embeds_weights.data = torch.full_like(checker.concept_embeds_weights, -2.0)
    StableDiffusionPipeline.from_pretrained(
        model,
        safety_checker=checker,
        requires_safety_checker=True,
        feature_extractor=CLIPImageProcessor(size={"shortest_edge": 16}, crop_size={"height": 16, "width": 16}),
    ).save_pretrained(tmp_path / "strict")
    plan = planned(tmp_path / "plan", str(tmp_path / "strict"), 1)
    assert run(plan)[0] == 0
    assert {json.loads(p.read_text())["reason"] for p in plan.failures().values()} == {"safety_checker"}


class ShortOfMemory:
    """A generator on a device that holds two pictures at once, as torch tells it."""

    def __init__(self, real, room):
        self.real, self.room, self.parameters, self.place = real, room, real.parameters, real.place

    def make(self, wishes, fill):
        if max(len(wishes), fill) > self.room:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return self.real.make(wishes, fill)


def test_run__halves_the_batch_when_memory_runs_out(tmp_path, model):
    plan = planned(tmp_path, model, 4)
    told = []
    worker = Worker(plan, told.append)
    worker.load()
    worker.generator, worker.batch = ShortOfMemory(worker.generator, 2), 8
    assert worker.run() == 8
    assert [t["batch"] for t in told if t["event"] == "smaller_batch"] == [4, 2]


def test_run__stops_when_not_one_image_fits(tmp_path, model):
    plan = planned(tmp_path, model, 4)
    worker = Worker(plan, lambda event: None)
    worker.load()
    worker.generator = ShortOfMemory(worker.generator, 0)
    with pytest.raises(AdrError, match="not enough memory for a single picture"):
        worker.run()
    assert {json.loads(p.read_text())["reason"] for p in plan.failures().values()} == {"out_of_memory"}


def test_run__full_disk_is_a_sentence(tmp_path, model, monkeypatch):
    plan = planned(tmp_path, model, 1)

    def full(path, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(worker_module, "write_whole", full)
    with pytest.raises(AdrError, match="is full") as told:
        run(plan)
    assert "resume" in told.value.next_step and not plan.finished()


def test_main__missing_model_is_told(tmp_path, model):
    plan = planned(tmp_path / "plan", str(tmp_path / "gone"), 1)
    done = subprocess.run(
        [sys.executable, "-m", "adr.synthesize.worker", str(plan.folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 1 and "Traceback" not in done.stderr
    last = json.loads(done.stdout.splitlines()[-1])
    assert last["event"] == "stopped" and "does not exist" in last["sentence"] and last["next_step"]


def test_work__makes_what_a_node_that_died_held(tmp_path, model):
    """Slot 0 is claimed by a worker of another machine, last touched 118 seconds ago; slots 1 and 2 are free."""
    plan = planned(tmp_path / "plan", model, 3)
    Claims(plan.claims)
    claim = plan.claims / "00000"
    claim.write_text(json.dumps({"pid": 4242, "host": "node-b"}))
    os.utime(claim, (time.time() - SILENT_SECONDS + 2, time.time() - SILENT_SECONDS + 2))
    heard = []
    report = work(plan.folder, progress=lambda done, total, message: heard.append((done, total)))
    assert (report.candidates, report.made, report.finished, report.failed, report.left) == (6, 6, 6, {}, 0)
    assert heard[-1] == (6, 6)
    again = work(plan.folder)
    assert (again.made, again.finished, again.left) == (0, 6, 0)


def test_work__stops_at_a_limit(tmp_path, model):
    report = work(planned(tmp_path / "plan", model, 3).folder, limit=2)
    assert (report.made, report.left) == (2, 4)


def test_work__a_folder_without_a_plan(tmp_path):
    with pytest.raises(AdrError, match="There is no folder"):
        work(tmp_path / "gone")
    with pytest.raises(AdrError, match="There is no plan"):
        work(tmp_path)


def test_claims__one_holder_and_taken_over_when_dead(tmp_path):
    first, second = Claims(tmp_path), Claims(tmp_path)
    assert first.take(1) and not second.take(1)
    first.release(1)
    assert second.take(1)
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (tmp_path / "00001").write_text(json.dumps({"pid": dead.pid, "host": socket.gethostname()}))
    assert stale(tmp_path / "00001") and first.take(1) and not second.take(1)
    assert not stale(tmp_path / "00002")


@pytest.fixture
def zygote(tmp_path):
    """order(text) → the exit states of the workers it started; folder: the plan's."""
    process = subprocess.Popen(
        [sys.executable, "-c", ZYGOTE, str(tmp_path / "plan"), str(tmp_path / "told-")],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def order(text):
        process.stdin.write(text + "\n")
        process.stdin.flush()
        return [int(state) for state in process.stdout.readline().split()]

    yield order
    process.stdin.close()
    assert process.wait(120) == 0


def told_made(tmp_path):
    """How often each candidate was said to be made, over all workers."""
    lines = [line for file in tmp_path.glob("told-*") for line in file.read_text().splitlines()]
    events = [json.loads(line) for line in lines if line.endswith("}")]
    return Counter(event["candidate"] for event in events if event["event"] == "made")


def test_run__killed_ten_times_loses_and_repeats_nothing(tmp_path, model, zygote):
    """300 candidates in batches of 8; `kill -9` at ten moments: while loading, and some time after one to three more
    were made."""
    plan = planned(tmp_path / "plan", model, 150)
    kept: dict[Path, bytes] = {}
    for k in range(10):
        assert zygote(f"kill {2 * (k % 2) + k // 5} {0.009 * ((7 * k) % 10)}") == [9]
        now = {path: path.read_bytes() for path in plan.finished().values()}
        assert kept.items() <= now.items()  # what was finished is not touched again
        for text in now.values():
            record = json.loads(text)
            image = plan.place(record["slot"]) / record["image"]
            assert hashlib.sha256(image.read_bytes()).hexdigest() == record["sha256"]
        kept = now
    assert 5 < len(kept) < 300
    assert zygote("finish") == [0]
    assert list(plan.finished()) == [(slot, a) for slot in range(150) for a in range(2)]
    assert max(told_made(tmp_path).values()) == 1
    assert not plan.failures()


def test_run__two_workers_make_nothing_twice(tmp_path, model, zygote):
    plan = planned(tmp_path / "plan", model, 8)
    assert zygote("two") == [0, 0]
    assert told_made(tmp_path) == {f"p1-{slot:05d}-{a}": 1 for slot in range(8) for a in range(2)}
    assert len(plan.finished()) == 16
