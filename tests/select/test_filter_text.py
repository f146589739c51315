"""A filter as text: reading what was written gives the same tree; errors point at the place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adr.candidate_flags import CANDIDATE_FLAGS
from adr.errors import AdrError
from adr.instance_kinds import INSTANCE_KINDS
from adr.perspectives import PAPER_NAMES
from adr.reject_reasons import REJECT_REASONS
from adr.select.filter_text import DEEPEST, parse, to_text
from adr.select.filter_tree import (
    AllOf,
    AnyOf,
    AtPosition,
    DecidedBy,
    DecidedFor,
    FromSource,
    HasAgreement,
    HasAny,
    HasEntity,
    HasLanguage,
    HasLeak,
    HasPictureFault,
    HasPictureSize,
    HasQuantity,
    HasTag,
    IsParent,
    LooksLike,
    MatchesPattern,
    NotSo,
    OfKind,
    ParentOfFlagged,
    ParentOfJudged,
    ParentOfRejected,
    SavedAs,
    SaysPhrase,
    WithOwnId,
    all_of,
    any_of,
)
from adr.select.filter_words import in_words

texts = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12) | st.sampled_from(
    ["and", "not", "a b", 'say "x"', "back\\slash", "\\n", "(", "#5", "7", "/x/", "turns>4", "fire hydrant", "run:2"]
)
columns = st.sampled_from(["column:category", "column:my cat", "column:a:b", 'column:"', "column:(x)"])
where = st.sampled_from(["question", "answer", "either"])
numbers = st.integers(0, 2**31 - 1)
conditions = st.one_of(
    st.builds(AtPosition, numbers),
    st.builds(WithOwnId, texts),
    st.builds(HasAny, st.sampled_from([*PAPER_NAMES, "source"]) | columns),
    st.builds(HasEntity, st.sampled_from([*PAPER_NAMES, "source", "style", "length", "size"]) | columns, texts),
    st.builds(SaysPhrase, where, texts),
    st.builds(MatchesPattern, where, st.sampled_from(["a", "a b", r"\/", r"a\/b[c]", r"(x|y)+", r"\.", '"', ")"][:-1])),
    st.builds(DecidedBy, numbers, st.booleans()),
    st.builds(DecidedFor, numbers, st.sampled_from(["over_cap", "passes"])),
    st.builds(OfKind, st.sampled_from(INSTANCE_KINDS)),
    st.builds(HasQuantity, st.sampled_from(["turns", "words"]), st.sampled_from(["<", "<=", "=", ">=", ">"]), numbers),
    st.builds(HasPictureFault, st.sampled_from(["dark", "odd_aspect"])),
    st.builds(
        HasPictureSize,
        st.sampled_from(["width", "height", "aspect"]),
        st.sampled_from(["<", "<=", "=", ">=", ">"]),
        st.integers(0, 9_999_999).map(lambda thousandths: thousandths / 1000),
    ),
    st.builds(HasAgreement, st.sampled_from(["<", ">="]), st.integers(0, 1000).map(lambda n: n / 1000)),
    st.builds(HasLeak),
    st.builds(IsParent),
    st.builds(ParentOfJudged, st.sampled_from(["accepted", "rejected", "unsure", "undecided"])),
    st.builds(ParentOfRejected, st.sampled_from(list(REJECT_REASONS))),
    st.builds(ParentOfFlagged, st.sampled_from(list(CANDIDATE_FLAGS))),
    st.builds(HasLanguage, st.sampled_from(["zh", "en", "und"])),
    st.builds(FromSource, texts),
    st.builds(LooksLike, numbers),
    st.builds(SavedAs, texts),
    st.builds(HasTag, texts),
)
filters = st.recursive(
    conditions,
    lambda part: st.one_of(
        st.builds(NotSo, part),
        st.lists(part, min_size=2, max_size=4).map(all_of),
        st.lists(part, min_size=2, max_size=4).map(any_of),
    ),
    max_leaves=10,
)


@given(filters)
def test_parse__reads_what_was_written_to_the_same_tree(tree):
    text = to_text(tree)
    assert parse(text) == tree
    assert to_text(parse(text)) == text
    assert in_words(tree)


@given(st.text(st.sampled_from('()"/\\#:<>= andortuswk4') | st.characters(exclude_categories=()), max_size=30))
def test_parse__anything_is_a_tree_or_an_error_that_a_user_can_mend(text):
    try:
        tree = parse(text)
    except AdrError as error:
        assert error.sentence.endswith(".") and error.next_step
    else:
        assert parse(to_text(tree)) == tree


DOG, CAT, BUS = (HasEntity("object", name) for name in ("dog", "cat", "bus"))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("object:dog or object:cat and object:bus", AnyOf((DOG, AllOf((CAT, BUS))))),
        ("(object:dog or object:cat) and object:bus", AllOf((AnyOf((DOG, CAT)), BUS))),
        ("object:dog and (object:cat and object:bus)", AllOf((DOG, CAT, BUS))),
        ("NOT object:dog AND object:cat", AllOf((NotSo(DOG), CAT))),
        ("not(object:dog)", NotSo(DOG)),
        ("object:dog object:cat", AllOf((DOG, CAT))),
        ("500", AtPosition(500)),
        ('"500"', SaysPhrase("either", "500")),
        ("co-occurrence:cat", HasEntity("co_occurrence", "cat")),
        ("missing", OfKind("image_missing")),
        ("turns > 4", HasQuantity("turns", ">", 4)),
        ("leaked", HasLeak()),
        ("candidate:*", IsParent()),
        ("Candidate:Rejected", ParentOfJudged("rejected")),
        ("candidate:rejected reason:malformed", ParentOfRejected("malformed")),
        ("candidate:rejected malformed", AllOf((ParentOfJudged("rejected"), SaysPhrase("either", "malformed")))),
        ("candidate:near-duplicate", ParentOfFlagged("near_duplicate")),
        ("(candidate:dark) dark", AllOf((ParentOfFlagged("dark"), HasPictureFault("dark")))),
        ("agreement < 0.5", HasAgreement("<", 0.5)),
        ("odd-aspect", HasPictureFault("odd_aspect")),
        ("aspect<0.25", HasPictureSize("aspect", "<", 0.25)),
        ("turns", SaysPhrase("either", "turns")),
        ("object:*", HasAny("object")),
        ('object:"*"', HasEntity("object", "*")),
        ("object:*t", HasEntity("object", "*t")),
        ("column:kind:*", HasAny("column:kind")),
        ('column:"my cat":x', HasEntity("column:my cat", "x")),
        ("source:coco/train2017", HasEntity("source", "coco/train2017")),
        ("question:what", SaysPhrase("question", "what")),
        (r"answer:/a\/b/", MatchesPattern("answer", r"a\/b")),
    ],
)
def test_parse__by_hand(text, tree):
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The filter is empty."),
        ("object:dog and", "The filter cannot be read at its end: a condition is missing here."),
        ("or object:dog", "The filter cannot be read at character 1 ('or object:dog'): a condition is missing here."),
        ("(object:dog", "The filter cannot be read at character 1 ('(object:dog'): this bracket is not closed."),
        ("object:dog)", "The filter cannot be read at character 11 (')'): this bracket closes nothing."),
        ("object:", "The filter cannot be read at its end: a value is missing here."),
        ("dog and thing:cat", "The filter cannot be read at character 9 ('thing:cat'): there is no 'thing'."),
        ('say "red', "The filter cannot be read at character 5 ('\"red'): these quotes are not closed."),
        ('""', "The filter cannot be read at character 1 ('\"\"'): there is nothing between these quotes."),
        ("#x", "The filter cannot be read at character 1 ('#x'): a whole number must follow #."),
        (
            "turns>many",
            "The filter cannot be read at character 1 ('turns>many'): a comparison with a number is expected.",
        ),
        ("run:two", "The filter cannot be read at character 5 ('two'): the number of a run is expected."),
        ("run:2 and dog", "The filter cannot be read at character 7 ('and dog'): what the run decided is expected."),
        (
            "candidate:good",
            "The filter cannot be read at character 11 ('good'): a verdict on a candidate or a flag of one is "
            "expected.",
        ),
        ("candidate:", "The filter cannot be read at its end: a verdict on a candidate or a flag of one is expected."),
        (
            "candidate:rejected reason:ugly",
            "The filter cannot be read at character 27 ('ugly'): the reason of a rejected candidate is expected.",
        ),
        (
            "/[a/",
            "The filter cannot be read at character 1 ('/[a/'): this regular expression cannot be read (missing ]: "
            "[a).",
        ),
        ("/a", "The filter cannot be read at character 1 ('/a'): this regular expression is not closed or empty."),
        ("#99999999999", "The filter cannot be read at character 2 ('99999999999'): this number is too large."),
    ],
)
def test_parse__errors_point_at_the_place(text, sentence):
    with pytest.raises(AdrError) as error:
        parse(text)
    assert error.value.sentence == sentence and error.value.next_step


def test_parse__too_long_or_too_deep():
    with pytest.raises(AdrError, match="The filter has 2,001 characters"):
        parse("a" * 2001)
    assert parse("(" * DEEPEST + "dog" + ")" * DEEPEST) == SaysPhrase("either", "dog")
    with pytest.raises(AdrError, match="too many brackets"):
        parse("not " * (DEEPEST + 1) + "dog")


def test_in_words__by_hand():
    tree = parse('object:dog and not (person or "red car") run:2 dropped words<=100')
    assert in_words(tree) == (
        "object “dog” and not (a question or answer says “person” or a question or answer says “red car”) "
        "and dropped by run 2 and at most 100 words"
    )


def test_in_words__candidates_by_hand():
    tree = parse("candidate:rejected and not candidate:near_duplicate or candidate:undecided or candidate:*")
    assert in_words(tree) == (
        "(parent of a rejected candidate and not parent of a candidate flagged “near duplicate”) "
        "or parent of a candidate without a verdict or parent of a candidate"
    )
    assert in_words(parse("candidate:rejected reason:off_style")) == (
        "parent of a rejected candidate (unlike the rest of the dataset)"
    )
