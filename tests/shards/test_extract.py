"""Labels, extract, entities: shards give the entities and postings of one machine."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adr.draws import draw_key
from adr.errors import AdrError
from adr.index.index import index
from adr.ingest.ingest import ingest
from adr.ingest.sources import Given
from adr.shards import entities, extract, labels
from adr.shards.shard_run import GLOBAL, ShardRun
from adr.shards.shard_set import RecordShard, ShardSet
from adr.store import Store
from tests.worlds.read_shards import read_shards, written

PAPER = ("token", "object", "co_occurrence", "interrogation")


def said(question: str, answer: str, **keys: object) -> dict[str, object]:
    """A record with a picture and two turns."""
    turns = [{"from": "human", "value": f"<image>\n{question}"}, {"from": "gpt", "value": answer}]
    return {"image": "a.jpg", **keys, "conversations": turns}


FOUR = [
    said("What color is the bus?", "Red. A dog waits near the bus.", id=1),
    {"id": 2},
    said("Is there a cat?", "A cat on a couch, and a dog.", id=3),
    said("Where is the dog?", "فوق الكرسي.", id=4),
]
"""Four records; the second is no conversation, and nothing reads the answer of the last."""


def extracted(folder: Path, sources: Sequence[Sequence[object]], cuts: Sequence[int], recipe: str = "") -> ShardRun:
    """A run whose labels, postings and entities are made."""
    run = read_shards(folder, sources, cuts, recipe)
    shards = ShardSet.at(folder)
    stages = [("labels", labels.make, [GLOBAL])]
    stages += [("extract", extract.make, [shard.number for shard in shards.shards])]
    stages += [("entities", entities.make, [GLOBAL])]
    for stage, make, numbers in stages:
        run.place(stage).mkdir()
        for number in numbers:
            make(shards, run, number, run.place(stage))
    return run


def ranked(run: ShardRun, perspective: str) -> list[tuple[Any, ...]]:
    """(rank, name, n, draw_key) of every entity."""
    table = pq.read_table(run.file("entities", GLOBAL, f"{perspective}.parquet"))
    return list(zip(*(table[name].to_pylist() for name in ("rank", "name", "n", "draw_key")), strict=True))


def postings(run: ShardRun) -> list[tuple[str, int, str]]:
    """(perspective, instance, name) of every posting, sorted."""
    found = []
    for shard in ShardSet.at(Path(run.folder)).shards:
        names = pq.read_table(run.file("extract", shard.number, "names.parquet")).to_pylist()
        called = {(row["perspective"], row["number"]): row["name"] for row in names}
        for row in pq.read_table(run.file("extract", shard.number, "postings.parquet")).to_pylist():
            found.append((row["perspective"], row["instance"], called[row["perspective"], row["name"]]))
    return sorted(found)


def whole(folder: Path, sources: Sequence[Sequence[object]], **options: Any) -> Store:
    """The same dataset, read and indexed on one machine."""
    store = Store.memory()
    ingest(store, [Given(written(folder / f"whole{n}.jsonl", some)) for n, some in enumerate(sources)])
    index(store, **options)
    return store


def same(run: ShardRun, store: Store, perspectives: Sequence[str] = PAPER) -> None:
    """Asserts that the shards have the entities, in their order, and the postings of the store."""
    for perspective in perspectives:
        expected = store.rows(
            """select row_number() over (order by entity) - 1, name, n, draw_key from entity
            where perspective = perspective_number($1) order by entity""",
            [perspective],
        )
        assert ranked(run, perspective) == expected
    expected = store.rows("""
        select perspective_name(p.perspective), instance, name from posting p join entity using (entity) order by all
    """)
    assert postings(run) == sorted(expected)


def test_make__four_records_in_two_shards(tmp_path: Path) -> None:
    run = extracted(tmp_path, [FOUR], [2])
    assert [row[:3] for row in ranked(run, "object")] == [(0, "dog", 3), (1, "bus", 1), (2, "cat", 1), (3, "sofa", 1)]
    assert ranked(run, "co_occurrence") == [
        (rank, name, 1, draw_key("co_occurrence", name))
        for rank, name in enumerate(["bus + dog", "cat + dog", "cat + sofa", "dog + sofa"])
    ]
    assert [each for each in postings(run) if each[0] == "object"] == [
        ("object", 0, "bus"),
        ("object", 0, "dog"),
        ("object", 2, "cat"),
        ("object", 2, "dog"),
        ("object", 2, "sofa"),
        ("object", 3, "dog"),
    ]
    unread = [pq.read_table(run.file("extract", n, "unread.parquet"))["instance"].to_pylist() for n in (0, 1)]
    assert unread == [[], [3]]
    same(run, whole(tmp_path, [FOUR]))


def test_make__files_are_in_the_order_that_is_promised(tmp_path: Path) -> None:
    run = extracted(tmp_path, [FOUR], [])
    rows = pq.read_table(run.file("extract", 0, "postings.parquet")).to_pylist()
    assert rows == sorted(rows, key=lambda row: (PAPER.index(row["perspective"]), row["instance"], row["name"]))
    pairs = pq.read_table(run.file("entities", GLOBAL, "co_occurrence.parquet")).to_pylist()
    assert (pairs[0]["first"], pairs[0]["second"]) == ("bus", "dog")
    assert json.loads(run.file("entities", GLOBAL, "entities.json").read_text())["object"] == {
        "entities": 4,
        "postings": 6,
    }


def test_make__labels_of_another_shard_rename_objects(tmp_path: Path) -> None:
    """The first shard has no annotation, but says "couch", which the annotation of the second calls so, too."""
    records = [said("What?", "A couch and a bike."), said("What?", "A bus.", objects=["couch", "Bus_(vehicle)"])]
    run = extracted(tmp_path, [records], [1])
    assert json.loads(run.file("labels", GLOBAL, "labels.json").read_text())["labels"] == {
        "Bus_(vehicle)": "bus",
        "couch": "couch",
    }
    assert [row[1:3] for row in ranked(run, "object")] == [("couch", 2), ("bicycle", 1), ("bus", 1)]
    same(run, whole(tmp_path, [records]))


SHORT = "Answer the question using a single word or phrase."


def test_make__a_template_of_all_shards_is_apart_in_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixty of 120 instances have the line; a sample of every third has 20 of them. No shard alone has 50."""
    monkeypatch.setattr("adr.index.templates.SAMPLE", 40)
    one = [said(f"Who is man {n}?\n{SHORT if n % 2 else ''}", "Bo.") for n in range(120)]
    two = [said(f"Who is man {n}?\n{SHORT}", "Bo.") for n in range(30)]
    run = extracted(tmp_path, [one, two], [7, 31, 32, 90])
    found = json.loads(run.file("labels", GLOBAL, "labels.json").read_text())
    assert (found["instances"], found["turns"]) == ({"0": 120, "1": 30}, 300)
    assert [(each["source"], each["text"], each["instances"]) for each in found["templates"]] == [(0, SHORT, 20)]
    store = whole(tmp_path, [one, two])
    assert store.rows("select source, text, instances from template") == [(0, SHORT, 60)]
    assert dict(row[1:3] for row in ranked(run, "token"))["phrase"] == 30
    same(run, store)


def test_make__merged_names_and_more_perspectives(tmp_path: Path) -> None:
    options = {"merge": ["couch = bench", "dog = cat"], "perspectives": ["language", "length", "style", "column:id"]}
    recipe = "[index]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in options.items())
    run = extracted(tmp_path, [FOUR], [1, 3], recipe)
    assert [row[1:3] for row in ranked(run, "language")] == [("English", 3)]
    assert [row[1:3] for row in ranked(run, "column:id")] == [("1", 1), ("3", 1), ("4", 1)]
    assert [row[1:3] for row in ranked(run, "object")] == [("cat", 3), ("bus", 1), ("sofa", 1)]
    same(run, whole(tmp_path, [FOUR], **options), [*PAPER, *options["perspectives"]])


@pytest.mark.parametrize(
    "recipe, sentence",
    [
        ('[index]\nverify = "open_clip"\n', "verify looks for objects in pictures"),
        ('[index]\nperspectives = ["copy"]\n', "no perspective copy"),
        ('[index]\nobjects = "annotations"\n', "no object annotations"),
    ],
)
def test_labels__refuse_what_no_shard_can_do_alone(tmp_path: Path, recipe: str, sentence: str) -> None:
    run = read_shards(tmp_path, [FOUR], [2], recipe)
    with pytest.raises(AdrError, match=sentence) as error:
        labels.make(ShardSet.at(tmp_path), run, GLOBAL, tmp_path)
    assert error.value.next_step


def test_labels__no_instance_in_any_shard(tmp_path: Path) -> None:
    run = read_shards(tmp_path, [[{"id": 1}, {"id": 2}]], [1], "")
    with pytest.raises(AdrError, match="no instances"):
        labels.make(ShardSet.at(tmp_path), run, GLOBAL, tmp_path)


words = st.lists(
    st.sampled_from(
        ["cat", "dog", "bus", "couch", "is", "a", "red", "What", "color", "park", "zebra?", ".", "No", "yes"]
    ),
    max_size=7,
)
records = st.one_of(
    st.just({"id": "no conversation"}),
    st.builds(
        lambda question, answer, named: said(" ".join(question), " ".join(answer), **named),
        words,
        words,
        st.sampled_from([{}, {}, {"objects": ["couch", "dog"]}, {"objects": ["Sofa", "zebra_(animal)"]}]),
    ),
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.tuples(st.lists(records, max_size=4), st.just([said("What?", "A dog.")]), st.lists(records, max_size=4)),
    st.lists(st.integers(1, 9), max_size=3),
    st.sampled_from(["auto", "text"]),
)
def test_make__the_same_wherever_the_dataset_is_cut(
    tmp_path_factory: pytest.TempPathFactory, parts: tuple[list[object], ...], cuts: list[int], objects: str
) -> None:
    folder, some = tmp_path_factory.mktemp("cut"), [record for part in parts for record in part]
    run = extracted(folder, [some], cuts, f'[index]\nobjects = "{objects}"\n')
    same(run, whole(folder, [some], objects=objects))


def pairs_named(folder: Path, pairs: Sequence[tuple[str, str]]) -> ShardRun:
    """Entities of shards, each of which has one pair."""
    run = ShardRun(str(folder), "")
    for stage in ("extract", "entities"):
        run.place(stage).mkdir(parents=True)
    for number, (first, second) in enumerate(pairs):
        name = f"{first} + {second}"
        row = {"perspective": "co_occurrence", "number": 0, "name": name, "n": 1, "draw_key": 7}
        table = pa.Table.from_pylist([{**row, "first": first, "second": second}], extract.NAMES)
        pq.write_table(table, run.file("extract", number, "names.parquet"))
    shards = tuple(RecordShard(number, 0, number, 1, "s.json", "array") for number in range(len(pairs)))
    entities.make(ShardSet(folder, (), shards), run, GLOBAL, run.place("entities"))
    return run


def test_entities__a_pair_of_an_object_with_a_plus_in_its_name(tmp_path):
    run = pairs_named(tmp_path, [("salt", "salt + pepper"), ("salt", "salt + pepper"), ("cat", "dog")])
    assert ranked(run, "co_occurrence") == [(0, "salt + salt + pepper", 2, 7), (1, "cat + dog", 1, 7)]


def test_entities__refuses_two_pairs_with_one_name(tmp_path):
    with pytest.raises(AdrError) as error:
        pairs_named(tmp_path, [("salt", "pepper + oil"), ("cat", "dog"), ("salt + pepper", "oil")])
    assert error.value.sentence == (
        "Different pairs of objects have the name “salt + pepper + oil”: “salt” with “pepper + oil” and "
        "“salt + pepper” with “oil”."
    )
