"""How people ask in Chinese, Japanese, Spanish, German and French: questions with the form a person would write down.

The sentences of the treebanks are read from their files where these are present; here are only their numbers.
"""

from pathlib import Path

import pytest

from adr.index.asking.turns import RULES, forms
from adr.index.index import index
from adr.store import Store
from tests.worlds.turns import store_with

TREEBANKS = Path(__file__).parents[3] / "shared" / "data" / "ud"
ZH = [
    ("这辆公交车是什么颜色？", "what color"),
    ("图中的猫是什么颜色的？", "what color"),
    ("女孩裙子的颜色是什么？", "what color"),
    ("图片里有多少只羊？", "how many"),
    ("桌子上放着几个杯子？", "how many"),
    ("照片中一共有几个人？", "how many"),
    ("有几辆车停在路边", "how many"),
    ("这张图片里有狗吗？", "be there"),
    ("图中有没有红绿灯？", "be there"),
    ("画面中是否有自行车？", "be there"),
    ("天空中有云吗？", "be there"),
    ("这个男人是在骑马吗？", "be"),
    ("这是一家餐厅吗？", "be"),
    ("门是开着的还是关着的？", "be"),
    ("她是不是戴着眼镜？", "be"),
    ("小男孩在做什么？", "what do"),
    ("图中的两个人正在干什么", "what do"),
    ("这是什么？", "what"),
    ("桌子上有什么？", "what"),
    ("招牌上写了什么字？", "what"),
    ("这是什么动物？", "what animal"),
    ("他们在进行什么运动？", "what sport"),
    ("今天天气怎么样？", "what weather"),
    ("这只狗是什么品种？", "what breed"),
    ("这是什么样的房间？", "what room"),
    ("墙上的钟显示几点？", "what time"),
    ("这张照片是什么时候拍的？", "when"),
    ("猫在哪里？", "where"),
    ("这张照片是在哪儿拍摄的？", "where"),
    ("谁在弹钢琴？", "who"),
    ("这是谁的帽子？", "whose"),
    ("哪只狗更大？", "which"),
    ("为什么路上没有车？", "why"),
    ("这道菜是怎么做的？", "how"),
    ("他看起来多大年纪？", "how old"),
    ("这座塔有多高？", "how tall"),
    ("请描述这张图片。", "describe"),
    ("你能详细描述一下这幅画吗？", "describe"),
    ("请为这张照片写一个标题。", "describe"),
    ("列出图中所有的物品。", "list"),
    ("请用一个单词回答。", "answer briefly"),
    ("请给出图中狗的边界框坐标。", "locate"),
    ("請問這隻貓是什麼顏色？", "what color"),
    ("图中有多少人，他们在做什么？", "how many + what do"),
    ("你好", "statement"),
    ("你能告诉我这是什么地方吗？", "where"),
]
JA = [
    ("この車は何色ですか？", "what color"),
    ("猫の色は何ですか？", "what color"),
    ("女の子はどんな色の服を着ていますか？", "what color"),
    ("写真には何人写っていますか？", "how many"),
    ("テーブルの上にコップはいくつありますか？", "how many"),
    ("羊は何匹いますか", "how many"),
    ("馬は何頭見えますか？", "how many"),
    ("この写真に犬はいますか？", "be there"),
    ("空に雲はありますか？", "be there"),
    ("看板に文字はありますか。", "be there"),
    ("これはキッチンですか？", "be"),
    ("ドアは開いていますか？", "be"),
    ("この男性は学生でしょうか？", "be"),
    ("男の子は何をしていますか？", "what do"),
    ("彼らは何をやっているのですか？", "what do"),
    ("これは何ですか？", "what"),
    ("机の上に何がありますか？", "what"),
    ("この写真には何が写っていますか？", "what"),
    ("看板には何と書いてありますか？", "what"),
    ("これは何の動物ですか？", "what animal"),
    ("彼らは何のスポーツをしていますか？", "what sport"),
    ("天気はどうですか？", "what weather"),
    ("犬の犬種は何ですか？", "what breed"),
    ("どのような部屋ですか？", "what room"),
    ("時計は何時を指していますか？", "what time"),
    ("この写真はいつ撮られましたか？", "when"),
    ("猫はどこにいますか？", "where"),
    ("ここはどこですか？", "where"),
    ("誰がピアノを弾いていますか？", "who"),
    ("これは誰の帽子ですか？", "whose"),
    ("どの犬が一番大きいですか？", "which"),
    ("左と右のどちらが高いですか？", "which"),
    ("なぜ道に車がないのですか？", "why"),
    ("この料理はどうやって作りますか？", "how"),
    ("この男性は何歳くらいですか？", "how old"),
    ("この画像を説明してください。", "describe"),
    ("画像を詳しく描写してください。", "describe"),
    ("この写真のキャプションを書いてください。", "describe"),
    ("写っている物をすべて挙げてください。", "list"),
    ("一言で答えてください。", "answer briefly"),
    ("犬のバウンディングボックスを示してください。", "locate"),
    ("二つの建物を比較してください。", "compare"),
    ("いい天気ですね。", "statement"),
]
ES = [
    ("¿De qué color es el autobús?", "what color"),
    ("¿Cuál es el color del vestido de la niña?", "what color"),
    ("¿Qué color tiene la pared?", "what color"),
    ("¿Cuántas ovejas hay en la foto?", "how many"),
    ("¿Cuántos vasos ves sobre la mesa?", "how many"),
    ("En la imagen, ¿cuántas personas aparecen?", "how many"),
    ("cuántos coches hay", "how many"),
    ("¿Hay un perro en la imagen?", "be there"),
    ("¿Hay nubes en el cielo?", "be there"),
    ("En la foto, ¿hay algún semáforo?", "be there"),
    ("¿Es esto una cocina?", "be"),
    ("¿Está abierta la puerta?", "be"),
    ("¿Son rojas las flores?", "be"),
    ("¿Tiene gafas el hombre?", "have"),
    ("¿Lleva sombrero la mujer?", "have"),
    ("¿Juega el niño con una pelota?", "do"),
    ("¿Se puede nadar aquí?", "can"),
    ("¿Qué está haciendo el hombre?", "what do"),
    ("¿Qué hacen los niños en la playa?", "what do"),
    ("¿Qué es esto?", "what"),
    ("¿Qué hay encima de la mesa?", "what"),
    ("¿Qué pone en el cartel?", "what"),
    ("¿Qué animal aparece en la foto?", "what animal"),
    ("¿Qué deporte están practicando?", "what sport"),
    ("¿Qué tiempo hace?", "what weather"),
    ("¿De qué raza es el perro?", "what breed"),
    ("¿Qué hora marca el reloj?", "what time"),
    ("¿Qué tipo de vehículo es este?", "what kind"),
    ("¿Cuándo se tomó esta foto?", "when"),
    ("¿Dónde está el gato?", "where"),
    ("¿Quién toca el piano?", "who"),
    ("¿De quién es el sombrero?", "whose"),
    ("¿Cuál de los perros es más grande?", "which"),
    ("¿Por qué no hay coches en la calle?", "why"),
    ("¿Cómo se prepara este plato?", "how"),
    ("¿Cuánto cuesta la camiseta?", "how much"),
    ("Describe la imagen con detalle.", "describe"),
    ("¿Puedes describir esta fotografía?", "describe"),
    ("Escribe una breve descripción de la foto.", "describe"),
    ("Enumera todos los objetos que ves.", "list"),
    ("Responde con una sola palabra.", "answer briefly"),
    ("¿Podrías decirme dónde está el baño?", "where"),
    ("¿Cuántas personas hay y qué están haciendo?", "how many + what do"),
    ("Gracias por tu ayuda.", "statement"),
]
DE = [
    ("Welche Farbe hat der Bus?", "what color"),
    ("Was ist die Farbe des Kleides?", "what color"),
    ("In welcher Farbe ist die Wand gestrichen?", "what color"),
    ("Wie viele Schafe sind auf dem Foto?", "how many"),
    ("Wieviele Gläser stehen auf dem Tisch?", "how many"),
    ("Auf dem Bild, wie viele Menschen siehst du?", "how many"),
    ("Gibt es einen Hund auf dem Bild?", "be there"),
    ("Gibt es Wolken am Himmel?", "be there"),
    ("Ist auf dem Bild eine Ampel zu sehen?", "be there"),
    ("Ist das eine Küche?", "be"),
    ("Ist die Tür offen?", "be"),
    ("Sind die Blumen rot?", "be"),
    ("Hat der Mann eine Brille?", "have"),
    ("Trägt die Frau einen Hut?", "have"),
    ("Spielt das Kind mit einem Ball?", "do"),
    ("Kann man hier schwimmen?", "can"),
    ("Was macht der Mann?", "what do"),
    ("Was tun die Kinder am Strand?", "what do"),
    ("Was ist das?", "what"),
    ("Was liegt auf dem Tisch?", "what"),
    ("Was steht auf dem Schild?", "what"),
    ("Welches Tier ist zu sehen?", "what animal"),
    ("Welche Sportart wird hier ausgeübt?", "what sport"),
    ("Wie ist das Wetter?", "what weather"),
    ("Welche Rasse ist der Hund?", "what breed"),
    ("Wie spät ist es auf der Uhr?", "what time"),
    ("Was für ein Fahrzeug ist das?", "what vehicle"),
    ("Wann wurde das Foto aufgenommen?", "when"),
    ("Wo ist die Katze?", "where"),
    ("Wer spielt Klavier?", "who"),
    ("Wessen Hut ist das?", "whose"),
    ("Welcher Hund ist größer?", "which"),
    ("Warum sind keine Autos auf der Straße?", "why"),
    ("Wie wird dieses Gericht zubereitet?", "how"),
    ("Wie alt ist der Mann ungefähr?", "how old"),
    ("Wie hoch ist der Turm?", "how tall"),
    ("Beschreibe das Bild.", "describe"),
    ("Kannst du dieses Foto genau beschreiben?", "describe"),
    ("Schreiben Sie eine kurze Bildbeschreibung.", "describe"),
    ("Liste alle Gegenstände auf.", "list"),
    ("Antworte mit einem einzigen Wort.", "answer briefly"),
    ("Kannst du mir sagen, wo der Bahnhof ist?", "where"),
    ("Wie viele Personen sind da und was machen sie?", "how many + what do"),
    ("Danke für deine Hilfe.", "statement"),
]
FR = [
    ("De quelle couleur est le bus ?", "what color"),
    ("Quelle est la couleur de la robe ?", "what color"),
    ("Quelle couleur a le mur ?", "what color"),
    ("Combien de moutons y a-t-il sur la photo ?", "how many"),
    ("Combien de verres vois-tu sur la table ?", "how many"),
    ("Sur l'image, combien de personnes sont assises ?", "how many"),
    ("Il y a combien de chats ?", "how many"),
    ("Y a-t-il un chien sur l'image ?", "be there"),
    ("Est-ce qu'il y a des nuages dans le ciel ?", "be there"),
    ("Sur la photo, y a-t-il un feu rouge ?", "be there"),
    ("Est-ce une cuisine ?", "be"),
    ("La porte est-elle ouverte ?", "be"),
    ("Est-ce que les fleurs sont rouges ?", "be"),
    ("L'homme a-t-il des lunettes ?", "have"),
    ("La femme porte-t-elle un chapeau ?", "have"),
    ("L'enfant joue-t-il avec un ballon ?", "do"),
    ("Peut-on se baigner ici ?", "can"),
    ("Que fait l'homme ?", "what do"),
    ("Qu'est-ce que les enfants sont en train de faire ?", "what do"),
    ("Qu'est-ce que c'est ?", "what"),
    ("Qu'y a-t-il sur la table ?", "what"),
    ("Que dit le panneau ?", "what"),
    ("Quel animal voit-on ?", "what animal"),
    ("Quel sport pratiquent-ils ?", "what sport"),
    ("Quel temps fait-il ?", "what weather"),
    ("De quelle race est le chien ?", "what breed"),
    ("Quelle heure indique l'horloge ?", "what time"),
    ("Quel type de véhicule est-ce ?", "what type"),
    ("Quand cette photo a-t-elle été prise ?", "when"),
    ("Où est le chat ?", "where"),
    ("Où se trouve cette plage ?", "where"),
    ("Qui joue du piano ?", "who"),
    ("À qui est ce chapeau ?", "whose"),
    ("Lequel des deux chiens est le plus grand ?", "which"),
    ("Pourquoi n'y a-t-il pas de voitures dans la rue ?", "why"),
    ("Comment prépare-t-on ce plat ?", "how"),
    ("Quel âge a cet homme ?", "how old"),
    ("Décris l'image en détail.", "describe"),
    ("Peux-tu décrire cette photo ?", "describe"),
    ("Rédigez une brève légende pour cette image.", "describe"),
    ("Énumère tous les objets visibles.", "list"),
    ("Répondez en un seul mot.", "answer briefly"),
    ("Pouvez-vous me dire où se trouve la gare ?", "where"),
    ("Combien de personnes y a-t-il et que font-elles ?", "how many + what do"),
    ("Merci pour ton aide.", "statement"),
]
ASKED = {"zh": ZH, "ja": JA, "es": ES, "de": DE, "fr": FR}


@pytest.mark.parametrize("language", RULES)
def test_forms__forty_questions_of_each_language(language: str) -> None:
    found = [(question, " + ".join(forms(language, question))) for question, _ in ASKED[language]]
    assert found == ASKED[language] and len(found) >= 40


IN_TREEBANKS = {
    "zh_gsdsimp": {"dev-s12": "will"},
    "ja_gsd": {"dev-s148": "be there", "dev-s150": "be", "dev-s235": "ask", "dev-s327": "can"},
    "es_gsd": {
        "es-dev-001-s127": "how",
        "es-dev-001-s337": "be",
        "es-dev-001-s342": "do",
        "es-dev-001-s373": "what",
        "es-dev-001-s464": "what",
        "es-dev-002-s140": "how",
        "es-dev-003-s255": "do",
        "es-dev-003-s275": "do",
    },
    "de_gsd": {
        "dev-s377": "what",
        "dev-s454": "where",
        "dev-s518": "how",
        "dev-s561": "ask",
        "dev-s631": "how",
        "dev-s745": "where",
    },
    "fr_gsd": {
        "fr-ud-dev_00003": "how",
        "fr-ud-dev_00091": "be",
        "fr-ud-dev_00097": "be",
        "fr-ud-dev_00114": "be",
        "fr-ud-dev_00222": "why",
        "fr-ud-dev_00233": "how",
        "fr-ud-dev_00325": "what",
        "fr-ud-dev_00347": "why",
        "fr-ud-dev_00427": "be there",
        "fr-ud-dev_00533": "what",
        "fr-ud-dev_00602": "do",
        "fr-ud-dev_00642": "which",
        "fr-ud-dev_00644": "what",
        "fr-ud-dev_00655": "be",
        "fr-ud-dev_00863": "can",
        "fr-ud-dev_01214": "do",
    },
}


@pytest.mark.parametrize("treebank", IN_TREEBANKS)
def test_forms__questions_of_a_treebank(treebank: str) -> None:
    path = TREEBANKS / f"{treebank}-ud-dev.conllu"
    if not path.is_file():
        pytest.skip("the treebanks are not here")
    lines = path.read_text(encoding="utf-8").splitlines()
    texts = dict(zip(_after(lines, "# sent_id = "), _after(lines, "# text = "), strict=True))
    wanted = IN_TREEBANKS[treebank]
    assert {number: " + ".join(forms(treebank[:2], texts[number])) for number in wanted} == wanted


def _after(lines: list[str], beginning: str) -> list[str]:
    return [line.removeprefix(beginning).strip() for line in lines if line.startswith(beginning)]


def test_forms__traditional_characters() -> None:
    assert forms("zh", "這張照片裡有幾隻貓？") == ("how many",)
    assert forms("zh", "請描述這張圖片。") == ("describe",)


def test_forms__a_long_turn_with_many_commas_is_read_at_once() -> None:
    assert forms("es", "El texto, " * 200 + "sigue?") == ("do",)


def test_forms__lettered_options() -> None:
    assert forms("de", "Welche Farbe hat der Bus?\nA. rot\nB. blau") == ("what color", "multiple choice")


def asked(store: Store) -> dict[int, list[str]]:
    return dict(
        store.rows("""
            select instance, list(name order by name) from posting join entity using (entity)
            where entity.perspective = perspective_number('interrogation') group by instance order by instance""")
    )


def test_index__one_form_in_all_languages() -> None:
    store = store_with(
        [
            [("human", "<image>\nHow many cats are on the sofa?"), ("gpt", "Two cats are on the sofa.")],
            [("human", "<image>\n沙发上有几只猫？"), ("gpt", "沙发上有两只猫。")],
            [("human", "<image>\nソファーの上に猫は何匹いますか？"), ("gpt", "二匹います。")],
            [("human", "<image>\n¿Cuántos gatos hay en el sofá?"), ("gpt", "Hay dos gatos en el sofá.")],
            [("human", "<image>\nWie viele Katzen liegen auf dem Sofa?"), ("gpt", "Zwei Katzen liegen dort.")],
            [("human", "<image>\nCombien de chats dorment sur le canapé ?"), ("gpt", "Deux chats dorment là.")],
        ]
    )
    report = index(store)
    assert asked(store) == {instance: ["how many"] for instance in range(6)}
    assert report.notices == ()


def test_index__names_the_languages_without_rules_or_things() -> None:
    store = store_with(
        [
            [("human", "소파 위에 무엇이 있나요?"), ("gpt", "고양이가 있습니다.")],
            [("human", "ماذا في الصورة؟"), ("gpt", "قطة سوداء على الكرسي.")],
        ]
    )
    notices = index(store).notices
    assert notices[1:] == (
        "Forms of question are not read from Arabic, Korean.",
        "Objects are not read from text in Arabic.",
    )
    assert asked(store) == {}
