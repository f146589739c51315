"""Roles, roots and looking only: what each person may do on each page, and by calling what a page calls directly."""

import os
from pathlib import Path

import pytest

from adr.errors import AdrError
from adr.rebalance.runs import rebalance
from adr.recipe import Recipe
from adr.store import Store
from adr.ui import access
from adr.ui.access import PagesStore, allowed_path, by_itself, reviewing, role_of
from adr.ui.review import reviewer

PAGES = ("Overview", "Dataset", "Explore", "Rebalance", "Synthesize", "Review", "Export", "Prove")


def shown(at) -> str:
    return " ".join(str(e.value) for kind in (at.error, at.markdown, at.caption, at.title) for e in kind)


@pytest.fixture
def looking(monkeypatch):
    monkeypatch.setenv("ADR_READ_ONLY", "yes")


WRITTEN = ("job", "run", "plan", "verdict", "claim", "export")


def counts(workspace) -> dict[str, int]:
    """Rows of each table that a page writes."""
    store = Store(workspace.database)
    found = {table: store.value(f"select count(*) from {table}") for table in WRITTEN}
    store.close()
    return found


@pytest.fixture
def with_run(small_workspace):
    """The six instances with a run that keeps them all, and one candidate that waits for a verdict."""
    store = Store(small_workspace.database)
    rebalance(store, Recipe(min_passes=0))
    store.execute(
        "insert into candidate (candidate, plan, slot, alternative, chosen, entity, entities, parent, generator, "
        "model, seed, prompt, image, score, turns, flags, created_at) values ('x0', 1, 0, 0, true, 0, [0], 2, "
        "'text-to-image', 'starter', 7, 'a cat', 'images/none.png', 0.1, [], [], now())"
    )
    store.close()
    return small_workspace


@pytest.mark.parametrize("name", PAGES)
def test_read_only__every_page_is_shown_and_nothing_is_written(with_run, page, looking, name):
    before = counts(with_run)
    at = page(name)
    assert not at.exception and "For looking only" in shown(at)
    assert counts(with_run) == before


OWNERS_BUTTONS = [
    ("Dataset", {"view": "index"}, "build"),
    ("Rebalance", {}, "apply"),
    ("Rebalance", {"part": "runs", "run": "1"}, "delete"),
    ("Rebalance", {"part": "runs", "run": "1"}, "rename"),
    ("Export", {"format": "selection"}, "export write"),
    ("Prove", {}, "fix design"),
]
REVIEWERS_BUTTONS = [("Review", {"look": "Rules"}, "rule_apply"), ("Review", {"look": "Rules"}, "rule_undo")]


@pytest.mark.parametrize(("name", "query", "key"), OWNERS_BUTTONS + REVIEWERS_BUTTONS)
def test_read_only__what_changes_something_is_refused(with_run, page, looking, monkeypatch, name, query, key):
    monkeypatch.setenv("ADR_REVIEWER", "ann")
    before = counts(with_run)
    at = page(name, **query)
    at.button(key=key).click().run()
    assert not at.exception and "for looking only" in shown(at)
    assert counts(with_run) == before


@pytest.fixture
def role(request, monkeypatch) -> str:
    """The role of whoever opens the pages."""
    for module in (access, reviewer):
        monkeypatch.setattr(module, "person", lambda: access.Person("ann@example.org", request.param))
    return request.param


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("role", access.ROLES, indirect=True)
def test_role__every_page_is_shown_and_nothing_is_written_by_looking(with_run, page, role, name):
    before = counts(with_run)
    assert not page(name).exception
    assert {table: n for table, n in counts(with_run).items() if table != "claim"} == {
        table: n for table, n in before.items() if table != "claim"
    }
    assert role != "viewer" or counts(with_run) == before


@pytest.mark.parametrize(("name", "query", "key"), OWNERS_BUTTONS)
@pytest.mark.parametrize("role", ["viewer", "reviewer"], indirect=True)
def test_role__what_is_an_owners_is_refused(with_run, page, role, name, query, key):
    before = counts(with_run)
    at = page(name, **query)
    at.button(key=key).click().run()
    assert not at.exception and f"Your role here is {role}" in shown(at)
    assert counts(with_run) == before


@pytest.mark.parametrize(("name", "query", "key"), REVIEWERS_BUTTONS)
@pytest.mark.parametrize("role", ["viewer"], indirect=True)
def test_role__a_viewer_judges_nothing(with_run, page, role, name, query, key):
    before = counts(with_run)
    at = page(name, **query)
    at.button(key=key).click().run()
    assert not at.exception and "Your role here is viewer" in shown(at)
    assert counts(with_run) == before


@pytest.mark.parametrize("role", ["reviewer", "owner"], indirect=True)
def test_role__a_reviewer_applies_a_rule_under_the_name_of_the_login(with_run, page, role):
    at = page("Review", look="Rules")
    at.button(key="rule_apply").click().run()
    assert not at.exception
    store = Store(with_run.database)
    assert store.rows("select reviewer, candidate, rule is not null from verdict") == [("ann@example.org", "x0", True)]
    store.close()


@pytest.mark.parametrize("role", ["owner"], indirect=True)
def test_role__an_owner_applies_a_recipe(with_run, page, role):
    at = page("Rebalance")
    at.button(key="apply").click().run()
    assert not at.exception
    assert counts(with_run)["run"] == 2


def test_read_only__the_demo_is_not_drawn(empty_workspace, page, looking):
    at = page("Overview")
    at.button(key="draw demo").click().run()
    assert not at.exception and "for looking only" in shown(at)
    assert counts(empty_workspace)["job"] == 0


def as_session(monkeypatch, role: str) -> None:
    """What is called runs as in a session of a person with this role."""
    monkeypatch.setattr(access, "get_script_run_ctx", lambda suppress_warning=False: object())
    monkeypatch.setattr(access, "person", lambda: access.Person("ann@example.org", role))


@pytest.fixture
def store(tmp_path):
    made = PagesStore(tmp_path / "adr.duckdb")
    yield made
    made.close()


def test_store__a_viewer_writes_nothing(store, monkeypatch):
    as_session(monkeypatch, "viewer")
    with pytest.raises(AdrError, match="Your role here is viewer"):
        store.execute("insert into claim values ('a', 'b', now())")
    with pytest.raises(AdrError, match="role here is viewer"), reviewing("ann"):
        pass
    assert store.value("select count(*) from claim") == 0


def test_store__a_reviewer_judges_and_no_more(store, monkeypatch):
    as_session(monkeypatch, "reviewer")
    with reviewing("ann"):
        store.execute("insert into claim values ('a', 'b', now())")
    assert store.value("select count(*) from claim") == 1
    with pytest.raises(AdrError, match="you may judge candidates"):
        store.execute("delete from claim")
    with pytest.raises(AdrError, match="have not given yours"), reviewing(""):
        pass


def test_store__an_owner_and_work_without_a_session_write(store, monkeypatch):
    store.execute("insert into claim values ('a', 'b', now())")
    as_session(monkeypatch, "owner")
    store.execute("insert into claim values ('a', 'b', now())")
    as_session(monkeypatch, "viewer")
    with by_itself():
        store.execute("insert into claim values ('a', 'b', now())")
    assert store.value("select count(*) from claim") == 3


def test_roles__from_the_file(tmp_path, monkeypatch):
    file = tmp_path / "roles.toml"
    monkeypatch.setenv("ADR_ROLES", str(file))
    file.write_text('"Ada@example.org" = "owner"\n"bob@example.org" = "reviewer"\n')
    assert role_of("ada@example.org") == "owner" and role_of("bob@example.org") == "reviewer"
    with pytest.raises(AdrError, match="has no role"):
        role_of("eve@example.org")
    file.write_text('"*" = "viewer"\n')
    assert role_of("eve@example.org") == "viewer"
    for text in ('"a@b.c" = "king"\n', "a = [", "\xff"):
        file.write_bytes(text.encode("latin-1"))
        with pytest.raises(AdrError):
            role_of("a@b.c")
    monkeypatch.setenv("ADR_ROLES", str(tmp_path / "gone.toml"))
    with pytest.raises(AdrError, match="cannot be read"):
        role_of("a@b.c")


def test_roles__without_a_login_are_refused(page, tmp_path, monkeypatch):
    """A forgotten secrets.toml must not make everyone an owner."""
    monkeypatch.setenv("ADR_ROLES", str(tmp_path / "roles.toml"))
    at = page("Overview")
    assert not at.exception and "nobody can sign in" in shown(at)


def test_roots__paths_outside_and_links_out_are_refused(tmp_path, monkeypatch):
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    os.symlink(outside, inside / "link")
    monkeypatch.setenv("ADR_ROOTS", f"{inside}{os.pathsep}{tmp_path / 'also'}")
    assert allowed_path(str(inside / "a" / "b.json")) == inside / "a" / "b.json"
    assert allowed_path(str(inside / "x" / ".." / "b")) == inside / "b"
    assert allowed_path(str(tmp_path / "also")) == tmp_path / "also"
    for path in (outside, inside / ".." / "out", inside / "link" / "x", Path("/"), tmp_path / "inside", "\0"):
        with pytest.raises(AdrError):
            allowed_path(str(path))
    monkeypatch.delenv("ADR_ROOTS")
    assert allowed_path("/") == Path("/")


def test_roots__hold_on_the_pages(small_workspace, page, tmp_path, monkeypatch):
    monkeypatch.setenv("ADR_ROOTS", str(tmp_path))
    at = page("Dataset", view="read")
    at.text_input(key="read_source").set_value("/etc/passwd").run()
    assert not at.exception and "lies outside the folders" in shown(at)
    at.text_input(key="workspace_folder").set_value("/var/adr-outside")
    next(b for b in at.button if b.label == "Open or create").click().run()
    assert not at.exception and "lies outside the folders" in shown(at)
    assert not Path("/var/adr-outside").exists()
