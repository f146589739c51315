"""Cases from the field: what the index reads in them, instance by instance."""

from pathlib import Path

import pytest

from adr.index.index import IndexReport, index
from adr.ingest.ingest import ingest
from adr.store import Store

CASES = Path(__file__).parents[3] / "shared" / "cases"


def read(case: str) -> tuple[Store, IndexReport]:
    """The case as it stands, indexed as it is by default."""
    path = CASES / case / "data.json"
    if not path.is_file():
        pytest.skip("the cases are not here")
    store = Store.memory()
    ingest(store, path)
    return store, index(store)


def named(store: Store, perspective: str) -> dict[int, list[str]]:
    """The names of each instance that has any."""
    return dict(
        store.rows(
            """select instance, list(name order by name) from posting join entity using (entity)
            where entity.perspective = perspective_number($1) group by instance order by instance""",
            [perspective],
        )
    )


def test_refcoco_box__the_box_is_no_object() -> None:
    """Four rows, too few for a template."""
    store, _ = read("refcoco-box")
    assert named(store, "object") == {0: ["man"], 1: ["bag", "woman"], 2: ["zebra"], 3: ["fence", "giraffe"]}
    assert named(store, "interrogation") == {
        0: ["locate"],
        1: ["describe region"],
        2: ["describe region"],
        3: ["locate"],
    }


def test_template_everywhere__do_not_add_is_no_question() -> None:
    """Six rows, too few for a template; the "keyboard" of "keyboard problem" is no object all the same."""
    store, _ = read("template-everywhere")
    assert named(store, "object") == {}
    assert named(store, "interrogation") == {n: ["compare", "output"] for n in range(6)}


def test_grounding_tokens__nouns_inside_marks_count_and_marks_do_not() -> None:
    store, _ = read("grounding-tokens")
    assert named(store, "token") == {
        0: ["picture", "sheep"],
        1: ["bench", "umbrella"],
        2: ["answer", "bus", "json"],
        3: ["bounding box", "kite", "man", "region", "sentence"],
        4: ["detail", "hangar", "picture", "plane"],
        5: ["action", "gear", "setting"],
        6: ["mug"],
    }
    assert named(store, "object") == {
        0: ["sheep"],
        1: ["bench", "umbrella"],
        2: ["bus"],
        3: ["kite", "man"],
        4: ["airplane"],
        5: ["gear"],
        6: ["mug"],
    }
    assert named(store, "interrogation")[4] == ["describe"]


def test_captions_markup__nouns_of_the_prose() -> None:
    store, _ = read("captions-markup")
    assert named(store, "token") == {
        0: ["chart", "cost", "revenue", "sale", "summary", "year"],
        1: ["formula", "latex"],
        2: ["html", "page", "price"],
        3: ["acme", "text", "whisky", "year"],
        4: ["beach", "photo"],
        5: ["code", "python"],
    }


def test_languages__says_how_many_and_breaks_no_words() -> None:
    """Chinese, Japanese, Korean, Russian and Spanish have readers here; Arabic and Hindi have none."""
    store, report = read("languages")
    assert report.languages == {"ar": 2, "en": 4, "es": 2, "hi": 2, "ja": 2, "ko": 2, "ru": 2, "zh": 2}
    assert report.unread_turns == {"ar": 2, "hi": 2} and report.unread == 2
    assert named(store, "token") == {
        0: ["橘猫", "沙发", "照片"],
        1: ["公園", "写真", "犬"],
        2: ["고양이", "사진", "소파"],
        4: ["пляж", "собака", "фото"],
        6: ["dog", "sofa"],
        7: ["foto", "pelota", "perro", "playa"],
        8: ["exit", "sign", "station"],
    }


def test_all_not_english__is_read() -> None:
    store, report = read("all-not-english")
    assert report.languages == {"zh": 4} and report.unread == 0
    assert named(store, "token") == {0: ["橘猫", "沙发", "照片"], 1: ["墙边", "照片", "自行车"]}


def test_show_is_a_verb() -> None:
    store, _ = read("show-is-a-verb")
    assert named(store, "token") == {
        0: ["image", "lake"],
        1: ["chart", "coffee", "sale"],
        2: ["house", "picture", "roof"],
    }


def test_senses_of_medicine__a_history_is_no_family() -> None:
    """The index takes a word for its thing; `doubtful_senses` names those that are something else in this corpus."""
    store, _ = read("senses-of-medicine")
    assert named(store, "interrogation") == {0: ["be there"], 1: ["generate"], 2: ["be there"]}
    assert named(store, "object")[0] == ["cup", "family", "field", "goal", "sign"]
