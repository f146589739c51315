"""What a filter finds in literal rows: the SQL against a plain evaluation of the tree, and each kind of condition."""

import json
import operator
import re
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adr.errors import AdrError
from adr.select.filter_text import parse, to_text
from adr.select.filter_tree import (
    AllOf,
    AnyOf,
    AtPosition,
    DecidedBy,
    DecidedFor,
    Filter,
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
    MatchesPattern,
    NotSo,
    OfKind,
    ParentOfFlagged,
    ParentOfJudged,
    ParentOfRejected,
    SaysPhrase,
    WithOwnId,
    all_of,
    any_of,
)
from adr.select.find import FoundInstance, before, find, found_page, found_positions
from adr.select.tags import tag, untag
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.features import write_features
from tests.worlds.hand import INSTANCES, POSTINGS, write_instances, write_postings

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "find.md"
# Run 2 on the six instances: (kept, reason). Kinds and languages of the same.
DECISIONS = {
    0: (True, "passes"),
    1: (False, "over_cap"),
    2: (True, "passes"),
    3: (False, "below_min_passes"),
    4: (False, "over_cap"),
    5: (True, "passes"),
}
KINDS = {"text_only": {3}, "image_missing": {4}, "repeated_ids": {1, 2}, "several_images": set()}
LANGUAGES = {"en": {0, 1, 2, 4, 5}, "zh": {3, 5}}
TAGGED = {"odd": {1, 3, 5}, "gone": set()}
# {picture: width, height, faults}; yard.png has no header that can be read, gone.png is not on disk.
PICTURES = {"street.png": (120, 60, ["dark", "tiny"]), "sofa.png": (60, 120, []), "yard.png": (None, None, ["tiny"])}
# A benchmark has the picture of 0 and 5 and the question of 3; that of 1 is a false alarm.
LEAKED = {0, 3, 5}
AGREEMENT = {0: 0.25, 1: 1.0, 4: 0.5}
# (parent, whether it is the best of its slot, its flags, its verdict in force); the fourth was accepted and undone.
CANDIDATES: dict[str, tuple[int | None, bool, list[str], tuple[str, str | None] | None]] = {
    "p1-0-0": (0, True, [], ("accept", None)),
    "p1-1-0": (0, True, ["near_duplicate"], ("reject", "malformed")),
    "p1-2-0": (1, True, ["dark"], ("unsure", None)),
    "p1-3-0": (2, True, [], None),
    "p1-3-1": (4, False, ["lost", "dark"], None),
    "p1-4-0": (None, True, ["flat"], ("reject", "unsafe")),
    "p1-5-0": (5, True, [], ("reject", None)),
}
UNDONE = "p1-3-0"
WORDS = {0: 16, 1: 11, 2: 13, 3: 10, 4: 8, 5: 9}  # of question and answer, counted by hand


def filled() -> Store:
    """The six instances with postings, one run, and languages; one source, 'hand'."""
    store = Store.memory()
    write_instances(store, INSTANCES, missing={4})
    store.execute("update source set name = 'hand'")
    write_postings(store, POSTINGS)
    store.execute("insert into run (run, name) values (2, 'second')")
    for number, (kept, reason) in DECISIONS.items():
        store.execute(
            "insert into decision (run, instance, kept, reason) values (2, $1, $2, $3)", [number, kept, reason]
        )
    for code, numbers in LANGUAGES.items():
        for number in numbers:
            store.execute("insert into turn_language values ($1, $2, 1, 0)", [number, code])
    tag(store, "odd", [1, 3, 5], "Ada")
    tag(store, "gone", [2], "Ada")
    untag(store, "gone", [2], "Ada")
    for path, (width, height, faults) in PICTURES.items():
        store.execute(
            "insert into picture_fact (path, width, height, faults) values ($1, $2, $3, $4)",
            [path, width, height, faults],
        )
    for leak, path, instance in ((1, "street.png", None), (2, None, 3), (3, "sofa.png", None)):
        store.execute(
            "insert into leak (leak, mark, path, instance) values ($1, $2, $3, $4)", [leak, str(leak), path, instance]
        )
    store.execute("insert into leak_judgement values ('3', 'false_alarm', 'ann', now() at time zone 'UTC')")
    for number, agreement in AGREEMENT.items():
        store.execute("insert into agreement values ($1, $2, 'dog', 'cat')", [number, agreement])
    store.execute("insert into agreement_made values ('{}', now() at time zone 'UTC')")
    write_candidates(store)
    for made in ("pictures_made", "leaks_made"):
        store.execute(f"""
            insert into {made}
            select '{{}}', (select list(images order by source) from source), now() at time zone 'UTC'""")
    return store


def write_candidates(store: Store) -> None:
    """The candidates with their verdicts, as collect and review write them."""
    given = "insert into verdict (candidate, reviewer, judgement, reason) values ($1, 'ann', $2, $3)"
    for name, (parent, chosen, flags, verdict) in CANDIDATES.items():
        store.execute(
            "insert into candidate (candidate, parent, chosen, flags) values ($1, $2, $3, $4)",
            [name, parent, chosen, flags],
        )
        if verdict:
            store.execute(given, [name, *verdict])
    store.execute(given, [UNDONE, "accept", None])
    store.execute("insert into verdict (reviewer, judgement, undoes) select 'ann', 'undo', max(verdict) from verdict")


@pytest.fixture(scope="module")
def world() -> Store:
    return filled()


WORLD = filled()  # for the many examples of Hypothesis
RELATIONS = {"<": operator.lt, "<=": operator.le, "=": operator.eq, ">=": operator.ge, ">": operator.gt}
ROLES = {"question": ("human",), "answer": ("gpt",), "either": ("human", "gpt")}


def holds(tree: Filter, number: int) -> bool:
    """Whether a filter holds for one of the six instances, from the literal rows above."""
    own_id, _, turns = INSTANCES[number]
    match tree:
        case NotSo(part):
            return not holds(part, number)
        case AllOf(parts):
            return all(holds(part, number) for part in parts)
        case AnyOf(parts):
            return any(holds(part, number) for part in parts)
        case AtPosition(wanted):
            return number == wanted
        case WithOwnId(wanted):
            return str(json.loads(own_id)) == wanted
        case HasAny(perspective):
            return any(number in numbers for numbers in POSTINGS.get(perspective, {}).values())
        case HasEntity(perspective, name):
            return number in POSTINGS[perspective].get(name, [])
        case SaysPhrase(where, phrase):
            return any(role in ROLES[where] and phrase.lower() in text.lower() for role, text in turns)
        case MatchesPattern(where, pattern):
            return any(role in ROLES[where] and re.search(pattern, text, re.IGNORECASE) for role, text in turns)
        case DecidedBy(_, kept):
            return DECISIONS[number][0] == kept
        case DecidedFor(_, reason):
            return DECISIONS[number][1] == reason
        case OfKind(kind):
            return number in KINDS[kind]
        case HasPictureFault(fault):
            return any(fault in PICTURES[name][2] for name in INSTANCES[number][1] if name in PICTURES)
        case HasPictureSize(of, relation, wanted):
            sizes = [PICTURES[name] for name in INSTANCES[number][1] if name in PICTURES]
            values = [{"width": w, "height": h, "aspect": w / h}[of] for w, h, _ in sizes if w and h]
            return any(RELATIONS[relation](value, wanted) for value in values)
        case HasAgreement(relation, wanted):
            return number in AGREEMENT and RELATIONS[relation](AGREEMENT[number], wanted)
        case HasLeak():
            return number in LEAKED
        case IsParent():
            return any(parent == number for parent, *_ in CANDIDATES.values())
        case ParentOfJudged("undecided"):
            return any((p, best, verdict) == (number, True, None) for p, best, _, verdict in CANDIDATES.values())
        case ParentOfJudged(judged):
            said = {"accepted": "accept", "rejected": "reject", "unsure": "unsure"}[judged]
            return any(p == number and v is not None and v[0] == said for p, _, _, v in CANDIDATES.values())
        case ParentOfRejected(reason):
            return any(p == number and v == ("reject", reason) for p, _, _, v in CANDIDATES.values())
        case ParentOfFlagged(flag):
            return any(p == number and flag in flags for p, _, flags, _ in CANDIDATES.values())
        case HasLanguage(language):
            return number in LANGUAGES.get(language, ())
        case FromSource(name):
            return name == "hand"
        case HasTag(tag):
            return number in TAGGED[tag]
        case HasQuantity(of, relation, wanted):
            return RELATIONS[relation](len(turns) if of == "turns" else WORDS[number], wanted)
    raise AssertionError(tree)


where = st.sampled_from(["question", "answer", "either"])
conditions = st.one_of(
    st.builds(AtPosition, st.integers(0, 7)),
    st.builds(WithOwnId, st.sampled_from(["0", "b", "7", '"b"', "x"])),
    st.builds(HasAny, st.sampled_from(sorted(POSTINGS))),
    *(st.builds(HasEntity, st.just(p), st.sampled_from([*names, "zebra"])) for p, names in POSTINGS.items()),
    st.builds(SaysPhrase, where, st.sampled_from(["dog", "A Dog", "cat", "<b>", "%", "red. two", "'", "there?"])),
    st.builds(MatchesPattern, where, st.sampled_from(["^the", "c[ao]r", r"\bcats?\b", "dog.*accordion", r"\.$"])),
    st.builds(DecidedBy, st.just(2), st.booleans()),
    st.builds(DecidedFor, st.just(2), st.sampled_from(["passes", "over_cap", "below_min_passes"])),
    st.builds(OfKind, st.sampled_from(sorted(KINDS))),
    st.builds(HasQuantity, st.sampled_from(["turns", "words"]), st.sampled_from(sorted(RELATIONS)), st.integers(0, 17)),
    st.builds(HasPictureFault, st.sampled_from(["dark", "tiny", "blurred"])),
    st.builds(
        HasPictureSize,
        st.sampled_from(["width", "height", "aspect"]),
        st.sampled_from(sorted(RELATIONS)),
        st.sampled_from([0.5, 2.0, 60.0, 120.0]),
    ),
    st.builds(HasAgreement, st.sampled_from(sorted(RELATIONS)), st.sampled_from([0.0, 0.25, 0.5, 1.0])),
    st.builds(HasLeak),
    st.builds(IsParent),
    st.builds(ParentOfJudged, st.sampled_from(["accepted", "rejected", "unsure", "undecided"])),
    st.builds(ParentOfRejected, st.sampled_from(["malformed", "unsafe", "other"])),
    st.builds(ParentOfFlagged, st.sampled_from(["near_duplicate", "dark", "lost", "flat"])),
    st.builds(HasLanguage, st.sampled_from(["en", "zh", "fr"])),
    st.builds(FromSource, st.just("hand")),
    st.builds(HasTag, st.sampled_from(["odd", "gone"])),
)
filters = st.recursive(
    conditions,
    lambda part: st.one_of(
        st.builds(NotSo, part),
        st.lists(part, min_size=2, max_size=4).map(all_of),
        st.lists(part, min_size=2, max_size=4).map(any_of),
    ),
    max_leaves=8,
)


@settings(deadline=None, max_examples=150)
@given(filters, st.integers(0, 4), st.integers(1, 4))
def test_found_page__as_a_plain_evaluation_of_the_tree(tree, offset, limit):
    wanted = [number for number in INSTANCES if holds(tree, number)]
    found = found_page(WORLD, parse(to_text(tree)), offset, limit)
    assert (found.count, list(found.positions)) == (len(wanted), wanted[offset : offset + limit])
    for number in (*INSTANCES, 6):
        assert before(WORLD, tree, number) == (wanted.index(number) if number in wanted else None)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("object:dog and not object:cat", [4, 5]),
        ("object:accordion or object:sofa", [1, 2]),
        ("not (object:accordion or object:sofa)", [0, 3, 4, 5]),
        ('co_occurrence:"cat + dog"', [0, 2]),
        ('"bus is red"', [0]),
        ("red cats", [0]),
        ('question:"what color"', [0, 5]),
        ('answer:"what color"', []),
        ("answer:/^the (bus|dog)/", [0, 5]),
        ("id:b", [1, 2]),
        ("#4", [4]),
        ("4", [4]),
        ("#6", []),
        ("run:2 dropped", [1, 3, 4]),
        ("run:2 kept and object:cat", [0, 2]),
        ("run:2 reason:over_cap", [1, 4]),
        ("missing or text_only", [3, 4]),
        ("turns=2 and words>=13", [0, 2]),
        ("dark", [0, 5]),
        ("candidate:*", [0, 1, 2, 4, 5]),
        ("candidate:accepted", [0]),
        ("candidate:rejected", [0, 5]),
        ("candidate:rejected reason:malformed", [0]),
        ("candidate:rejected reason:unsafe", []),
        ("candidate:unsure", [1]),
        ("candidate:undecided", [2]),
        ("candidate:near_duplicate", [0]),
        ("candidate:dark", [1, 4]),
        ("candidate:* and not candidate:accepted and object:dog", [2, 4, 5]),
        ("language:zh", [3, 5]),
        ("file:hand and #2", [2]),
    ],
)
def test_find__each_condition_by_hand(world, text, wanted):
    report = find(world, text)
    assert [one.instance for one in report.instances] == wanted and report.count == len(wanted)


def test_find__report_by_hand(world):
    report = find(world, "Object:Dog  object:dog and run:2 reason:passes", limit=1)
    assert report.filter == "object:Dog and object:dog and run:2 reason:passes"
    assert report.notice == "No instance has object “Dog”." and report.count == 0
    report = find(world, "object:dog run:2 reason:passes", limit=1)
    assert report.in_words == "object “dog” and decided by run 2 for the reason “passes”"
    assert (report.count, report.notice) == (3, None)
    assert report.instances == [FoundInstance(0, "0", "street.png", "What color is the bus?")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("run:3 kept", "There is no run 3."),
        ("run:2 reason:over_cup", "Run 2 decides no instance for the reason 'over_cup'."),
        ("style:short", "The index has no perspective style."),
        ("file:other", "There is no source 'other'."),
    ],
)
def test_find__what_the_workspace_does_not_have(world, text, says):
    with pytest.raises(AdrError) as error:
        find(world, text)
    assert error.value.sentence == says


def test_find__pictures_that_look_alike(tmp_path):
    workspace = Workspace.at(tmp_path)
    store = Store(workspace.database)
    write_instances(store, INSTANCES)
    with pytest.raises(AdrError, match="has not looked at the pictures"):
        find(store, "like:#0")
    write_features(workspace, {"street.png": (1, 0), "sofa.png": (0.6, 0.8), "yard.png": (0, 1)})
    report = find(store, "like:0 and not #0")
    assert [one.instance for one in report.instances] == [1, 2, 5]
    assert report.filter == "like:#0 and not #0"
    assert report.in_words == "a picture like that of instance 0 (the 100 nearest) and not instance 0"
    for instance in (3, 4, 99):  # without a picture, without features, not there
        with pytest.raises(AdrError, match=f"Instance {instance} has no picture that starter-clip has looked at."):
            find(store, f"like:#{instance}")
    store.close()


def test_find__null_where_a_record_says_nothing():
    store = Store.memory()
    store.execute("insert into instance (instance, id, images, turns) values (0, null, [], null)")
    for text in ("id:7", "dog", "/d/", "words>0", "turns>0"):
        assert find(store, text).count == 0
        assert find(store, f"not {text}").count == 1


def examples() -> Mapping[str, str]:
    """{filter: what the guide says that it finds}."""
    rows = re.findall(r"^\| `([^`]+)` \| (.+) \|$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    return {text.replace("\\|", "|"): says for text, says in rows}


@pytest.mark.parametrize("text", examples())
def test_guide__every_example_is_read(text):
    tree = parse(text)
    assert parse(to_text(tree)) == tree


def test_guide__has_an_example_of_every_condition():
    from adr.select.filter_tree import Condition
    from adr.select.filter_tree import conditions as conditions_of

    told = {type(one) for text in examples() for one in conditions_of(parse(text))}
    assert told == set(get_args(Condition)) and len(examples()) > 20


def test_found_positions__all_of_them_ascending(world) -> None:
    assert found_positions(world, parse("not object:bus")).tolist() == [1, 2, 3, 4, 5]
    assert found_positions(world, None).tolist() == [0, 1, 2, 3, 4, 5]
