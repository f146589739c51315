"""Addresses: whatever a parameter holds, the page shows, and shows no fault of the program."""

import base64
import json
import os
import zlib
from pathlib import Path
from random import Random
from typing import Any

from streamlit.testing.v1 import AppTest

from adr.recipe import Recipe
from adr.store import Store
from adr.ui.navigation import PAGES
from adr.ui.rebalance.address import to_address
from tests.fuzz.mutations import VALUES, altered, spoiled, written
from tests.fuzz.outcome import Case
from tests.worlds.addresses import NUMBERS, READ
from tests.worlds.hostile import HOSTILE, hostile_workspace

ROOT = Path(__file__).resolve().parents[2]
_WORDS = (
    *("object", "co_occurrence", "token", "interrogation", "entities", "charts", "list", "card", "grid", "one", "all"),
    *("new", "name", "tail", "accepted", "rejected", "pending", "run 1", "run ²", "a", "b", "llava", "coco", "0", "1"),
)
_MORE = (
    "workspace",
    "page",
    "search",
    "with",
    "entity",
    "instance",
    "a",
    "b",
    "reason",
    "candidate",
    "caps",
    "entities",
    "mixture",
    "plain",
)
_RECIPE = Recipe(
    own_tau={"object": {"cat": 2.0}},
    mute={"object": ["dog"]},
    at_most={"object": {"sofa": 3}},
    notes={"object": {"cat": "too many"}},
)


class Addresses:
    """A workspace with everything in it, whose texts are hostile, opened by the app."""

    def __init__(self, folder: Path) -> None:
        workspace = hostile_workspace(folder)
        os.environ["ADR_WORKSPACE"] = str(workspace.folder)
        store = Store(workspace.database)
        names = store.rows("select name from entity union all select candidate from candidate")
        store.close()
        self._texts = (*_WORDS, *NUMBERS, *HOSTILE, *(name for (name,) in names))

    def made(self, chance: Random) -> Case:
        """A page and up to five parameters."""
        page = chance.choice(sorted(READ))
        asked = {}
        for _ in range(chance.choice((1, 2, 5))):
            name = chance.choice((*READ[page], *READ[page], *_MORE))
            asked[name] = self._packed(chance) if name in ("caps", "entities", "mixture", "b") else self._text(chance)
        return Case(page, json.dumps(asked).encode())

    def tried(self, case: Case) -> str:
        """The page opened by the address, as a new visitor does."""
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        asked: dict[str, str] = json.loads(case.data)
        for name, value in asked.items():
            at.query_params[name] = value
        at.switch_page(PAGES[case.shown][0]).run()
        assert not at.exception, [(found.message, found.stack_trace) for found in at.exception]
        return "refused" if at.error else "taken"

    def close(self) -> None:
        """Close what the app has opened."""
        import streamlit as st

        st.cache_data.clear()
        st.cache_resource.clear()

    def _text(self, chance: Random) -> str:
        text = chance.choice(self._texts)
        return spoiled(chance, text.encode()).decode("utf-8", "replace")[:5000] if chance.random() < 0.2 else text

    def _packed(self, chance: Random) -> str:
        """A recipe packed as the page does it, with spoiled values, text or bytes."""
        plain: Any = {
            "caps": {"object": {"cat": 2, "dog": "inf"}},
            "own_tau": {"object": {"cat": 2}},
            "mute": {"object": ["dog"]},
            "at_most": {"object": {"sofa": 3}},
            "notes": {"object": {"cat": "too many"}},
        }
        way = chance.choice(("text", "values", "plain", "bytes", "toml"))
        if way == "text":
            return self._text(chance)
        if way == "bytes":
            return spoiled(chance, to_address(_RECIPE)["entities"].encode()).decode("utf-8", "replace")[:5000]
        text = {
            "values": lambda: written(altered(chance, chance.choice((plain, plain, *VALUES)))),
            "plain": lambda: spoiled(chance, written(plain)),
            "toml": lambda: spoiled(chance, _RECIPE.to_toml().encode()),
        }[way]()
        return base64.urlsafe_b64encode(zlib.compress(text)).decode().rstrip("=")
