"""The table of words: with it a filter finds what it finds without it, and never of other data than the present."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adr.errors import AdrError
from adr.progress import Cancelled
from adr.select import word_table
from adr.select.filter_tree import HasQuantity, MatchesPattern, NotSo, SaysPhrase, all_of, any_of
from adr.select.find import before, found_page
from adr.select.found_sql import found_sql
from adr.select.pattern_literals import literals
from adr.select.word_table import make_word_table, words_report
from adr.store import Store

TALKS = (
    [("human", "<image>\nIs the scarf RED? Cars"), ("gpt", "A red\tcar, and a red  car.")],
    [("human", "红色的车 and a car"), ("gpt", "它是红色")],
    [("system", "red car"), ("human", "ab a b"), ("gpt", "Bab aB")],
    [("human", "Straße İ K"), ("gpt", "ſee ΣΑΣ รถสีแดง")],
    [("human", ""), ("gpt", None)],
    [("human", "tired carpet"), ("gpt", "colored cars, a-b")],
)


def written(talks=TALKS) -> Store:
    store = Store.memory()
    store.execute("insert into source (path, name, ingested_at) values ('talks', 'talks', timestamp '2026-01-01')")
    for number, turns in enumerate(talks):
        store.execute(
            "insert into instance (instance, images, turns) values ($1, [], $2)",
            [2 * number, [{"role": role, "text": text} for role, text in turns]],
        )
    return store


WITHOUT, WITH = written(), written()
make_word_table(WITH)

where = st.sampled_from(["question", "answer", "either"])
phrases = st.text(st.sampled_from("abred cart,.\t红色รİKkſσΣß-"), min_size=1, max_size=8) | st.sampled_from(
    [
        "red car",
        "red  car",
        " car",
        "car ",
        "car,",
        "cars",
        "a b",
        "aB",
        "色的",
        "的车",
        "<image>",
        " ",
        "red\tcar",
        "image>\nIs",
    ]
)
patterns = st.sampled_from(
    [
        "colou?red",
        "red.+car",
        "(red|tired) car",
        "[rt]ed",
        "(a|b|c|d)(a|b|c|d)",
        "car[s,]",
        "S[eE]E",
        "[ßs]",
        r"\bcar\b",
        "^a",
        "s",
        "see",
        "kk?",
        "k",
        r"[[:alpha:]]b",
        "(a|)b",
        "(ca)+r",
        "红.",
    ]
)
written_patterns = st.recursive(
    st.sampled_from(["a", "R", "ed", "s", "k", " ", ".", "[ar]", "[^s]", "ß", r"\b", "car"]),
    lambda part: st.one_of(
        st.lists(part, min_size=1, max_size=3).map("".join),
        st.lists(part, min_size=1, max_size=3).map(lambda parts: f"({'|'.join(parts)})"),
        st.tuples(part, st.sampled_from(["?", "*", "+", "{2}"])).map(lambda both: f"(?:{both[0]}){both[1]}"),
    ),
    max_leaves=6,
)
conditions = st.one_of(
    st.builds(MatchesPattern, where, written_patterns),
    st.builds(SaysPhrase, where, phrases),
    st.builds(MatchesPattern, where, patterns),
    st.builds(HasQuantity, st.sampled_from(["turns", "words"]), st.sampled_from(["<", ">=", "="]), st.integers(0, 9)),
)
filters = st.recursive(
    conditions,
    lambda part: st.one_of(
        st.builds(NotSo, part),
        st.lists(part, min_size=2, max_size=3).map(all_of),
        st.lists(part, min_size=2, max_size=3).map(any_of),
    ),
    max_leaves=5,
)


@settings(deadline=None, max_examples=400)
@given(filters)
def test_found_page__the_same_with_and_without_the_table(tree):
    assert found_page(WITH, tree, 0, 9) == found_page(WITHOUT, tree, 0, 9)
    assert before(WITH, tree, 4) == before(WITHOUT, tree, 4)


@pytest.mark.parametrize(
    ("tree", "wanted"),
    [
        (SaysPhrase("either", "car"), (0, 2, 10)),
        (SaysPhrase("answer", "red\tcar"), (0,)),
        (SaysPhrase("either", "red car"), (10,)),  # a tab, and two blanks, are no blank
        (SaysPhrase("either", "cars a red"), ()),  # two turns
        (SaysPhrase("either", "红色"), (2,)),
        (SaysPhrase("question", "red car"), (10,)),  # ti-red car-pet
        (HasQuantity("words", "=", 5), (2, 10)),
        (MatchesPattern("either", r"\bcars?\b"), (0, 2, 10)),
    ],
)
def test_found_page__by_hand(tree, wanted):
    assert found_page(WITH, tree, 0, 9).positions == wanted


def test_found_sql__reads_no_text_for_one_word_or_a_size():
    for tree in (SaysPhrase("either", "car"), HasQuantity("words", ">", 100), NotSo(SaysPhrase("answer", "a-b"))):
        assert "i.turns" not in found_sql(WITH, tree, by_words=True)[0]
        assert "i.turns" in found_sql(WITHOUT, tree, by_words=False)[0]


def test_make_word_table__blocks_cover_all_positions(monkeypatch):
    monkeypatch.setattr(word_table, "BLOCK", 3)
    store = written()
    report = make_word_table(store)
    assert (report.instances, words_report(store)) == (6, report)
    assert store.value("select count(*) from instance_size") == 6
    assert found_page(store, SaysPhrase("either", "car"), 0, 9).positions == (0, 2, 10)


def test_words_report__none_when_the_sources_have_changed():
    store = written()
    make_word_table(store)
    store.execute("insert into instance (instance, images, turns) values (20, [], [{'role': 'human', 'text': 'car'}])")
    store.execute("insert into source (path, name, ingested_at) values ('more', 'more', timestamp '2026-01-02')")
    assert words_report(store) is None
    assert found_page(store, SaysPhrase("either", "car"), 0, 9).positions == (0, 2, 10, 20)


def test_make_word_table__cancelled_leaves_none(monkeypatch):
    monkeypatch.setattr(word_table, "BLOCK", 3)
    store = written()
    make_word_table(store)

    def cancel(done, total, message):
        if done:
            raise Cancelled

    with pytest.raises(Cancelled):
        make_word_table(store, cancel)
    assert words_report(store) is None
    assert found_page(store, SaysPhrase("either", "car"), 0, 9).positions == (0, 2, 10)


def test_make_word_table__no_dataset():
    with pytest.raises(AdrError, match="There is no dataset"):
        make_word_table(Store.memory())


@pytest.mark.parametrize(
    ("pattern", "groups"),
    [
        ("Colou?r", (("color", "colour"),)),
        ("red (car|bus)", (("red car", "red bus", "red bu\u017f"),)),  # s also stands for a long s
        (r"red.+(car|bus)\b", (("red",), ("car", "bus", "bu\u017f"))),
        ("c[ao]r", (("car", "cor"),)),
        ("[^a]b[a-c]", (("b",),)),
        ("a|b?", ()),
        ("(?:abc|de+)f", (("abc", "d"), ("f",))),
        ("[abcdefghijklmno]xy", (("xy",),)),
        (r"\d{3}abc", (("abc",),)),
        ("(xy)*", ()),
        ("(xy){2}", (("xy",),)),
        ("[[:alpha:]]a", ()),
        (r"\pLx", ()),
    ],
)
def test_literals__by_hand(pattern, groups):
    assert {frozenset(group) for group in literals(pattern)} == set(map(frozenset, groups))
