"""The schemas under docs/reports are those of the types, and what each verb prints with --json fits its schema."""

import json
import math
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from adr.cli import main
from adr.cli.parser import VERBS
from adr.cli.schemas import as_file, report_schemas, write
from adr.rebalance.runs import rebalance
from adr.recipe import Recipe
from adr.report import plain
from adr.store import Store
from adr.synthesize.plan import plan
from adr.workspace import Workspace
from tests.worlds.tail import by_hand
from tests.worlds.zoo import ZOO, fill

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "reports"
REPORTING = [verb for verb in VERBS if verb != "app"]  # it has no report
DEMO = str(ROOT / "assets/recipes/demo.toml")


def test_files__are_what_the_types_say() -> None:
    """Write them anew with `make schemas`."""
    made = report_schemas()
    assert {path.stem for path in FOLDER.glob("*.json")} == set(made)
    changed = [v for v, found in made.items() if (FOLDER / f"{v}.json").read_text(encoding="utf-8") != as_file(found)]
    assert changed == []


def test_write__leaves_the_schemas_alone_that_are_and_no_others(tmp_path) -> None:
    (tmp_path / "dance.json").write_text("{}")
    write(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in FOLDER.iterdir()}


def parts(schema: Any) -> list[dict[str, Any]]:
    """A schema and every schema inside it."""
    if isinstance(schema, list):
        return [part for one in schema for part in parts(one)]
    if not isinstance(schema, dict):
        return []
    nested = [one for key, one in schema.items() if key not in ("properties", "$defs", "default", "enum", "const")]
    named = [one for key in ("properties", "$defs") for one in schema.get(key, {}).values()]
    return [schema, *parts(nested), *parts(named)]


@pytest.mark.parametrize("verb", REPORTING)
def test_types__none_may_be_anything(verb: str) -> None:
    schema = json.loads((FOLDER / f"{verb}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    says_nothing = [part for part in parts(schema) if not {"type", "anyOf", "$ref"} & set(part)]
    assert says_nothing == []
    loose = [part for part in parts(schema) if part.get("type") == "object" and not ({"properties"} & set(part))]
    assert all(part.get("additionalProperties", True) is not True for part in loose)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("schemas")


def write_log(folder: Path) -> None:
    """A benchmark log of seven questions."""
    asked = [{"item": n, "question": "Is there a dog?", "score": n % 2} for n in range(7)]
    (folder / "log.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in asked), encoding="utf-8")


def finish_plan(workspace: Path) -> None:
    """Plan 1 of one slot and two candidates, and their files as a worker would have written them."""
    at = Workspace.at(workspace)
    with closing(Store(at.database)) as store:
        plan(store, at, 1, budget=1, scorer="none")
        by_hand(store, at, {(0, 0): (0.4, None, [1, 0]), (0, 1): (0.9, None, [0, 1])})


# Every verb in an order in which each has what it needs; {f} is a folder of the test's, -w {f}/w is added.
CALLS = [
    ("demo", "--instances 120"),
    ("ingest", "{f}/w/demo/demo.json --images {f}/w/demo/images --replace"),
    ("images", "{f}/w/demo/images"),
    ("index", ""),
    ("embed", ""),
    ("map", ""),
    ("embed", "--of conversations"),
    ("map", "--of conversations"),
    ("copies", "--looks"),
    ("wrong-pairs", ""),
    ("pictures", ""),
    ("leaks", "--against {f}/w/demo/demo.json --images {f}/w/demo/images"),
    ("ingest", "{f}/w/demo/demo.json --images {f}/w/demo/images --reservoir"),
    ("curve", "--perspective token --top 3"),
    ("with", "object:person --perspective token --top 3"),
    ("misspelt", ""),
    ("suggest", ""),
    ("words", ""),
    ("find", "text_only --limit 3"),
    ("tag", "text_only hard"),
    ("rebalance", f"--recipe {DEMO}"),
    ("runs", ""),
    ("diversity", "--run 1"),
    ("explain", "--run 1 --instance 0"),
    ("backwards", f"--recipe {DEMO} --size 40 --out {{f}}/forty.toml"),
    ("compare", "1 {f}/forty.toml"),
    ("compare-sets", "text_only --top 2"),
    ("plan", "--run 1 --budget 1"),
    ("generate", "--plan 1"),
    ("work", "{f}/w/plans/1"),
    ("collect", "--plan 1"),
    ("candidates", "--state any"),
    ("judge", "--by scorer"),
    ("meters", ""),
    ("plans", ""),
    ("verdicts", "export {f}/verdicts.jsonl"),
    ("export", "--run 1 --out {f}/out"),
    ("exports", ""),
    ("report", "--run 1 --out {f}/report.html"),
    ("prove", "design --run 1 --arms original,random,refined --steps 10 --seeds 1"),
    ("prove", "show"),
    (
        "run",
        f"{DEMO} {{f}}/w/demo/demo.json --images {{f}}/w/demo/images --verdicts {{f}}/verdicts.jsonl --out {{f}}/o",
    ),
    ("tail-eval", "{f}/log.jsonl {f}/log.jsonl"),
    ("shards", "cut {f}/w/demo/demo.json --images {f}/w/demo/images --records 100 --out {f}/shards"),
    ("shards", f"run {{f}}/shards --recipe {DEMO} --stage read --workers 1"),
    ("shards", f"status {{f}}/shards --recipe {DEMO}"),
    ("doctor", ""),
]


def keys_of(shape: dict, printed: dict) -> list[str]:
    """The keys that a report of this schema has: the required ones, and of the others those that are printed."""
    return [name for name in shape.get("properties", ()) if name in shape["required"] or name in printed]


def test_output__of_every_verb_is_valid(folder: Path, capsys) -> None:
    """One workspace from the demo to the doctor; the plan's files are there, so that nothing is generated."""
    assert {verb for verb, _ in CALLS} == set(REPORTING)
    write_log(folder)
    for verb, words in CALLS:
        if verb == "plan":
            finish_plan(folder / "w")
        arguments = words.format(f=folder).split()
        assert main([verb, *arguments, "-w", str(folder / "w"), "--json", "--quiet"]) == 0, capsys.readouterr().err
        printed = json.loads(capsys.readouterr().out)
        schema = json.loads((FOLDER / f"{verb}.json").read_text(encoding="utf-8"))
        Draft202012Validator(schema).validate(printed)
        shapes = [schema, *(schema["$defs"].values() if "anyOf" in schema else ())]
        assert list(printed) in [keys_of(shape, printed) for shape in shapes], verb


def test_output__what_is_infinite_is_null_and_valid() -> None:
    """A protected dog has the cap ∞; the τ of a perspective that never thins is ∞ as well."""
    recipe = Recipe(tau={"object": 0, "token": math.inf}, protect={"object": ["dog"]})
    printed = plain(rebalance(fill(ZOO), recipe))
    assert printed["tau"]["token"] is None
    schema = report_schemas()["rebalance"]
    Draft202012Validator(schema).validate(printed)
    assert not Draft202012Validator(schema).is_valid(printed | {"kept": None})
