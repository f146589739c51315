"""What synthetic conversations ask, deny and assert: with the source's frequencies, and only what is true."""

from collections import Counter, defaultdict
from dataclasses import replace

import pytest

from adr.index.index import index
from adr.store import Store
from adr.synthesize.assertions import unsupported
from adr.synthesize.denials import Denials, denied, measured_denials
from adr.synthesize.facts import Facts, color_said, planned_facts, upheld
from adr.synthesize.plan import plan, plan_folder
from adr.synthesize.prompts import Style, compose, in_words, plural_of
from adr.synthesize.question_shares import fitted
from adr.synthesize.templates import FORMS, KINDS, Draw, template_pairs
from adr.synthesize.turn_style import Shape, TurnStyle, measure_style, read_style, write_style
from adr.workspace import Workspace
from tests.worlds.hand import write_instances
from tests.worlds.tail import make_tail_world
from tests.worlds.talk import TOLD, slot, talk


def asked(*questions):
    """A store of conversations of one question each, answered No."""
    store = Store.memory()
    write_instances(store, {i: ("a.jpg", [], [("human", q), ("gpt", "No.")]) for i, q in enumerate(questions)})
    return store


# -- which questions ---------------------------------------------------------------------------------------------------


def test_forms__are_what_the_index_calls_the_questions():
    """Each kind in some of its wordings, read by the index: its form is among those of its questions."""
    one = replace(TOLD, counts={"accordion": 1, "cat": 1})
    questions = [(name, kind(one, Draw(seed)).question) for name, kind in KINDS.items() for seed in range(8)]
    store = asked(*(question for _, question in questions))
    index(store)
    found = defaultdict(set)
    rows = (
        "select instance, name from posting join entity using (entity) "
        "where entity.perspective = perspective_number('interrogation')"
    )
    for instance, form in store.rows(rows):
        found[questions[instance][0]].add(form)
    assert {name: form for name, form in FORMS.items() if form not in found[name]} == {}


def test_template_pairs__ask_as_often_as_the_source():
    """A source that asks for colours three times as often as for numbers, and nothing else that a slot can answer."""
    told = replace(TOLD, counts={"accordion": 1}, turns=())
    shape = Shape(pairs=1, forms={"what color": 300.0, "how many": 100.0, "who": 900.0})
    firsts = Counter(template_pairs(told, seed, shape)[0][0].split()[1] for seed in range(400))
    assert 260 <= firsts["color"] + firsts["is"] <= 340  # "What color is", "What is the color of"
    assert set(firsts) == {"color", "is", "many"}
    assert template_pairs(slot(), 1, shape)[0][0].startswith(("What is shown", "What is this"))  # nothing fits


def test_fitted__colours_are_asked_as_often_as_the_source_asks():
    """The source asks "what color" as often as "describe" and "how many". One slot in two has a colour, and those
    must ask it the more often: without that, fewer than a quarter of the questions are about colours."""
    slots = [replace(slot("harp", ()), colors={"harp": "red"} if n % 2 else {}, counts={"harp": 1}) for n in range(300)]
    style = TurnStyle(pairs={1: 1.0}, forms={"what color": 100.0, "describe": 100.0, "how many": 100.0})

    def share(style):
        asked = [template_pairs(one, 1000 + n, style.shape(n))[0][0] for n, one in enumerate(slots)]
        return sum("color" in question for question in asked) / len(asked)

    assert share(style) < 0.25 and 0.28 < share(fitted(style, slots)) < 0.39
    assert fitted(TurnStyle(), slots).forms == {}


def test_style__keeps_the_forms_of_the_source(tmp_path):
    store = asked("How many cats are there?", "How many dogs are there?", "Where is the cat?")
    assert measure_style(store).forms == {}
    index(store)
    assert measure_style(store).forms == {"how many": 2.0, "where": 1.0}
    folder = plan_folder(Workspace.at(tmp_path), 1)
    write_style(folder, TurnStyle(forms={"where": 1.0}))
    assert read_style(folder).forms == {"where": 1.0} and read_style(folder).shape(1).weight("how many") == 0


# -- what is denied ----------------------------------------------------------------------------------------------------


def test_denied__what_the_source_says_no_to():
    store = asked(
        "Is there a harp in the picture?",
        "<image>\nAre there any cats?",
        "Is there a unicorn?",
        "Is the harp red?",
        "Are there boxes here?",
    )
    assert sorted(denied(store, {"harp", "cat", "box"})) == ["box", "cat", "harp"]


def test_measured_denials__in_the_proportion_of_the_source():
    """Thirty denials of the cat and ten of the harp, which lacks instances: a quarter; nineteen are too few to tell."""
    store = asked(*["Is there a cat?"] * 30, *["Is there a harp?"] * 10)
    found = measured_denials(store, ["cat", "harp"], {"harp"})
    assert found == Denials(["harp"], ["cat"], 0.25)
    assert measured_denials(asked(*["Is there a cat?"] * 19), ["cat", "harp"], {"harp"}).share == 0.5


def test_absent__of_tail_and_head_and_never_what_is_near():
    made = Denials(["harp", "owl", "saw"], ["cat", "dog", "car", "bus"], 0.25)
    drawn = [made.absent(number, {"owl", "dog"}) for number in range(400)]
    counts = Counter(name for some in drawn for name in some)
    assert set(counts) == {"harp", "saw", "cat", "car", "bus"}
    assert 240 <= counts["harp"] + counts["saw"] <= 360  # 300 of 1,200
    assert all(len(set(some)) == 3 for some in drawn)
    assert Denials(["harp"], [], 0.0).absent(1, ()) == ("harp",)


def test_plan__denies_the_tail_too(tmp_path, monkeypatch):
    """In the ten instances the kite stands beside the accordion alone: a picture of one may deny neither, but cats."""
    (tmp_path / "model").mkdir()
    monkeypatch.setenv("ADR_GENERATOR_MODEL", str(tmp_path / "model"))
    store, workspace = make_tail_world(Store.memory(), tmp_path / "source"), Workspace.at(tmp_path / "workspace")
    plan(store, workspace, 1, budget=20, also=["owl", "harp"], target=9)
    absent = Counter(name for made in plan_folder(workspace, 1).slots() for name in made.absent)
    assert absent["owl"] and absent["harp"] and absent["cat"] and absent["kite"]
    for made in plan_folder(workspace, 1).slots():
        assert not {made.name, *made.companions} & set(made.absent)


# -- colours, numbers, places ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "color"),
    [
        (("What is here?", "A red harp and a blue cat."), "red"),
        (("What color is the harp?", "Gold"), "golden"),
        (("Is it old?", "The harp is brown."), "brown"),
        (("Is the harp red?", "No."), ""),
        (("What is here?", "A red harp beside a blue harp."), ""),
    ],
)
def test_color_said__of_one_thing(texts, color):
    assert color_said(talk(*texts), "harp") == color


def test_planned_facts__two_red_harps_in_a_park():
    style = Style(templates=("a photo of {things} {place}",), places=("in a park",))
    said = talk("What is here?", "A red harp.")
    facts = [planned_facts(("harp",), ("harp", "cat"), said, style, turn) for turn in range(4)]
    assert facts[0] == Facts({"harp": "red"}, {"harp": 1, "cat": 1}, "in a park")
    assert facts[3].counts == {"harp": 2, "cat": 1}
    prompt = compose(("harp",), ("cat",), style, 3, facts[3].colors, facts[3].counts)
    assert prompt == "a photo of two red harps and a cat in a park"
    one_only = replace(style, counts=1)
    assert planned_facts(("harp",), ("harp",), said, one_only, 3).counts == {"harp": 1}
    usual = {"harp": ["golden", "blue"]}
    assert [planned_facts(("harp",), (), (), style, turn, usual).colors["harp"] for turn in (0, 1)] == [
        "golden",
        "blue",
    ]
    assert planned_facts(("scissors",), ("scissors",), (), style, 3).counts == {}


def test_upheld__drops_what_the_picture_contradicts():
    """A picture that shows one harp, and a blue one; it was to be two red ones."""
    made = replace(
        slot("harp", ()), prompt="a photo of two red harps", colors={"harp": "red"}, counts={"harp": 2}, place="at sea"
    )

    def contradicts(name, claim, rivals):
        return name == "harp" and claim in ("a photo of a red harp", "a photo of two harps")

    left = upheld(made, contradicts)
    assert (left.colors, left.counts, left.prompt, left.place) == ({}, {}, "a photo of a harp", "at sea")
    assert upheld(made, lambda name, claim, rivals: False) == made


def test_in_words__and_plurals():
    assert [in_words("owl"), in_words("owl", "red"), in_words("box", "", 2)] == ["an owl", "a red owl", "two boxes"]
    assert [plural_of(n) for n in ("harp", "bus", "toy", "knife", "scissors", "man", "berry")] == [
        "harps", "buses", "toys", "", "", "", "",
    ]  # fmt: skip


# -- what a language model may say -------------------------------------------------------------------------------------

NAMES = ["harp", "cat", "traffic light", "light", "dog", "bus"]


@pytest.mark.parametrize(
    ("texts", "fault"),
    [
        (("What is here?", "A harp and two cats."), None),  # the cat is seen
        (("What is here?", "A harp beside a dog."), "thing_not_shown"),
        (("Is there a dog?", "Yes, there is."), "thing_not_shown"),
        (("Is there a dog?", "No, there is no dog."), None),
        (("Is there a harp?", "No, I see none."), "entity_denied"),
        (("What is here?", "A harp at a bus stop."), None),  # the caption has it
        (("What is here?", "A harp. There isn't a dog."), None),
    ],
)
def test_unsupported__by_picture_or_caption(texts, fault):
    said = unsupported(talk(*texts), ("harp",), "A photo of a harp at a bus stop.", NAMES, lambda name: name == "cat")
    assert said == fault


def test_unsupported__the_caption_decides_about_what_the_scorer_does_not_know():
    """It knows cats and dogs, and sees a cat."""
    sees = {"cat": True, "dog": False}.get
    said = [unsupported(talk("What is here?", f"A harp and a {n}."), ("harp",), "", NAMES, sees) for n in NAMES[1:]]
    assert said == [None, "thing_not_in_caption", "thing_not_in_caption", "thing_not_shown", "thing_not_in_caption"]


def test_unsupported__without_a_scorer_the_caption_decides():
    said = talk("What is here?", "A harp under a traffic light.")
    assert unsupported(said, ("harp",), "A harp.", NAMES) == "thing_not_in_caption"
    assert unsupported(said, ("harp",), "A harp and a traffic light.", NAMES) is None
