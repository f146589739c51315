"""Index: five instances written out, and the laws of postings."""

from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adr.draws import draw_key
from adr.errors import AdrError
from adr.index.co_occurrence import pairs
from adr.index.index import index
from adr.index.words import cut
from adr.progress import Cancelled
from adr.store import Store

FIVE: dict[int, list[tuple[str, str]]] = {
    0: [("human", "<image>\nWhat color is the bus?"), ("gpt", "Red. Two men and a dog wait near the bus.")],
    1: [("human", "Is there a dog?"), ("gpt", "No, a cat on a couch.")],
    2: [
        ("human", "How many cats are there?"),
        ("gpt", "Two cats."),
        ("human", "Where is the fire hydrant?"),
        ("gpt", "Near the dogs."),
    ],
    5: [("human", "Describe the man."), ("gpt", "Kaplan"), ("human", "What man?"), ("gpt", "A man with a bike.")],
    9: [("human", "ماذا في الصورة؟"), ("gpt", "قطة سوداء على الكرسي.")],
}
TEXT_ONLY = {100}


def store_with(turns: dict[int, list[tuple[str, str]]], annotations: list[tuple[int, str]] = []) -> Store:  # noqa: B006
    store = Store.memory()
    talk = pa.list_(pa.struct([("role", pa.string()), ("text", pa.string())]))
    with store.atomic() as writer:
        conversations = [[{"role": role, "text": text} for role, text in each] for each in turns.values()]
        writer.insert(
            "instance",
            pa.table(
                {
                    "instance": pa.array(list(turns), pa.int32()),
                    "images": pa.array(
                        [[] if each in TEXT_ONLY else ["a.jpg"] for each in turns], pa.list_(pa.string())
                    ),
                    "turns": pa.array(conversations, talk),
                }
            ),
        )
        writer.insert(
            "annotation",
            pa.table(
                {
                    "instance": pa.array([instance for instance, _ in annotations], pa.int32()),
                    "object": pa.array([name for _, name in annotations], pa.string()),
                }
            ),
        )
    return store


def postings(store: Store, perspective: str) -> dict[str, list[int]]:
    """Entity → its instances, in the order of the entities."""
    rows = store.rows(
        """
        select name, list(instance order by instance) from entity join posting using (entity)
        where entity.perspective = perspective_number($1) and posting.perspective = entity.perspective
        group by entity, name order by entity
    """,
        [perspective],
    )
    return dict(rows)


def test_index__five_instances() -> None:
    store = store_with(FIVE)
    report = index(store)
    assert postings(store, "token") == {
        "dog": [0, 1, 2],
        "cat": [1, 2],
        "man": [0, 5],
        "bike": [5],
        "bus": [0],
        "color": [0],
        "couch": [1],
        "fire hydrant": [2],
        "kaplan": [5],
    }
    assert postings(store, "object") == {
        "cat": [1, 2],
        "dog": [0, 2],
        "man": [0, 5],
        "bicycle": [5],
        "bus": [0],
        "fire hydrant": [2],
        "sofa": [1],
    }
    assert postings(store, "co_occurrence") == {
        "bicycle + man": [5],
        "bus + dog": [0],
        "bus + man": [0],
        "cat + dog": [2],
        "cat + fire hydrant": [2],
        "cat + sofa": [1],
        "dog + fire hydrant": [2],
        "dog + man": [0],
    }
    assert postings(store, "interrogation") == {
        "be there": [1],
        "describe": [5],
        "how many": [2],
        "what color": [0],
        "what man": [5],
        "where": [2],
    }
    assert report.postings == {"token": 13, "object": 10, "co_occurrence": 8, "interrogation": 6}
    assert report.entities == {"token": 9, "object": 7, "co_occurrence": 8, "interrogation": 6}
    assert (report.instances, report.unread, report.objects_from) == (5, 1, "text")
    assert report.languages == {"en": 12, "ar": 2} and report.unread_turns == {"ar": 2}
    assert "1 of 5 instances" in report.notices[0] and "2 turns in Arabic" in report.notices[0]


def test_index__entities_are_numbered_by_perspective_count_and_name() -> None:
    store = store_with(FIVE)
    index(store)
    rows = store.rows("select entity, perspective_name(perspective), name, n, draw_key from entity order by entity")
    assert [row[0] for row in rows] == list(range(30))
    order = ["token", "object", "co_occurrence", "interrogation"]
    assert rows == sorted(rows, key=lambda row: (order.index(row[1]), -row[3], row[2]))
    assert all(row[4] == draw_key(row[1], row[2]) for row in rows)


def test_index__pairs_point_at_their_objects() -> None:
    store = store_with(FIVE)
    index(store)
    rows = store.rows("""
        select pair.name, perspective_name(a.perspective), a.name || ' + ' || b.name
        from entity pair join entity a on a.entity = pair.first join entity b on b.entity = pair.second
    """)
    assert len(rows) == 8
    assert all(perspective == "object" and name == made for name, perspective, made in rows)


def test_index__postings_are_in_order_and_once() -> None:
    store = store_with(FIVE)
    index(store)
    rows = store.rows("select perspective_name(perspective), instance, entity from posting")
    order = ["token", "object", "co_occurrence", "interrogation"]
    assert rows == sorted(set(rows), key=lambda row: (order.index(row[0]), row[1], row[2]))


def test_index__what_a_question_asks_and_the_answer_denies_is_no_object() -> None:
    question = ("human", "Is there a zebra?")
    store = store_with({0: [question, ("gpt", "No")], 1: [question, ("gpt", "Yes")]})
    index(store)
    assert postings(store, "object") == {"zebra": [1]}
    assert postings(store, "token") == {"zebra": [0, 1]}


def test_index__no_image_no_objects() -> None:
    store = store_with({3: [("human", "What is a zebra?")], 100: [("human", "What is a zebra?")]})
    index(store)
    assert postings(store, "object") == {"zebra": [3]}
    assert postings(store, "token") == {"zebra": [3, 100]}


def test_index__annotations_else_text() -> None:
    store = store_with(FIVE, [(0, "Bus_(vehicle)"), (0, "traffic_lights"), (0, "bus"), (7, "ghost")])
    report = index(store)
    found = postings(store, "object")
    assert (found["bus"], found["traffic light"], found["dog"]) == ([0], [0], [2])
    assert "ghost" not in found and report.objects_from == "annotations, else text"
    assert index(store, objects="annotations").objects_from == "annotations"
    assert postings(store, "object") == {"bus": [0], "traffic light": [0]}
    assert index(store, objects="text").objects_from == "text"
    assert postings(store, "object")["dog"] == [0, 2]


def test_index__text_takes_the_words_of_the_annotations() -> None:
    store = store_with(FIVE, [(0, "couch"), (0, "bike"), (0, "color")])
    index(store)
    found = postings(store, "object")
    assert (found["couch"], found["bike"], found["color"]) == ([0, 1], [0, 5], [0])
    assert "sofa" not in found and "bicycle" not in found


def test_index__replaces_a_former_index_whole() -> None:
    store = store_with(FIVE)
    first = index(store)
    before = store.rows("from entity order by entity"), store.rows("from posting")
    again = index(store)
    assert (again.postings, again.entities) == (first.postings, first.entities)
    assert (store.rows("from entity order by entity"), store.rows("from posting")) == before
    assert store.value("select count(*) from index_made") == 1


def test_index__cancelled_leaves_the_former_index() -> None:
    store = store_with(FIVE)
    index(store)
    before = store.rows("from posting")

    def cancel(done: int, total: int | None, message: str) -> None:
        if message == "Writing postings" and done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        index(store, objects="text", progress=cancel)
    assert store.rows("from posting") == before


def test_index__progress_ends_at_its_total() -> None:
    told: list[tuple[int, int | None, str]] = []
    index(store_with(FIVE), progress=lambda done, total, message: told.append((done, total, message)))
    assert told[0] == (0, 5, "Reading word lists") and (5, 5, "Reading turns") in told
    assert told[-1] == (4, 4, "Writing postings")


def test_index__progress_moves_early_and_batches_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """250 + 500 + 250 of 1,000 instances; the same postings in batches of 7, 14, 28 …"""
    texts, done = list(FIVE.values()), []
    many = {number: texts[number % 5] for number in range(1000)}
    store = store_with(many)
    index(store, progress=lambda n, total, message: done.append(n) if message == "Reading turns" else None)
    assert done == [0, 250, 750, 1000]
    posting, entity = store.rows("from posting"), store.rows("from entity")
    monkeypatch.setattr("adr.index.index.FIRST_BATCH", 7)
    index(store)
    assert posting and (store.rows("from posting"), store.rows("from entity")) == (posting, entity)


@pytest.mark.parametrize(
    "options, sentence",
    [
        ({}, "no instances"),
        ({"objects": "annotations"}, "no object annotations"),
        ({"extractor": "stanza"}, "'stanza'"),
    ],
)
def test_index__errors_are_sentences(options: dict[str, str], sentence: str) -> None:
    store = store_with(FIVE) if options else Store.memory()
    with pytest.raises(AdrError, match=sentence) as error:
        index(store, **options)
    assert error.value.next_step
    assert store.value("select count(*) from posting") == 0


def test_index__nothing_to_find_is_no_error() -> None:
    report = index(store_with({3: [], 4: [("human", "")], 5: [("system", "A dog."), ("human", "?"), ("gpt", "12")]}))
    assert report.postings == {"token": 0, "object": 0, "co_occurrence": 0, "interrogation": 0}
    assert report.notices


@pytest.mark.parametrize(
    "marker",
    [
        "<image1> <image2>",
        "<image_1>",
        "<image 1>",
        "<ImageHere>",
        "<|image|>",
        "<|image_1|>",
        "<IMG_CONTEXT>",
        "<img>coco/train/000123.jpg</img>",
    ],
)
def test_index__markers_in_other_spellings_are_no_words(marker: str) -> None:
    store = store_with({0: [("human", f"{marker}\nWhich kitchen is larger?"), ("gpt", "The one with the oven.")]})
    index(store)
    assert set(postings(store, "token")) == {"kitchen", "oven"}


words = st.lists(
    st.sampled_from(
        [
            "cat",
            "dog",
            "bus",
            "the",
            "park",
            "is",
            "red",
            "What",
            "fire",
            "hydrant",
            "?",
            ".",
            "\n",
            "ß",
            "猫",
            "<image>",
            "12",
            "zebra's",
            "😀",
            "“",
            "x-y",
        ]
    ),
    max_size=8,
).map(" ".join)


@settings(max_examples=12, deadline=None)
@given(
    st.dictionaries(
        st.integers(0, 50),
        st.lists(st.tuples(st.sampled_from(["human", "gpt"]), words), max_size=3),
        min_size=1,
        max_size=4,
    )
)
def test_index__an_instance_has_the_same_entities_alone(turns: dict[int, list[tuple[str, str]]]) -> None:
    turns = dict(sorted(turns.items()))
    together = store_with(turns)
    index(together)
    for instance, talk in turns.items():
        alone = store_with({instance: talk})
        index(alone)
        for perspective in ("token", "object", "co_occurrence", "interrogation"):
            assert set(postings(alone, perspective)) == {
                name for name, where in postings(together, perspective).items() if instance in where
            }
            counts = together.rows(
                "select name, n from entity where perspective = perspective_number($1)", [perspective]
            )
            assert all(len(postings(together, perspective)[name]) == n for name, n in counts)


@given(st.dictionaries(st.integers(0, 9), st.sets(st.integers(0, 99), min_size=1, max_size=90), max_size=5))
def test_pairs__are_all_pairs_of_an_instance(things: dict[int, set[int]]) -> None:
    rows = [(instance, thing) for instance in sorted(things) for thing in sorted(things[instance])]
    instance, key = pairs(np.array([i for i, _ in rows], np.int32), np.array([t for _, t in rows], np.int32))
    made = sorted(zip(instance.tolist(), (key >> 32).tolist(), (key & 0xFFFFFFFF).tolist(), strict=True))
    assert made == sorted((i, a, b) for i in things for a, b in combinations(sorted(things[i]), 2))


@given(st.lists(st.text(alphabet="ab é’-_<>.?猫😀\n 1", max_size=12), max_size=6))
def test_cut__loses_nothing(texts: list[str]) -> None:
    pieces = cut(pa.array(texts, pa.string()))
    made = ["" for _ in texts]
    for code, gap, turn in zip(pieces.code, pieces.gap, pieces.turn, strict=True):
        made[turn] += pieces.gaps[gap] + pieces.words[code]
    for turn, gap in enumerate(pieces.last_gap):
        made[turn] += pieces.gaps[gap]
    blank = [text if turn in pieces.turn else "" for turn, text in enumerate(texts)]
    assert [text for turn, text in enumerate(made) if turn in pieces.turn] == [text for text in blank if text]
