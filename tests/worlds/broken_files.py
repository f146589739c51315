"""Makes the folder of broken files: each is named for what is wrong with it, and says what ingest must answer.

`WHOLE` faults cost the file (one sentence, nothing written); `SET_ASIDE` files hold good records around bad ones.
"""

import json
from dataclasses import dataclass
from pathlib import Path

GOOD = {
    "id": 1,
    "image": "a.jpg",
    "conversations": [{"from": "human", "value": "<image>\nWhat is it?"}, {"from": "gpt", "value": "A cat."}],
}
OTHER = {"id": "2", "conversations": [{"from": "human", "value": "Hi."}, {"from": "gpt", "value": "Hello."}]}
ONE, TWO = json.dumps(GOOD).encode(), json.dumps(OTHER).encode()


@dataclass(frozen=True)
class Whole:
    """A file that cannot be used at all, and words that the sentence about it must hold."""

    content: bytes
    says: str


@dataclass(frozen=True)
class SetAside:
    """A file of which some records are set aside: {position: reason}, and the positions that come in."""

    content: bytes
    rejected: dict[int, str]
    taken: list[int]


def around(bad: bytes) -> bytes:
    """An array with the bad record between two good ones."""
    return b"[" + ONE + b",\n" + bad + b",\n" + TWO + b"]"


def record(**changes: object) -> bytes:
    """The good record with some keys changed (a value of ... takes the key away)."""
    changed = {**GOOD, **changes}
    return json.dumps({key: value for key, value in changed.items() if value is not ...}).encode()


def talk(*turns: object) -> bytes:
    """The good record with another conversation."""
    return record(conversations=list(turns))


def with_image(path: object) -> bytes:
    """The good record with another image."""
    return record(image=path)


HUMAN, GPT = {"from": "human", "value": "What?"}, {"from": "gpt", "value": "That."}

WHOLE: dict[str, Whole] = {
    "empty_file.json": Whole(b"", "is empty"),
    "only_blanks.json": Whole(b" \n\t\r\n " * 20_000, "only white space"),
    "only_a_byte_order_mark.json": Whole(b"\xef\xbb\xbf", "only white space"),
    "empty_array.json": Whole(b"[ ]", "holds no records"),
    "not_json_but_prose.json": Whole(b"Dear reader, the dataset is on the other disk.", "is not JSON"),
    "not_json_but_html.json": Whole(b"<!DOCTYPE html><html>404</html>", "is not JSON"),
    "not_json_but_csv.json": Whole(b"id,image,text\n1,a.jpg,cat\n", "is not JSON"),
    "git_lfs_pointer.json": Whole(
        b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n", "is not JSON"
    ),
    "bare_number.json": Whole(b"42", "is not JSON"),
    "bare_null.json": Whole(b"null", "is not JSON"),
    "bare_string.json": Whole(b'"hello"', "is not JSON"),
    "null_bytes.json": Whole(b"\x00" * 4096, "is not JSON"),
    "gzip.json": Whole(b"\x1f\x8b\x08\x00" + b"\x00" * 64, "gzip"),
    "zip.json": Whole(b"PK\x03\x04" + b"\x00" * 64, "zip"),
    "parquet.json": Whole(b"PAR1" + b"\x00" * 64, "Parquet"),
    "jpeg.json": Whole(b"\xff\xd8\xff\xe0" + b"\x00" * 64, "JPEG"),
    "utf16.json": Whole(("[" + json.dumps(GOOD) + "]").encode("utf-16"), "UTF-16"),
    "array_cut_between_records.json": Whole(b"[" + ONE + b",\n" + TWO, "record 1"),
    "array_cut_after_comma.json": Whole(b"[" + ONE + b",\n" + TWO + b",\n", "after record 1"),
    "array_cut_in_a_string.json": Whole(b"[" + ONE + b",\n" + TWO[:-20], "record 1"),
    "array_cut_after_bracket.json": Whole(b"[", "in the middle"),
    "array_cut_in_a_character.json": Whole(b"[" + ONE + b', {"id": "caf\xc3', "record 1"),
    "array_with_a_quote_too_many.json": Whole(around(b'{"id": "a"b", "conversations": []}'), "record 1"),
    "array_with_a_bracket_missing.json": Whole(around(b'{"id": [1, "conversations": []}'), "record 1"),
    "array_with_a_bracket_too_many.json": Whole(around(b'{"id": 1}}'), "goes on after the end"),
    "array_then_garbage.json": Whole(b"[" + ONE + b"]\nEND OF FILE", "goes on after the end"),
    "two_arrays.json": Whole(b"[" + ONE + b"]\n[" + TWO + b"]", "goes on after the end"),
    "all_records_without_conversation.json": Whole(b'[{"poem": "a", "output": "b"}]', "its keys are poem, output"),
    "pretty_printed_object.json": Whole(json.dumps({"data": [GOOD]}, indent=1).encode(), "one JSON object with 1 key"),
    "coco_annotations.json": Whole(b'{"images": [], "annotations": [], "categories": []}', "one JSON object with 3"),
    "all_lines_broken.jsonl": Whole(b"{\n{\n{\n", "invalid_json"),
}

SET_ASIDE: dict[str, SetAside] = {
    name: SetAside(content, rejected, taken)
    for name, content, rejected, taken in (
        ("record_is_a_number.json", around(b"17"), {1: "not_an_object"}, [0, 2]),
        ("record_is_null.json", around(b"null"), {1: "not_an_object"}, [0, 2]),
        ("record_is_text_with_commas.json", around(b'"a, b, [c"'), {1: "not_an_object"}, [0, 2]),
        ("record_is_a_list.json", around(b"[" + ONE + b"," + TWO + b"]"), {1: "not_an_object"}, [0, 2]),
        ("record_of_17_mb.json", around(b'"' + b"x" * (17 << 20) + b'"'), {1: "too_large"}, [0, 2]),
        ("record_is_empty_object.json", around(b"{}"), {1: "no_conversation"}, [0, 2]),
        ("record_in_bad_utf8.json", around(ONE.replace(b"A cat.", b"Un caf\xe9.")), {1: "bad_utf8"}, [0, 2]),
        ("record_with_half_a_character.json", around(ONE.replace(b"A cat.", b"\\ud83d")), {1: "bad_utf8"}, [0, 2]),
        ("record_with_bare_word.json", around(b'{"id": nope, "conversations": []}'), {1: "invalid_json"}, [0, 2]),
        ("record_with_single_quotes.json", around(b"{'id': 1, 'conversations': []}"), {1: "invalid_json"}, [0, 2]),
        ("record_with_trailing_comma.json", around(ONE[:-1] + b",}"), {1: "invalid_json"}, [0, 2]),
        (
            "record_with_raw_newline_in_text.json",
            around(ONE.replace(b"A cat.", b"A\ncat.")),
            {1: "invalid_json"},
            [0, 2],
        ),
        ("record_with_comment.json", around(b"// the next one\n" + ONE), {1: "invalid_json"}, [0, 2]),
        ("record_with_unknown_escape.json", around(ONE.replace(b"A cat.", b"A \\x63at.")), {1: "invalid_json"}, [0, 2]),
        ("comma_missing_between_records.json", b"[" + ONE + b" " + TWO + b"," + TWO + b"]", {0: "invalid_json"}, [1]),
        ("comma_doubled_between_records.json", around(b""), {1: "invalid_json"}, [0, 2]),
        ("comma_after_the_last_record.json", b"[" + ONE + b",]", {1: "invalid_json"}, [0]),
        ("nested_too_deep.json", around(b'{"a":' * 5000 + b"1" + b"}" * 5000), {1: "too_deep"}, [0, 2]),
        ("conversation_missing.json", around(record(conversations=...)), {1: "no_conversation"}, [0, 2]),
        ("conversation_is_null.json", around(record(conversations=None)), {1: "no_conversation"}, [0, 2]),
        ("conversation_is_text.json", around(record(conversations="What? That.")), {1: "no_conversation"}, [0, 2]),
        ("conversation_is_object.json", around(record(conversations=HUMAN)), {1: "no_conversation"}, [0, 2]),
        ("conversation_is_empty.json", around(talk()), {1: "empty_conversation"}, [0, 2]),
        ("turn_is_text.json", around(talk(HUMAN, "That.")), {1: "turn_without_text"}, [0, 2]),
        ("turn_is_null.json", around(talk(None, GPT)), {1: "turn_without_text"}, [0, 2]),
        ("turn_without_value.json", around(talk(HUMAN, {"from": "gpt"})), {1: "turn_without_text"}, [0, 2]),
        (
            "turn_value_is_null.json",
            around(talk(HUMAN, {"from": "gpt", "value": None})),
            {1: "turn_without_text"},
            [0, 2],
        ),
        (
            "turn_value_is_number.json",
            around(talk(HUMAN, {"from": "gpt", "value": 7})),
            {1: "turn_without_text"},
            [0, 2],
        ),
        (
            "turn_value_is_blank.json",
            around(talk(HUMAN, {"from": "gpt", "value": " \n"})),
            {1: "turn_without_text"},
            [0, 2],
        ),
        ("turn_by_nobody.json", around(talk({"value": "What?"}, GPT)), {1: "unknown_role"}, [0, 2]),
        (
            "turn_by_a_stranger.json",
            around(talk({"from": "narrator", "value": "What?"}, GPT)),
            {1: "unknown_role"},
            [0, 2],
        ),
        ("turn_by_a_number.json", around(talk({"from": 0, "value": "What?"}, GPT)), {1: "unknown_role"}, [0, 2]),
        ("image_is_number.json", around(with_image(12)), {1: "image_not_text"}, [0, 2]),
        ("image_is_object.json", around(with_image({"bytes": "abc"})), {1: "image_not_text"}, [0, 2]),
        ("image_list_with_number.json", around(with_image(["a.jpg", 3])), {1: "image_not_text"}, [0, 2]),
        ("image_steps_up.json", around(with_image("../../etc/passwd")), {1: "unsafe_path"}, [0, 2]),
        ("image_steps_up_in_the_middle.json", around(with_image("a/../../b.jpg")), {1: "unsafe_path"}, [0, 2]),
        ("image_steps_up_with_backslashes.json", around(with_image("a\\..\\b.jpg")), {1: "unsafe_path"}, [0, 2]),
        ("image_is_absolute.json", around(with_image("/etc/passwd")), {1: "unsafe_path"}, [0, 2]),
        ("image_on_a_windows_drive.json", around(with_image("C:\\pictures\\a.jpg")), {1: "unsafe_path"}, [0, 2]),
        ("image_on_a_windows_share.json", around(with_image("\\\\host\\share\\a.jpg")), {1: "unsafe_path"}, [0, 2]),
        ("image_in_a_home_folder.json", around(with_image("~/a.jpg")), {1: "unsafe_path"}, [0, 2]),
        ("image_with_a_null_byte.json", around(with_image("a.jpg\x00.png")), {1: "unsafe_path"}, [0, 2]),
        ("image_in_a_list_steps_up.json", around(with_image(["a.jpg", "../b.jpg"])), {1: "unsafe_path"}, [0, 2]),
        ("image_through_a_link_out.json", around(with_image("out/secret.jpg")), {1: "unsafe_path"}, [0, 2]),
        ("image_is_a_link_out.json", around(with_image("link.jpg")), {1: "unsafe_path"}, [0, 2]),
        ("line_cut_off.jsonl", ONE + b"\n" + TWO + b"\n" + ONE[:40], {2: "invalid_json"}, [0, 1]),
        ("line_not_json.jsonl", ONE + b"\nnot json\n" + TWO, {1: "invalid_json"}, [0, 2]),
        ("line_in_bad_utf8.jsonl", b"\n".join([ONE, ONE.replace(b"cat", b"\xff\xfe"), TWO]), {1: "bad_utf8"}, [0, 2]),
        ("line_with_two_records.jsonl", ONE + b"\n" + ONE + TWO + b"\n" + TWO + b"\n", {1: "invalid_json"}, [0, 2]),
        (
            "messages_with_unknown_part.json",
            around(
                record(conversations=..., messages=[{"role": "user", "content": [{"type": "audio", "audio": "a.wav"}]}])
            ),
            {1: "unknown_part"},
            [0, 2],
        ),
        (
            "conversations_in_a_list.json",
            around(talk([HUMAN, GPT], [HUMAN, GPT])),
            {1: "several_conversations"},
            [0, 2],
        ),
        ("video_is_a_number.json", around(record(video=3)), {1: "video_not_text"}, [0, 2]),
        ("video_steps_up.json", around(record(video="../v.mp4")), {1: "unsafe_path"}, [0, 2]),
    )
}


def make_broken_files(folder: Path) -> None:
    """Write all of them below `folder`, with an image folder `images` that has two links leading out of it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, whole in WHOLE.items():
        (folder / name).write_bytes(whole.content)
    for name, partly in SET_ASIDE.items():
        (folder / name).write_bytes(partly.content)
    outside = folder / "outside"
    outside.mkdir()
    (outside / "secret.jpg").write_bytes(b"secret")
    images = folder / "images"
    images.mkdir()
    (images / "a.jpg").write_bytes(b"a picture")
    (images / "out").symlink_to(outside, target_is_directory=True)
    (images / "link.jpg").symlink_to(outside / "secret.jpg")
    (images / "inside.jpg").symlink_to(images / "a.jpg")
