"""What a model says of itself in its folder's `adr.json`: the names it knows, and the kind of pictures it is made for.

Knows nothing of plans, of pictures or of the database. A model without such a file says nothing, and is asked about
every name.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from adr.errors import AdrError
from adr.figures import counted
from adr.models import OWN_FILE, find_model, is_folder, model_facts

DRAWN, PHOTOGRAPHS = "drawn demo world", "photographs"
"""Kinds of pictures; a model may name another."""


@dataclass(frozen=True)
class Knowledge:
    """What a model is for. names: the things it can draw or see, None for any; kind: of pictures, None for any."""

    names: frozenset[str] | None = None
    kind: str | None = None

    def knows(self, things: Iterable[str]) -> bool:
        """Whether the model knows every one of `things`."""
        return self.names is None or self.names.issuperset(things)


def knowledge_of(model: str) -> Knowledge:
    """What the model in a folder says of itself; nothing for one of a hub or of open_clip's list. AdrError when the
    folder is missing or its file holds values of another kind."""
    found = find_model(model.removeprefix("hf-hub:"))
    said = model_facts(found, OWN_FILE) if is_folder(found) else {}
    names, kind = said.get("names"), said.get("kind")
    if not (names is None or (isinstance(names, list) and all(isinstance(name, str) for name in names))):
        raise AdrError(f"“names” in {found}/{OWN_FILE} is not a list of names.", 'Write it as ["cat", "fire truck"].')
    if not (kind is None or isinstance(kind, str)):
        raise AdrError(f"“kind” in {found}/{OWN_FILE} is not a text.", f'Write it as "{PHOTOGRAPHS}".')
    return Knowledge(None if names is None else frozenset(names), kind)


def known_words(known: int, total: int, what: tuple[str, str], model: str) -> str:
    """'12 of 359 objects are known to starter-clip; the other 347 stay as they are.' what: singular and plural."""
    left = total - known
    rest = f"the other {left:,} {'stays as it is' if left == 1 else 'stay as they are'}"
    head = f"{known:,} of {counted(total, *what)} {'is' if known == 1 else 'are'} known to {short_name(model)}"
    return f"{head}; {rest}." if left else f"{head}."


def short_name(model: str) -> str:
    """A model's name in a sentence: the last part of a folder's path, else the name itself."""
    return Path(model).name if is_folder(model) or model.startswith(("/", ".", "~", "assets/")) else model
