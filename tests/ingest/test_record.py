"""Records of every form, one by one: what each means, what is refused, and what the refusal says."""

import json

import pytest

from adr.ingest.forms import FORMS
from adr.ingest.options import IngestOptions
from adr.ingest.plain import judge
from adr.ingest.record import Conversation, read_record
from adr.ingest.refusal import Refusal


def read(record: object, **options: object) -> Conversation:
    """The conversation in a record that can be read."""
    found = read_record(json.dumps(record).encode(), IngestOptions(**options))
    assert isinstance(found, Conversation), found
    return found


def refused(record: object, **options: object) -> Refusal:
    """Why a record is refused."""
    found = read_record(json.dumps(record).encode(), IngestOptions(**options))
    assert isinstance(found, Refusal), found
    return found


EXAMPLES = {
    "llava": (["a.jpg"], [("human", "<image>\nWhat is it?"), ("gpt", "A cat.")]),
    "messages": (["a.jpg"], [("human", "<image>What is it?"), ("gpt", "A cat.")]),
    "turns": (["a.jpg"], [("human", "<image>\nWhat is it?"), ("gpt", "A cat.")]),
    "preference": ([], [("human", "Is it a cat?"), ("gpt", "Yes.")]),
    "texts": (["a.jpg"], [("human", "<image>\nWhat is it?"), ("gpt", "A cat.")]),
    "query": (
        ["a.jpg"],
        [("human", "<image>What is it?"), ("gpt", "A cat."), ("human", "And now?"), ("gpt", "A dog.")],
    ),
    "question": (["a.jpg"], [("human", "<image>\nWhat is it?"), ("gpt", "A cat.")]),
    "prefix": (["a.jpg"], [("human", "<image>\ncaption en"), ("gpt", "a cat on a mat")]),
    "alpaca": ([], [("human", "Translate into French.\ncat"), ("gpt", "chat")]),
    "prompt": (["a.jpg"], [("human", "<image>\nWhat is it?"), ("gpt", "A cat.")]),
    "caption": (["a.jpg"], [("human", "<image>"), ("gpt", "A cat on a mat.")]),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_read_record__the_example_of_each_form(name: str) -> None:
    found = read(json.loads(FORMS[name].example))
    assert (found.form, found.images, found.turns) == (name, *EXAMPLES[name])


def test_forms__every_one_has_an_example_here() -> None:
    assert {*EXAMPLES, "mapped"} == set(FORMS)


def asked(content: object, **more: object) -> dict[str, object]:
    """A record in the messages form whose user says `content`."""
    return {"messages": [{"role": "user", "content": content}, {"role": "assistant", "content": "Yes."}], **more}


PARTS = {
    "image": ({"type": "image", "image": "a.jpg"}, ["a.jpg"], []),
    "image as file address": ({"type": "image", "image": "file:///d/a.jpg"}, ["file:///d/a.jpg"], []),
    "image_url as object": ({"type": "image_url", "image_url": {"url": "a.jpg"}}, ["a.jpg"], []),
    "image_url as text": ({"type": "image_url", "image_url": "a.jpg"}, ["a.jpg"], []),
    "image by value": ({"type": "image", "value": "a.jpg"}, ["a.jpg"], []),
    "image by path": ({"type": "image", "path": "a.jpg"}, ["a.jpg"], []),
    "image without a type": ({"image": "a.jpg"}, ["a.jpg"], []),
    "video": ({"type": "video", "video": "a.mp4"}, [], ["a.mp4"]),
    "video_url": ({"type": "video_url", "video_url": {"url": "a.mp4"}}, [], ["a.mp4"]),
}


@pytest.mark.parametrize("name", PARTS)
def test_read_record__parts(name: str) -> None:
    part, images, videos = PARTS[name]
    marker = "<image>" if images else "<video>"
    found = read(asked([part, {"type": "text", "text": "Is it?"}]))
    assert (found.images, found.videos, found.turns[0]) == (images, videos, ("human", f"{marker}\nIs it?"))


def test_read_record__a_part_that_names_no_image_stands_for_one_of_the_record() -> None:
    found = read(asked([{"type": "image"}, {"type": "text", "text": "Is it?"}], images=["b.jpg"]))
    assert (found.images, found.turns[0][1]) == (["b.jpg"], "<image>\nIs it?")


def test_read_record__a_part_of_another_kind_is_named() -> None:
    found = refused(asked([{"type": "audio", "audio": "a.wav"}]))
    assert found == Refusal("unknown_part", "Turn 1 has a part of type “audio”; text, images and videos are read.")


@pytest.mark.parametrize(
    ("speaker", "role"),
    [
        ("bot", "gpt"),
        ("model", "gpt"),
        ("pretrain", "gpt"),
        ("Assistant", "gpt"),
        ("USER", "human"),
        ("function_call", "tool"),
        ("observation", "tool"),
    ],
)
def test_read_record__names_of_speakers(speaker: str, role: str) -> None:
    found = read({"conversations": [{"from": "human", "value": "Hi."}, {"from": speaker, "value": "Hello."}]})
    assert found.turns[1] == (role, "Hello.")


def test_read_record__tool_calls_of_openai() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
    talk = [
        {"role": "user", "content": "Cold?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "content": "4"},
        {"role": "assistant", "content": "Yes."},
    ]
    found = read({"messages": talk, "tools": []})
    assert found.form == "messages"
    assert [role for role, _ in found.turns] == ["human", "tool", "tool", "gpt"]
    assert json.loads(found.turns[1][1]) == [call]


def test_read_record__system_key_comes_first() -> None:
    talk = [{"from": "human", "value": "Hi."}, {"from": "gpt", "value": "Hello."}]
    found = read({"system": "Be kind.", "conversations": talk})
    assert found.turns == [("system", "Be kind."), ("human", "Hi."), ("gpt", "Hello.")]
    own = [{"from": "system", "value": "Be brief."}, *talk]
    assert read({"system": "Be kind.", "conversations": own}).turns[0] == ("system", "Be brief.")


PREFERENCES = {
    "prompt and answers": {"prompt": "Is it?", "chosen": "Yes.", "rejected": "No."},
    "prompt as turns": {
        "prompt": [{"role": "user", "content": "Is it?"}],
        "chosen": [{"role": "bot", "content": "Yes."}],
    },
    "whole conversations": {
        "chosen": [{"role": "user", "content": "Is it?"}, {"role": "assistant", "content": "Yes."}],
        "rejected": [{"role": "user", "content": "Is it?"}, {"role": "assistant", "content": "No."}],
    },
    "alpaca": {"instruction": "Is it?", "input": "", "chosen": "Yes.", "rejected": "No."},
}


@pytest.mark.parametrize("name", PREFERENCES)
def test_read_record__preferences(name: str) -> None:
    found = read(PREFERENCES[name])
    assert (found.form, found.turns) == ("preference", [("human", "Is it?"), ("gpt", "Yes.")])


def test_read_record__an_answer_of_its_own_goes_before_chosen() -> None:
    talk = [{"from": "human", "value": "Is it?"}, {"from": "gpt", "value": "Maybe."}]
    found = read({"conversations": talk, "chosen": "Yes."})
    assert (found.form, found.turns[-1]) == ("llava", ("gpt", "Maybe."))


def test_read_record__a_number_is_an_answer() -> None:
    found = read({"question": "How many?", "answer": 3})
    assert found.turns == [("human", "How many?"), ("gpt", "3")]


@pytest.mark.parametrize("image", [None, "", [], [None], "None", [""], {"path": None, "bytes": None}, float("nan")])
def test_read_record__an_image_key_that_names_none(image: object) -> None:
    found = read(
        {"image": image, "conversations": [{"from": "human", "value": "Hi."}, {"from": "gpt", "value": "Ho."}]}
    )
    assert (found.images, found.oddities) == ([], ["image_empty"])


def test_read_record__bytes_without_a_path_are_refused() -> None:
    found = refused({"image": {"bytes": "iVBO"}, "conversations": [{"from": "human", "value": "Hi."}]})
    assert found == Refusal("image_not_text", "“image” holds an object with bytes and no path.")


def test_read_record__an_image_in_the_text() -> None:
    talk = [
        {"from": "user", "value": "Picture 1: <img>d/a.jpg</img>\nWhat is it?"},
        {"from": "assistant", "value": "A."},
    ]
    found = read({"conversations": talk})
    assert (found.images, found.oddities) == (["d/a.jpg"], ["marker_spelled_otherwise"])
    assert found.turns[0][1] == "Picture 1: <img>d/a.jpg</img>\nWhat is it?"
    assert read({"conversations": talk}, place_markers=True).turns[0][1] == "Picture 1: <image>\nWhat is it?"


def test_read_record__place_markers_only_where_there_is_none() -> None:
    talk = [{"from": "gpt", "value": "Hello."}, {"from": "human", "value": "What?"}, {"from": "gpt", "value": "A cat."}]
    found = read({"image": ["a.jpg", "b.jpg"], "conversations": talk}, place_markers=True)
    assert found.turns[1] == ("human", "<image>\n<image>\nWhat?")
    assert found.oddities == ["marker_placed"]
    one = [{"from": "human", "value": "What? <image>"}, {"from": "gpt", "value": "A cat."}]
    found = read({"image": ["a.jpg", "b.jpg"], "conversations": one}, place_markers=True)
    assert (found.turns[0][1], found.oddities) == ("What? <image>", [])


def test_read_record__unknown_keys_are_named_with_a_mapping() -> None:
    found = refused({"Q": "What floats?", "A": "A boat.", "IMG": "d/a.jpg", "split": "train"})
    assert found == Refusal(
        "no_conversation",
        "It has no conversation under a known key; its keys are Q, A, IMG, split. "
        "A mapping may fit: --map question=Q --map answer=A --map image=IMG.",
    )


MAPPED = {
    "keys": ({"Q": "Hi?", "A": "Ho."}, {"question": "Q", "answer": "A"}, [("human", "Hi?"), ("gpt", "Ho.")]),
    "nested keys": (
        {"meta": {"q": "Hi?", "answers": ["Ho.", "Hm."]}},
        {"question": "meta.q", "answer": "meta.answers.0"},
        [("human", "Hi?"), ("gpt", "Ho.")],
    ),
    "a key with a dot": (
        {"q.en": "Hi?", "a": "Ho."},
        {"question": "q.en", "answer": "a"},
        [("human", "Hi?"), ("gpt", "Ho.")],
    ),
    "pairs in a list": (
        {"QA": [{"Q": "Hi?", "A": "Ho."}, {"Q": "So?", "A": "No."}]},
        {"conversations": "QA", "question": "Q", "answer": "A"},
        [("human", "Hi?"), ("gpt", "Ho."), ("human", "So?"), ("gpt", "No.")],
    ),
    "turns with other keys": (
        {"dialog": [{"who": "patient", "said": "Hi?"}, {"who": "doctor", "said": "Ho."}]},
        {"conversations": "dialog", "role": "who", "text": "said", "human": "patient", "gpt": "doctor"},
        [("human", "Hi?"), ("gpt", "Ho.")],
    ),
    "a system text": (
        {"Q": "Hi?", "A": "Ho.", "rule": "Be kind."},
        {"question": "Q", "answer": "A", "system": "rule"},
        [("system", "Be kind."), ("human", "Hi?"), ("gpt", "Ho.")],
    ),
    "in place of a known form": (
        {"question": "no", "answer": "no", "Q": "Hi?", "A": "Ho."},
        {"question": "Q", "answer": "A"},
        [("human", "Hi?"), ("gpt", "Ho.")],
    ),
}


@pytest.mark.parametrize("name", MAPPED)
def test_read_record__by_a_mapping(name: str) -> None:
    record, mapping, turns = MAPPED[name]
    found = read(record, map=mapping)
    assert (found.form, found.turns) == ("mapped", turns)


def test_read_record__a_mapped_image_and_id() -> None:
    record = {"Q": "Hi?", "A": "Ho.", "meta": {"file": "a.jpg", "n": 7}, "image": "no.jpg"}
    found = read(record, map={"question": "Q", "answer": "A", "image": "meta.file", "id": "meta.n"})
    assert (found.id, found.images, found.turns[0]) == ("7", ["a.jpg"], ("human", "<image>\nHi?"))


def test_read_record__an_image_alone_can_be_mapped() -> None:
    talk = [{"from": "human", "value": "What?"}, {"from": "gpt", "value": "A cat."}]
    found = read({"conversations": talk, "img": "a.jpg"}, map={"image": "img"})
    assert (found.images, found.turns) == (["a.jpg"], [("human", "What?"), ("gpt", "A cat.")])


def test_read_record__a_mapped_key_that_is_not_there() -> None:
    assert refused({"Q": "Hi?", "B": "Ho."}, map={"question": "Q", "answer": "A"}) == Refusal(
        "no_conversation", "It has no “A”, which the mapping names; its keys: Q, B."
    )


PLAIN = {
    "llava": '{"image":"VARCHAR","conversations":[{"from":"VARCHAR","value":"VARCHAR"}]}',
    "messages": '{"messages":[{"role":"VARCHAR","content":"VARCHAR"}],"images":["VARCHAR"]}',
    "turns": '{"conversations":[{"role":"VARCHAR","content":"VARCHAR"}]}',
    "texts": '{"images":[{"path":"VARCHAR"}],"texts":[{"user":"VARCHAR","assistant":"VARCHAR"}],"source":"VARCHAR"}',
    "question": '{"image":"VARCHAR","question":"VARCHAR","answer":"VARCHAR"}',
    "query": '{"query":"VARCHAR","response":"VARCHAR","images":["VARCHAR"]}',
    "prefix": '{"image":"VARCHAR","prefix":"VARCHAR","suffix":"VARCHAR"}',
}


@pytest.mark.parametrize("form", PLAIN)
def test_judge__the_common_forms_are_read_in_sql(form: str) -> None:
    found = judge(PLAIN[form])
    assert found is not None
    assert found.form == form


@pytest.mark.parametrize(
    "shape",
    [
        '{"conversations":[{"from":"VARCHAR","value":"VARCHAR"}],"video":"VARCHAR"}',
        '{"conversations":[{"from":"VARCHAR","value":"VARCHAR"}],"system":"VARCHAR"}',
        '{"query":"VARCHAR","response":"VARCHAR","history":[["VARCHAR"]]}',
        '{"messages":[{"role":"VARCHAR","content":[{"type":"VARCHAR","text":"VARCHAR"}]}]}',
        '{"messages":"NULL","conversations":[{"from":"VARCHAR","value":"VARCHAR"}]}',
        '{"images":[{"path":"VARCHAR","bytes":"VARCHAR"}],"texts":[{"user":"VARCHAR","assistant":"VARCHAR"}]}',
    ],
)
def test_judge__what_only_python_reads(shape: str) -> None:
    assert judge(shape) is None
