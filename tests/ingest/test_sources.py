"""Several sources in one workspace: positions go on counting, each has its own pictures, one can be taken out again."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from adr.errors import AdrError
from adr.image_folder import ImageFolder
from adr.index.index import index
from adr.index.report import index_report
from adr.ingest.change_images import change_images
from adr.ingest.ingest import ingest, ingest_report
from adr.ingest.sources import Given, remove_source, sources
from adr.rebalance.engine import Engine
from adr.rebalance.runs import rebalance, runs
from adr.recipe import Recipe
from adr.store import Store


def record(question: str, **keys: object) -> dict[str, object]:
    """A conversation of two turns."""
    return {**keys, "conversations": [{"from": "human", "value": question}, {"from": "gpt", "value": "It is here."}]}


def written(path: Path, records: Sequence[object]) -> Path:
    """A JSON Lines file of the records."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(one) + "\n" for one in records))
    return path


@pytest.fixture
def store() -> Store:
    return Store.memory()


@pytest.fixture
def two(tmp_path: Path) -> list[Given]:
    """Two sources with a picture a.png each, in different folders. The second record of the first is no conversation;
    the second source has three records."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.png").write_text(name)
    one = [record("<image>\nWhere is the dog?", id=1, image="a.png"), {"id": 2}]
    other = [record("<image>\nWhere is the bus?", id=n, image="a.png" if n else "b.png") for n in range(3)]
    return [
        Given(written(tmp_path / "one.jsonl", one), tmp_path / "one"),
        Given(written(tmp_path / "two.jsonl", other), tmp_path / "two"),
    ]


ROWS = [(0, 0, ["a.png"], 0), (2, 1, ["@two/b.png"], 1), (3, 1, ["@two/a.png"], 0), (4, 1, ["@two/a.png"], 0)]
"""instance, source, images, missing of `two`."""


def rows(store: Store) -> list[tuple[object, ...]]:
    return store.rows("select instance, source, images, missing from instance order by instance")


def test_ingest__two_sources_in_one_call(store: Store, two: list[Given]) -> None:
    report = ingest(store, two)
    assert rows(store) == ROWS
    assert store.rows("select position, reason from rejected") == [(1, "no_conversation")]
    assert [(one.name, one.first, one.records, one.instances, one.rejected) for one in report.sources] == [
        ("one", 0, 2, 1, 1),
        ("two", 2, 3, 3, 0),
    ]
    assert (report.instances, report.rejected, report.warnings) == (4, {"no_conversation": 1}, {"image_missing": 1})
    assert ingest_report(store) == report
    folders = ImageFolder.of(store)
    assert folders is not None
    assert [file and file.read_text() for _, _, (name,), _ in rows(store) if (file := folders.file(name)) or True] == [
        "one",
        None,
        "two",
        "two",
    ]


def test_ingest__one_after_the_other_is_the_same(store: Store, two: list[Given]) -> None:
    ingest(store, two[:1])
    report = ingest(store, two[1:], add=True)
    assert rows(store) == ROWS and [one.name for one in report.sources] == ["two"]
    assert ingest_report(store).instances == 4


def test_ingest__needs_to_be_told_to_add(store: Store, two: list[Given]) -> None:
    ingest(store, two[:1])
    with pytest.raises(AdrError) as refused:
        ingest(store, two[1:])
    assert "--add" in refused.value.next_step
    with pytest.raises(AdrError, match="a source named one already"):
        ingest(store, [Given(two[1].path, name="one")], add=True)
    assert len(sources(store)) == 1


def test_ingest__a_fault_in_the_second_source_leaves_nothing(store: Store, two: list[Given], tmp_path: Path) -> None:
    with pytest.raises(AdrError, match="is no conversation and is set aside"):
        ingest(store, [two[0], Given(written(tmp_path / "bad.jsonl", [{"id": 1}]))])
    assert store.value("select count(*) from instance") == 0 and sources(store) == []


def test_ingest__sources_of_one_folder_share_its_pictures(store: Store, two: list[Given]) -> None:
    ingest(store, [two[0], Given(two[1].path, two[0].images, name="again")])
    assert [images for _, _, images, _ in rows(store)] == [["a.png"], ["b.png"], ["a.png"], ["a.png"]]


def test_ingest__names_are_unique(store: Store, two: list[Given], tmp_path: Path) -> None:
    same = written(tmp_path / "sub" / "one.json", [record("Who?")])
    ingest(store, [two[0], Given(same), Given(same, name="mine")])
    assert [one.name for one in sources(store)] == ["one", "one-2", "mine"]
    with pytest.raises(AdrError, match="cannot be the name"):
        ingest(store, [Given(same, name="a/b")], add=True)


def test_ingest__a_folder_of_the_first_source_that_looks_like_a_prefix(store: Store, tmp_path: Path) -> None:
    (tmp_path / "pictures" / "@b").mkdir(parents=True)
    first = written(tmp_path / "a.jsonl", [record("<image>", image="@b/x.png")])
    second = written(tmp_path / "sub" / "b.jsonl", [record("<image>", image="x.png")])
    ingest(store, [Given(first, tmp_path / "pictures"), Given(second, tmp_path / "sub")])
    assert store.rows("select name, image_prefix from source order by source") == [("a", ""), ("b", "@b-2/")]


def test_ingest__objects_of_each_source_by_its_own_positions(store: Store, two: list[Given], tmp_path: Path) -> None:
    objects = written(
        tmp_path / "objects.jsonl", [{"position": 1, "objects": ["bus"]}, {"image": "b.png", "objects": ["cat"]}]
    )
    report = ingest(store, [two[0], Given(two[1].path, two[1].images, objects)])
    assert store.rows("select instance, object from annotation order by 1") == [(2, "cat"), (3, "bus")]
    assert report.annotations == 2 and "objects_unmatched" not in report.warnings


def test_remove_source__takes_only_its_own(store: Store, two: list[Given], tmp_path: Path) -> None:
    (tmp_path / "two" / "link.png").symlink_to("a.png")
    written(two[1].path, [record("<image>", image="link.png")])
    ingest(store, two)
    assert store.rows("select path from image_link") == [("@two/link.png",)]
    report = remove_source(store, "two")
    assert (report.name, report.instances, report.rejected, report.runs, report.left) == ("two", 1, 0, 0, 1)
    assert rows(store) == ROWS[:1] and store.rows("select position from rejected") == [(1,)]
    assert store.value("select count(*) from image_link") == 0
    assert store.rows("select source, name, first, records from removed_source") == [(1, "two", 2, 1)]


def test_remove_source__positions_are_never_used_again(store: Store, two: list[Given]) -> None:
    ingest(store, two)
    remove_source(store, "two")
    ingest(store, two[1:], add=True)
    assert [(one.source, one.name, one.first) for one in sources(store)] == [(0, "one", 0), (2, "two", 5)]
    assert [number for number, *_ in rows(store)] == [0, 5, 6, 7]


def test_remove_source__refuses_an_unknown_name_and_the_last_one(store: Store, two: list[Given]) -> None:
    ingest(store, two)
    with pytest.raises(AdrError, match="no source named three") as refused:
        remove_source(store, "three")
    assert refused.value.next_step == "Sources: one, two."
    remove_source(store, "one")
    with pytest.raises(AdrError, match="only source"):
        remove_source(store, "two")


def test_index__is_of_the_sources_that_it_was_made_of(store: Store, two: list[Given]) -> None:
    ingest(store, two[:1])
    first = index(store).fingerprint
    ingest(store, two[1:], add=True)
    assert index_report(store) is None
    with pytest.raises(AdrError, match="have changed since the index was built"):
        Engine(store)
    second = index(store).fingerprint
    assert index_report(store) is not None and second != first
    remove_source(store, "two")
    assert index_report(store) is None
    assert index(store).fingerprint == first


def test_rebalance__adding_a_source_changes_no_draw_of_the_former(store: Store, tmp_path: Path) -> None:
    """The new source speaks of other things, so n of the former entities stays; τ is given."""
    dogs = written(tmp_path / "dogs.jsonl", [record(f"Where is the dog number {n}?") for n in range(200)])
    buses = written(tmp_path / "buses.jsonl", [record(f"Who made this bus number {n}?") for n in range(50)])
    recipe = Recipe.from_toml('[rebalance]\nseed = 3\nperspectives = ["token"]\n[rebalance.tau]\ntoken = 60\n')

    def kept(run: int) -> list[int]:
        return [
            number
            for (number,) in store.rows(
                "select instance from decision where run = $1 and kept and instance < 200 order by 1", [run]
            )
        ]

    ingest(store, dogs)
    index(store)
    store.execute("delete from posting where entity in (select entity from entity where name <> 'dog')")
    store.execute("delete from entity where name <> 'dog'")
    first = rebalance(store, recipe)
    assert 20 < len(kept(first.run)) < 120
    ingest(store, [Given(buses)], add=True)
    assert runs(store)[0].outdated
    index(store)
    store.execute("delete from posting where entity in (select entity from entity where name not in ('dog', 'bus'))")
    store.execute("delete from entity where name not in ('dog', 'bus')")
    second = rebalance(store, recipe)
    assert kept(second.run) == kept(first.run)
    report = remove_source(store, "dogs")
    assert report.runs == 2 and report.left == 50


def test_change_images__of_one_source(store: Store, two: list[Given], tmp_path: Path) -> None:
    ingest(store, two)
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "b.png").write_text("new")
    with pytest.raises(AdrError) as refused:
        change_images(store, tmp_path / "new")
    assert refused.value.next_step == "Name one of the sources: one, two."
    report = change_images(store, tmp_path / "new", name="two")
    assert (report.with_images, report.missing) == (3, 2)
    assert [missing for *_, missing in rows(store)] == [0, 0, 1, 1]
    assert [one.images for one in sources(store)] == [str(tmp_path / "one"), str(tmp_path / "new")]
    assert ingest_report(store).warnings == {"image_missing": 2}
