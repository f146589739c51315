"""Review by hand: six candidates of two concepts, and what judging them does."""

import json
import re
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adr.errors import AdrError
from adr.review.agreement import agreement, disputes
from adr.review.claims import claim_next, hold, release
from adr.review.exchange import export_verdicts, import_verdicts
from adr.review.meters import meters, more_needed, progress
from adr.review.queue import Filter, queue
from adr.review.rules import Rule, apply, preview
from adr.review.verdicts import current_turns, edit, judge, resolve, undo
from adr.store import Store

TALK = [{"role": "human", "text": "<image>\nWhat is this?"}, {"role": "gpt", "text": "An accordion."}]


def six_candidates() -> Store:
    """accordion (entity 1): have 2, target 4; lantern (entity 2): have 3, target 4. Slot 0 has two alternatives.

    candidate  slot  entities            score
    a0 (chosen) 0    accordion, lantern   0.9
    a1          0    accordion, lantern   0.4
    b0 (chosen) 1    accordion            0.8
    c0 (chosen) 2    lantern              0.7
    d0 (chosen) 3    accordion            0.2
    e0 (chosen) 4    accordion            0.5
    """
    store = Store.memory()
    rows = [
        ("a0", 0, 0, True, [1, 2], 0.9),
        ("a1", 0, 1, False, [1, 2], 0.4),
        ("b0", 1, 0, True, [1], 0.8),
        ("c0", 2, 0, True, [2], 0.7),
        ("d0", 3, 0, True, [1], 0.2),
        ("e0", 4, 0, True, [1], 0.5),
    ]
    with store.atomic() as writer:
        writer.execute(
            "insert into entity (entity, perspective, name, n) values (1, 1, 'accordion', 3), (2, 1, 'lantern', 5)"
        )
        writer.execute("insert into wanted values (1, 1, 2, 4, 4), (1, 2, 3, 4, 2)")
        for name, slot, alternative, chosen, entities, score in rows:
            writer.execute(
                "insert into candidate (candidate, plan, slot, alternative, chosen, entity, entities, generator, "
                "score, turns, flags, image, created_at) "
                "values ($1, 1, $2, $3, $4, $5, $6, 'text-to-image', $7, $8, $9, $10, now())",
                [
                    name,
                    slot,
                    alternative,
                    chosen,
                    entities[0],
                    entities,
                    score,
                    TALK,
                    ["dark"] if name == "d0" else [],
                    f"images/{name}.png",
                ],
            )
    return store


def listed(store: Store, order: str = "gain", **asked: object) -> list[str]:
    return queue(store, Filter(**asked), order)["candidate"].tolist()


def in_force(store: Store) -> dict[str, str]:
    return dict(store.rows("select candidate, judgement from current_verdict"))


def test_queue__ordered_by_what_an_accept_adds():
    # accordion is short of 2 of 4, lantern of 1 of 4: a0 adds 0.5 + 0.25, b0, d0 and e0 0.5, c0 0.25.
    store = six_candidates()
    frame = queue(store, Filter())
    assert list(zip(frame["candidate"], frame["gain"], strict=True)) == [
        ("a0", 0.75),
        ("b0", 0.5),
        ("e0", 0.5),
        ("d0", 0.5),
        ("c0", 0.25),
    ]
    assert listed(store, "score") == ["a0", "b0", "c0", "e0", "d0"]
    assert listed(store, "doubt")[0] == "e0"


def test_queue__filled_concepts_leave_and_can_be_asked_back():
    store = six_candidates()
    judge(store, ["a0", "b0"], "accept", "ann")  # accordion 2 + 2 = 4, lantern 3 + 1 = 4: both filled
    assert listed(store) == []
    assert set(listed(store, filled=True)) == {"c0", "d0", "e0"}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"entity": 2}, ["a0", "c0"]),
        ({"flag": "dark"}, ["d0"]),
        ({"score_from": 0.75}, ["a0", "b0"]),
        ({"score_to": 0.5}, ["d0"]),
        ({"generator": "controlnet"}, []),
        ({"plan": 2}, []),
        ({"state": "accept"}, []),
        ({"alternatives": True, "entity": 2}, ["a0", "a1", "c0"]),
    ],
)
def test_queue__filters(asked, expected):
    assert listed(six_candidates(), **asked) == expected


def test_judge__is_kept_and_leaves_the_queue():
    store = six_candidates()
    judge(store, ["d0"], "reject", "ann", reason="malformed")
    judge(store, ["e0"], "unsure", "ann")
    assert in_force(store) == {"d0": "reject", "e0": "unsure"}
    assert listed(store) == ["a0", "b0", "c0"]
    assert listed(store, state="reject") == ["d0"]
    assert listed(store, state="reject", judged_by="bob") == []


@pytest.mark.parametrize(
    ("candidates", "judgement", "reviewer", "reason", "says"),
    [
        (["a0"], "maybe", "ann", None, "'maybe' is not a judgement"),
        (["zz"], "accept", "ann", None, "no candidate 'zz'"),
        (["a0"], "reject", "ann", "ugly", "'ugly' is not a reason"),
        (["a0"], "accept", "  ", None, "needs a reviewer's name"),
    ],
)
def test_judge__refuses_and_writes_nothing(candidates, judgement, reviewer, reason, says):
    store = six_candidates()
    with pytest.raises(AdrError, match=says):
        judge(store, candidates, judgement, reviewer, reason=reason)
    assert store.value("select count(*) from verdict") == 0


def test_undo__single_then_batch_then_nothing_and_only_ones_own():
    store = six_candidates()
    judge(store, ["a0", "b0"], "accept", "ann")
    judge(store, ["c0"], "reject", "ann")
    judge(store, ["d0"], "reject", "bob")
    assert undo(store, "ann").candidates == ("c0",)
    undone = undo(store, "ann")
    assert (undone.judgement, undone.candidates) == ("accept", ("a0", "b0"))
    assert undo(store, "ann") is None
    assert in_force(store) == {"d0": "reject"}
    assert store.value("select count(*) from verdict") == 7  # nothing was deleted


def test_undo__brings_back_the_verdict_before():
    store = six_candidates()
    judge(store, ["a0"], "accept", "ann")
    judge(store, ["a0"], "reject", "ann")
    undo(store, "ann")
    assert in_force(store) == {"a0": "accept"}


def test_edit__is_checked_and_undone_and_the_original_stays():
    store = six_candidates()
    better = [TALK[0], {"role": "gpt", "text": "A red accordion."}]
    edit(store, "a0", better, "ann", ["accordion"])
    assert current_turns(store, "a0") == (better, "ann")
    assert store.value("select turns from candidate where candidate = 'a0'") == TALK
    with pytest.raises(AdrError, match="never mentions the entity"):
        edit(store, "a0", [TALK[0], {"role": "gpt", "text": "A piano."}], "ann", ["accordion"])
    assert undo(store, "ann").judgement == "edit"
    assert current_turns(store, "a0") == (TALK, None)


def test_meters__filled_open_short_and_given_up():
    store = six_candidates()
    judge(store, ["a0"], "accept", "ann")
    frame = meters(store).set_index("name")
    assert frame.loc["accordion", ["have", "accepted", "filled", "to_go", "waiting", "state"]].tolist() == [
        2,
        1,
        3,
        1,
        3,
        "open",
    ]
    assert frame.loc["lantern", ["filled", "to_go", "state"]].tolist() == [4, 0, "filled"]
    judge(store, ["b0", "d0", "e0"], "reject", "ann")
    assert meters(store).set_index("name").loc["accordion", "state"] == "short"
    needed = more_needed(store, 1)
    # one accepted of four judged: rate (1 + 1) / (4 + 2) = 1/3, one to go -> three to make
    assert needed[["name", "to_go", "to_make"]].values.tolist() == [["accordion", 1, 3]]


def test_progress__counts():
    store = six_candidates()
    judge(store, ["a0"], "accept", "ann")
    judge(store, ["d0"], "reject", "ann")
    found = progress(store)
    assert (found.candidates, found.accepted, found.rejected, found.unsure, found.left) == (5, 1, 1, 0, 3)


def test_rule__preview_then_apply_and_a_person_wins():
    store = six_candidates()
    judge(store, ["e0"], "accept", "ann")
    rule = Rule("reject", "score", "<", 0.75)
    seen = preview(store, rule)
    assert (seen.pending, seen.applies, sum(seen.counts)) == (4, 2, 4)
    assert seen.inside == ("c0", "d0") and seen.outside == ("b0", "a0")
    assert apply(store, rule, "ann") == 2
    assert in_force(store) == {"c0": "reject", "d0": "reject", "e0": "accept"}
    assert store.value("select distinct rule from verdict where rule is not null") == "reject where score < 0.75"
    judge(store, ["c0"], "accept", "bob")
    judge(store, ["c0"], "reject", "bob", rule="later rule")
    assert in_force(store)["c0"] == "accept"


def test_claims__two_reviewers_get_different_candidates():
    store = six_candidates()
    assert claim_next(store, Filter(), "ann") == "a0"
    assert claim_next(store, Filter(), "bob") == "b0"
    assert claim_next(store, Filter(), "ann") == "a0"  # still hers
    assert hold(store, "b0", "ann") == "bob"
    release(store, "bob")
    assert hold(store, "b0", "ann") is None
    store.execute("update claim set until = timestamp '2000-01-01'")
    assert claim_next(store, Filter(), "bob") == "a0"  # the claim ran out


def test_disputes__and_resolve():
    store = six_candidates()
    judge(store, ["a0"], "accept", "ann")
    judge(store, ["a0"], "reject", "bob")
    judge(store, ["b0"], "accept", "ann")
    assert disputes(store)[["candidate", "verdicts"]].values.tolist() == [["a0", "ann: accept, bob: reject"]]
    assert listed(store, state="disputed") == ["a0"]
    resolve(store, "a0", "accept", "eve")
    assert disputes(store).empty and listed(store, state="disputed") == []
    assert in_force(store)["a0"] == "accept"


def test_second__blind_review_offers_what_others_judged():
    store = six_candidates()
    judge(store, ["a0", "b0"], "accept", "ann")
    assert listed(store, state="second", reviewer="bob") == ["a0", "b0"]
    assert listed(store, state="second", reviewer="ann") == []
    assert listed(store, state="second", reviewer="bob", second_share=0.0) == []


def test_agreement__kappa_by_hand():
    # 20 pairs: both accept 10, both reject 6, ann accept/bob reject 2, ann reject/bob accept 2.
    # observed .8; ann accepts 12/20, bob 12/20: chance .6*.6 + .4*.4 = .52; kappa = .28 / .48.
    store = Store.memory()
    names = [f"x{i:02}" for i in range(20)]
    with store.atomic() as writer:
        writer.insert("candidate", pd.DataFrame({"candidate": names, "plan": 1, "chosen": True}))
    for who, accepted in (("ann", names[:12]), ("bob", names[:10] + names[12:14])):
        judge(store, accepted, "accept", who)
        judge(store, [n for n in names if n not in accepted], "reject", who)
    (found,) = agreement(store)
    assert (found.first, found.second, found.pairs, found.share) == ("ann", "bob", 20, 0.8)
    assert found.kappa == pytest.approx(0.28 / 0.48)


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_exchange__out_and_in_again_and_twice(tmp_path, ending):
    path = tmp_path / f"verdicts.{ending}"
    store = six_candidates()
    better = [TALK[0], {"role": "gpt", "text": "Ein Akkordeon, an accordion – “red”,\nand old."}]
    edit(store, "a0", better, "ann")
    judge(store, ["a0"], "accept", "ann")
    judge(store, ["d0"], "reject", "bob", reason="malformed")
    assert export_verdicts(store, path).verdicts == 2
    other = six_candidates()
    assert import_verdicts(other, path).verdicts == 3  # the edit counts too
    assert in_force(other) == {"a0": "accept", "d0": "reject"}
    assert current_turns(other, "a0") == (better, "ann")
    again = import_verdicts(other, path)
    assert (again.verdicts, again.known) == (0, 3)
    undo(other, "bob")
    assert in_force(other) == {"a0": "accept"}


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_exchange__an_edit_keeps_its_editor(tmp_path, ending):
    path = tmp_path / f"verdicts.{ending}"
    store = six_candidates()
    better = [TALK[0], {"role": "gpt", "text": "A red accordion."}]
    for candidate in ("a0", "b0"):
        edit(store, candidate, better, "ann")
    judge(store, ["a0"], "accept", "bob")
    export_verdicts(store, path)
    other = six_candidates()
    report = import_verdicts(other, path)
    assert (report.verdicts, report.refused) == (3, {})
    assert current_turns(other, "a0") == current_turns(other, "b0") == (better, "ann")
    assert other.rows("select reviewer, judgement from current_verdict") == [("bob", "accept")]
    assert other.rows("select judged_at from verdict order by all") == store.rows(
        "select judged_at from verdict order by all"
    )


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_exchange__lines_end_at_line_feeds_only(tmp_path, ending):
    path = tmp_path / f"verdicts.{ending}"
    store = six_candidates()
    odd = [TALK[0], {"role": "gpt", "text": "An\u2028accordion\u2029or\x85two,\x0b\x0c\x1c\x1d\x1e\r\nor more."}]
    edit(store, "a0", odd, "ann\u2028b\x85c")
    judge(store, ["a0"], "accept", "bob\u2029d")
    export_verdicts(store, path)
    other = six_candidates()
    assert import_verdicts(other, path).verdicts == 2
    assert current_turns(other, "a0") == (odd, "ann\u2028b\x85c")
    assert other.value("select reviewer from current_verdict") == "bob\u2029d"


def test_import__a_verdict_that_stood_already_does_not_come_back(tmp_path):
    store, path = six_candidates(), tmp_path / "verdicts.jsonl"
    path.write_text('{"candidate": "a0", "judgement": "accept", "reviewer": "ann"}')
    judge(store, ["a0"], "accept", "ann")
    assert import_verdicts(store, path).known == 1
    judge(store, ["a0"], "reject", "ann")
    assert import_verdicts(store, path).known == 1
    assert in_force(store) == {"a0": "reject"}


def test_import__an_own_export_changes_nothing_however_old_it_is(tmp_path):
    store, path = six_candidates(), tmp_path / "verdicts.csv"
    edit(store, "a0", TALK, "ann")
    judge(store, ["a0"], "accept", "ann")
    resolve(store, "b0", "accept", "eve")
    export_verdicts(store, path)
    judge(store, ["a0"], "reject", "ann")
    undo(store, "eve")
    edit(store, "a0", [TALK[0], {"role": "gpt", "text": "Later."}], "ann")
    report = import_verdicts(store, path)
    assert (report.verdicts, report.known) == (0, 3)
    assert in_force(store) == {"a0": "reject"} and current_turns(store, "a0")[0][1]["text"] == "Later."


def test_import__times_of_other_zones_are_kept_as_utc(tmp_path):
    store, path = six_candidates(), tmp_path / "verdicts.jsonl"
    path.write_text(
        '{"candidate": "a0", "judgement": "accept", "reviewer": "ann", "judged_at": "2026-03-01T12:00:00+02:00"}'
    )
    import_verdicts(store, path)
    assert str(store.value("select judged_at from verdict")) == "2026-03-01 10:00:00"


def test_import__sets_bad_rows_aside(tmp_path):
    path = tmp_path / "verdicts.jsonl"
    rows = [
        {"candidate": "zz", "judgement": "accept", "reviewer": "ann"},
        {"candidate": "a0", "judgement": "yes", "reviewer": "ann"},
        {"candidate": "a0", "judgement": "accept", "reviewer": ""},
        {"candidate": "a0", "judgement": "reject", "reviewer": "ann", "reason": "ugly"},
        {"candidate": "a0", "judgement": "accept", "reviewer": "ann", "judged_at": "yesterday"},
        {"candidate": "a0", "judgement": "accept", "reviewer": "ann", "turns": [{"role": "gpt", "text": "hm"}]},
        {"candidate": "b0", "judgement": None, "reviewer": None},
        {"candidate": "b0", "judgement": "accept", "reviewer": "ann"},
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    store = six_candidates()
    report = import_verdicts(store, path)
    assert report.verdicts == 1 and in_force(store) == {"b0": "accept"}
    assert report.refused == {
        "unknown_candidate": 1,
        "unknown_judgement": 1,
        "no_reviewer": 1,
        "unknown_reason": 1,
        "unreadable_value": 1,
        "conversation_turns_do_not_alternate": 1,
    }


def test_import__values_that_no_verdict_can_hold_are_set_aside(tmp_path):
    path = tmp_path / "verdicts.jsonl"
    plain = {"candidate": "a0", "judgement": "accept", "reviewer": "ann"}
    rows = [
        *({**plain, key: [1]} for key in ("candidate", "judgement", "reviewer", "reason", "rule", "note", "judged_at")),
        *({**plain, key: {"a": 1}} for key in ("candidate", "judgement", "reviewer", "reason")),
        *({**plain, key: "half a \ud800"} for key in ("candidate", "reviewer", "rule", "note")),
        {**plain, "turns": [{"role": "human", "text": "\ud800"}]},
        {**plain, "turns": "[" * 5000},
        {**plain, "turns": 7},
        *({**plain, "judged_at": at} for at in ("yesterday", "0001-01-01T00:00:00+14:00", 7)),
        {**plain, "candidate": "b0", "note": "x" * 200_000},
    ]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    store = six_candidates()
    report = import_verdicts(store, path)
    assert (report.verdicts, report.refused) == (1, {"unreadable_value": len(rows) - 1})
    assert in_force(store) == {"b0": "accept"}
    assert all(len(example) < 150 and example.isprintable() for example in report.examples)


def test_import__a_long_field_of_a_csv_file_is_read(tmp_path):
    """131,072 characters are Python's own limit."""
    path = tmp_path / "verdicts.csv"
    path.write_text(f"candidate,judgement,reviewer,note\na0,accept,ann,{'x' * 200_000}\n")
    store = six_candidates()
    assert import_verdicts(store, path).verdicts == 1
    assert store.value("select length(note) from verdict") == 200_000


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("none.csv", None, "cannot be read"),
        ("a.csv", b"name,verdict\n", "no column candidate, judgement, reviewer"),
        ("a.jsonl", b"{oops", "Line 1 of"),
        ("b.jsonl", b"[1]", "is not an object"),
        ("a.csv", b"\xff\xfe\xff", "not UTF-8"),
        ("c.jsonl", b'{"candidate": ' + b"9" * 5000 + b"}", "Line 1 of"),
        ("d.jsonl", b"[" * 100_000, "Line 1 of"),
        ("b.csv", b"candidate,judgement,reviewer\na0,accept," + b"x" * (17 << 20), "is not CSV at line 2"),
    ],
)
def test_import__a_file_that_cannot_be_read(tmp_path, name, content, says):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(AdrError, match=re.escape(says)):
        import_verdicts(six_candidates(), path)


said = st.fixed_dictionaries(
    {
        "candidate": st.sampled_from(["a0", "b0"]),
        "judgement": st.sampled_from([None, "accept", "reject"]),
        "reviewer": st.sampled_from(["ann", "bob"]),
        "rule": st.sampled_from([None, "a rule"]),
        "judged_at": st.sampled_from([None, "2026-01-01T10:00:00", "2026-01-02T10:00:00"]),
        "turns": st.sampled_from([None, TALK, [TALK[0], {"role": "gpt", "text": "Another."}]]),
        "edited_by": st.sampled_from([None, "eve"]),
    }
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["a0", "b0"]), st.sampled_from(["accept", "reject"])), max_size=3),
    st.lists(st.lists(said, max_size=4), min_size=1, max_size=3),
    st.data(),
)
def test_import__law_a_second_time_changes_nothing_in_any_order(judged, files, data):
    """Local verdicts, some files, then the same files in another order with repeats; then once more after ann has
    changed her mind."""
    again = data.draw(st.lists(st.sampled_from(range(len(files))), max_size=6))
    store = six_candidates()

    def stands():
        return in_force(store), [current_turns(store, name) for name in ("a0", "b0")]

    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.jsonl" for number in range(len(files))]
        for path, rows in zip(paths, files, strict=True):
            path.write_text("\n".join(map(json.dumps, rows)))
        for candidate, judgement in judged:
            judge(store, [candidate], judgement, "ann")
        for path in paths:
            import_verdicts(store, path)
        for judgement in ("", "accept", "reject"):
            if judgement:
                judge(store, ["a0"], judgement, "ann")
            before = stands()
            for number in again:
                assert import_verdicts(store, paths[number]).verdicts == 0
            assert stands() == before


steps = st.lists(
    st.tuples(
        st.sampled_from(["ann", "bob"]),
        st.sampled_from(["accept", "reject", "unsure", "undo"]),
        st.lists(st.sampled_from(["a0", "b0", "c0"]), min_size=1, max_size=3, unique=True),
    ),
    max_size=12,
)


@settings(max_examples=15, deadline=None)
@given(steps)
def test_verdicts__law_undoing_everything_leaves_nothing_and_rows_only_grow(taken):
    store = six_candidates()
    rows = 0
    for who, what, candidates in taken:
        if what == "undo":
            undo(store, who)
        else:
            judge(store, candidates, what, who)
        now = store.value("select count(*) from verdict")
        assert now >= rows
        rows = now
    for who in ("ann", "bob"):
        while undo(store, who):
            pass
    assert in_force(store) == {}
