"""Ingest: normal records come in exactly as they stand, odd ones are counted, and all or nothing is written."""

import json
import re
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from adr.errors import AdrError
from adr.ingest.ingest import BlockReading, IngestReport, ingest
from adr.ingest.layout import look_at
from adr.ingest.options import IngestOptions
from adr.ingest.record import Conversation, read_record
from adr.ingest.records import Block, Records
from adr.ingest.written_paths import WRITTEN, relative
from adr.perspectives import PAPER_NAMES
from adr.progress import Cancelled
from adr.store import Store, Writer
from adr.workspace import Workspace


@pytest.fixture
def store():
    with closing(Store.memory()) as opened:
        yield opened


@pytest.fixture(scope="module")
def shared_store():
    """A store for the law, which replaces its dataset many times."""
    with closing(Store.memory()) as opened:
        yield opened


def array(folder: Path, *records: str) -> Path:
    """A file with a JSON array of the record texts, as they stand."""
    path = folder / "data.json"
    path.write_text("[\n" + ",\n".join(records) + "\n]\n", encoding="utf-8")
    return path


def turns(*texts: str) -> list[dict[str, str]]:
    """A conversation in LLaVA form."""
    return [{"from": "gpt" if n % 2 else "human", "value": text} for n, text in enumerate(texts)]


def plain(**keys: object) -> str:
    """A record's text with a small conversation."""
    return json.dumps({**keys, "conversations": turns("What?", "That.")})


def test_ingest__llava_record(store: Store, tmp_path: Path) -> None:
    (tmp_path / "coco").mkdir()
    (tmp_path / "coco" / "1.jpg").write_bytes(b"picture")
    source = array(
        tmp_path,
        '{"id": "7", "image": "coco/1.jpg", "conversations": [{"from": "human", "value": '
        '"<image>\\nWhat is it?"}, {"from": "gpt", "value": "A caf\\u00e9.  "}]}',
    )
    report = ingest(store, source, tmp_path)
    assert store.rows("select instance, id, images, missing, turns from instance") == [
        (
            0,
            '"7"',
            ["coco/1.jpg"],
            0,
            [{"role": "human", "text": "<image>\nWhat is it?"}, {"role": "gpt", "text": "A café.  "}],
        )
    ]
    assert (report.instances, report.rejected, report.warnings, report.form, report.layout) == (
        1,
        {},
        {},
        "llava",
        "array",
    )
    assert store.row("select path, images, form, layout, instances, rejected, warnings from source") == (
        str(source),
        str(tmp_path),
        "llava",
        "array",
        1,
        0,
        "{}",
    )


# One record each: the text as it stands in the file, its id, its images and its turns.
NORMAL = {
    "int id": (plain(id=7, image="a.jpg"), "7", ["a.jpg"]),
    "string id": (plain(id="7", image="a.jpg"), '"7"', ["a.jpg"]),
    "big id": (plain(id=2**63), "9223372036854775808", []),
    "huge id": (plain(id=10**30), str(10**30), []),
    "no id": (plain(image="a.jpg"), None, ["a.jpg"]),
    "null id": (plain(id=None), None, []),
    "text only": (plain(id=1, model=""), "1", []),
    "image null": (plain(image=None), None, []),
    "image empty": (plain(image=""), None, []),
    "image list": (plain(image=["a.jpg", "b/c.jpg"]), None, ["a.jpg", "b/c.jpg"]),
    "image list empty": (plain(image=[]), None, []),
    "images": (plain(images=["a.jpg"]), None, ["a.jpg"]),
    "image and images": (plain(image="a.jpg", images=["b.jpg"]), None, ["a.jpg", "b.jpg"]),
    "image as object": (plain(images=[{"path": "a.jpg", "bytes": None}]), None, ["a.jpg"]),
    "image named in Chinese": (plain(image="图/é 1.jpg"), None, ["图/é 1.jpg"]),
    "image with dots that are no step": (plain(image="a..b/...jpg"), None, ["a..b/...jpg"]),
    "extra keys": (plain(id=1, bbox=[1.5, 2, 3], meta={"a": {"b": [None, True]}}), "1", []),
    "extra keys in turns": (
        json.dumps(
            {
                "conversations": [
                    {"from": "human", "value": "What?", "markdown": None},
                    {"from": "gpt", "value": "That.", "text": "x"},
                ]
            }
        ),
        None,
        [],
    ),
    "key order and blanks": (
        '{ "conversations" :[{"value":"What?", "from":"human"},\n {"value":"That.","from":"gpt"}],'
        '   "z":1.50, "id" : 1e2 }',
        "100.0",
        [],
    ),
    "key twice, the last one counts": (
        '{"id": 1, "image": "x.jpg", "image": "y.jpg", "conversations": '
        '[{"from": "human", "value": "no", "value": "What?"}, '
        '{"from": "gpt", "value": "That."}]}',
        "1",
        ["y.jpg"],
    ),
    "escapes": (
        '{"id":"a\\/b","conversations":[{"from":"human","value":"Wh\\u0061t?"},{"from":"gpt","value":"That."}]}',
        '"a/b"',
        [],
    ),
    "not a number": (
        '{"score": NaN, "conversations": [{"from":"human","value":"What?"},{"from":"gpt","value":"That."}]}',
        None,
        [],
    ),
    "messages": (
        json.dumps({"messages": [{"role": "user", "content": "What?"}, {"role": "assistant", "content": "That."}]}),
        None,
        [],
    ),
    "messages in parts": (
        json.dumps(
            {
                "messages": [
                    {"role": "user", "content": [{"type": "text", "text": "What?"}]},
                    {"role": "assistant", "content": [{"type": "text", "text": "That."}]},
                ],
                "images": ["a.jpg"],
            }
        ),
        None,
        ["a.jpg"],
    ),
    "mixed keys": (
        json.dumps({"conversations": [{"role": "user", "content": "What?"}, {"from": "gpt", "value": "That."}]}),
        None,
        [],
    ),
}


@pytest.mark.parametrize("name", NORMAL)
def test_ingest__normal_record(name: str, store: Store, tmp_path: Path) -> None:
    text, own_id, images = NORMAL[name]
    report = ingest(store, array(tmp_path, text))
    assert report.rejected == {}
    assert store.rows("select instance, id, images, turns, raw from instance") == [
        (0, own_id, images, [{"role": "human", "text": "What?"}, {"role": "gpt", "text": "That."}], text)
    ]


def test_ingest__parts_with_images(store: Store, tmp_path: Path) -> None:
    content = [{"type": "image", "image": "a.jpg"}, {"type": "text", "text": "Compare."}, {"type": "image"}]
    ingest(
        store,
        array(
            tmp_path,
            json.dumps(
                {
                    "messages": [{"role": "user", "content": content}, {"role": "assistant", "content": "Same."}],
                    "images": ["b.jpg"],
                }
            ),
        ),
    )
    assert store.rows("select images, turns[1].text from instance") == [
        (["b.jpg", "a.jpg"], "<image>\nCompare.\n<image>")
    ]


def test_ingest__system_and_tool_turns(store: Store, tmp_path: Path) -> None:
    ingest(
        store,
        array(
            tmp_path,
            json.dumps(
                {
                    "conversations": [
                        {"from": "system", "value": ""},
                        {"from": "human", "value": "Now?"},
                        {"from": "function_call", "value": "t()"},
                        {"from": "observation", "value": "12"},
                        {"from": "gpt", "value": "Noon."},
                    ]
                }
            ),
        ),
    )
    assert store.value("select list_transform(turns, lambda turn: turn.role) from instance") == [
        "system",
        "human",
        "tool",
        "tool",
        "gpt",
    ]


def test_ingest__position_is_identity(store: Store, tmp_path: Path) -> None:
    report = ingest(store, array(tmp_path, plain(id=1), "null", plain(id=1), "3", plain(id="1")))
    assert store.rows("select instance, id from instance order by 1") == [(0, "1"), (2, "1"), (4, '"1"')]
    assert store.rows("select position, reason, detail, excerpt from rejected order by 1") == [
        (1, "not_an_object", "It is null.", "null"),
        (3, "not_an_object", "It is a number.", "3"),
    ]
    assert report.rejected == {"not_an_object": 2}
    assert report.warnings == {"repeated_ids": 1}


@pytest.mark.parametrize("lines", ["{0}\n{1}\n", "{0}\r\n\r\n{1}", "\n\n{0}\n   \n{1}\n\n", "\ufeff{0}\n{1}\n"])
def test_ingest__json_lines(lines: str, store: Store, tmp_path: Path) -> None:
    one, two = plain(id=1), plain(id="é")
    source = tmp_path / "data.jsonl"
    source.write_bytes(lines.format(one, two).encode())
    report = ingest(store, source)
    assert (report.layout, report.instances, report.rejected) == ("lines", 2, {})
    assert store.rows("select instance, raw from instance order by 1") == [(0, one), (1, two)]


@pytest.mark.parametrize("around", ["[{}]", "\ufeff[{}]", "  \n[ {} \r\n ] \n\n"])
def test_ingest__array(around: str, store: Store, tmp_path: Path) -> None:
    source = tmp_path / "data.txt"
    source.write_bytes(around.replace("{}", plain(id='a, ]}[{" \\')).encode())
    assert ingest(store, source).layout == "array"
    assert json.loads(store.value("select id from instance")) == 'a, ]}[{" \\'


def test_ingest__warnings(store: Store, tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "here.jpg").write_bytes(b"picture")
    source = array(
        tmp_path,
        json.dumps({"id": 1, "image": "here.jpg", "conversations": turns("<image>\nWhat?", "That.")}),
        json.dumps({"id": 1, "image": "gone.jpg", "conversations": turns("<image>\nWhat?", "That.")}),
        json.dumps(
            {
                "id": 2,
                "image": ["here.jpg", "no/such.jpg", "./here.jpg"],
                "conversations": turns("<image>What?", "That."),
            }
        ),
        json.dumps({"id": 3, "image": "https://example.org/a.jpg", "conversations": turns("<image>\nWhat?")}),
        json.dumps({"id": 4, "conversations": turns("<image>\nWhat?", "That.")}),
    )
    report = ingest(store, source, tmp_path / "images")
    assert store.rows("select instance, missing from instance order by 1") == [(0, 0), (1, 1), (2, 1), (3, 1), (4, 0)]
    assert report.warnings == {
        "image_missing": 3,
        "image_address": 1,
        "repeated_ids": 1,
        "marker_mismatch": 2,
        "nobody_answers": 1,
    }
    assert report.text_only == 1


def test_ingest__without_image_folder(store: Store, tmp_path: Path) -> None:
    report = ingest(store, array(tmp_path, plain(image="a.jpg"), plain()))
    assert report.warnings == {"no_image_folder": 1, "marker_mismatch": 1}
    assert store.rows("select missing from instance") == [(None,), (None,)]


def test_ingest__link_inside_the_folder_is_fine(store: Store, tmp_path: Path) -> None:
    (tmp_path / "images" / "real").mkdir(parents=True)
    (tmp_path / "images" / "real" / "a.jpg").write_bytes(b"picture")
    (tmp_path / "images" / "linked").symlink_to(tmp_path / "images" / "real")
    (tmp_path / "folder").symlink_to(tmp_path / "images")
    report = ingest(store, array(tmp_path, plain(image="linked/a.jpg")), tmp_path / "folder")
    assert (report.instances, report.rejected) == (1, {})
    assert store.value("select missing from instance") == 0


@pytest.mark.parametrize("row", [{"position": 2}, {"image": "a.jpg"}, {"id": "x"}])
def test_ingest__objects_beside_the_dataset(row: dict, store: Store, tmp_path: Path) -> None:
    source = array(tmp_path, plain(id=1, image="b.jpg"), "null", plain(id="x", image="a.jpg"))
    beside = tmp_path / "objects.jsonl"
    beside.write_text(
        json.dumps({**row, "objects": ["cat", {"name": "sofa", "bbox": [1, 2]}, " cat "]})
        + "\n"
        + json.dumps({"image": "nobody.jpg", "objects": ["dog"]})
        + "\nnot json\n"
    )
    report = ingest(store, source, objects=beside)
    assert store.rows("select instance, object from annotation order by all") == [(2, "cat"), (2, "sofa")]
    assert (report.warnings["objects_unread"], report.warnings["objects_unmatched"]) == (1, 1)
    assert report.annotations == 2


@pytest.mark.parametrize(
    "objects",
    [
        ["cat", "sofa", "cat"],
        [{"name": "cat"}, {"name": "sofa"}],
        [{"label": "cat", "bbox": [1, 2.5]}, {"label": "sofa"}, {"score": 1}],
        [{"category": "cat"}, "sofa", {"category_id": 3}],
    ],
)
@pytest.mark.parametrize("key", ["objects", "annotations"])
def test_ingest__objects_in_the_record(key: str, objects: list, store: Store, tmp_path: Path) -> None:
    ingest(store, array(tmp_path, plain(), plain(**{key: objects})))
    assert store.rows("select instance, object from annotation order by all") == [(1, "cat"), (1, "sofa")]


def test_ingest__objects_that_say_nothing_are_refused(store: Store, tmp_path: Path) -> None:
    beside = tmp_path / "objects.jsonl"
    beside.write_text('{"images": [], "annotations": [{"category_id": 1}]}\n')
    with pytest.raises(AdrError, match="no object annotations"):
        ingest(store, array(tmp_path, plain()), objects=beside)
    assert store.value("select count(*) from instance") == 0


def test_ingest__asks_before_replacing(store: Store, tmp_path: Path) -> None:
    ingest(store, array(tmp_path, plain(id=1), "null"))
    with pytest.raises(AdrError, match="already"):
        ingest(store, array(tmp_path, plain(id=2)))
    assert store.value("select id from instance") == "1"
    ingest(store, array(tmp_path, plain(id=2), plain(id=3)), replace=True)
    assert store.rows("select id from instance order by 1") == [("2",), ("3",)]


def test_ingest__replacing_clears_all_that_was_made(store: Store, tmp_path: Path) -> None:
    ingest(store, array(tmp_path, plain(id=1), "null", plain(objects=["cat"])))
    tables = {name for (name,) in store.rows("select table_name from duckdb_tables() where not internal")}
    assert {"run", "decision", "posting", "entity", "plan", "candidate", "verdict", "export"} < tables
    store.execute("insert into perspective (number, name) values (4, 'source')")
    for table in tables - {"meta", "perspective"}:
        column = store.value(
            "select column_name from duckdb_columns() where table_name = $1 "
            "and data_type in ('INTEGER', 'BIGINT', 'VARCHAR') limit 1",
            [table],
        )
        store.execute(f'insert into "{table}" ("{column}") values (77)')
    ingest(store, array(tmp_path, plain(id=2)), replace=True)
    left = {table for table in tables if store.value(f'select count(*) from "{table}"')}
    assert left == {"meta", "job", "source", "instance", "perspective"}
    assert [name for (name,) in store.rows("select name from perspective order by number")] == list(PAPER_NAMES)


def test_ingest__replacing_sets_old_files_aside(tmp_path: Path) -> None:
    workspace = Workspace.at(tmp_path / "w")
    (workspace.plans / "1").mkdir()
    (workspace.images / "p1-00000-0.png").write_bytes(b"mine")
    with closing(Store(workspace.database)) as store:
        ingest(store, array(tmp_path, plain(id=1)))
        assert (workspace.plans / "1").is_dir()
        ingest(store, array(tmp_path, plain(id=2)), replace=True)
    assert list(workspace.plans.iterdir()) == list(workspace.images.iterdir()) == []
    (kept,) = (workspace.folder / "replaced").iterdir()
    assert (kept / "images" / "p1-00000-0.png").read_bytes() == b"mine"
    assert (kept / "plans" / "1").is_dir()


@pytest.mark.parametrize("stop", range(1, 4))
def test_ingest__cancel_leaves_nothing(stop: int, store: Store, tmp_path: Path) -> None:
    calls = 0

    def progress(done: int, total: int | None, message: str) -> None:
        nonlocal calls
        calls += 1
        if calls == stop:
            raise Cancelled()

    source = array(tmp_path, plain(id=1, image="a.jpg"))
    with pytest.raises(Cancelled):
        ingest(store, source, tmp_path, progress=progress)
    assert store.value("select count(*) from source") + store.value("select count(*) from instance") == 0
    assert ingest(store, source, tmp_path).instances == 1


def test_ingest__a_block_leaves_no_memory_behind(store: Store) -> None:
    def taken(writer: Writer) -> int:
        return int(writer.value("select sum(memory_usage_bytes) from duckdb_memory()"))

    with store.atomic() as writer:
        reading, after = BlockReading(writer, IngestOptions()), []
        for position in range(60):
            reading.take(Block(position, [plain(id=str(position)).encode()], 0))
            after.append(taken(writer))
    assert store.value("select count(*) from instance") == 60
    assert after[59] - after[9] < 512 << 10  # a temporary table for each block would take 1 MB for these 50


def test_ingest__report_tells_hash_and_size(store: Store, tmp_path: Path) -> None:
    import hashlib

    source = array(tmp_path, plain(id=1))
    report = ingest(store, source)
    assert isinstance(report, IngestReport)
    assert report.sha256 == hashlib.sha256(source.read_bytes()).hexdigest()
    assert report.bytes == source.stat().st_size


# Laws.

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
odd_texts = ["What?", " ", "", "<image>\nIs it?", 'a "b" \\ c', "é\u00a0😀", "\x00x", ",]", "x\ty"]
odd_texts += ["<image1>", "<img>a.jpg</img>", "<video>"]
texts = st.sampled_from(odd_texts) | st.text(max_size=6)
objects = st.sampled_from(["cat", " ", "dog ", {"name": "cow"}, {"label": "cow", "name": "x"}, 3])
paths = st.sampled_from(["a.jpg", "../a.jpg", "/a.jpg", "b/c.jpg", "", "C:\\a", "a\x00", "~", "..", "..a", "a/..\n"])
turn = st.fixed_dictionaries(
    {},
    optional={
        "from": st.sampled_from(["human", "gpt", "system", "narrator", 3]),
        "value": texts | values,
        "role": st.sampled_from(["user", "assistant"]),
        "content": texts,
        "extra": values,
    },
)
good_turn = st.fixed_dictionaries({"from": st.sampled_from(["human", "gpt", "system"]), "value": texts})
record = st.fixed_dictionaries(
    {},
    optional={
        "id": st.integers() | st.text(max_size=5) | st.none() | st.floats(allow_nan=False),
        "image": paths | st.lists(paths | st.none(), max_size=2) | st.none() | values,
        "images": st.lists(paths, max_size=2),
        "objects": st.lists(objects, max_size=3),
        "conversations": st.lists(good_turn, max_size=3) | st.lists(good_turn | turn | values, max_size=3),
        "extra": values,
        "system": texts,
    },
)
struct = st.fixed_dictionaries({}, optional={"path": paths | st.none(), "bytes": st.none() | st.just("x")})
media = {
    "image": paths | struct | st.lists(struct | st.none(), max_size=2),
    "images": st.lists(struct | paths | st.none(), max_size=2),
    "id": st.integers(),
    "video": st.none() | paths,
}
spoken = st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant", "User"]), "content": texts})
text_pair = st.fixed_dictionaries({"user": texts, "assistant": texts}, optional={"extra": values})
shaped = st.one_of(
    st.fixed_dictionaries({"messages": st.lists(spoken, max_size=3)}, optional=media),
    st.fixed_dictionaries({"conversations": st.lists(spoken, max_size=3)}, optional=media),
    st.fixed_dictionaries({"texts": st.lists(text_pair | values, max_size=3)}, optional=media),
    st.fixed_dictionaries({"texts": st.lists(text_pair, min_size=1, max_size=3)}, optional=media),
    *(
        st.fixed_dictionaries(
            {asks: texts, answers: texts | st.integers()},
            optional={**media, "history": st.none() | st.lists(st.tuples(texts, texts)), "chosen": texts | st.none()},
        )
        for asks, answers in (
            ("question", "answer"),
            ("query", "response"),
            ("prefix", "suffix"),
            ("instruction", "output"),
            ("prompt", "completion"),
        )
    ),
    st.fixed_dictionaries({"image": paths, "caption": texts}, optional={"question": texts | st.none()}),
)


def assert_read_alike(store: Store, path: Path, raw: list[str], lines: bool, place: bool = False) -> None:
    """SQL and Python read the same from these records; a refused one stands before them, so that some file is read."""
    path.write_bytes(("{}\n" + "\n".join(raw) if lines else "[{},\n" + ",\n".join(raw) + "]").encode())
    raw = ["{}", *raw]
    ingest(store, path, replace=True, place_markers=place)
    taken = {row[0]: row for row in store.rows("select instance, id, images, turns, raw, videos from instance")}
    odd: dict[int, set[str]] = {}
    for instance, kind in store.rows("select instance, kind from oddity"):
        odd.setdefault(instance, set()).add(kind)
    rejected = dict(store.rows("select position, reason from rejected"))
    named: dict[int, set[str]] = {}
    for instance, name in store.rows("select instance, object from annotation"):
        named.setdefault(instance, set()).add(name)
    for position, text in enumerate(raw):
        read = read_record(text.encode(), IngestOptions(place_markers=place))
        if not isinstance(read, Conversation):
            assert rejected[position] == read.reason
            continue
        images, own_videos = (
            [relative(name, None) if re.search(WRITTEN, name) else name for name in names]
            for names in (read.images, read.videos)
        )
        if None in (*images, *own_videos):
            assert rejected[position] == "unsafe_path"
            continue
        _, own_id, taken_images, said, kept, videos = taken[position]
        assert (videos, odd.get(position, set())) == (own_videos, set(read.oddities))
        assert kept == text
        assert taken_images == images
        assert [(turn["role"], turn["text"]) for turn in said] == read.turns
        assert named.get(position, set()) == set(read.objects)
        assert (own_id is None) == (read.id is None)
        assert own_id is None or read.id is None or json.loads(own_id) == json.loads(read.id)
    assert len(taken) + len(rejected) == len(raw)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(record | values | shaped, min_size=1, max_size=12), st.booleans(), st.booleans(), st.booleans())
def test_ingest__sql_reads_what_python_reads(
    tmp_path_factory: pytest.TempPathFactory,
    shared_store: Store,
    records: list,
    ascii_only: bool,
    lines: bool,
    place: bool,
) -> None:
    raw = [json.dumps(value, ensure_ascii=ascii_only) for value in records] + [plain(id="last")]
    raw = [text for text in raw if not any(0xD800 <= ord(character) < 0xE000 for character in text)]
    assert_read_alike(shared_store, tmp_path_factory.getbasetemp() / "law.json", raw, lines, place)


def an_object(*pairs: tuple[str, str]) -> str:
    """JSON text of an object with these keys, which may repeat, and values as JSON text."""
    return "{" + ",".join(f'"{key}":{value}' for key, value in pairs) + "}"


def pairs_of(keys: list[str], values: list[str], least: list[tuple[str, str]]) -> st.SearchStrategy:
    """Objects with at least the keys of `least`, in any order and each as often as it comes."""
    drawn = st.lists(st.tuples(st.sampled_from(keys), st.sampled_from(values)), max_size=3)
    return drawn.flatmap(lambda more: st.permutations([*least, *more])).map(lambda pairs: an_object(*pairs))


says = ['"gpt"', '"human"', '"system"', '"Yes."', '" "', "null"]
repeating_turn = pairs_of(["from", "value", "odd", "fr\\u006fm"], says, [("from", '"human"'), ("value", '"What?"')])
repeating_thing = pairs_of(["name", "label", "x"], ['"cat"', '"dog"', "1", "null"], [("name", '"bus"')])
repeating_record = st.tuples(
    st.lists(repeating_turn, min_size=1, max_size=3), st.lists(repeating_thing | st.just('"sofa"'), max_size=2)
).flatmap(
    lambda drawn: pairs_of(
        ["id", "image", "conversations", "objects", "odd"],
        ['"a"', '"b.jpg"', "[]", "null"],
        [("conversations", f"[{','.join(drawn[0])}]"), ("objects", f"[{','.join(drawn[1])}]")],
    )
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(repeating_record, min_size=1, max_size=12))
@example(
    [
        '{"conversations":[{"from":"gpt","from":"human","value":"What?"},{"from":"gpt","value":"That.","odd":"x"}]}',
        '{"conversations":[{"from":"human","value":"What?"}],"objects":[{"name":"cat","name":"dog"},{"x":1}]}',
    ]
)
def test_ingest__a_repeated_key_means_its_last_value(
    tmp_path_factory: pytest.TempPathFactory, shared_store: Store, records: list[str]
) -> None:
    path = tmp_path_factory.getbasetemp() / "repeated.json"
    assert_read_alike(shared_store, path, [*records, plain(id="last")], lines=True)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(values | st.text(alphabet='\\"[]{},ab', max_size=9), max_size=8),
    st.integers(1, 40),
    st.sampled_from([",", " ,\n", ",\t"]),
    st.sampled_from([None, 1]),
)
def test_records__are_the_bytes_between_the_commas(
    tmp_path_factory: pytest.TempPathFactory, records: list, block: int, comma: str, indent: int | None
) -> None:
    texts = [json.dumps(value, indent=indent).encode() for value in records]
    path = tmp_path_factory.getbasetemp() / "records.json"
    path.write_bytes(b" [" + comma.encode().join(texts) + b"\n] ")
    read = list(Records(look_at(path), block=block))
    assert [text for block_ in read for text in block_.texts] == texts
    assert [block_.position for block_ in read] == [sum(len(b.texts) for b in read[:n]) for n in range(len(read))]


def test_records__one_that_does_not_end_is_named_soon(tmp_path: Path) -> None:
    path = tmp_path / "open.json"
    path.write_text('[{"a": 1}, {"b": "open, ' + "x" * 5000 + ", " * 5000)
    with pytest.raises(AdrError, match=r"record 1 \(from byte 10\) does not end"):
        list(Records(look_at(path), block=64, largest=1024))
