"""The language of turns, the nouns of those that are not English, and what happens where no reader is installed."""

import pytest

from adr.index.index import index
from adr.index.languages import naming, reading
from adr.index.languages.scripts import Script, script_of
from adr.rebalance.engine import Engine
from adr.rebalance.explain import explain, explain_recipe
from adr.rebalance.runs import rebalance
from adr.recipe import Recipe
from adr.store import Store
from tests.worlds.turns import store_with

MIXED = [
    [("human", "<image>\n这张照片里有什么？"), ("gpt", "一只橘猫躺在沙发上。")],
    [("human", "<image>\nこの写真には何が写っていますか？"), ("gpt", "白い犬が公園で走っています。")],
    [("human", "<image>\n이 사진에 무엇이 있나요?"), ("gpt", "고양이 한 마리가 소파에 있습니다.")],
    [("human", "<image>\nماذا في الصورة؟"), ("gpt", "قطة سوداء على الكرسي.")],
    [("human", "<image>\nЧто на фото?"), ("gpt", "Собака бежит по пляжу.")],
    [("human", "<image>\n¿Qué hay en la foto?"), ("gpt", "Un perro corre por la playa con una pelota.")],
    [("human", "Was ist das?"), ("gpt", "Eine Katze sitzt auf dem Sofa."), ("human", "Farbe?"), ("gpt", "Rot")],
    [("human", "Qu'est-ce que c'est ?"), ("gpt", "Deux chats dorment sur un canapé.")],
    [("human", "What is on the sign?"), ("gpt", "The sign reads 出口 EXIT in the station.")],
    [("human", "What city is this?"), ("gpt", "Munich"), ("human", "How many?"), ("gpt", "5")],
]


def tokens(store: Store) -> dict[int, list[str]]:
    return dict(
        store.rows("""
            select instance, list(name order by name) from posting join entity using (entity)
            where entity.perspective = perspective_number('token') group by instance order by instance""")
    )


def languages(store: Store) -> list[tuple[int, str, int, int]]:
    return store.rows("select instance, language, turns, unread from turn_language order by all")


@pytest.mark.parametrize(
    "word, script",
    [
        ("cat", Script.LATIN),
        ("café", Script.LATIN),
        ("Việt", Script.LATIN),
        ("橘猫", Script.HAN),
        ("白い犬", Script.KANA),
        ("고양이", Script.HANGUL),
        ("Собака", Script.CYRILLIC),
        ("2024", Script.LATIN),
        ("γάτα", Script.GREEK),
    ],
)
def test_script_of__a_word(word: str, script: Script) -> None:
    assert script_of(word) == script


def test_index__counts_turns_by_language() -> None:
    store = store_with(MIXED)
    report = index(store)
    assert languages(store) == [
        (0, "zh", 2, 0),
        (1, "ja", 2, 0),
        (2, "ko", 2, 0),
        (3, "ar", 2, 2),
        (4, "ru", 2, 0),
        (5, "es", 2, 0),
        (6, "de", 4, 0),
        (7, "fr", 2, 0),
        (8, "en", 2, 0),
        (9, "en", 3, 0),  # "5" is in no language
    ]
    assert report.languages == {"en": 5, "de": 4, "ar": 2, "es": 2, "fr": 2, "ja": 2, "ko": 2, "ru": 2, "zh": 2}
    assert report.unread_turns == {"ar": 2}


def test_index__nouns_of_every_language() -> None:
    store = store_with(MIXED)
    index(store)
    found = tokens(store)
    assert {"照片", "沙发"} <= set(found[0])
    assert found[1] == ["公園", "写真", "犬"]
    assert found[2] == ["고양이", "사진", "소파"]
    assert 3 not in found
    assert found[4] == ["пляж", "собака", "фото"]
    assert found[5] == ["foto", "pelota", "perro", "playa"]
    assert {"farbe", "katze", "sofa"} <= set(found[6])
    assert found[7] == ["canapé", "chat"]
    assert found[8] == ["exit", "sign", "station"]


def test_index__a_short_turn_is_in_the_language_of_its_instance() -> None:
    store = store_with(
        [
            [("human", "Quel animal est-ce que tu vois sur la photo ?"), ("gpt", "Chat")],
            [("human", "Which animal do you see in the photo?"), ("gpt", "Chat")],
            [("human", "写真の動物は何ですか？"), ("gpt", "猫")],
        ]
    )
    index(store)
    assert languages(store) == [(0, "fr", 2, 0), (1, "en", 2, 0), (2, "ja", 2, 0)]


def test_index__plainly_english_turns_need_no_identifier(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(naming, "_identifier", lambda: pytest.fail("the identifier was asked"))
    store = store_with([[("human", "Describe the Schwarzwälderbähnle with the posterテ."), ("gpt", "Gluffenheim")]])
    index(store)
    assert languages(store) == [(0, "en", 2, 0)]


def test_index__a_title_in_english_does_not_make_a_german_turn_english() -> None:
    store = store_with(
        [
            [
                ("human", "Was steht auf dem Plakat neben der Tür?"),
                ("gpt", "Auf der linken Seite steht in großen Buchstaben The Lord of the Rings geschrieben."),
            ]
        ]
    )
    index(store)
    assert languages(store) == [(0, "de", 2, 0)]


def test_index__a_year_does_not_hide_the_language_of_its_clause() -> None:
    store = store_with([[("human", "他出生在1962年的北京"), ("gpt", "Peter在2008年去了北京旅游")]])
    index(store)
    assert languages(store) == [(0, "zh", 2, 0)]


@pytest.fixture
def no_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the packages that read other languages are not installed."""
    monkeypatch.setattr(reading, "find_spec", lambda name: None)


def test_index__names_what_is_missing(no_readers: None) -> None:
    store = store_with([MIXED[0], MIXED[1], MIXED[8]])
    report = index(store)
    assert report.unread == 2 and report.unread_turns == {"ja": 2, "zh": 2}
    assert report.notices[0] == (
        "2 of 3 instances hold text that was not read: 2 turns in Japanese, 2 turns in Chinese. To read it, run "
        'pip install "adr-workbench[languages]" (or pip install fugashi jieba unidic-lite), then index again.'
    )


def test_rebalance__unread_text_never_makes_an_instance_drop(no_readers: None) -> None:
    store = store_with([MIXED[0], MIXED[3], *[MIXED[8]] * 8])
    index(store)
    strict = Recipe(tau=dict.fromkeys(("token", "object", "co_occurrence", "interrogation"), 0))
    kept = rebalance(store, strict)
    assert kept.reasons == {"below_min_passes": 8, "unread": 2} and (kept.kept, kept.expected) == (2, 2.0)
    assert kept.groups["unread"] == {"instances": 2, "kept": 2}
    why = explain(store, kept.run, 0)
    assert why.kept and why.reason == "unread" and why.in_words.startswith("Kept: it holds text that was not read")
    assert explain_recipe(store, strict, kept.tau, 0).probability == 1.0
    dropped = rebalance(store, Recipe(tau=strict.tau, unread="drop"))
    # the Chinese question has a form, which needs no reader
    assert dropped.kept == 0 and dropped.reasons == {"below_min_passes": 9, "no_entities": 1}
    assert not explain(store, dropped.run, 0).kept


def test_rebalance__alpha_and_caps_hold_for_unread_text_too(no_readers: None) -> None:
    store = store_with([MIXED[0], *[MIXED[8]] * 3])
    index(store)
    recipe = Recipe(alpha=0.0)
    preview = Engine(store).preview(recipe)
    assert not preview.kept.any() and preview.expected == 0.0
    assert explain_recipe(store, recipe, preview.tau, 0).reason == "alpha"


def test_recipe__drop_has_the_fingerprint_of_recipes_before_there_was_a_choice() -> None:
    assert Recipe(unread="drop").fingerprint != Recipe().fingerprint
    assert Recipe.from_toml("[rebalance]\nseed = 42\n").unread == "keep"
    assert Recipe.from_toml(Recipe(unread="drop").to_toml()) == Recipe(unread="drop")


@pytest.mark.parametrize(
    "text, expected",
    [
        ("La femme porte un chapeau rouge et montre la mer.", ["femme", "chapeau", "mer"]),
        ("Il les montre à sa fille.", ["fille"]),
        ("Le chat est couché sur le canapé.", ["chat", "canapé"]),
        ("L'ensemble des joueurs, un point vers l'est.", ["ensemble", "joueur", "point", "est"]),
        ("Ils sont ensemble, dit-il.", []),
        ("Une voiture électrique devant la gare centrale.", ["voiture", "gare"]),
        ("Le roi Louis XIV au XVIIe siècle", ["roi", "louis", "siècle"]),
        ("Peut-être celui-ci marche-t-il mieux.", []),
    ],
)
def test_nouns__french(text: str, expected: list[str]) -> None:
    assert reading.NounReading().nouns("fr", [text]) == [expected]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("一只橘猫躺在沙发上。", ["橘猫", "沙发"]),
        ("照片里有两杯咖啡和三个苹果。", ["照片", "杯", "咖啡", "苹果"]),
        ("他出生在1962年的北京市，研究经济的发展。", ["年", "北京市", "研究", "经济", "发展"]),
        ("记者正在进行调查。", ["记者", "调查"]),
        ("消费者对电视机的质量很满意。", ["消费者", "电视机", "质量"]),
        ("他领导了这次行动。", ["行动"]),
        ("她妈妈在学校。", ["妈妈", "学校"]),
    ],
)
def test_nouns__chinese(text: str, expected: list[str]) -> None:
    assert reading.NounReading().nouns("zh", [text]) == [expected]
