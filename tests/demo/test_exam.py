"""The long tail of the demo world and the test that asks about every kind alike."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from adr.demo.exam import draw_exam, questions
from adr.demo.habitats import RANKS
from adr.demo.long_tail import at_most, draw_long_tail, tail_kinds, thinned
from adr.demo.scene import draw_scene
from adr.errors import AdrError


def test_at_most__five_kinds_keep_one_picture_and_four_none() -> None:
    bounds = at_most()
    assert sorted(bounds.values())[:9] == [0, 0, 0, 0, 1, 1, 1, 1, 1]
    assert len(tail_kinds()) == 42 and {bounds[kind] for kind in tail_kinds()} == set(range(1, 20)) - {4}
    assert [bounds[kind] for kind in RANKS[19:34]] == sorted((bounds[kind] for kind in RANKS[19:34]), reverse=True)
    assert not set(RANKS[:19]) & set(bounds)


def test_thinned__a_record_that_would_take_a_kind_too_far_is_left_out() -> None:
    rare, never = RANKS[-5], RANKS[-1]
    things = {"a": ["person", rare], "b": ["person"], "c": ["person", rare], "d": [never]}
    records = [{"image": name} for name in "abcd"] + [{"id": "text"}]
    assert thinned(records, things) == [{"image": "a"}, {"image": "b"}, {"id": "text"}]


def test_draw_long_tail__records_that_stay(tmp_path: Path) -> None:
    report, left = draw_long_tail(tmp_path / "world", seed=3, instances=60)
    records = json.loads(left.read_text(encoding="utf-8"))
    drawn = json.loads(report.dataset.read_text(encoding="utf-8"))
    assert 0 < len(records) < 60 == len(drawn)
    things = {
        row["image"]: row["objects"] for row in map(json.loads, report.objects.read_text(encoding="utf-8").splitlines())
    }
    counts = Counter(kind for record in records for kind in things.get(record.get("image"), ()))
    assert all(counts[kind] <= most for kind, most in at_most().items())


def test_questions__about_one_red_harp() -> None:
    rng = np.random.default_rng(0)
    scene = draw_scene(rng, ["harp"], colours=["red"])
    said = {turn.question: turn.answer for turn in questions(scene, "harp", "owl", rng)}
    assert set(said.values()) >= {"Yes", "No", "1", "Harp", "Red"}
    assert [answer for asked, answer in said.items() if asked.startswith("Is there an owl")] == ["No"]
    assert [answer for asked, answer in said.items() if asked.startswith("Is there a harp")] == ["Yes"]


def test_draw_exam__every_kind_alike_and_the_same_again(tmp_path: Path) -> None:
    report = draw_exam(tmp_path / "one", seed=1, each=1)
    again = draw_exam(tmp_path / "two", seed=1, each=1)
    records = json.loads(report.dataset.read_text(encoding="utf-8"))
    assert report.dataset.read_bytes() == again.dataset.read_bytes()
    assert report.images == 80 == len(list(report.image_folder.iterdir()))
    assert len(records) == report.questions and len({record["image"] for record in records}) == 80
    answers = Counter(record["conversations"][1]["value"] for record in records)
    assert answers["Yes"] == 80 == answers["No"]
    asked = [record["conversations"][0]["value"] for record in records]
    assert all(one.startswith("<image>\n") and one.endswith("using a single word or phrase.") for one in asked)


def test_draw_exam__a_folder_that_holds_something_else(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep")
    with pytest.raises(AdrError, match="holds files that are not a test"):
        draw_exam(tmp_path / "mine", seed=1, each=1)
    assert (tmp_path / "mine" / "notes.txt").read_text() == "keep"
