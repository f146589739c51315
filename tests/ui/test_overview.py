"""The Overview and the frame around every page: empty, filled, and when a workspace cannot be opened."""

from streamlit.testing.v1 import AppTest

from adr.explore import overview
from adr.explore.standing import standing
from adr.export.counts import count
from adr.export.leaving import leaving
from adr.rebalance.runs import rebalance
from adr.recipe import Recipe
from adr.store import Store
from adr.ui.navigation import PAGES
from adr.workspace import Workspace


def labels(at):
    return [e.proto.label for e in at.get("page_link")]


def test_standing__counts_of_the_small_workspace(small_store):
    found = standing(small_store)
    assert (found.instances, found.entities, found.postings, found.runs, found.left) == (6, 26, 17 + 10 + 7 + 6, 0, 0)
    assert found.next_step()[1][0][0] == "Rebalance"


def test_standing__left_are_chosen_candidates_without_a_verdict(small_store):
    with small_store.atomic() as writer:
        writer.execute(
            "insert into candidate (candidate, plan, slot, alternative, chosen) values "
            "('p1-0-0', 1, 0, 0, true), ('p1-0-1', 1, 0, 1, false), ('p1-1-0', 1, 1, 0, true)"
        )
        writer.execute("insert into verdict (candidate, reviewer, judgement) values ('p1-0-0', 'me', 'accept')")
        writer.execute("insert into run (run, name) values (1, 'first')")
    found = standing(small_store)
    assert (found.candidates, found.chosen, found.accepted, found.left) == (3, 2, 1, 1)
    assert found.next_step()[1][0] == ("Review", "Review")


def test_a_few_instances__only_with_a_image_on_disk(small_store):
    assert overview.a_few_instances(small_store, 6) == [0, 1, 2, 5]


def test_overview__empty_workspace_offers_two_ways_to_begin(page):
    at = page("Overview")
    assert not at.exception and {b.key for b in at.button} >= {"draw demo", "read own"}


def test_overview__filled_workspace(small_workspace, page):
    at = page("Overview")
    assert not at.exception and at.title[0].value == "hand-made"
    assert "hand.json" in at.caption[0].value and "6 instances" in at.caption[0].value
    assert any(label.startswith("Explore") and "26 entities" in label for label in labels(at))


def test_overview__tail_before_after_and_with_what_is_accepted(small_workspace, page):
    """Objects: person 3, car 2, five with 1 … the run drops instance 1; one accepted candidate shows an accordion."""
    store = Store(small_workspace.database)
    report = rebalance(store, Recipe(min_passes=4, tau={"object": 1}))
    accordion = store.value(
        "select entity from entity where perspective = perspective_number('object') and name = 'accordion'"
    )
    store.execute("insert into plan (plan, run, candidates) values (1, $1, 3)", [report.run])
    store.execute(
        "insert into candidate (candidate, plan, slot, alternative, chosen, image, entities, turns, flags) values "
        "('p1-00000-0', 1, 0, 0, true, 'images/p1.png', [$1], [], [])",
        [accordion],
    )
    store.execute("insert into verdict (candidate, reviewer, judgement) values ('p1-00000-0', 'me', 'accept')")
    leave = leaving(store, small_workspace, report.run)
    objects = next(one for one in count(store, leave) if one.perspective == "object")
    assert int((objects.refined - objects.after).sum()) == 1
    before, after, refined = (objects.numbers(array) for array in (objects.before, objects.after, objects.refined))
    store.close()
    at = page("Overview")
    assert not at.exception
    row = next(m.value for m in at.markdown if "tail of" in m.value).splitlines()
    said = next(line for line in row if line.startswith("| Objects"))
    for numbers in (before, after, refined):
        assert f"{100 * numbers['tail_share']:.2f} % · {numbers['tail_entities']} entit" in said
    assert before["tail_share"] != refined["tail_share"]
    assert "Plan 1 has 2 candidates to make." in " ".join(m.value for m in at.markdown)


def test_frame__links_only_pages_that_are_there(page):
    at = page("Overview")
    linked = [label.split(" ")[0] for label in labels(at)]
    assert linked[0] == "Overview" and set(linked) <= set(PAGES)


def test_frame__workspace_of_another_version_is_told_in_a_sentence(empty_workspace, page):
    store = Store(empty_workspace.database)
    store.execute("update meta set value = '999' where key = 'schema_version'")
    store.close()
    at = page("Overview")
    assert not at.exception and "newer version" in at.error[0].value
    assert "Update ADR Workbench" in " ".join(m.value for m in at.markdown)


def test_frame__workspace_in_use_by_another_process_is_told(empty_workspace, page):
    import subprocess
    import sys

    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, pathlib; from adr.store import Store; "
            f"s = Store(pathlib.Path({str(empty_workspace.database)!r})); print('open', flush=True); sys.stdin.read()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert holder.stdout.readline() == "open\n"
        at = page("Explore")
        assert not at.exception and f"in use by process {holder.pid}" in at.error[0].value
    finally:
        holder.communicate("", timeout=300)


def test_frame__switching_to_a_workspace_beside_it(small_workspace, page):
    other = Workspace.at(small_workspace.folder.parent / "other one")
    Store(other.database).close()
    at = page("Overview")
    next(b for b in at.button if b.label == "other one").click().run()
    assert not at.exception and {b.key for b in at.button} >= {"draw demo"}
    named = at.query_params["workspace"]
    assert named in ("other one", ["other one"])


def test_frame__address_opens_a_known_workspace_and_no_other_folder(small_workspace, page, tmp_path):
    Store(Workspace.at(small_workspace.folder.parent / "other").database).close()
    assert page("Overview", workspace="other").title[0].value.startswith("See the long tail")
    assert page("Overview", workspace=str(tmp_path / "elsewhere")).title[0].value == "hand-made"
    assert not (tmp_path / "elsewhere").exists()


def test_frame__bug_keeps_its_traceback(empty_workspace):
    def script():
        from adr.ui.frame import frame

        with frame("Overview"):
            raise KeyError("a bug")

    at = AppTest.from_function(script, default_timeout=180).run()
    assert "a bug" in at.exception[0].message


def test_fragment__tells_an_error(empty_workspace):
    def script():
        from adr.errors import AdrError
        from adr.ui.frame import frame
        from adr.ui.telling import fragment

        @fragment
        def controls():
            raise AdrError("No run is chosen.", "Choose one on the Rebalance page.")

        with frame("Overview"):
            controls()

    at = AppTest.from_function(script, default_timeout=180).run()
    assert not at.exception and at.error[0].value == "No run is chosen."
