"""Recipe files: refused in a sentence, or a recipe that can be written, previewed and read back."""

import re
from pathlib import Path
from random import Random

from adr.errors import AdrError
from adr.export.options import ExportOptions
from adr.index.options import IndexOptions
from adr.options import options_of
from adr.rebalance.engine import Engine
from adr.recipe import Recipe
from adr.shipped import find
from adr.store import Store
from tests.fuzz.mutations import HUGE, spoiled
from tests.fuzz.outcome import Case, refused
from tests.worlds.hand import INSTANCES, POSTINGS, write_instances, write_postings
from tests.worlds.hostile import HOSTILE

_FULL = b"""name = "everything"

[index]
extractor = "lexicon"

[rebalance]
seed = 7
min_passes = 2
alpha = 0.5
perspectives = ["token", "object"]
pass_rule = "mean"
repeat = 3

[rebalance.tau]
token = 3
object = 2.5

[rebalance.tail_share]
co_occurrence = 0.25

[rebalance.own_tau.object]
"cat" = 2

[rebalance.mute]
object = ["sofa"]

[rebalance.at_most.object]
dog = 5

[rebalance.caps.object]
bird = inf

[rebalance.mixture]
perspective = "object"
size = 5
repeat = 2

[rebalance.mixture.shares]
cat = 0.5
dog = 0.25

[rebalance.notes.object]
cat = "too many"

[synthesize]
budget = 3
generator = "text-to-image"

[export]
format = "llava"
shuffle = true
"""
CORPUS = (_FULL, *(find(f"assets/recipes/{name}.toml").read_bytes() for name in ("demo", "gentle", "paper-llava-1.5")))
_VALUES = (
    *(b"0", b"1", b"-1", b"+1", b"0.5", b"nan", b"-inf", b"inf", b"1e400", b"-0.0", b"true", b"[]", b"{}", b'""'),
    *(b"1979-05-27T07:32:00Z", b"07:32:00", b"1979-05-27", b"0xff", b"0b1", b"1_000", b'["token", "token"]'),
    *(b'["nothing"]', b"[[1], [2]]", b"{a = 1}", b'"any"', b"'mean'", b'"\\ud800"', b'"""x\ny"""', b'"\\u0000"'),
    *(b"9223372036854775807", b"9223372036854775808", HUGE.encode(), b"[" * 5000 + b"]" * 5000, b"{a = " * 900),
    *(b'"' + re.sub(r'[\x00-\x1f"\\]', "", text).encode() + b'"' for text in HOSTILE),
)
_VALUE = re.compile(rb"(?m)(?<== ).*$")
_LINE = re.compile(rb"(?m)^.*\n")


class Recipes:
    """Six instances that each recipe is tried on."""

    def __init__(self, folder: Path) -> None:
        self._file, self._store = folder / "recipe.toml", Store.memory()
        write_instances(self._store, INSTANCES, missing={4})
        write_postings(self._store, POSTINGS)
        self._engine = Engine(self._store)

    def made(self, chance: Random) -> Case:
        """A recipe with other values, other lines, or spoiled bytes."""
        data, what = chance.choice(CORPUS), chance.choice(("bytes", "values", "values", "lines"))
        if what == "bytes":
            return Case(what, spoiled(chance, data, CORPUS))
        pattern = _VALUE if what == "values" else _LINE
        for _ in range(chance.choice((1, 1, 2, 3))):
            found = list(pattern.finditer(data))
            if not found:
                break
            place = chance.choice(found)
            put_in = (
                chance.choice(_VALUES)
                if what == "values"
                else chance.choice((b"", place[0] * 2, chance.choice(found)[0]))
            )
            data = data[: place.start()] + put_in + data[place.end() :]
        return Case(what, data)

    def tried(self, case: Case) -> str:
        """The file as a recipe, in words, as TOML again, its fingerprints, and a preview."""
        self._file.write_bytes(case.data)
        try:
            recipe = Recipe.from_file(self._file)
            options_of(IndexOptions, recipe.index, "[index] of the recipe")
            options_of(ExportOptions, recipe.export, "[export] of the recipe")
        except AdrError as error:
            return refused(error)
        again = Recipe.from_toml(recipe.to_toml())
        assert again.fingerprint == recipe.fingerprint and again.whole_fingerprint == recipe.whole_fingerprint
        assert recipe.in_words().strip()
        preview = self._engine.preview(recipe)
        assert 0 <= preview.size <= preview.total * 3
        return "taken"

    def close(self) -> None:
        """Close the store."""
        self._store.close()
