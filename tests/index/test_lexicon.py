"""What one English word can be, and when it is a noun."""

import pyarrow as pa
import pytest

from adr.index import token
from adr.index.forms import Forms
from adr.index.lexicon import Kind, Lexicon
from adr.index.markup import without_markup
from adr.index.words import cut


def nouns_of(*turns: str) -> list[list[str]]:
    """The nouns of each turn, in the order of the text."""
    lexicon = Lexicon.english()
    forms = Forms(lexicon, [name for name in lexicon.things if " " in name], frozenset(), frozenset())
    text = token.read(cut(without_markup(pa.array(list(turns)))), forms)
    said, names = token.nouns(text, forms), forms.names.listed()
    return [[names[name] for name in said.name[said.turn == turn]] for turn in range(len(turns))]


@pytest.mark.parametrize(
    "plural, singular",
    [
        ("cats", "cat"),
        ("buses", "bus"),
        ("bus", "bus"),
        ("boxes", "box"),
        ("cherries", "cherry"),
        ("cookies", "cookie"),
        ("ties", "tie"),
        ("knives", "knife"),
        ("leaves", "leaf"),
        ("children", "child"),
        ("women", "woman"),
        ("men", "man"),
        ("snowmen", "snowman"),
        ("sheep", "sheep"),
        ("geese", "goose"),
        ("teeth", "tooth"),
        ("tomatoes", "tomato"),
        ("glasses", "glasses"),
        ("scissors", "scissors"),
        ("pants", "pants"),
        ("lens", "lens"),
        ("gas", "gas"),
        ("tennis", "tennis"),
        ("grass", "grass"),
        ("canvas", "canvas"),
        ("people", "people"),
        ("skis", "ski"),
        ("horses", "horse"),
        ("vases", "vase"),
        ("dishes", "dish"),
        ("arms", "arm"),
        ("t-shirts", "t-shirt"),
        ("selfies", "selfie"),
        ("cafés", "café"),
        ("snowboarders", "snowboarder"),
        ("batteries", "battery"),
        ("scarves", "scarf"),
        ("jumpsuits", "jumpsuit"),
        ("bunches", "bunch"),
        ("ottomans", "ottoman"),
        ("syringes", "syringe"),
        ("liberties", "liberty"),
        ("marches", "march"),
        ("lenses", "lens"),
        ("crosses", "cross"),
        ("soles", "sole"),
        ("axes", "axe"),
        ("caves", "cave"),
        ("slacks", "slacks"),
        ("spectacles", "spectacles"),
        ("rvs", "rv"),
    ],
)
def test_singular__folds_plurals_and_keeps_what_is_one(plural: str, singular: str) -> None:
    assert Lexicon.english().singular(plural) == singular


@pytest.mark.parametrize(
    "form, kind",
    [
        ("the", Kind.DETERMINER),
        ("red", Kind.ADJECTIVE),
        ("dog", Kind.NOUN),
        ("man", Kind.NOUN),
        ("park", Kind.NOUN_VERB),
        ("walk", Kind.VERB_NOUN),
        ("sits", Kind.VERB),
        ("parked", Kind.PARTICIPLE),
        ("given", Kind.PARTICIPLE),
        ("left", Kind.PLACE),
        ("dog's", Kind.POSSESSIVE),
        ("it's", Kind.BE),
        ("don't", Kind.MODAL),
        ("12", Kind.NUMBER),
        ("0", Kind.NUMBER),
        ("3rd", Kind.NUMBER),
        ("seven", Kind.NUMBER),
        ("img_0012", Kind.NONE),
        ("x", Kind.NONE),
        ("Kaplan", Kind.NAME),
        ("Haichao", Kind.NAME),
        ("quickly", Kind.ADVERB),
        ("well-lit", Kind.ADJECTIVE),
        ("你好", Kind.NONE),
    ],
)
def test_read__kind(form: str, kind: Kind) -> None:
    assert Lexicon.english().read(form).kind is kind


@pytest.mark.parametrize(
    "text, nouns",
    [
        ("They park the car in the park.", ["car", "park"]),
        ("The man walks his dog; a long walk is fun.", ["man", "dog", "walk", "fun"]),
        ("He plays in a play.", ["play"]),
        ("It is next to cars, close to water.", ["car", "water"]),
        ("I want to watch the watch.", ["watch"]),
        ("The building is building up.", ["building"]),
        ("A dog on the left, on the left side.", ["dog", "left", "side"]),
        ("An orange is on the orange plate.", ["orange", "plate"]),
        ("The given image shows a clear, blue sky.", ["image", "sky"]),
        (
            "A café offering the cake, building a house on top of a Japanese building",
            ["café", "cake", "house", "top", "building"],
        ),
        ("You can open a can.", ["can"]),
        (
            "A fire hydrant and two tennis rackets near a traffic light",
            ["fire hydrant", "tennis racket", "traffic light"],
        ),
        ("Three hot air balloons", ["hot air balloon"]),
        ("The woman's hat doesn't fit her dogs' house.", ["woman", "hat", "dog", "house"]),
        ("A well-lit room and a T-shirt", ["room", "t-shirt"]),
        ("a street-sign", ["street", "sign"]),
        ("A snow-covered mountain and a tree-lined street", ["snow", "mountain", "tree", "street"]),
        ("A hand-painted sign and a heart-shaped cake in an eye-catching blue", ["sign", "cake"]),
        ("Gui Haichao met Kane in Munich.", ["gui", "haichao", "kane", "munich"]),
        ("He takes selfies with his smartphone.", ["selfie", "smartphone"]),
        ("In 1995 seven of 12 were 3rd, at 50%.", []),
        ("<image>\nThe box is [0.12, 0.3, 0.45, 0.9] </s>", ["box"]),
        ("See https://www.example.com/cats/dog.html or mail@example.org and photo.com today.", ["today"]),
        ("The picture img_0012_cat", ["picture"]),
        ("", []),
        ("?!", []),
    ],
)
def test_nouns__in_context(text: str, nouns: list[str]) -> None:
    assert nouns_of(text) == [nouns]


@pytest.mark.parametrize(
    "text, nouns",
    [
        ("Is there snow on the ground?", ["snow", "ground"]),
        ("Are there plants?", ["plant"]),
        ("Is there milk in it?", ["milk"]),
        ("There are crosses on the wall.", ["cross", "wall"]),
        ("There are no dogs there.", ["dog"]),
        ("There is clothing, and he is clothing a doll.", ["clothing", "doll"]),
    ],
)
def test_nouns__there_is_no_subject(text: str, nouns: list[str]) -> None:
    assert nouns_of(text) == [nouns]


@pytest.mark.parametrize(
    "text, nouns",
    [
        ("a toilet and sink", ["toilet", "sink"]),
        ("There is a toilet and sink in the bathroom.", ["toilet", "sink", "bathroom"]),
        ("a cup, orange, and a wall", ["cup", "orange", "wall"]),
        ("lenses and crosses", ["lens", "cross"]),
        ("The man takes the bus and walks in the park.", ["man", "bus", "park"]),
        ("an orange and a cup", ["orange", "cup"]),
        ("A black and white photo of a young and old man", ["photo", "man"]),
    ],
)
def test_nouns__joined_by_and(text: str, nouns: list[str]) -> None:
    assert nouns_of(text) == [nouns]


@pytest.mark.parametrize(
    "text, nouns",
    [
        ("A man is standing near the net.", ["man", "net"]),
        ("a bulldog and a pedestrian", ["bulldog", "pedestrian"]),
        ("an orange placed on the table", ["orange", "table"]),
        ("A white orange is placed on it.", ["orange"]),
        ("The car is bright orange.", ["car"]),
        ("The sky is clear and blue.", ["sky"]),
        (
            "a cooler, a lighter, a rose, grits and ruins near an RV",
            ["cooler", "lighter", "rose", "grits", "ruins", "rv"],
        ),
    ],
)
def test_nouns__with_the_form_of_an_adjective(text: str, nouns: list[str]) -> None:
    assert nouns_of(text) == [nouns]


@pytest.mark.parametrize(
    "text, nouns",
    [
        ("The US and the UN met the WHO about IT policy.", ["us", "un", "who", "it", "policy"]),
        ("WHO IS IT? LET US GO", []),
        ("Give it to us. Who is it?", []),
        ("It opens at 9 AM and I am there at 5 pm.", ["am", "pm"]),
    ],
)
def test_nouns__capitals(text: str, nouns: list[str]) -> None:
    assert nouns_of(text) == [nouns]


@pytest.mark.parametrize(
    "text, nouns",
    [
        ("People use their phones.", ["people", "phone"]),
        ("Men and women talk and show the map.", ["man", "woman", "map"]),
        ("A woman is reading literature.", ["woman", "literature"]),
        ("What does this image show?", ["image"]),
        ("What does this picture show about the house?", ["picture", "house"]),
        ("What does the traffic light mean?", ["traffic light"]),
        ("Does the dog have water?", ["dog", "water"]),
        ("A pedestrian crossing the street", ["pedestrian", "street"]),
        ("They also park the car further back.", ["car"]),
        ("Colorfully dressed dancers", ["dancer"]),
        ("There are kites, some walking in the park.", ["kite", "park"]),
    ],
)
def test_nouns__verbs_are_none(text: str, nouns: list[str]) -> None:
    assert nouns_of(text) == [nouns]


@pytest.mark.parametrize(
    "text, nouns",
    [
        ("Locate the <ref>red umbrella</ref> next to the bench.", ["umbrella", "bench"]),
        ("<ref>red umbrella</ref><box>(10,20),(30,40)</box>", ["umbrella"]),
        ("<|object_ref_start|>sheep<|object_ref_end|><|box_start|>(493,169),(539,297)<|box_end|>", ["sheep"]),
        ("<p>A plane</p>{<20><30><60><70>} stands beside <p>a hangar</p>{<1><2>}<delim>{<5><6>}.", ["plane", "hangar"]),
        ("<obj>a bus</obj> and <b>two</b> <b>cars</b><br>", ["bus", "car"]),
        ('<point x="61.5" y="40.6" alt="mug">mug</point>', ["mug"]),
        ('```json\n[{"bbox_2d": [12, 40, 310, 220], "label": "bus"}]\n```', ["bus"]),
        ("[{'bbox': [12, 40], 'label': 'bus'}]", ["bus"]),
        ("<think>The gear is small.</think>\nclick(start_box='<|box_start|>(880,41)<|box_end|>')", ["gear"]),
        ("```python\nimport matplotlib.pyplot as plt\nplt.show()\n``` draws a line.", ["line"]),
        ("A sum \\frac{a}{b} = \\sqrt{x^2} \\begin{equation} \\alpha \\end{equation}", ["sum"]),
        ("A cat.\\n\\nA dog.", ["cat", "dog"]),
        ('<div class="header"><img src="logo.png" alt="logo"><p>A price</p></div>', ["price"]),
        ("<!-- menu --><style>body {color: red}</style>A price", ["price"]),
        ("Read the text.\nReference OCR token: ACME, WHISKY, YEAR\nWhat year?", ["text", "year"]),
        ("The beach photo is photos/beach.html or IMG_2031.JPG.", ["beach", "photo"]),
        ("the net. A png", ["net", "png"]),
        ("- **Revenue**: *costs* | Year |\n|---|", ["revenue", "cost", "year"]),
    ],
)
def test_nouns__markup_is_no_text(text: str, nouns: list[str]) -> None:
    assert nouns_of(text) == [nouns]


def test_without_markup__of_a_slice_leaves_other_texts_alone() -> None:
    texts = pa.array(["`no`", "a cat", '{"label": "dog"}', "a = b"])[1:3]
    assert without_markup(texts).to_pylist() == ["a cat", '{.  "dog"}']


def test_nouns__turns_are_never_glued() -> None:
    assert nouns_of("Kaplan", "What cat", "dog", "house") == [["kaplan"], ["cat"], ["dog"], ["house"]]


def test_nouns__the_end_of_a_turn_is_no_context() -> None:
    assert nouns_of("I want to", "park") == [[], ["park"]]


@pytest.mark.parametrize(
    "text",
    [
        "Die Frau steht auf der Straße und liest ein Buch.",
        "La femme est assise sur un banc dans le parc.",
        "Una mujer está sentada en un banco del parque con su perro.",
        "Il gatto dorme sul divano vicino alla finestra.",
        "猫が椅子の上で寝ています。",
        "他们在做什么？",
        "Женщина сидит на скамейке",
        "Kobieta siedzi na ławce w parku",
    ],
)
def test_read__other_languages_are_unread_and_give_nothing(text: str) -> None:
    lexicon = Lexicon.english()
    forms = Forms(lexicon, [], frozenset(), frozenset())
    read = token.read(cut(pa.array([text])), forms)
    assert read.unread.tolist() == [True]
    assert len(token.nouns(read, forms).name) == 0


@pytest.mark.parametrize(
    "text",
    [
        "A cat sleeps on the sofa.",
        "Keira Knightley",
        "yes",
        "4.3",
        "Real Madrid CF, FC Barcelona",
        "1,672 sqft",
        "Ok!",
        'What is the rating of "Legacy of Discord"?',
        "the selfie",
    ],
)
def test_read__english_names_and_short_answers_are_read(text: str) -> None:
    forms = Forms(Lexicon.english(), [], frozenset(), frozenset())
    assert token.read(cut(pa.array([text])), forms).unread.tolist() == [False]


def test_things__every_name_is_lower_case_and_its_own() -> None:
    things = Lexicon.english().things
    assert all(name == name.lower() and name == name.strip() for name in things)
    assert all(things[thing] == thing for thing in things.values())
    assert things["bike"] == "bicycle" and things["couch"] == "sofa" and things["man"] == "man"


@pytest.mark.parametrize(
    "text, nouns",
    [
        ("They sing and dance.", []),
        ("A place to run and jump.", ["place"]),
        ("the daily commute and travel", ["travel"]),
        ("Hello, lol, yay!", []),
        ("It is a means of transportation.", ["means", "transportation"]),
        ("Robin Williams sings.", ["robin", "williams"]),
        ("A beach for sunbathers, gleepers, and dogs.", ["beach", "sunbather", "gleeper", "dog"]),
        ("Regards, John", ["regards", "john"]),
        ("a steak-house and a T-shirt", ["steak", "t-shirt", "house"]),
    ],
)
def test_nouns__verbs_interjections_and_names(text: str, nouns: list[str]) -> None:
    assert nouns_of(text) == [nouns]
