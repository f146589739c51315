"""Imports point one way: app, pages → adr.ui → cli, pipeline, doctor → stages → ground floor."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
STAGES = ("ingest", "index", "embed", "explore", "select", "rebalance", "synthesize", "review", "export")
# What several stages share, each file with what it may import of the others below it.
GROUND = (
    "store",
    "migrations",
    "read_back",
    "recipe",
    "recipe_toml",
    "recipe_words",
    "recipe_mixture",
    "recipe_frozen",
    "recipe_apart",
    "recipe_replay",
    "ranges",
    "owner",
    "options",
    "perspectives",
    "report",
    "figures",
    "plain_text",
    "small_images",
    "html_page",
    "workspace",
    "settings",
    "shipped",
    "errors",
    "faults",
    "interrupts",
    "progress",
    "files",
    "jobs",
    "owner",
    "process",
    "ray_cluster",
    "models",
    "knowledge",
    "fit",
    "fit_sample",
    "fit_check",
    "names",
    "image_folder",
    "containers",
    "picture_columns",
    "picture_faults",
    "candidate_flags",
    "reject_reasons",
    "picture_file",
    "picture_hash",
    "picture_shards",
    "feature_folder",
    "look_alikes",
    "index_needed",
    "instance_kinds",
    "language_names",
    "draws",
    "ranges",
    "tail",
    "conversation",
    "maps",
    "markers",
)
# above the stages, below the pages
ABOVE = ("cli", "app", "pipeline", "reservoir", "judge", "leaks", "doctor", "prove", "tail_eval", "shards")
WORLDS = ("demo", "starter")  # the demo world, and how the starter models were trained
UI = (
    *("frame", "navigation", "telling", "workspaces", "ownership", "waiting", "protection", "access", "signing_in"),
    "search_field",
    "parts",
    "selecting",
    *("overview", "dataset", "explore", "rebalance", "synthesize", "review", "export", "prove"),
)
HEAVY = (
    "torch",
    "torchvision",
    "diffusers",
    "transformers",
    "open_clip",
    "spacy",
    "nltk",
    "openai",
    "matplotlib",
    "ray",
)


def files(*roots: str) -> list[Path]:
    found: list[Path] = []
    for root in roots:
        path = ROOT / root
        found += sorted(path.rglob("*.py")) if path.is_dir() else [path] if path.is_file() else []
    return found


def imports(path: Path, everywhere: bool = True) -> set[str]:
    """Dotted names that a file imports; with `everywhere` False only those of its top level."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = (
        ast.walk(tree)
        if everywhere
        else iter(
            n
            for top in tree.body
            for n in ([top] if not isinstance(top, ast.If) else [*top.body, *top.orelse])
            if not (isinstance(top, ast.If) and "TYPE_CHECKING" in ast.dump(top.test))
        )
    )
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def reaches(names: set[str], package: str) -> bool:
    return any(name == package or name.startswith(package + ".") for name in names)


@pytest.mark.parametrize("path", files("adr"), ids=lambda p: str(p.relative_to(ROOT)))
def test_adr__one_door_each(path):
    name = str(path.relative_to(ROOT))
    found = imports(path)
    if name != "adr/store.py":
        assert not reaches(found, "duckdb"), f"{name} imports duckdb; only adr/store.py may"
    if not name.startswith("adr/ui/"):
        assert not reaches(found, "streamlit"), f"{name} imports streamlit; only adr/ui and the pages may"
        assert not reaches(found, "adr.ui"), f"{name} imports adr.ui"
    if not name.startswith("adr/starter/"):
        for package in HEAVY:
            assert not reaches(imports(path, everywhere=False), package), f"{name} imports {package} at its top"


def within(name: str, packages: tuple[str, ...]) -> bool:
    return reaches({name}, "adr") and len(parts := name.split(".")) > 1 and parts[1] in packages


def test_house__every_file_has_its_room():
    """A module of `adr` lies in a stage's folder, on the ground floor, above the stages, or in the pages' part."""
    homes = {"__init__", "__main__", *STAGES, *GROUND, *ABOVE, *WORLDS, "ui"}
    lost = [
        str(p.relative_to(ROOT))
        for p in files("adr")
        if p.relative_to(ROOT / "adr").parts[0].removesuffix(".py") not in homes
    ]
    assert lost == []
    assert [
        p.name
        for p in files("adr/ui")
        if p.relative_to(ROOT / "adr/ui").parts[0].removesuffix(".py") not in ("__init__", *UI)
    ] == []


@pytest.mark.parametrize("stage", STAGES)
def test_stages__never_import_one_another(stage):
    others = tuple(other for other in STAGES if other != stage)
    for path in files(f"adr/{stage}"):
        found = [name for name in imports(path) if within(name, (*others, *ABOVE, *WORLDS, "ui"))]
        assert not found, f"{path.relative_to(ROOT)} imports {found}"


@pytest.mark.parametrize("name", GROUND)
def test_ground_floor__knows_no_stage(name):
    for path in files(f"adr/{name}.py", f"adr/{name}"):
        found = [other for other in imports(path) if within(other, (*STAGES, *ABOVE, *WORLDS, "ui"))]
        assert not found, f"{path.relative_to(ROOT)} imports {found}"


@pytest.mark.parametrize("name", ("errors", "settings", "shipped", "workspace", "progress"))
def test_ground_floor__the_lowest_know_only_errors_and_settings(name):
    above = {found for found in imports(ROOT / f"adr/{name}.py") if found.startswith("adr.")}
    assert above <= {"adr.errors", "adr.errors.AdrError", "adr.settings", "adr.settings.setting"}


@pytest.mark.parametrize("name", ABOVE)
def test_above__never_imports_a_page_or_the_command_line(name):
    above = ("ui",) if name == "cli" else ("ui", "cli")
    for path in files(f"adr/{name}.py", f"adr/{name}"):
        found = [other for other in imports(path) if within(other, above)]
        assert not found, f"{path.relative_to(ROOT)} imports {found}"


def test_cli__what_every_call_imports_knows_no_stage():
    """A stage, and rich, are imported only with the verb that needs them, so --help and usage errors come at once."""
    for name in ("__init__", "dispatch", "parser", "output", "progress", "clean"):
        found = imports(ROOT / f"adr/cli/{name}.py", everywhere=False)
        slow = [other for other in found if within(other, (*STAGES, "store", "pipeline", "doctor")) or other == "rich"]
        assert not slow, f"adr/cli/{name}.py imports {slow}"


def test_rich__only_where_blocks_are_drawn():
    for path in files("adr", "pages", "app.py", "server.py"):
        name = str(path.relative_to(ROOT))
        if name not in ("adr/cli/blocks.py", "adr/cli/output.py", "adr/cli/progress.py"):
            assert not reaches(imports(path), "rich"), f"{name} imports rich"


@pytest.mark.parametrize("package", STAGES)
def test_packages__one_door_to_each_thing(package):
    """A package's __init__ says what the package is for and re-exports nothing."""
    tree = ast.parse((ROOT / "adr" / package / "__init__.py").read_text(encoding="utf-8"))
    assert [type(node) for node in tree.body] == [ast.Expr]


@pytest.mark.parametrize(
    "module",
    [
        "adr.prove.worker",
        "adr.synthesize.worker",
        "adr.index.looking",
        "adr.prove.extracting",
        "adr.embed.hashing",
        "adr.embed.measuring",
        "adr.embed.agreeing",
        "adr.embed.embedding",
        "adr.embed.placing",
        "adr.embed.comparing",
    ],
)
def test_worker__never_opens_the_database(module):
    script = (
        f"import sys, {module}; "
        "sys.exit('adr.store' in sys.modules or 'duckdb' in sys.modules or 'torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, timeout=300).returncode == 0


def test_classes__no_name_means_two_things():
    """No two classes of `adr` have the same name."""
    homes: dict[str, list[str]] = {}
    for path in files("adr"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                homes.setdefault(node.name, []).append(str(path.relative_to(ROOT)))
    assert {name: where for name, where in homes.items() if len(where) > 1} == {}


ASKING = ("rows", "row", "value", "frame", "arrow", "arrays", "batches", "record_batches", "execute", "atomic")


@pytest.mark.parametrize("path", files("adr/ui", "pages", "app.py"), ids=lambda p: str(p.relative_to(ROOT)))
def test_ui__asks_no_sql(path):
    """Each query is in the stage that owns it: no method of a store that takes a statement is called here."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    asked = [
        f"{node.func.attr} in line {node.lineno}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ASKING
        and ast.unparse(node.func.value) != "super()"  # a store that checks before it writes
    ]
    assert asked == []


def test_store__methods_that_take_a_statement_are_known():
    """The list above is complete: `atomic`, and every public method of the store and its writer that takes `sql`."""
    tree = ast.parse((ROOT / "adr/store.py").read_text(encoding="utf-8"))
    asking = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and "sql" in {argument.arg for argument in node.args.args}
    }
    assert asking and asking <= set(ASKING)


def test_print__only_on_the_command_line():
    for path in files("adr", "pages", "app.py", "server.py"):
        name = str(path.relative_to(ROOT))
        if name.startswith(("adr/cli/", "adr/starter/")):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = [n.lineno for n in ast.walk(tree) if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "print"]
        assert not calls, f"{name} prints in lines {calls}"


@pytest.mark.parametrize("path", files("tests"), ids=lambda p: str(p.relative_to(ROOT)))
def test_tests__use_what_is_public(path):
    """A test imports no other test, and nothing of the program whose name begins with an underscore."""
    found = imports(path)
    tests = [name for name in found if name.startswith("tests.") and ".test_" in name]
    assert not tests, f"{path.name} imports {tests}"
    private = [name for name in found if name.startswith("adr.") and "._" in name and not name.endswith("__")]
    private += [
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id not in ("self", "os", "torch")
        and node.attr.startswith("_")
        and not node.attr.startswith("__")
    ]
    assert not private, f"{path.name} uses {private}"
