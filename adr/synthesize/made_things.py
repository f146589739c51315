"""Things to make that no instance has: their names from a list or a vocabulary, and their numbers.

Writes the table `made_thing`. Knows nothing of parents, prompts or models.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from adr.errors import AdrError
from adr.files import refuse_special
from adr.shipped import shipped
from adr.store import Store
from adr.synthesize.tail import UNSEEN

# The names of the LVIS categories in everyday words, and more things that can be seen.
VOCABULARIES = {"lvis": "assets/lexicon/things.txt"}
_LONGEST = 60
_NAME = re.compile(r"[^\W_][\w '’.&/-]*")


def names_in(text: str) -> list[str]:
    """The names in a typed or pasted list, one per line or separated by commas, each once, in its order."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    return _cleaned(name for line in lines for name in line.partition(":")[0].split(","))


def vocabulary(source: str) -> list[str]:
    """The names of a vocabulary: `lvis`, or a file with one name per line, a CSV file with a column `name`, or the JSON
    of COCO or LVIS annotations. AdrError when it cannot be read or holds no name."""
    if source in VOCABULARIES:
        return names_in(shipped(VOCABULARIES[source]).read_text(encoding="utf-8"))
    path = Path(source).expanduser()
    try:
        refuse_special(path)
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise AdrError(
            f"The vocabulary {source} cannot be read.",
            f"Name a text file with one name per line, or one of {', '.join(VOCABULARIES)}.",
        ) from error
    found = _from_json(text) if path.suffix == ".json" else _from_csv(text) if path.suffix == ".csv" else names_in(text)
    if not found:
        raise AdrError(f"The vocabulary {source} holds no names.", "Write one name per line.")
    return found


def lacked(store: Store, names: Iterable[str]) -> list[str]:
    """Those of `names` that no instance has as an object."""
    known = {name for (name,) in store.rows("select name from entity where perspective = perspective_number('object')")}
    return [name for name in _cleaned(names) if name not in known]


def numbered(store: Store, names: Sequence[str]) -> dict[str, int]:
    """{name: number} of things to make; a new name gets the next number after 2^30, beyond those of any index."""
    known = dict(store.rows("select name, entity from made_thing"))
    if set(names) <= set(known):
        return {name: known[name] for name in names}
    with store.atomic() as writer:
        known = dict(writer.rows("select name, entity from made_thing"))
        start = max(known.values(), default=UNSEEN - 1) + 1
        for number, name in enumerate((name for name in names if name not in known), start):
            writer.execute("insert into made_thing values ($1, $2)", [number, name])
            known[name] = number
    return {name: known[name] for name in names}


def _from_json(text: str) -> list[str]:
    try:
        read: Any = json.loads(text)
    except ValueError:
        return []
    listed = read.get("categories", []) if isinstance(read, Mapping) else read
    rows = listed if isinstance(listed, list) else []
    return _cleaned(str(row.get("name", "")) if isinstance(row, Mapping) else str(row) for row in rows)


def _from_csv(text: str) -> list[str]:
    return _cleaned(str(row.get("name") or "") for row in csv.DictReader(io.StringIO(text)))


def _cleaned(names: Iterable[str]) -> list[str]:
    """Lower case, without what stands in brackets ("bow_(weapon)"), each once; what cannot be a name is left out."""
    plain = (" ".join(re.sub(r"\([^)]*\)", " ", name).replace("_", " ").lower().split()) for name in names)
    return [name for name in dict.fromkeys(plain) if _NAME.fullmatch(name) and len(name) <= _LONGEST]
