"""Perspectives added to an index that stands, taken out of it, and brought by a package."""

import re
import sys
import textwrap
from pathlib import Path

import pytest

from adr import perspectives
from adr.errors import AdrError
from adr.index.index import index
from adr.index.perspectives.change import change_perspectives
from adr.index.report import index_report
from adr.rebalance.engine import Engine
from adr.rebalance.runs import kept_instances, rebalance, run_report, same_run
from adr.recipe import Recipe
from adr.store import Store
from adr.synthesize.plan import plan
from adr.workspace import Workspace
from tests.worlds.hand import INSTANCES, write_instances

# position → image path; the source is named by the first folder
FOLDERS = {0: "coco/a.jpg", 1: "coco/b.jpg", 2: "gqa/c.jpg", 4: "vg/d.jpg", 5: "coco/e.jpg"}
SOURCES = {"coco": [0, 1, 5], "gqa": [2], "vg": [4], "hand": [3]}  # number 3 has no picture: the ingested source


@pytest.fixture
def store() -> Store:
    made = Store.memory()
    rows = {n: (own, [FOLDERS[n]] if n in FOLDERS else [], turns) for n, (own, _, turns) in INSTANCES.items()}
    write_instances(made, rows)
    made.execute("update source set name = 'hand', source = 0")
    index(made)
    return made


def postings(store: Store, perspective: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for name, instance in store.rows(
        "select e.name, p.instance from posting p join entity e using (entity) "
        "where p.perspective = perspective_number($1) order by p.instance",
        [perspective],
    ):
        found.setdefault(name, []).append(instance)
    return found


def tables(store: Store) -> list[tuple[object, ...]]:
    return store.rows("select * from entity where perspective < 4 order by entity") + store.rows(
        "select * from posting where perspective < 4 order by all"
    )


def test_change__adds_and_leaves_the_rest_as_it_is(store):
    before, report = tables(store), index_report(store)
    assert report is not None
    changed = change_perspectives(store, ["source", "length"])
    assert tables(store) == before
    assert postings(store, "source") == SOURCES
    assert changed.postings["source"] == 6 and changed.entities["source"] == 4
    assert changed.fingerprint == report.fingerprint and index_report(store) == changed
    # numbered by count, then by name, after the entities that were there
    first = len([row for row in before if len(row) == 7])
    rows = store.rows("select entity, name, n from entity where perspective = perspective_number('source') order by 1")
    assert rows == [(first, "coco", 3), (first + 1, "gqa", 1), (first + 2, "hand", 1), (first + 3, "vg", 1)]


def test_change__equals_an_index_made_with_them(store):
    change_perspectives(store, ["style"])
    change_perspectives(store, ["style", "source"])
    added = {p: postings(store, p) for p in ("style", "source")}
    index(store, perspectives=["source", "style"])
    assert {p: postings(store, p) for p in ("style", "source")} == added


def test_change__takes_out_and_gives_the_same_number_again(store):
    change_perspectives(store, ["source", "style"])
    number = store.value("select perspective_number('style')")
    change_perspectives(store, ["source"])
    assert list(perspectives.indexed(store)) == [*perspectives.PAPER_NAMES, "source"]
    assert postings(store, "style") == {} and postings(store, "source") == SOURCES
    change_perspectives(store, ["style"])
    assert store.value("select perspective_number('style')") == number
    assert sum(map(len, postings(store, "style").values())) == 6


def test_change__runs_stand_and_lose_only_the_entity_that_is_gone(store):
    change_perspectives(store, ["source"])
    recipe = Recipe(perspectives=("source",), tau={"source": 2}, seed=1)
    run = rebalance(store, recipe).run
    kept = kept_instances(store, run)
    assert run_report(store, run).perspectives["source"].before.entities == 4
    change_perspectives(store, [])
    assert kept_instances(store, run).tolist() == kept.tolist() and same_run(store, recipe) == run
    assert store.rows("select distinct perspective_name(perspective), entity from critical_tau") == [("source", None)]


def test_change__needs_an_index():
    bare = Store.memory()
    write_instances(bare, INSTANCES)
    with pytest.raises(AdrError, match="There is no index"):
        change_perspectives(bare, ["source"])


def test_engine__votes_and_caps_in_any_perspective(store):
    change_perspectives(store, ["source"])
    engine = Engine(store)
    # of the sources with 1 instance all pass at τ = 2; of coco at most one stays
    preview = engine.preview(Recipe(perspectives=("source",), tau={"source": 10}, at_most={"source": {"coco": 1}}))
    assert preview.size == 4 and preview.after["source"].tolist() == [1, 1, 1, 1]
    assert set(preview.perspectives) == {*perspectives.PAPER_NAMES, "source"}


def test_engine__says_how_to_add_what_the_index_lacks(store):
    with pytest.raises(AdrError) as told:
        Engine(store).preview(Recipe(at_most={"column:category": {"charts": 5}}))
    assert "has no perspective column:category" in str(told.value)
    assert "--perspectives column:category" in told.value.next_step


def test_plan__says_what_a_generator_cannot_add(store, tmp_path):
    change_perspectives(store, ["source"])
    rebalance(store, Recipe(perspectives=("source",), tau={"source": 2}))
    with pytest.raises(AdrError, match="text-to-image cannot add to source") as told:
        plan(
            store, Workspace.at(tmp_path), run=1, entities=["source:gqa"], generator="text-to-image", target=9, budget=4
        )
    assert "reservoir" in told.value.next_step


def test_recipe__is_the_same_after_toml():
    recipe = Recipe(
        perspectives=("object", "source", "column:meta.kind"),
        tau={"source": 7},
        mute={"column:meta.kind": ['a "quoted" one']},
        at_most={"column:meta.kind": {"charts": 5}},
        index={"perspectives": ["source", "column:meta.kind"]},
    )
    assert Recipe.from_toml(recipe.to_toml()) == recipe
    assert recipe.perspectives == ("object", "source", "column:meta.kind")
    assert recipe.mentioned == recipe.perspectives


@pytest.mark.parametrize("name", ["objct", "column:", "random", "Source", ""])
def test_recipe__refuses_what_is_no_perspective(name):
    with pytest.raises(AdrError, match="perspective"):
        Recipe(tau={name: 3})


@pytest.fixture
def crowd(tmp_path, monkeypatch):
    """The package of docs/perspectives.md, installed as far as entry points go."""
    page = (Path(__file__).parents[3] / "docs" / "perspectives.md").read_text()
    code = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    assert code is not None
    (tmp_path / "my_package").mkdir()
    (tmp_path / "my_package" / "__init__.py").write_text("")
    (tmp_path / "my_package" / "crowd.py").write_text(code[1])
    told = tmp_path / "my_package-1.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: my_package\nVersion: 1\n")
    (told / "entry_points.txt").write_text("[adr.perspectives]\ncrowd = my_package.crowd\nsource = my_package.crowd\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    perspectives.brought.cache_clear()
    yield tmp_path / "my_package" / "crowd.py"
    perspectives.brought.cache_clear()
    for module in ("my_package", "my_package.crowd"):
        sys.modules.pop(module, None)


def test_package__brings_a_perspective(store, crowd):
    change_perspectives(store, ["crowd"])
    assert postings(store, "crowd") == {"nobody": [0, 1, 2, 4, 5], "many": [3]}
    row = perspectives.indexed(store)["crowd"]
    assert (row.title, row.several, row.tail_share) == ("Crowds", False, 0.10)
    assert "crowd" in perspectives.choices() and perspectives.perspective_of("source").title == "Sources"


def test_package__that_fails_is_named_and_changes_nothing(store, crowd):
    crowd.write_text(crowd.read_text().replace("return [_crowd", "return 1 / 0 or [_crowd"))
    with pytest.raises(AdrError, match=r"crowd failed on the instances 0 to 5: ZeroDivisionError"):
        change_perspectives(store, ["crowd"])
    assert list(perspectives.indexed(store)) == list(perspectives.PAPER_NAMES)


def test_package__must_give_a_list_per_instance(store, crowd):
    crowd.write_text(crowd.read_text().replace("for turns in batch.turns]", "for turns in batch.turns[:2]]"))
    with pytest.raises(AdrError, match="gave 2 lists of names for 6 instances"):
        change_perspectives(store, ["crowd"])


def test_package__that_is_gone_leaves_its_postings(store, crowd):
    change_perspectives(store, ["crowd"])
    crowd.unlink()
    perspectives.brought.cache_clear()
    for module in ("my_package", "my_package.crowd"):
        sys.modules.pop(module, None)
    (crowd.parents[1] / "my_package-1.dist-info" / "entry_points.txt").write_text(textwrap.dedent(""))
    assert "crowd" in Engine(store).perspectives
    assert perspectives.described("crowd").title == "Crowd"
