"""What the documents say is true: the file map, the verbs, the settings, the links."""

import contextlib
import io
import re
from pathlib import Path

import pytest

import adr
from adr.cli import main
from adr.cli.parser import VERBS
from adr.settings import SETTINGS

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def help_of(*verb: str) -> str:
    said = io.StringIO()
    with pytest.raises(SystemExit) as stopped, contextlib.redirect_stdout(said):
        main([*verb, "--help"])
    assert stopped.value.code == 0
    return said.getvalue()


def test_file_map__every_path_exists():
    block = README.split("## The files")[1].split("```")[1]
    named = [
        word
        for line in block.strip().splitlines()
        for word in line.split("  ")[0].split()
        if "/" in word or "." in word
    ]
    assert len(named) > 15
    missing = [name for name in named if not (ROOT / name).exists()]
    assert missing == []


def test_file_map__every_top_level_module_is_reachable_from_it():
    block = README.split("## The files")[1].split("```")[1]
    for folder in (p for p in (ROOT / "adr").iterdir() if p.is_dir() and (p / "__init__.py").exists()):
        assert f"adr/{folder.name}/" in block, f"the README's file map does not name adr/{folder.name}/"
    for module in (ROOT / "adr").glob("[a-z]*.py"):
        assert f"adr/{module.name}" in block, f"the README's file map does not name adr/{module.name}"


def test_verbs__the_readme_uses_them_as_they_are():
    block = next(b for b in README.split("```sh") if "python -m adr ingest" in b).split("```")[0]
    verbs = {}
    for line in block.strip().splitlines():
        words = line.split()
        assert words[:3] == ["python", "-m", "adr"]
        verbs[words[3]] = [w for w in words[4:] if w.startswith("-")]
    whole = help_of()
    for verb, flags in verbs.items():
        assert re.search(rf"^    {verb}\b", whole, re.MULTILINE), f"{verb} is no verb"
        said = help_of(verb)
        for flag in flags:
            assert re.search(rf"(^|[\s,\[]){re.escape(flag)}\b", said), f"{verb} has no {flag}"


def test_verbs__the_page_of_the_command_line_has_each_with_its_arguments():
    page = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[^|]+(?:\\\|[^|]+)*) \|", page, re.MULTILINE)
    told = {re.findall(r"`([\w-]+)", row)[0]: row for row in rows}
    assert set(told) == set(VERBS)
    for verb, row in told.items():
        said = help_of(verb)
        for flag in re.findall(r"--[\w-]+", row):
            assert re.search(rf"(^|[\s,\[]){flag}\b", said), f"{verb} has no {flag}"


def test_settings__in_the_help_with_their_sentences():
    said = help_of()
    for setting in SETTINGS.values():
        assert setting.variable in said and setting.sentence in said


def test_changelog__what_is_to_come_and_then_this_version_with_its_date():
    headings = re.findall(r"^## (.+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert re.fullmatch(rf"{re.escape(adr.__version__)} – \d{{4}}-\d{{2}}-\d{{2}}", headings[1])


def test_contributing__names_files_and_tests_that_exist():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    paths = re.findall(r"`((?:adr|docs|pages|tests)/[\w/.-]*)`", text)
    assert len(paths) > 10 and [path for path in paths if not (ROOT / path).exists()] == []
    tests = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text)
    assert len(tests) == 10
    assert [name for file, name in tests if f"def {name}(" not in (ROOT / file).read_text(encoding="utf-8")] == []


@pytest.mark.parametrize("document", sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]), ids=lambda p: p.name)
def test_links__lead_somewhere(document):
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if not target.startswith(("http:", "https:")):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"
