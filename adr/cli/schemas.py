"""The JSON Schema of every verb's report; `python -m adr.cli.schemas docs/reports` writes them, one file per verb."""

import json
import sys
from pathlib import Path
from types import NoneType
from typing import Any, get_type_hints

from adr.cli.parser import VERBS, verb_module
from adr.report import schema

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def report_schemas() -> dict[str, dict[str, Any]]:
    """{verb: schema of what its `--json` prints}, from the types; verbs without a report are left out."""
    kinds = {verb: get_type_hints(verb_module(verb).act)["return"] for verb in VERBS}
    return {verb: {"$schema": DRAFT, **schema(kind)} for verb, kind in kinds.items() if kind is not NoneType}


def as_file(made: dict[str, Any]) -> str:
    """The text of a schema's file."""
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def write(folder: Path) -> None:
    """Write the schemas into `folder` and remove those of verbs that do not exist."""
    folder.mkdir(parents=True, exist_ok=True)
    made = report_schemas()
    for path in folder.glob("*.json"):
        if path.stem not in made:
            path.unlink()
    for verb, found in made.items():
        (folder / f"{verb}.json").write_text(as_file(found), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
