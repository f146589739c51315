"""Imports point one way (DESIGN §4): app, pages → adr.ui → stages → store, recipe, jobs → workspace, errors."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
STAGES = {
    "ingest": ("adr/ingest.py", "adr/sources"),
    "index": ("adr/entities",),
    "distribution": ("adr/distribution.py", "adr/explore.py"),
    "rebalance": ("adr/rebalance.py", "adr/preview.py", "adr/backwards.py", "adr/compare.py", "adr/suggestions.py",
                  "adr/drag.py", "adr/explain.py", "adr/postings.py", "adr/loops.py"),
    "synthesize": ("adr/synthesize",),
    "review": ("adr/review.py", "adr/review"),
    "export": ("adr/export",),
}
HEAVY = ("torch", "torchvision", "diffusers", "transformers", "open_clip", "spacy", "nltk", "openai", "matplotlib")


def files(*roots: str) -> list[Path]:
    found: list[Path] = []
    for root in roots:
        path = ROOT / root
        found += sorted(path.rglob("*.py")) if path.is_dir() else [path] if path.is_file() else []
    return found


def imports(path: Path, everywhere: bool = True) -> set[str]:
    """Dotted names that a file imports; with `everywhere` False only those of its top level."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = ast.walk(tree) if everywhere else iter(
        n for top in tree.body for n in ([top] if not isinstance(top, ast.If) else [*top.body, *top.orelse])
        if not (isinstance(top, ast.If) and "TYPE_CHECKING" in ast.dump(top.test)))
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
    if not name.startswith("adr/demo/train/"):
        for package in HEAVY:
            assert not reaches(imports(path, everywhere=False), package), f"{name} imports {package} at its top"


@pytest.mark.parametrize("stage", STAGES)
def test_stages__never_import_one_another(stage):
    others = {module.removesuffix(".py").replace("/", ".")
              for other, modules in STAGES.items() if other != stage for module in modules}
    for path in files(*STAGES[stage]):
        for other in others:
            assert not reaches(imports(path), other), f"{path.relative_to(ROOT)} imports the stage {other}"


@pytest.mark.parametrize("path", files("adr/errors.py", "adr/settings.py", "adr/workspace.py", "adr/progress.py"),
                         ids=lambda p: p.name)
def test_ground_floor__knows_nothing_above(path):
    above = {name for name in imports(path) if name.startswith("adr.")}
    assert above <= {"adr.errors", "adr.errors.AdrError", "adr.settings", "adr.settings.setting"}


@pytest.mark.parametrize("module", ["adr.synthesize.worker", "adr.synthesize.source_pictures", "adr.entities.looking"])
def test_worker__never_opens_the_database(module):
    script = (f"import sys, {module}; "
              "sys.exit('adr.store' in sys.modules or 'duckdb' in sys.modules or 'torch' in sys.modules)")
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, timeout=120).returncode == 0


def test_print__only_on_the_command_line():
    for path in files("adr", "pages", "app.py"):
        name = str(path.relative_to(ROOT))
        if name == "adr/cli.py" or name.startswith("adr/demo/train/"):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = [n.lineno for n in ast.walk(tree) if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "print"]
        assert not calls, f"{name} prints in lines {calls}"
