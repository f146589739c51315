"""Scripts and styles that are files beside the Python that uses them."""

import re
from pathlib import Path

import pytest

from adr.ui.parts.component import UI, script, style

SCRIPTS = sorted(
    path.relative_to(str(UI)).as_posix()
    for path in Path(str(UI)).rglob("*.js")
    if "export default" in path.read_text(encoding="utf-8")
)


def test_script__holds_what_it_imports_once(tmp_path):
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "card.js").write_text(
        '// A card.\nimport { el } from "../parts/el.js";\nimport { keys } from "./keys.js";\n\n'
        "export default () => keys(el);\n"
    )
    (tmp_path / "page" / "keys.js").write_text(
        'import { el } from "../parts/el.js";\nexport const keys = (made) => made === el;\n'
    )
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "el.js").write_text("export function el() {}\n")
    assert script(tmp_path, "page/card.js") == (
        "function el() {}\n\nconst keys = (made) => made === el;\n\n// A card.\n\nexport default () => keys(el);\n"
    )


def test_style__is_an_element():
    assert style("parts/figures").startswith("<style>\n.adr-figures {")
    assert style("parts/figures").endswith("}\n</style>")


def test_scripts__are_files():
    """No script and no rule of a style stands in a Python string."""
    rule = re.compile(r"\{[^{}\n]*\b(color|padding|display): [^{}\n]*;")
    found = [
        path.name
        for path in Path(str(UI)).rglob("*.py")
        if "export default" in (text := path.read_text(encoding="utf-8")) or rule.search(text)
    ]
    assert found == []


@pytest.mark.browser
@pytest.mark.parametrize("path", SCRIPTS)
def test_script__a_browser_takes_it(chromium, path):
    page = chromium.new_page()
    take = """async (text) => {
        const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
        return typeof (await import(address)).default;
    }"""
    assert page.evaluate(take, script(UI, path)) == "function"
    page.close()
