"""Things named in other languages than English: they are the entities that English text has for them."""

from collections.abc import Sequence

import pytest

from adr.index.index import index
from adr.index.languages.chinese_things import plain_characters
from adr.index.languages.reading import NounReading
from adr.index.languages.things import LISTED, NO_THING, ThingReader, words_of_things
from adr.index.lexicon import Lexicon
from adr.store import Store
from tests.worlds.turns import store_with


def _listed(names: str) -> list[str]:
    return [name.replace("_", " ") for name in names.split()]


COCO = _listed(
    "person bicycle car motorcycle airplane bus train truck boat bench bird cat dog horse sheep cow elephant bear "
    "zebra giraffe backpack umbrella handbag tie suitcase frisbee ski snowboard ball kite skateboard surfboard bottle "
    "cup fork knife spoon bowl banana apple sandwich orange broccoli carrot pizza doughnut cake chair sofa bed toilet "
    "television laptop mouse keyboard microwave oven toaster sink refrigerator book clock vase scissors toothbrush "
    "traffic_light fire_hydrant stop_sign parking_meter baseball_bat baseball_glove tennis_racket wine_glass hot_dog "
    "potted_plant dining_table remote_control cell_phone teddy_bear hair_dryer"
)


def things(language: str, text: str) -> list[str]:
    return sorted(set(NounReading().read(language, [text])[1][0]))


def objects(store: Store) -> dict[int, list[str]]:
    return dict(
        store.rows("""
            select instance, list(name order by name) from posting join entity using (entity)
            where entity.perspective = perspective_number('object') group by instance order by instance""")
    )


@pytest.mark.parametrize("language", LISTED)
def test_words_of_things__every_word_names_a_thing_of_the_lexicon(language: str) -> None:
    named = set(words_of_things(language).values())
    assert named - {NO_THING} <= set(Lexicon.english().things.values())
    assert set(COCO) <= named and len(COCO) == 80


def test_words_of_things__chinese_has_most_things() -> None:
    assert len(set(words_of_things("zh").values())) > 1500


@pytest.mark.parametrize(
    "text, expected",
    [
        ("一只橘猫躺在沙发上。", "cat sofa"),
        ("一隻黑貓和兩條狗坐在電視機前", "cat dog television"),
        ("熊猫在吃竹子。", "bamboo panda"),
        ("一列火车停在站台旁", "platform train"),
        ("马上就要下雨了，大家快走", ""),
        ("部门经理和歌手都很高兴", ""),
        ("石磊是我的朋友", ""),
        ("猫趴在键盘上", "cat keyboard"),
        ("一匹白马站在草地上", "grass horse"),
        ("戴帽子的男人骑着自行车", "bicycle hat man"),
        ("街边有消防栓、路灯和停车标志", "fire_hydrant stop_sign streetlight"),
        ("水果沙拉里有香蕉、苹果和橙子", "apple banana fruit orange salad"),
        ("两个女孩在打网球，手里拿着网球拍", "girl tennis_racket"),
        ("一辆滑板车和一块滑板", "scooter skateboard"),
        ("热狗和热狗店", "hot_dog"),
        ("他薪水很高", ""),
        ("照片中没有狗和猫，但有一辆公交车", "bus"),
        ("没有任何汽车", ""),
        ("没看到自行车，只有一棵树", "tree"),
        ("图中有没有狗？", "dog"),
        ("这不是猫，是狗", "dog"),
    ],
)
def test_things__of_a_chinese_sentence(text: str, expected: str) -> None:
    assert things("zh", text) == _listed(expected)


@pytest.mark.parametrize(
    "language, text, expected",
    [
        ("ja", "白い犬が公園で自転車の横を走っています。", "bicycle dog"),
        ("ja", "冷蔵庫と電子レンジがあるキッチン", "kitchen microwave refrigerator"),
        ("ja", "信号機の下に消火栓があります。", "fire_hydrant traffic_light"),
        ("ja", "馬鹿なことを言う人", "person"),
        ("ko", "고양이 한 마리가 소파에 있습니다.", "cat sofa"),
        ("ko", "남자가 야구 방망이를 들고 있다.", "baseball_bat man"),
        ("ko", "식탁 위에 곰 인형과 노트북이 있어요.", "dining_table laptop teddy_bear"),
        ("es", "Un oso de peluche está sobre la cama.", "bed teddy_bear"),
        ("es", "Dos perros corren por la playa con una pelota.", "ball beach dog"),
        ("es", "Hay semáforos y dos bocas de incendio en la calle.", "fire_hydrant street traffic_light"),
        ("de", "Zwei Katzen schlafen auf dem Sofa neben einem Teddybären.", "cat sofa teddy_bear"),
        ("de", "Ein Mann fährt mit dem Fahrrad an der Ampel vorbei.", "bicycle man traffic_light"),
        ("de", "Das Gift steht im Kühlschrank.", "refrigerator"),  # "gift" in English
        ("fr", "Deux chats dorment sur un canapé.", "cat sofa"),
        ("fr", "Les sacs à dos sont sous la table.", "backpack table"),
        ("fr", "Un ours en peluche et une brosse à dents.", "teddy_bear toothbrush"),
        ("fr", "Elle épluche des pommes de terre.", ""),
        ("ru", "Собака бежит по пляжу за мячом.", "ball beach dog"),
        ("ru", "На столе лежат ножницы и зубная щётка.", "scissors table toothbrush"),
        ("ru", "Дети запускают воздушных змеев.", "child kite"),
    ],
)
def test_things__of_a_sentence(language: str, text: str, expected: str) -> None:
    assert things(language, text) == _listed(expected)


def test_plain_characters__keeps_the_length() -> None:
    assert plain_characters("兩隻貓坐在電視機前") == "两只猫坐在电视机前"


def test_things__by_the_nouns_of_a_pipeline_without_the_reader() -> None:
    nouns: Sequence[Sequence[str]] = [["oso", "peluche", "cama"], ["perro"]]
    texts = ["El oso de peluche está en la cama.", "Un perro."]
    assert [sorted(found) for found in ThingReader("es", None).things(texts, nouns)] == [["bed", "teddy bear"], ["dog"]]


def test_index__one_entity_in_all_languages() -> None:
    store = store_with(
        [
            [("human", "What is on the sofa?"), ("gpt", "An orange cat.")],
            [("human", "沙发上有什么？"), ("gpt", "一只橘猫。")],
            [("human", "ソファーの上に何がいますか？"), ("gpt", "猫がいます。")],
            [("human", "소파 위에 무엇이 있나요?"), ("gpt", "고양이가 있습니다.")],
            [("human", "¿Qué hay en el sofá?"), ("gpt", "Un gato duerme en el sofá.")],
            [("human", "Was liegt auf dem Sofa?"), ("gpt", "Eine orange Katze liegt auf dem Sofa.")],
            [("human", "Qu'y a-t-il sur le canapé ?"), ("gpt", "Un chat roux dort sur le canapé.")],
            [("human", "Кто лежит на диване?"), ("gpt", "На диване лежит рыжий кот.")],
        ]
    )
    report = index(store)
    assert objects(store) == {instance: ["cat", "sofa"] for instance in range(8)}
    assert report.postings["object"] == 16 and report.postings["co_occurrence"] == 8


def test_index__what_an_answer_denies_is_not_shown() -> None:
    store = store_with(
        [
            [("human", "图中有狗吗？"), ("gpt", "没有。")],
            [("human", "图中有狗吗？"), ("gpt", "有，一只小狗在草地上。")],
            [("human", "¿Hay un perro en la foto?"), ("gpt", "No, solo hay un gato.")],
            [("human", "Gibt es einen Hund auf dem Bild?"), ("gpt", "Nein, man sieht nur eine Katze.")],
            [("human", "Y a-t-il un chien sur la photo ?"), ("gpt", "Non, il y a seulement un chat.")],
            [("human", "写真に犬はいますか？"), ("gpt", "いいえ、猫だけです。")],
        ]
    )
    index(store)
    assert objects(store) == {1: ["dog", "grass", "puppy"], 2: ["cat"], 3: ["cat"], 4: ["cat"], 5: ["cat"]}
