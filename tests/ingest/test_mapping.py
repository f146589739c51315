"""A mapping and placed markers, from the call to the tables, the recipe and the report."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from adr.errors import AdrError
from adr.ingest.ingest import ingest
from adr.ingest.options import IngestOptions, mapping_of, options_from_json
from adr.recipe import Recipe
from adr.recipe_replay import replayable
from adr.store import Store

BOAT = {"Q": "What floats?", "A": "A boat.", "IMG": "a.jpg"}
TREE = {"Q": "What grows?", "A": "A tree.", "IMG": "b.jpg"}


@pytest.fixture
def store():
    with closing(Store.memory()) as opened:
        yield opened


def lines(folder: Path, *records: object) -> Path:
    """A JSON Lines file of the records."""
    path = folder / "data.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def test_ingest__unknown_keys_are_named_with_the_mapping_to_give(store: Store, tmp_path: Path) -> None:
    with pytest.raises(AdrError) as refused:
        ingest(store, lines(tmp_path, BOAT, TREE))
    assert "its keys are Q, A, IMG. A mapping may fit: --map question=Q --map answer=A --map image=IMG." in str(
        refused.value.sentence
    )
    assert refused.value.next_step.startswith("Say which key holds what: --map question=KEY")


def test_ingest__by_a_mapping(store: Store, tmp_path: Path) -> None:
    mapping = {"question": "Q", "answer": "A", "image": "IMG"}
    report = ingest(store, lines(tmp_path, BOAT, TREE, {"Q": "?"}), mapping=mapping)
    assert (report.form, report.instances, report.rejected) == ("mapped", 2, {"no_conversation": 1})
    assert store.rows("select instance, images, turns[1].text, turns[2].text, raw from instance order by 1") == [
        (0, ["a.jpg"], "<image>\nWhat floats?", "A boat.", json.dumps(BOAT)),
        (1, ["b.jpg"], "<image>\nWhat grows?", "A tree.", json.dumps(TREE)),
    ]
    kept = store.value("select mapping from source")
    assert json.loads(kept) == {"map": mapping}
    assert options_from_json(kept) == IngestOptions(map=mapping)


def test_ingest__place_markers_leaves_the_record_as_it_was_read(store: Store, tmp_path: Path) -> None:
    talk = [{"from": "human", "value": "What?"}, {"from": "gpt", "value": "That."}]
    marked = [{"from": "human", "value": "<image>\nWhat?"}, {"from": "gpt", "value": "That."}]
    records = [{"image": "a.jpg", "conversations": talk}, {"image": "a.jpg", "conversations": marked}]
    report = ingest(store, lines(tmp_path, *records), place_markers=True)
    assert report.warnings == {"no_image_folder": 2, "marker_placed": 1}
    assert store.rows("select turns[1].text, raw from instance order by instance") == [
        ("<image>\nWhat?", json.dumps(record)) for record in records
    ]
    assert store.rows("select * from oddity") == [(0, "marker_placed")]


def test_ingest__an_image_key_without_an_image_is_warned_about(store: Store, tmp_path: Path) -> None:
    talk = [{"from": "human", "value": "What?"}, {"from": "gpt", "value": "That."}]
    empty = [{"image": image, "conversations": talk} for image in (None, "", [], "None")]
    report = ingest(store, lines(tmp_path, *empty, {"conversations": talk}))
    assert (report.warnings, report.text_only) == ({"image_empty": 4}, 5)
    assert store.rows("select instance from instance_kind where kind = 'image_empty' order by 1") == [
        (0,),
        (1,),
        (2,),
        (3,),
    ]


def test_ingest__videos_are_kept(store: Store, tmp_path: Path) -> None:
    talk = [{"from": "human", "value": "<video>\nWhat?"}, {"from": "gpt", "value": "That."}]
    report = ingest(store, lines(tmp_path, {"video": "a.mp4", "conversations": talk}))
    assert (report.instances, report.text_only) == (1, 0)
    assert store.rows("select images, videos, turns[1].text from instance") == [([], ["a.mp4"], "<video>\nWhat?")]
    assert store.rows("select kind from instance_kind") == [("with_video",)]


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ({"question": "Q"}, "The mapping lacks answer."),
        ({"conversations": "talk", "role": "who"}, "The mapping lacks text."),
        ({"picture": "IMG"}, "Nothing can be mapped to 'picture'."),
        ({"answer": ""}, "The mapping is {'answer': ''}."),
    ],
)
def test_ingest__a_mapping_that_says_too_little(mapping: dict, says: str, store: Store, tmp_path: Path) -> None:
    with pytest.raises(AdrError) as refused:
        ingest(store, lines(tmp_path, BOAT), mapping=mapping)
    assert refused.value.sentence == says


def test_mapping_of__reads_what_the_command_line_gives() -> None:
    assert mapping_of("question=meta.q=1") == ("question", "meta.q=1")
    with pytest.raises(AdrError, match="cannot be read"):
        mapping_of("Q")


RECIPE = """[ingest]
"place_markers" = true

[ingest.map]
"answer" = "A"
"question" = "meta.Q"

[rebalance]
"""


def test_recipe__says_how_records_are_read(store: Store, tmp_path: Path) -> None:
    recipe = Recipe.from_toml(RECIPE)
    assert recipe.to_toml().startswith(RECIPE)
    assert Recipe.from_toml(recipe.to_toml()) == recipe
    assert recipe.fingerprint == Recipe().fingerprint
    assert recipe.whole_fingerprint != Recipe().whole_fingerprint


def test_replayable__has_the_mapping_of_the_source(store: Store, tmp_path: Path) -> None:
    assert replayable(store, Recipe()) == Recipe()
    ingest(store, lines(tmp_path, BOAT), mapping={"question": "Q", "answer": "A"})
    assert replayable(store, Recipe()).ingest == {"map": {"question": "Q", "answer": "A"}}
    own = Recipe(ingest={"place_markers": True})
    assert replayable(store, own) == own
