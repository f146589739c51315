"""Where to find what ships with the program beside its modules: word lists, recipes, starter models, pages, icons.

In a checkout these lie beside the package, in an installed wheel inside it (`pyproject.toml` maps them there), with the
same names below one folder. Knows nothing of what the files hold.
"""

from functools import cache
from importlib import resources
from pathlib import Path

INSIDE = "share"
"""The folder inside an installed package that holds them."""


def shipped(name: str) -> Path:
    """The absolute path of a file or folder that ships with the program: `shipped("assets/lexicon")`."""
    return _root() / name


def find(name: str | Path) -> Path:
    """`name` if it exists or nothing of that name ships with the program, else the path of what ships with it."""
    path = Path(name).expanduser()
    own = shipped(str(path))
    return own if not path.exists() and own.exists() else path


def import_folder() -> Path:
    """The folder from which this program's package is imported."""
    return _package().parent


@cache
def _root() -> Path:
    inside = _package() / INSIDE
    return inside if inside.is_dir() else import_folder()


def _package() -> Path:
    return Path(str(resources.files("adr"))).resolve()
