"""Conversations by template, by the parent and by a captioner: all kinds, shapes and the check of each."""

import re
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from adr.conversation import fault
from adr.errors import AdrError
from adr.store import Store
from adr.synthesize.conversations import (
    WRITERS,
    Request,
    by_captioner,
    by_parent,
    by_template,
    check_conversation,
    forms_of,
    load_writer,
)
from adr.synthesize.plan import plan, plan_folder
from adr.synthesize.plan_file import CONVERSATIONS
from adr.synthesize.templates import BRIEFLY, KINDS, Draw, template_pairs
from adr.synthesize.turn_style import Shape, TurnStyle, measure_style, read_style
from adr.workspace import Workspace
from tests.worlds.hand import INSTANCES, write_instances
from tests.worlds.tail import make_tail_world
from tests.worlds.talk import TOLD, slot, talk

# -- by template -------------------------------------------------------------------------------------------------------


def test_kinds__what_each_says():
    """Every kind for an accordion with a cat, where no dog, bus or sofa is expected; the wording of seed 1."""
    assert len(KINDS) >= 15
    asked = {name: kind(TOLD, Draw(1)) for name, kind in KINDS.items()}
    assert [name for name, said in asked.items() if said is None] == ["what color"]  # two may differ in colour
    del asked["what color"]
    assert (asked["how many"].answer, asked["how many"].short) == ("There are no dogs in the picture.", "0")
    two = KINDS["how many"](replace(TOLD, absent=()), Draw(1))
    assert (two.answer, two.short) == ("There are two accordions in the picture.", "2")
    assert asked["where"].answer == "The accordion is in a park." and asked["where"].short == "In a park"
    assert asked["use"].answer == "For music." and asked["reason"].question == "Why would people want accordions?"
    assert asked["be there"].short == "Yes" and asked["be absent"].short == "No"
    assert asked["be absent"].answer.endswith("the image shows two red accordions.")
    assert asked["what else"].answer == "Besides the accordion, the image shows a cat."
    one = replace(TOLD, counts={"accordion": 1})
    assert KINDS["what color"](one, Draw(1)).answer == "The accordion is red."
    assert KINDS["describe"](one, Draw(1)).answer.endswith("a red accordion and a cat.")
    assert asked["or both"].answer == "It shows both an accordion and a cat."
    assert asked["list"].answer == "- accordion\n- cat" and asked["list"].short is None
    letter = re.search(r"([A-D])\. accordion", asked["choice"].question)
    assert letter and asked["choice"].answer == letter[1]
    for name in ("check list", "odd one out"):
        assert "dog" in asked[name].question
    for name, kind in KINDS.items():
        assert "a scissors" not in str(kind(slot("scissors"), Draw(1)))
        alone = kind(slot(companions=(), absent=()), Draw(1))
        assert alone is None or not re.search(r"cat|dog|bus", alone.question + alone.answer), name


SHAPES = st.builds(
    Shape, st.integers(1, 8), st.sampled_from(["<image>\n{text}", "{text}\n<image>", "<image>{text}"]), st.booleans()
)


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 2**63),
    shape=SHAPES,
    name=st.sampled_from(["accordion", "pair of skis", "box + glasses"]),
    companions=st.sampled_from([(), ("cat",), ("cat", "people")]),
    absent=st.sampled_from([(), ("dog",), ("dog", "bus", "sofa")]),
)
def test_by_template__never_has_a_fault(seed, shape, name, companions, absent):
    wanted = slot(name, companions, absent)
    style = TurnStyle({shape.pairs: 1.0}, {shape.place: 1.0}, float(shape.brief))
    written = by_template(wanted, seed, style)
    assert written.fault is None and written.by == "template"
    assert written.turns == by_template(wanted, seed, style).turns
    assert 1 <= len(written.turns) // 2 <= shape.pairs
    first = written.turns[0]["text"]
    assert first.startswith("<image>") if shape.place.startswith("<image>") else first.endswith("<image>")
    questions = [t["text"] for t in written.turns[::2]]
    assert len(set(questions)) == len(questions)
    if shape.brief:
        assert BRIEFLY in first or "directly." in first
        assert all(len(t["text"].split()) <= 12 and not t["text"].endswith(".") for t in written.turns[1::2])


def test_by_template__all_kinds_come_up():
    """Over 300 seeds every way of asking is used, none more than three times as often as it would be by chance."""
    opening = Counter(question for seed in range(300) for question, _ in template_pairs(slot(), seed, Shape(pairs=3)))
    assert len(opening) >= 35
    assert max(opening.values()) < 3 * 300 * 3 / len(KINDS)


# -- style of the source -----------------------------------------------------------------------------------------------


def test_measure_style__of_rows_written_out():
    """Of four conversations about one picture: two have one question and two have two; three begin with <image> and a
    line break and one ends with it; one is brief. Text-only ones and pictures by twos do not count."""
    rows = {
        0: ("0", ["a.png"], [("human", "<image>\nWhat?"), ("gpt", "A long answer with many words.")]),
        1: ("1", ["b.png"], [("human", "What?\n<image>"), ("gpt", "Yes"), ("human", "Why?"), ("gpt", "No")]),
        2: ("2", ["c.png"], [("human", "<image>\nWho?"), ("gpt", "A man is there today.")]),
        3: (
            "3",
            ["d.png"],
            [("human", "<image>\nWho?"), ("gpt", "A"), ("human", "Who?"), ("gpt", "Someone who has five words.")],
        ),
        4: ("4", [], [("human", "Hello?"), ("gpt", "Hi")]),
        5: ("5", ["e.png", "f.png"], [("human", "<image><image>Which?"), ("gpt", "One")]),
    }
    store = Store.memory()
    write_instances(store, rows)
    style = measure_style(store)
    assert style.pairs == {1: 0.5, 2: 0.5} and style.brief == 0.25
    assert style.places == {"<image>\n{text}": 0.75, "{text}\n<image>": 0.25}
    shapes = [style.shape(seed) for seed in range(2000)]
    assert 0.45 < sum(s.pairs == 2 for s in shapes) / 2000 < 0.55
    assert 0.2 < sum(s.brief for s in shapes) / 2000 < 0.3
    assert 0.2 < sum(s.place.startswith("{text}") for s in shapes) / 2000 < 0.3
    store.close()


def test_measure_style__of_an_empty_source():
    store = Store.memory()
    assert measure_style(store) == TurnStyle()
    write_instances(store, {3: INSTANCES[3]})
    assert measure_style(store) == TurnStyle()
    store.close()


def test_plan__keeps_the_style(tmp_path):
    """Every conversation of the ten instances has one question after <image> and an answer in a sentence."""
    store, workspace = make_tail_world(Store.memory(), tmp_path / "source"), Workspace.at(tmp_path / "workspace")
    (tmp_path / "m").mkdir()
    plan(store, workspace, 1, budget=9, model=str(tmp_path / "m"), scorer="none")
    folder = plan_folder(workspace, 1)
    assert read_style(folder).shape(7) == Shape(1, "<image>\n{text}", False)
    one = next(iter(folder.slots()))
    written = load_writer("template", folder)([Request(one, 3, Image.new("RGB", (8, 8)))])[0]
    assert len(written.turns) == 2 and written.fault is None
    store.close()


# -- the parent's own --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        (talk("<image>\nWhat is this?", "Two accordions."), None),
        (talk("<image>\nWhat is this?", "An instrument."), "entity_not_mentioned"),
        (talk("What is this?", "An accordion."), "too_few_markers"),
        (talk("<image><image>\nWhat is this?", "An accordion."), "too_many_markers"),
        (talk("<image>\nWhat is this?", "An accordion.", "And?"), "turns_do_not_alternate"),
    ],
)
def test_by_parent__checked(turns, expected):
    written = by_parent(slot(turns=turns), 1)
    assert written.fault == expected and written.turns == [dict(t) for t in turns] and written.by == "parent"


def test_by_parent__without_a_parent_by_template():
    assert by_parent(slot(parent=None), 1).by == "template"


def test_check_conversation__both_things_of_a_pair():
    said = talk("<image>\nWhat?", "A cat on a sofa.")
    assert check_conversation(said, "cat + sofa") is None
    assert check_conversation(said, "cat + dog") == "entity_not_mentioned"
    assert forms_of("berry") == ("berry", "berries") and forms_of("glass")[1] == "glasses"


# -- by a captioner ----------------------------------------------------------------------------------------------------


class Looking:
    """A captioner that says what is written here, in order."""

    def __init__(self, *answers):
        self.left, self.asked = list(answers), []

    def answers(self, images, questions):
        self.asked += questions
        return [self.left.pop(0) for _ in questions]


def test_by_captioner__its_words_are_checked():
    image, style = Image.new("RGB", (8, 8)), TurnStyle({2: 1.0})
    looking = Looking("An accordion on a chair.", "A red one.", "A cat.", "Grey.", "", "Nothing.")
    requests = [Request(slot(), seed, image) for seed in range(3)]
    sees, misses, silent = by_captioner(requests, looking, style)
    assert looking.asked[0] == looking.asked[2] == "Describe the image." and len(set(looking.asked)) > 2
    assert sees.turns[:2] == [
        {"role": "human", "text": "<image>\nDescribe the image."},
        {"role": "gpt", "text": "An accordion on a chair."},
    ]
    assert (sees.fault, sees.caption, sees.by, len(sees.turns)) == (None, "An accordion on a chair.", "captioner", 4)
    assert misses.fault == "entity_not_mentioned" and silent.fault == "empty_turn"


@pytest.mark.models
def test_captioner__a_real_pipeline(tmp_path, monkeypatch):
    """A LLaVA of random weights from a folder: it says letters, which no conversation check lets through."""
    from adr.synthesize.captions import load_captioner
    from tests.worlds.tiny_texts import captioner

    monkeypatch.setenv("ADR_CAPTIONER_MODEL", str(captioner(tmp_path / "llava")))
    monkeypatch.setenv("ADR_DEVICE", "cpu")
    looking = load_captioner()
    looking.most_tokens = 12
    images = [Image.new("RGB", (50, 40), "red"), Image.linear_gradient("L")]
    said = looking.answers(images, ["describe the image.", "what is it"])
    assert len(said) == 2 and all(re.fullmatch(r"[a-z .]*", text) for text in said)
    assert said == looking.answers(images, ["describe the image.", "what is it"])
    written = by_captioner([Request(slot(), 1, images[0])], looking, TurnStyle({1: 1.0}))[0]
    assert written.fault in ("entity_not_mentioned", "empty_turn")


# -- methods -----------------------------------------------------------------------------------------------------------


def test_load_writer__every_method_is_a_plans_method(monkeypatch):
    assert tuple(WRITERS) == CONVERSATIONS
    for variable in ("ADR_CAPTIONER_MODEL", "ADR_LANGUAGE_MODEL_URL", "ADR_LANGUAGE_MODEL"):
        monkeypatch.delenv(variable, raising=False)
    for method, sentence in (
        ("poet", "made by 'poet'"),
        ("captioner", "No captioner is set"),
        ("language_model", "No language model is set"),
        ("rewrite", "No language model is set"),
    ):
        with pytest.raises(AdrError, match=sentence) as told:
            load_writer(method)
        assert told.value.next_step
    monkeypatch.setenv("ADR_LANGUAGE_MODEL_URL", "localhost:8000")
    with pytest.raises(AdrError, match="is not a server address"):
        load_writer("language_model")
    assert fault(load_writer("template")([Request(slot(), 1, Image.new("RGB", (8, 8)))])[0].turns) is None
