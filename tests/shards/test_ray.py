"""A dataset of 4,000 records on two real Ray nodes: one is lost, the driver is killed and started again, and the export
is byte for byte that of one machine."""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

pytest.importorskip("ray", reason="Ray is not installed: adr-workbench[ray]")

from adr.export.export import export
from adr.index.index import index
from adr.ingest.ingest import ingest
from adr.rebalance.runs import rebalance
from adr.recipe import Recipe
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.ray_nodes import two_nodes

pytestmark = pytest.mark.ray

ROOT = Path(__file__).resolve().parents[2]
RECIPE = """
[rebalance]
seed = 7
min_passes = 2
alpha = 0.9
[rebalance.at_most.token]
dog = 300
"""
NOUNS = [
    "dog",
    "cat",
    "horse",
    "table",
    "chair",
    "boat",
    "kite",
    "umbrella",
    "accordion",
    "violin",
    "lantern",
    "saddle",
]
ASKED = ("What color is the {}?", "How many {}s are there?", "Is there a {}?", "Describe the {}.")


def records(count):
    """Conversations about things of which the first are frequent and the last are rare; every 500th has none."""
    draw = random.Random(20)
    weights = [1 / (rank + 1) ** 1.5 for rank in range(len(NOUNS))]
    for number in range(count):
        first, second = draw.choices(NOUNS, weights, k=2)
        said = f"There is a {first} beside a {second}."
        turns = [
            {"from": "human", "value": "<image>\n" + draw.choice(ASKED).format(first)},
            {"from": "gpt", "value": said},
        ]
        record = {"id": f"r{number}", "image": f"{number}.jpg", "conversations": turns}
        yield record if number % 500 != 250 else {"id": f"r{number}"}


def llava_of_one_machine(folder, source):
    """SHA-256 of llava.json as one machine makes it."""
    with closing(Store.memory()) as store:
        ingest(store, source)
        recipe = Recipe.from_toml(RECIPE, "the test")
        index(store, **recipe.index)
        rebalance(store, recipe)
        export(store, Workspace.at(folder / "workspace"), 1, format="llava", out=folder / "one")
    return sha256(folder / "one" / "llava.json")


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def adr(*words):
    """A command of this program as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "adr", *map(str, words)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"RAY_USAGE_STATS_ENABLED": "0"},
    )


def done(shards, stage, count, driver):
    """Wait until so many shards of a stage are done."""
    until = time.monotonic() + 300
    while len(list((shards / stage).glob("[0-9]*.done.json"))) < count:
        assert driver.poll() is None, driver.stderr.read()
        assert time.monotonic() < until, f"{stage} takes too long"
        time.sleep(0.05)


def test_run__a_node_is_lost_and_the_driver_killed(tmp_path):
    source = tmp_path / "train.json"
    source.write_text(json.dumps(list(records(4000)), indent=1))
    (tmp_path / "recipe.toml").write_text(RECIPE)
    shards, out = tmp_path / "shards", tmp_path / "out"
    cut = adr("shards", "cut", source, "--records", 800, "--out", shards)
    assert cut.wait() == 0, cut.stderr.read()
    with two_nodes() as (cluster, second):
        words = ["shards", "run", shards, "--recipe", tmp_path / "recipe.toml", "--out", out, "--json"]
        words += ["--engine", "ray", "--address", cluster.address, "--workers", 2]
        driver = adr(*words)
        done(shards, "read", 1, driver)
        cluster.remove_node(second, allow_graceful=False)
        done(shards, "extract", 1, driver)
        driver.send_signal(signal.SIGKILL)
        driver.wait()
        again = adr(*words)
        said, told = again.communicate(timeout=300)
        assert again.returncode == 0, told
    stages = {stage["stage"]: stage for stage in json.loads(said)["stages"]}
    assert (stages["read"]["tasks"], stages["read"]["there"], stages["extract"]["failed"]) == (5, 5, 0)
    assert stages["extract"]["there"] >= 1
    assert sha256(out / "llava.json") == llava_of_one_machine(tmp_path, source)
