"""Benchmarks against a dataset: pictures and questions that were copied are found, what is alike by chance is not."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from adr.embed.embed import embed
from adr.errors import AdrError
from adr.leaks.judging import judge_leak, judged_leaks, leak_counts
from adr.leaks.leaks import ComparedBenchmark, find_leaks, leaks_report
from adr.select.find import find
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.hand import write_instances

LONG = "On the left of the picture a red bus waits at the stop; how many people stand beside its open door?"
PROMPT = "Look at the picture with care and then answer the following question with one single word:"


def drawn(seed: int) -> Image.Image:
    """A picture of 240×160 pixels with soft patches, other for every seed."""
    small = np.random.default_rng(seed).integers(0, 256, (5, 7, 3), np.uint8)
    return Image.fromarray(small).resize((240, 160), Image.Resampling.BICUBIC)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.at(tmp_path / "work")


@pytest.fixture
def store(workspace: Workspace, tmp_path: Path):
    """Six instances: 0 and 1 share a picture that the benchmark has in half the size, 2 has its question in other
    letters, 3 nothing but its prompt, 4 a picture that it has mirrored, 5 nothing. One candidate has its picture."""
    images = tmp_path / "images"
    images.mkdir()
    for number in range(6):
        drawn(number).save(images / f"{number}.png")
    said = [("human", "What is it?"), ("gpt", "That.")]
    with_question = [("human", f"<image>\n{LONG.upper()}"), ("gpt", "Three.")]
    with_prompt = [("human", f"{PROMPT} What is it?"), ("gpt", "That.")]
    found = Store(workspace.database)
    write_instances(
        found,
        {
            0: ("0", ["0.png"], said),
            1: ("1", ["0.png"], said),
            2: ("2", ["2.png"], with_question),
            3: ("3", ["3.png"], with_prompt),
            4: ("4", ["4.png"], said),
            5: ("5", ["5.png"], said),
        },
        images=images,
    )
    drawn(7).save(workspace.images / "made.png")
    found.execute("insert into candidate (candidate, image) values ('p1-00000-0', 'images/made.png')")
    yield found
    found.close()


@pytest.fixture
def benchmark(tmp_path: Path) -> Path:
    """Seven rows with a picture each: a new one with the question of instance 2, the halved one, the mirrored one, that
    of the candidate, two new ones, and one that is not on disk; the prompt stands in the second to the sixth."""
    folder = tmp_path / "bench"
    folder.mkdir()
    drawn(0).resize((120, 80)).save(folder / "a.jpg")
    drawn(20).save(folder / "b.png")
    drawn(4).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(folder / "c.png")
    drawn(7).save(folder / "d.jpg", quality=50)
    for number, name in ((21, "e.png"), (22, "f.png")):
        drawn(number).save(folder / name)
    asked = {"a.jpg": "Is it red?", "c.png": "Who is it?", "d.jpg": "Why?", "e.png": "Where?", "f.png": "How many?"}
    rows = [{"image": "b.png", "question": LONG, "answer": "Three"}]
    rows += [{"image": name, "question": f"{PROMPT} {text}", "answer": "x"} for name, text in asked.items()]
    path = folder / "exam.json"
    path.write_text(json.dumps([*rows, {"image": "gone.png", "question": "What?", "answer": "x"}]))
    return path


def test_find_leaks__pictures_and_questions(store, workspace, benchmark):
    report = find_leaks(store, workspace, [benchmark])
    assert report.benchmarks == (ComparedBenchmark("exam", 6, 1, 7, 1, 3, 1),)
    assert (report.pictures, report.leaks, report.instances, report.candidates) == (6, 4, 4, 1)
    assert leaks_report(store) == report
    rows = store.rows("select item, kind, how, path, instance, candidate from leak order by leak")
    assert rows == [
        ("a.jpg", "picture", "hash", "0.png", None, None),
        ("c.png", "picture", "mirrored", "4.png", None, None),
        ("d.jpg", "picture", "hash", None, None, "p1-00000-0"),
        ("0", "text", "shingles", None, 2, None),
    ]
    assert [one.instance for one in find(store, "leaked").instances] == [0, 1, 2, 4]
    assert store.value("select question from leak where item = '0'") == LONG
    shown = store.value("select shown from leak where item = 'a.jpg'")
    with Image.open(workspace.folder / shown) as copy:
        assert copy.size == (120, 80)


def test_find_leaks__a_folder_of_pictures(store, workspace, benchmark):
    report = find_leaks(store, workspace, [benchmark.parent / "exam.json", benchmark.parent])
    assert [one.name for one in report.benchmarks] == ["exam", "bench"]
    assert report.benchmarks[1] == ComparedBenchmark("bench", 6, 0, 0, 0, 3, 0)


def test_judge_leak__false_alarms_are_found_no_more_and_stay_judged(store, workspace, benchmark):
    find_leaks(store, workspace, [benchmark])
    (text,) = judged_leaks(store, "text", "open", 0, 5)
    assert (text.instance, text.instances, text.likeness) == (2, 1, 1.0)
    judge_leak(store, text.mark, "false_alarm", "ann")
    assert [one.instance for one in find(store, "leaked").instances] == [0, 1, 4]
    find_leaks(store, workspace, [benchmark])
    assert leak_counts(store) == {("picture", "open"): 3, ("text", "false_alarm"): 1}
    judge_leak(store, text.mark, "open", "ann")
    assert find(store, "leaked").count == 4
    with pytest.raises(AdrError, match="not there any more"):
        judge_leak(store, "unknown", "leak", "ann")


def test_find_leaks__what_cannot_be_compared(store, workspace, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(AdrError, match="neither pictures nor shards"):
        find_leaks(store, workspace, [tmp_path / "empty"])
    with pytest.raises(AdrError, match="No benchmark has been compared"):
        find(store, "leaked")
    with pytest.raises(AdrError, match="no dataset"):
        find_leaks(Store.memory(), workspace, [tmp_path])


def test_find_leaks__a_cropped_picture_by_what_a_model_sees(store, workspace, tmp_path):
    folder = tmp_path / "cropped"
    folder.mkdir()
    for number in (2, 7):  # of instance 2 and of the candidate
        drawn(number).crop((6, 4, 234, 156)).save(folder / f"{number}.png")
    drawn(30).save(folder / "new.png")
    assert find_leaks(store, workspace, [folder]).leaks == 0
    embed(store, workspace)
    report = find_leaks(store, workspace, [folder])
    assert report.looks and report.benchmarks == (ComparedBenchmark("cropped", 3, 0, 0, 0, 2, 0),)
    rows = store.rows("select item, how, path, candidate from leak order by item")
    assert rows == [("2.png", "look", "2.png", None), ("7.png", "look", None, "p1-00000-0")]
