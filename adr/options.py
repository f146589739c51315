"""The options of a stage as a frozen dataclass: one list for recipe, command line and pages.

Knows nothing of any stage. Each field is made by `option`; None stands for a value that the stage fills in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import Field, field, fields
from typing import Any, TypeVar, get_args, get_origin

from adr.errors import AdrError
from adr.figures import number_words

Options = TypeVar("Options")


def option(
    default: Any,
    says: str,
    choices: Sequence[str] | None = None,
    least: float | None = None,
    most: float | None = None,
    metavar: str | None = None,
    bare: str | None = None,
) -> Any:
    """A field of an options dataclass. says: what it does, for help texts; choices, least, most: its allowed values;
    bare: its value where the command line names it without one."""
    told = {"says": says, "choices": choices, "least": least, "most": most, "metavar": metavar, "bare": bare}
    return field(default=default, metadata=told)


def options_of(kind: type[Options], given: Mapping[str, Any], where: str) -> Options:
    """The options of type `kind` with what is `given`; AdrError for an unknown name or a value that is not allowed. For
    a list of texts, a table of texts may be given, which stands for its lines "key = value"."""
    known = {f.name: f for f in fields(kind)}  # type: ignore[arg-type]
    for name, value in given.items():
        if name not in known:
            raise AdrError(f"{where} has no option {name!r}.", f"Allowed are {', '.join(known)}.")
        _check(known[name], _lines(value), where)
    return kind(**{name: tuple(_lines(value)) if is_list(known[name]) else value for name, value in given.items()})


def given_options(options: Any) -> dict[str, Any]:
    """The options that differ from their defaults, in the order of the fields."""
    return {f.name: value for f in fields(options) if (value := getattr(options, f.name)) != f.default}


def is_switch(of: "Field[Any]") -> bool:
    """Whether an option can only be on or off."""
    return of.type is bool


def is_list(of: "Field[Any]") -> bool:
    """Whether an option is a list of texts."""
    return get_origin(of.type) is tuple


def _lines(value: Any) -> Any:
    """A table of texts as its lines; anything else as it is."""
    if not isinstance(value, Mapping) or not all(isinstance(one, str) for one in value.values()):
        return value
    return [f"{key} = {one}" for key, one in value.items()]


def _check(of: "Field[Any]", value: Any, where: str) -> None:
    if value is None and of.default is None:
        return
    said = f"{of.name} of {where[:1].lower()}{where[1:]} is {value!r}."
    if choices := of.metadata.get("choices"):
        if value not in choices:
            raise AdrError(said, f"Choose {', '.join(choices[:-1])} or {choices[-1]}.")
        return
    if is_list(of):
        if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
            raise AdrError(said, 'Give a list of texts: ["…", "…"].')
        return
    if is_switch(of) != isinstance(value, bool):
        raise AdrError(said, "Write true or false." if is_switch(of) else "Give a value, not true or false.")
    if not isinstance(value, _types(of)):
        raise AdrError(said, f"Give a {'number' if float in _types(of) or int in _types(of) else 'text'}.")
    least, most = of.metadata.get("least"), of.metadata.get("most")
    if (least is not None and value < least) or (most is not None and value > most):
        upper = "" if most is None else f" to {number_words(most)}"
        lower = "" if least is None else f" from {number_words(least)}"
        raise AdrError(said, f"Give a number{lower}{upper}.")


def _types(of: "Field[Any]") -> tuple[type, ...]:
    """The Python types that a value may have: `float | None` takes int and float."""
    found = tuple(kind for kind in (get_args(of.type) or (of.type,)) if isinstance(kind, type))
    return (*found, int) if float in found else found
