"""The options of an index, what of them decides its postings, and how an index differs from what is wanted."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from adr.index.checkers import CHECKERS, default_model
from adr.index.lexicon import Lexicon
from adr.index.merging import merge_line, merged_names
from adr.index.spacy_tokens import DEFAULT
from adr.options import option, options_of
from adr.store import Store

EXTRACTORS = ("lexicon", "spacy")
OBJECTS = ("auto", "annotations", "text")
TEMPLATES = ("apart", "count")


@dataclass(frozen=True)
class IndexOptions:
    """How postings are made: [index] of a recipe. An option that is None is filled in when the index is made.

    objects 'auto': an instance's annotations if it has any, else its text. verify: this checker, with `verify_model`,
    looks for objects from text in the images and drops those it does not find; `model_anyway`: also when a sample of
    them shows that it was made for others.
    """

    extractor: str = option("lexicon", "nouns by word lists (seconds) or by a spaCy pipeline (minutes)", EXTRACTORS)
    spacy_model: str | None = option(None, f"an installed spaCy pipeline ({DEFAULT}), or a folder", metavar="MODEL")
    objects: str = option("auto", "where objects come from", OBJECTS)
    verify: str | None = option(None, "look for objects from text in the images", tuple(CHECKERS))
    verify_model: str | None = option(None, "the model that looks (default: from the settings)", metavar="MODEL")
    model_anyway: bool = option(False, "look with a model that was made for other pictures; it is recorded")
    templates: str = option("apart", "whether the words of recurring prompt lines count as entities", TEMPLATES)
    let_in: tuple[str, ...] = option((), "a recurring prompt line whose words count all the same", metavar="LINE")
    merge: tuple[str, ...] = option((), 'a name that counts as another one: "sungalsse = sunglasses"', metavar="LINE")
    perspectives: tuple[str, ...] = option((), "a perspective to read beside the paper's four", metavar="NAME")

    def filled(self) -> "IndexOptions":
        """The same with every default filled in."""
        return replace(
            self,
            spacy_model=(self.spacy_model or DEFAULT) if self.extractor == "spacy" else None,
            verify_model=(self.verify_model or default_model(self.verify)) if self.verify else None,
            merge=tuple(sorted(merge_line(name, other) for name, other in merged_names(self.merge).items())),
        )


def differences(store: Store, wanted: Mapping[str, Any]) -> str:
    """How the present index differs from `wanted`, in words; '' when it fits.

    An option that neither of them sets may differ: another version's default does not make an index wrong. The
    perspectives are compared by `adr.perspectives.need_indexed`: one more does not make the others wrong.
    """
    asked, made = _made_with(store)
    now = asdict(options_of(IndexOptions, wanted, "[index]").filled())
    apart = [name for name in _comparable(now) if _apart(made, now, name) and (name in wanted or name in asked)]
    return ", ".join(f"{name} is {made.get(name)!r} and not {now[name]!r}" for name in apart)


def made_by_other_rules(store: Store, wanted: Mapping[str, Any]) -> list[str]:
    """Sentences on what has changed since the index was made: other word lists, another default."""
    asked, made = _made_with(store)
    now = asdict(options_of(IndexOptions, wanted, "[index]").filled())
    notices = [
        f"The index was made with {name} {made.get(name)!r}; this version's default is {now[name]!r}."
        for name in _comparable(now)
        if _apart(made, now, name) and name not in wanted and name not in asked
    ]
    if store.value("select lexicon_fingerprint from index_made") != Lexicon.english().fingerprint:
        notices.append("The index was made with word lists of another version; --reindex reads the text again.")
    return notices


def _comparable(options: Mapping[str, Any]) -> list[str]:
    return [name for name in options if name != "perspectives"]


def _apart(made: Mapping[str, Any], now: Mapping[str, Any], name: str) -> bool:
    """Whether an option has two values; one that is off is like one that an older version did not have."""
    return bool(_plain(made.get(name)) != _plain(now[name]))


def _plain(value: Any) -> Any:
    return (list(value) if isinstance(value, tuple) else value) or None


def _made_with(store: Store) -> tuple[dict[str, Any], dict[str, Any]]:
    """(the options that were given, all options filled in) of the present index."""
    asked, made = store.rows("select asked, options from index_made")[0]
    return json.loads(asked), json.loads(made)


def decisive(options: IndexOptions) -> dict[str, Any]:
    """The options that decide the postings of the paper's four. One that is off is left out, so that an index made
    before there was such an option has the same fingerprint."""
    off = {"templates": "count", "let_in": (), "merge": ()}
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(options).items()
        if name != "perspectives" and value is not False and (name not in off or value != off[name])
    }
