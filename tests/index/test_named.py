"""What single texts name and ask."""

from adr.index.named import NameReader
from adr.store import Store


def test_read__nouns_things_and_forms_of_question_denied_things_too():
    texts = ["Is there a harp?", "No, there is no harp.", "What color are the two fire hydrants?", ""]
    found = NameReader(Store.memory()).read(texts)
    assert found.tokens == [["harp"], ["harp"], ["color", "fire hydrant"], []]
    assert found.objects == [["harp"], ["harp"], ["fire hydrant"], []]
    assert found.forms == [["be there"], ["statement"], ["what color"], []]
