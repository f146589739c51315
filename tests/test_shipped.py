"""What ships with the program is found from any folder; a file of the same name in the current folder comes first."""

from pathlib import Path

from adr.recipe import Recipe
from adr.shipped import find, import_folder, shipped

ROOT = Path(__file__).resolve().parents[1]


def test_shipped__beside_the_package_in_a_checkout():
    assert shipped("assets/recipes/demo.toml") == ROOT / "assets" / "recipes" / "demo.toml"
    assert import_folder() == ROOT


def test_find__the_current_folder_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert find("assets/recipes/demo.toml") == ROOT / "assets" / "recipes" / "demo.toml"
    assert find("nowhere.toml") == Path("nowhere.toml")
    (tmp_path / "assets" / "recipes").mkdir(parents=True)
    (tmp_path / "assets" / "recipes" / "demo.toml").write_text("[rebalance]\nseed = 7\n")
    assert find("assets/recipes/demo.toml") == Path("assets/recipes/demo.toml")
    assert Recipe.from_file("assets/recipes/demo.toml").seed == 7
    assert Recipe.from_file("assets/recipes/gentle.toml") == Recipe.from_file(ROOT / "assets/recipes/gentle.toml")
