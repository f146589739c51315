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
from adr.select.pattern_words import word_tests
from adr.select.word_cut import WORDS, words
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


PLAIN = (  # without the two letters whose small letters are in ASCII
    *(TALKS[n] for n in (0, 1, 2, 4, 5)),
    [("human", "红 色的car 3 ab"), ("gpt", "abc片 def图\n的  车, 12b")],
    [("human", "ſee Straße 红k ред"), ("gpt", "사람이 있다 รถสีแดง かわいい")],
)
WITHOUT, WITH, PLAIN_WITHOUT, PLAIN_WITH = written(), written(), written(PLAIN), written(PLAIN)
make_word_table(WITH)
make_word_table(PLAIN_WITH)

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
        "的 车",
        "的car",
        "abc片",
        "abc def",
        "片 def图",
        "的  车",
        "람이 있",
        "わい",
        "色的 car",
        "色 的",
        "的\x01车",
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
        r"\d+",
        r"\ba",
        r"\bk\b",
        r"[a-z]{3} \w",
        r"\w+ car\w",
        r"a|red c",
        r"(red|tired) \bcar|色",
        r"s\b",
        r"cars?, [a-c]",
        r"\d\w",
        r"a? car",
        r"[^ ]b",
        r"a b|x y",
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
    assert found_page(PLAIN_WITH, tree, 0, 9) == found_page(PLAIN_WITHOUT, tree, 0, 9)


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
        assert "i.turns" not in found_sql(WITH, tree, words_report(WITH))[0]
        assert "i.turns" in found_sql(WITHOUT, tree, None)[0]


@pytest.mark.parametrize(
    ("tree", "wanted"),
    [
        (SaysPhrase("either", "色的car"), (10,)),
        (SaysPhrase("either", "色的"), (2, 10)),
        (SaysPhrase("either", "的 车"), ()),  # 的车 and 的  车
        (SaysPhrase("either", "abc def"), ()),  # 片 stands between
        (SaysPhrase("answer", "사람이 있"), (12,)),
        (MatchesPattern("either", r"\d+b"), (10,)),
        (MatchesPattern("either", r"a+b? a|tired \w+pet"), (4, 8)),
    ],
)
def test_found_page__from_the_table_alone(tree, wanted):
    assert "i.turns" not in found_sql(PLAIN_WITH, tree, words_report(PLAIN_WITH))[0]
    assert found_page(PLAIN_WITH, tree, 0, 9).positions == wanted


def test_found_page__with_a_table_in_which_letters_are_not_apart():
    store = written(PLAIN)
    make_word_table(store)
    with store.atomic() as writer:  # as it was made before
        writer.execute("delete from word_place where starts_with(word, chr(1)) or word in ('红', '色', 'abc', 'def')")
        writer.execute("insert into word_place values ('红色的车', [2], [1], [], []), ('它是红色', [], [], [2], [9])")
        writer.execute("insert into word_place values ('色的car', [10], [2], [], [])")
        writer.execute("""update words_made set report = '{"instances": 7, "words": 30, "seconds": 1.0}'""")
    assert found_page(store, SaysPhrase("either", "色的"), 0, 9).positions == (2, 10)
    assert found_page(store, MatchesPattern("either", r"\d+b"), 0, 9).positions == (10,)


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("red  car", ["red", "", "car"]),
        ("红色的car abc车", ["红", "\x01色", "\x01的", "\x01car", "abc", "\x01车"]),
        ("红 色", ["红", "色"]),
        ("abc  车 ", ["abc", "", "车", ""]),
        (" 有人", ["", "有", "\x01人"]),
        ("", [""]),
    ],
)
def test_words__the_same_in_sql(text, cut):
    assert words(text) == cut
    assert WITH.value(f"select {WORDS} from (select {{'text': $1}} as turn)", [text]) == cut


@pytest.mark.parametrize(
    ("pattern", "rows"),
    [
        (r"\d+", [[r"\d+"]]),
        ("red (car|bus)", [[r"(?:red)\z", r"\A(?:(car|bus))"]]),
        (r"a of \w+", [[r"(?:a)\z", r"\A(?:of)\z", r"\A(?:\w+)"]]),
        ("[a|b]c|d", [["[a|b]c"], ["d"]]),
        ("red.car", []),  # what may be a blank
        ("red (car|big bus)", []),
        ("[^a]b", []),
        ("^red", []),
        ("a* car", []),  # what may be empty
        (r"red\scar", []),
        ("红色", []),
    ],
)
def test_word_tests__by_hand(pattern, rows):
    assert [[test.text for test in row] for row in word_tests(pattern)] == rows


def test_make_word_table__blocks_cover_all_positions(monkeypatch):
    monkeypatch.setattr(word_table, "BLOCK", 3)
    store = written()
    report = make_word_table(store)
    assert (report.instances, words_report(store)) == (6, report)
    assert store.value("select count(*) from instance_size") == 6
    assert found_page(store, SaysPhrase("either", "car"), 0, 9).positions == (0, 2, 10)
    assert found_page(store, SaysPhrase("either", "红色"), 0, 9).positions == (2,)
    assert found_page(store, SaysPhrase("either", "a b"), 0, 9).positions == (4,)
    assert found_page(store, SaysPhrase("either", "red car"), 0, 9).positions == (10,)


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
