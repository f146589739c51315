"""What single texts name and ask."""

from adr.index.index import index
from adr.index.named import NameReader
from adr.store import Store


def test_read__nouns_things_and_forms_of_question_denied_things_too():
    texts = ["Is there a harp?", "No, there is no harp.", "What color are the two fire hydrants?", ""]
    found = NameReader(Store.memory()).read(texts)
    assert found.tokens == [["harp"], ["harp"], ["color", "fire hydrant"], []]
    assert found.objects == [["harp"], ["harp"], ["fire hydrant"], []]
    assert found.forms == [["be there"], ["statement"], ["what color"], []]


def test_read__templates_of_the_index_name_nothing_and_make_the_form():
    store, box = Store.memory(), "Please provide the bounding box coordinate of the region this sentence describes:"
    brief = "Answer the question using a single word or phrase."
    with store.atomic() as writer:
        writer.execute(
            """insert into instance (instance, images, missing, turns)
               select range, ['a.jpg'], 0, [{'role': 'human', 'text':
               case when range % 2 = 0 then $1 || ' dog number ' || range else 'Is there a dog ' || range || '?' ||
               chr(10) || $2 end}, {'role': 'gpt', 'text': 'Fine.'}] from range(200)""",
            [box, brief],
        )
    index(store)
    found = NameReader(store).read([f"{box} a red harp", f"Is there a kite?\n{brief}"])
    assert found.objects == [["harp"], ["kite"]] and found.tokens == [["harp"], ["kite"]]
    assert "locate" in found.forms[0] and found.forms[1] == ["be there", "answer briefly"]


def test_read__markup_names_nothing():
    found = NameReader(Store.memory()).read(["<ref>red umbrella</ref><box>(1,2)</box>", '{"label": "bus"}'])
    assert found.tokens == [["umbrella"], ["bus"]]
