"""Prompt templates: which lines are, which are content, and what becomes of their words."""

import json
from pathlib import Path

import pyarrow as pa
import pytest

from adr.index.index import index
from adr.index.report import IndexReport
from adr.ingest.ingest import ingest
from adr.store import Store

SHARED = Path(__file__).parents[3] / "shared"
SHORT = "Answer the question using a single word or phrase."
SHOES = ("shoe", "hat", "cup", "fork", "lamp", "kite", "boat", "drum", "vase", "cake")


def store_with(turns: dict[int, list[tuple[str, str]]]) -> Store:
    """Instances with a picture and these turns (role, text)."""
    store, talk = Store.memory(), pa.list_(pa.struct([("role", pa.string()), ("text", pa.string())]))
    said = [[{"role": role, "text": text} for role, text in each] for each in turns.values()]
    columns = {
        "instance": pa.array(list(turns), pa.int32()),
        "images": pa.array([["a.jpg"]] * len(turns), pa.list_(pa.string())),
        "turns": pa.array(said, talk),
    }
    with store.atomic() as writer:
        writer.insert("instance", pa.table(columns))
    return store


def indexed(human: list[str], answer: str = "Fine.", **options: object) -> tuple[Store, IndexReport]:
    store = store_with({n: [("human", text), ("gpt", answer)] for n, text in enumerate(human)})
    return store, index(store, **options)


def templates(store: Store) -> list[tuple[str, str, int, bool]]:
    return store.rows("select text, kind, instances, counted from template order by text")


def named(store: Store, perspective: str) -> dict[str, int]:
    return dict(store.rows("select name, n from entity where perspective = perspective_number($1)", [perspective]))


def test_index__a_line_below_the_questions_is_a_template() -> None:
    store, report = indexed([f"<image>\nWhere is the {SHOES[n % 10]} of man {n}?\n{SHORT}" for n in range(60)])
    assert templates(store) == [(SHORT, "line", 60, False)] and report.templates == 1
    assert named(store, "token").keys() == {*SHOES, "man"}
    assert named(store, "interrogation") == {"answer briefly": 60, "where": 60}


def test_index__count_is_the_way_of_the_paper() -> None:
    store, report = indexed(
        [f"<image>\nWhere is the {SHOES[n % 10]} of man {n}?\n{SHORT}" for n in range(60)], templates="count"
    )
    assert templates(store) == [] and report.templates == 0
    assert {"question", "word", "phrase"} <= named(store, "token").keys()


def test_index__a_template_that_is_let_in_counts() -> None:
    asked = [f"<image>\nWhere is the {SHOES[n % 10]} of man {n}?\n{SHORT}" for n in range(60)]
    store, _ = indexed(asked, let_in=[SHORT])
    assert templates(store) == [(SHORT, "line", 60, True)]
    assert named(store, "token")["phrase"] == 60
    assert json.loads(store.value("select asked from index_made")) == {"let_in": [SHORT]}


def test_index__forty_nine_instances_are_too_few() -> None:
    store, _ = indexed([f"Where is the {SHOES[n % 10]} of man {n}?\n{SHORT}" for n in range(49)])
    assert templates(store) == [] and "phrase" in named(store, "token")


def test_index__less_than_half_a_percent_of_a_source_is_too_few() -> None:
    rows = [f"Where is man {n}?\n{SHORT}" for n in range(55)] + [f"Who is man {n}?" for n in range(55, 12_000)]
    assert templates(indexed(rows)[0]) == []


def test_index__the_only_question_is_content() -> None:
    """As in POPE's captions, where every instance has the same question."""
    store, _ = indexed(["<image>\nProvide a brief description of the given image."] * 60)
    assert templates(store) == [] and named(store, "token") == {"description": 60, "image": 60}


def test_index__a_template_alone_in_a_turn_is_its_question() -> None:
    store, _ = indexed([f"Where is the {SHOES[n % 10]} of man {n}?\n{SHORT}" for n in range(60)] + [SHORT])
    assert templates(store) == [(SHORT, "line", 61, False)]
    assert named(store, "token")["phrase"] == 1


def test_index__lines_that_differ_in_one_noun_are_content() -> None:
    """ "Is there a dog" recurs in 200 instances; so do nine others, and "Say yes or no." follows in every one."""
    asked = [
        f"<image>\nIs there a {SHOES[n % 10]} here?\nThis is photo {n}.\nSay the word yes or no." for n in range(600)
    ]
    store, _ = indexed(asked)
    assert templates(store) == [("Say the word yes or no.", "line", 600, False)]
    assert set(SHOES) <= named(store, "object").keys() and named(store, "token")["shoe"] == 60


def test_index__options_are_content() -> None:
    asked = [f"Who is man {n}?\nA. The doctor\nB. The nurse\nName the letter." for n in range(60)]
    store, _ = indexed(asked)
    assert templates(store) == [("Name the letter.", "line", 60, False)]


def test_index__the_beginning_of_a_line_up_to_a_colon() -> None:
    asked = [f"Find the box of what is said here: the {SHOES[n % 10]} of man {n}" for n in range(60)]
    store, _ = indexed(asked)
    assert templates(store) == [("Find the box of what is said here:", "beginning", 60, False)]
    assert named(store, "object").keys() == {*SHOES, "man"}


def test_index__a_beginning_with_always_the_same_end_is_no_template() -> None:
    assert templates(indexed(["Is there a dog in this image: yes or no?"] * 60)[0]) == []


def test_index__a_rare_question_is_never_the_template_of_its_turn() -> None:
    """Sixty of 300 ask the same; the question is rarer than the prompt below it."""
    asked = [f"{'What time is it?' if n < 60 else f'Who is man {n}?'}\n{SHORT}" for n in range(300)]
    store, _ = indexed(asked)
    assert [text for text, *_ in templates(store)] == [SHORT] and named(store, "token")["time"] == 60


def test_index__lines_of_a_system_turn_are_listed() -> None:
    said = {n: [("system", "You see a box."), ("human", f"Who is man {n}?"), ("gpt", "Bo.")] for n in range(60)}
    store = store_with(said)
    index(store)
    assert store.rows("select role, text, instances from template") == [("system", "You see a box.", 60)]


def test_index__each_source_has_its_own_templates() -> None:
    store = store_with({n: [("human", f"Who is man {n}?\n{SHORT}")] for n in range(120)})
    store.execute("update instance set source = 1 where instance >= 60")
    store.execute("delete from instance where instance >= 80")  # 20 instances are left of source 1
    index(store)
    assert store.rows("select source, text, instances from template") == [(0, SHORT, 60)]
    assert named(store, "token")["phrase"] == 20


# ---------------------------------------------------------------------- cases from the field
def case_rows(name: str, times: int) -> list[list[tuple[str, str]]]:
    """The conversations of a case, repeated, as a corpus of that kind has them."""
    path = SHARED / "cases" / name / "data.json"
    if not path.is_file():
        pytest.skip("the cases are not here")
    rows = [[(turn["from"], turn["value"]) for turn in one["conversations"]] for one in json.loads(path.read_text())]
    return [list(row) for row in rows * times]


def test_case__refcoco_box() -> None:
    rows = case_rows("refcoco-box", 100)
    for n, row in enumerate(rows):  # no two regions are the same
        row[0] = (row[0][0], row[0][1].replace("[0.", f"[0.{n}"))
    store = store_with(dict(enumerate(rows)))
    index(store)
    assert {text for text, *_ in templates(store)} == {
        "Please provide the bounding box coordinate of the region this sentence describes:",
        "Please provide a short description for this region:",
        "Provide a short description for this region:",
    }
    assert named(store, "object") == dict.fromkeys(("man", "woman", "bag", "zebra", "giraffe", "fence"), 100)
    assert named(store, "interrogation") == {"locate": 200, "describe region": 200}


def test_case__template_everywhere() -> None:
    store = store_with(dict(enumerate(case_rows("template-everywhere", 20))))
    index(store)
    found = {text for text, *_ in templates(store)}
    assert "You are checking screenshots of a phone. Defects are: no response, keyboard problem, wrong page." in found
    assert not {"keyboard", "phone", "screenshot"} & {*named(store, "object"), *named(store, "token")}
    assert {"cart", "clock", "calendar"} <= named(store, "token").keys()


@pytest.mark.parametrize("name", ["amber.json", "screenqa_short.json", "pope_llava13b_captions.json"])
def test_real__no_question_becomes_a_template(name: str) -> None:
    path = SHARED / "data" / name
    if not path.is_file():
        pytest.skip("the dataset is not here")
    store = Store.memory()
    ingest(store, path)
    assert index(store).templates == 0 and templates(store) == []
