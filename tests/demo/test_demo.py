"""The demo world: the same everywhere, true of its pictures, with a long tail, whole or absent."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from adr.demo.backgrounds import BACKGROUNDS
from adr.demo.conversations import chat
from adr.demo.habitats import HABITATS, RANKS, draw_contents
from adr.demo.questions import MIXTURE
from adr.demo.scene import Scene, draw_scene
from adr.demo.things import COLOURS, THINGS
from adr.demo.wording import kinds, looks
from adr.demo.world import draw_instance, draw_world
from adr.errors import AdrError
from adr.progress import Cancelled

NUMBERS = {"no": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
BY_PLURAL = {thing.many: name for name, thing in THINGS.items()}


def scene_of(*things: str, seed: int = 0, background: str = "park", **colours: str) -> Scene:
    return draw_scene(np.random.default_rng(seed), things, background, size=96, colours=colours)


def contents_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


# -- pictures --------------------------------------------------------------------------------------------------------


def test_things__enough_kinds_places_and_company() -> None:
    assert len(THINGS) >= 60 and len(BACKGROUNDS) >= 8
    assert sorted(RANKS) == sorted(THINGS)
    assert {name for habitat in HABITATS.values() for name in habitat.things} == set(THINGS)
    assert {ground for habitat in HABITATS.values() for ground in habitat.backgrounds} == set(BACKGROUNDS)
    assert {colour for thing in THINGS.values() for colour in thing.colours} <= set(COLOURS)
    assert {part for thing in THINGS.values() for part in thing.shows} <= set(THINGS)


@pytest.mark.parametrize("name", THINGS)
def test_draw_scene__one_thing_is_large_and_inside(name: str) -> None:
    scene = draw_scene(np.random.default_rng(7), [name], size=96)
    (placement,) = scene.placements
    x0, y0, x1, y1 = placement.box
    assert scene.image.size == (96, 96) and scene.image.mode == "RGB"
    assert 0 <= x0 < x1 <= 96 and 0 <= y0 < y1 <= 96
    assert max(x1 - x0, y1 - y0) >= 0.55 * 96
    assert placement.colour in THINGS[name].colours


def test_draw_scene__thing_is_what_differs_from_the_empty_place() -> None:
    empty = np.asarray(draw_scene(np.random.default_rng(3), [], "street", size=96).image, int)
    assert empty.std() > 5
    red = np.asarray(scene_of("car", background="snow", car="red").image, int)
    blue = np.asarray(scene_of("car", background="snow", car="blue").image, int)
    changed = np.argwhere(np.abs(red - blue).sum(axis=2) > 60)
    x0, y0, x1, y1 = scene_of("car", background="snow", car="red").placements[0].box
    assert len(changed) > 300
    assert changed.min(axis=0)[0] >= y0 - 1 and changed.max(axis=0)[0] <= y1 + 1
    assert changed.min(axis=0)[1] >= x0 - 1 and changed.max(axis=0)[1] <= x1 + 1


def test_draw_scene__several_of_a_kind_from_left_to_right() -> None:
    scene = scene_of("cat", "dog", "cat", cat="black")
    assert sorted(placement.thing for placement in scene.placements) == ["cat", "cat", "dog"]
    assert [p.middle for p in scene.placements] == sorted(p.middle for p in scene.placements)
    assert {p.colour for p in scene.placements if p.thing == "cat"} == {"black"}
    listed = draw_scene(np.random.default_rng(0), ["cat", "cat"], "park", colours=["white", None])
    assert "white" in {p.colour for p in listed.placements}


def test_draw_scene__unknown_names_are_refused_in_a_sentence() -> None:
    for arguments in ({"things": ["unicorn"]}, {"things": ["cat"], "background": "moon"}):
        with pytest.raises(AdrError, match="demo world"):
            draw_scene(np.random.default_rng(0), **arguments)
    with pytest.raises(AdrError, match="colour called 'plaid'"):
        scene_of("cat", cat="plaid")


# -- conversations -----------------------------------------------------------------------------------------------------


def test_looks__says_what_has_the_colour() -> None:
    scene = scene_of("person", "rocket", "car", "hamburger", person="red", rocket="blue", car="orange")
    assert {looks(p) for p in scene.placements} == {
        "person in a red shirt", "rocket with blue fins", "orange car", "hamburger"}  # fmt: skip


def check_turn(question: str, answer: str, scene: Scene) -> str:
    """Compares one answer with the placements by a reading of its own; the name of what was compared, or ""."""
    counts = Counter(placement.thing for placement in scene.placements)
    if found := re.match(
        r"(?:How many|What is the number of) (.+?)(?: are there| are in| can you| in the image)", question
    ):
        if found[1] not in BY_PLURAL:
            return ""
        said = re.search(r"\b(\d+|no|one|two|three|four|five|six)\b", answer)
        assert said and int(NUMBERS.get(said[1], said[1])) == counts[BY_PLURAL[found[1]]], (question, answer)
        return "count"
    if found := re.match(r"(?:Is there|Does the image contain|Can you see) an? (.+?)(?: in the| here|\?)", question):
        assert answer.startswith("Yes" if counts[found[1]] else "No"), (question, answer)
        return "presence"
    if found := re.match(
        r"(?:What color|What is the color|Which color) .*?the (.+?)(?:'s \w+)?(?: have)?\?$", question
    ):
        same = [placement for placement in scene.placements if placement.thing == found[1]]
        if len(same) == 1:
            assert same[0].colour in answer.lower(), (question, answer)
            return "colour"
    if found := re.match(r"Is the (.+) to the (left|right) of the (.+)\?", question):
        where = {placement.thing: placement.middle for placement in scene.placements}
        truth = (where[found[1]] < where[found[3]]) == (found[2] == "left")
        assert answer.startswith("Yes" if truth else "No"), (question, answer)
        return "side"
    return ""


def test_draw_instance__answers_are_true_of_the_image() -> None:
    compared: Counter[str] = Counter()
    for position in range(90):
        drawn = draw_instance(5, position)
        said = [message["value"].replace("<image>", "").strip() for message in drawn.record["conversations"]]
        for question, answer in zip(said[::2], said[1::2], strict=True):
            if drawn.scene:
                compared[check_turn(question.split("\nAnswer")[0], answer, drawn.scene)] += 1
    assert min(compared["count"], compared["presence"], compared["colour"]) > 15


@pytest.mark.parametrize("ask", [ask for ask, _ in MIXTURE], ids=lambda ask: ask.__name__)
def test_questions__every_kind_finds_an_occasion_and_reads_well(ask) -> None:
    scenes = [
        scene_of("person", "dog", "car", background="street"),
        scene_of("cat", "toaster", "guitar", background="night"),
        scene_of("horse", "pig", "umbrella", "umbrella", background="farm"),
        scene_of("elephant", "apple", background="desert"),
    ]
    turns = [ask(scene, np.random.default_rng(seed)) for seed in range(6) for scene in scenes]
    made = [turn for turn in turns if turn]
    assert made
    for turn in made:
        for text in (turn.question, turn.answer):
            assert text and text == text.strip() and "  " not in text and "{" not in text
            assert not re.search(r"\b[Aa] (?!one)[aeio]\w", text) and not re.search(r"\b[Aa]n [^aeiou“]", text)
        assert turn.question[-1] in "?.]" or "\n" in turn.question


def test_chat__needs_no_image() -> None:
    for seed in range(20):
        messages = chat(np.random.default_rng(seed))
        assert [message["from"] for message in messages] == ["human", "gpt"] * (len(messages) // 2)
        assert all("<image>" not in message["value"] for message in messages)


# -- the world ---------------------------------------------------------------------------------------------------------


def test_draw_world__same_bytes_whatever_the_workers(tmp_path: Path) -> None:
    alone = draw_world(tmp_path / "a", 24, seed=3, workers=1)
    shared = draw_world(tmp_path / "b", 24, seed=3, workers=3)
    other = draw_world(tmp_path / "c", 24, seed=4, workers=1)
    assert contents_of(alone.folder) == contents_of(shared.folder)
    assert contents_of(alone.folder) != contents_of(other.folder)
    assert set(tmp_path.iterdir()) == {tmp_path / "a", tmp_path / "b", tmp_path / "c"}


def test_draw_world__files_agree(tmp_path: Path) -> None:
    report = draw_world(tmp_path / "world", 60, seed=1)
    rows = json.loads(report.dataset.read_text(encoding="utf-8"))
    objects = [json.loads(line) for line in report.objects.read_text(encoding="utf-8").splitlines()]
    images = {path.name for path in report.image_folder.iterdir()}
    assert len(rows) == report.instances == 60
    assert [line["image"] for line in objects] == sorted(images) and len(images) == report.images
    assert {row["image"] for row in rows if "image" in row} == images
    assert report.text_only == sum("image" not in row and "model" in row for row in rows)
    assert report.things == Counter(name for line in objects for name in line["objects"])
    assert all(len(line["objects"]) == len(set(line["objects"])) for line in objects)
    for name in sorted(images)[:3]:
        assert Image.open(report.image_folder / name).size == (256, 256)
    for position, line in zip([k for k in range(60) if draw_instance(1, k).fresh][:3], objects, strict=False):
        assert line["objects"] == kinds(draw_instance(1, position).scene)
    for row in rows:
        roles = [message["from"] for message in row["conversations"]]
        assert roles == ["human", "gpt"] * (len(roles) // 2) and 2 <= len(roles) <= 16
        assert row["conversations"][0]["value"].count("<image>") == ("image" in row)


def test_draw_instance__quirks_of_real_sets_occur(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = scene_of("cat", "tree")  # what the pictures show is of no interest here, and drawing takes time
    monkeypatch.setattr("adr.demo.world._scene", lambda seed, position: scene)
    drawn = [draw_instance(0, position) for position in range(1500)]
    identities = Counter(instance.record["id"] for instance in drawn)
    text_only = sum("image" not in instance.record for instance in drawn)
    repeated = sum(n - 1 for n in identities.values())
    endings = [instance.record["conversations"][0]["value"].endswith("\n<image>") for instance in drawn]
    text = json.dumps([instance.record for instance in drawn], ensure_ascii=False)
    assert 0.04 < text_only / 1500 < 0.08
    assert 8 <= repeated <= 32
    assert {type(identity) for identity in identities} == {int, str}
    assert 0.05 < sum(endings) / 1500 < 0.2
    assert re.search(r'(\s|\\n)"\}', text) and not text.isascii()
    images = [instance.record["image"] for instance in drawn if instance.fresh]
    assert len(images) == len(set(images))


def test_draw_contents__long_tail_in_themed_company() -> None:
    counts: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for position in range(2800):
        things, _ = draw_contents(np.random.default_rng([0, position, 2]))
        names = sorted(set(things))
        assert 1 <= len(things) <= 6
        counts.update(names)
        pairs.update((a, b) for k, a in enumerate(names) for b in names[k + 1 :])
    ranked = counts.most_common()
    assert set(counts) == set(THINGS)
    assert ranked[0][0] == "person" and 0.22 < ranked[0][1] / 2800 < 0.4
    assert sum(n for _, n in ranked[:16]) > 0.5 * counts.total()
    assert sum(n <= 40 for n in counts.values()) > 30
    assert pairs["cup", "fork"] + pairs["cup", "toaster"] > pairs["bus", "cup"] + pairs["cup", "train"]


def test_draw_world__cancelled_leaves_nothing(tmp_path: Path) -> None:
    def stop(done: int, total: int | None, message: str) -> None:
        if done >= 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        draw_world(tmp_path / "world", 20, progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_draw_world__replaces_a_world_but_nothing_else(tmp_path: Path) -> None:
    draw_world(tmp_path / "world", 4)
    assert draw_world(tmp_path / "world", 3).instances == 3
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("dear")
    with pytest.raises(AdrError, match="something else"):
        draw_world(tmp_path / "mine", 3)
    with pytest.raises(AdrError, match="at least 1"):
        draw_world(tmp_path / "none", 0)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "dear"
