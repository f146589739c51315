"""All stages, by the verbs: shards give the export of one machine, also when a run is stopped and begun again."""

import hashlib
import json
from pathlib import Path

import pytest

from adr.cli import main

RECIPE = """
[rebalance]
seed = 3
min_passes = 2
alpha = 0.95
pass_rule = "mean"
repeat = 2
perspectives = ["token", "object", "co_occurrence", "interrogation"]

[rebalance.at_most.object]
person = 20

[rebalance.at_most_each]
interrogation = 60

[export]
images = "reference"
"""


def ran(*arguments: object) -> int:
    return main([str(one) for one in arguments] + ["--quiet"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo world of 240 instances with three records that are set aside, and its export from one machine."""
    folder = tmp_path_factory.mktemp("chain")
    assert ran("demo", "-w", folder / "demo", "--instances", 240) == 0
    records = json.loads((folder / "demo/demo/demo.json").read_text())
    for place in (200, 101, 0):
        records.insert(place, {"id": f"broken {place}"})
    (folder / "set.json").write_text(json.dumps(records, indent=1))
    (folder / "recipe.toml").write_text(RECIPE)
    images = folder / "demo/demo/images"
    assert ran("ingest", folder / "set.json", "--images", images, "-w", folder / "one") == 0
    assert ran("index", "--recipe", folder / "recipe.toml", "-w", folder / "one") == 0
    assert ran("rebalance", "--recipe", folder / "recipe.toml", "-w", folder / "one") == 0
    assert ran("export", "--run", 1, "--out", folder / "out", "--images", "reference", "-w", folder / "one") == 0
    return folder


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("each", [50, 101])
def test_chain__the_bytes_of_one_machine(folder: Path, each: int, capsys: pytest.CaptureFixture[str]) -> None:
    cut, out = folder / f"cut-{each}", folder / f"out-{each}"
    assert (
        ran(
            "shards",
            "cut",
            folder / "set.json",
            "--out",
            cut,
            "--records",
            each,
            "--images",
            folder / "demo/demo/images",
        )
        == 0
    )
    asked = ["shards", "run", cut, "--recipe", folder / "recipe.toml", "--out", out, "--workers", 1, "--json"]
    assert ran(*asked) == 0
    assert sha256(out / "llava.json") == sha256(folder / "out" / "llava.json")
    rows = json.loads((out / "llava.json").read_text())
    assert 20 < len(rows) < 240
    capsys.readouterr()
    assert ran(*asked) == 0
    again = json.loads(capsys.readouterr().out)
    assert {(one["made"], one["failed"]) for one in again["stages"]} == {(0, 0)}


def test_chain__an_array_stage_by_stage(folder: Path) -> None:
    """As a script of Slurm would: every stage with two tasks, the stages over all shards with one."""
    cut, out = folder / "cut-array", folder / "out-array"
    assert (
        ran(
            "shards", "cut", folder / "set.json", "--out", cut, "--records", 90, "--images", folder / "demo/demo/images"
        )
        == 0
    )
    for stage in ("read", "labels", "extract", "entities", "tau", "decide", "settle", "write", "join"):
        asked = [
            "shards",
            "run",
            cut,
            "--recipe",
            folder / "recipe.toml",
            "--stage",
            stage,
            "--workers",
            1,
            "--out",
            out,
        ]
        parts = (
            [["--task", k, "--of", 2] for k in range(2)] if stage in ("read", "extract", "decide", "write") else [[]]
        )
        for part in parts:
            assert ran(*asked, *part) == 0
    assert sha256(out / "llava.json") == sha256(folder / "out" / "llava.json")


@pytest.mark.parametrize(("format", "files"), [("llava", "llava.json"), ("webdataset", "adr-*.tar")])
def test_chain__shuffled(folder: Path, format: str, files: str) -> None:
    recipe = folder / f"{format}.toml"
    recipe.write_text(RECIPE.replace('images = "reference"', 'order = "shuffled"'))
    there, here, cut = (folder / f"{name}-{format}" for name in ("there", "here", "cut"))
    asked = ["--format", format, "--order", "shuffled"]
    assert ran("export", "--run", 1, "--out", there, *asked, "-w", folder / "one") == 0
    images = folder / "demo/demo/images"
    assert ran("shards", "cut", folder / "set.json", "--out", cut, "--records", 90, "--images", images) == 0
    shards = ["shards", "run", cut, "--recipe", recipe, "--out", here, "--format", format, "--workers", 1]
    assert ran(*shards) == 0
    names = [file.name for file in sorted(there.glob(files))]
    assert names == [file.name for file in sorted(here.glob(files))]
    assert [sha256(here / name) for name in names] == [sha256(there / name) for name in names]


def test_chain__epochs(folder: Path) -> None:
    """Drawn three times, with the caps of the recipe in each epoch, and written as files."""
    there, here, cut = (folder / f"{name}-epochs" for name in ("there", "here", "cut"))
    drawn = ["--recipe", folder / "recipe.toml", "--epochs", 3]
    again = folder / "drawn again"
    assert ran("ingest", folder / "set.json", "--images", folder / "demo/demo/images", "-w", again) == 0
    assert ran("index", "--recipe", folder / "recipe.toml", "-w", again) == 0
    assert ran("rebalance", *drawn, "-w", again) == 0
    asked = ["--epochs", "files", "--images", "reference", "-w", again]
    assert ran("export", "--run", 1, "--out", there, *asked) == 0
    images = folder / "demo/demo/images"
    assert ran("shards", "cut", folder / "set.json", "--out", cut, "--records", 90, "--images", images) == 0
    assert ran("shards", "run", cut, *drawn, "--export-epochs", "files", "--out", here, "--workers", 1) == 0
    names = ["llava.json", "dropped.jsonl"]
    names += [f"epochs/epoch-{n}{end}" for n in (1, 2, 3) for end in (".json", "/llava.json")]
    assert [sha256(here / name) for name in names] == [sha256(there / name) for name in names]
    assert len({sha256(here / name) for name in names}) == len(names)
    said = [json.loads((out / "manifest.json").read_text())["epochs"] for out in (here, there)]
    assert said[0] == said[1]
