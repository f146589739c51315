"""What reaches a page as Markdown went through `adr.plain_text`, or is a number, or is written in the program.

The rule reads the source: it follows the arguments of Streamlit's functions back through local names and the functions
of adr/ui to their leaves. A leaf is safe when it is a literal, a constant, a number by its format or its annotation, or
the result of a door. Everything else is data until it passes a door.
"""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOORS = {"plain", "code", "chart_text"}
# Functions outside adr/ui whose text is the program's own: numbers and units in words.
WORDS = {
    "counted",
    "number_words",
    "signed",
    "share_words",
    "size_words",
    "time_words",
    "str.format",
    "len",
    "round",
    "int",
    "float",
    "max",
    "min",
    "sum",
    "abs",
    "bool",
}
SAME_TEXT = {"capitalize", "lower", "upper", "replace", "strip", "removesuffix", "split", "get", "items", "values"}
SINKS = {
    *("title", "header", "subheader", "markdown", "caption", "write", "info", "success", "warning", "error", "toast"),
    *("button", "download_button", "form_submit_button", "link_button", "page_link", "checkbox", "toggle", "radio"),
    *("selectbox", "multiselect", "slider", "number_input", "text_input", "text_area", "file_uploader", "popover"),
    *("expander", "segmented_control", "pills", "metric", "image", "spinner", "status", "progress", "badge", "tabs"),
    *("date_input", "data_editor", "dataframe", "plotly_chart", "link", "choice", "words", "dialog", "feedback"),
}
# The argument that is Markdown where it is not the first, and keywords that are.
PLACES = {
    "progress": 1,
    "link": 1,
    "page_link": 1,
    "image": None,
    "dataframe": None,
    "data_editor": None,
    "plotly_chart": None,
}
KEYWORDS = {"label", "body", "help", "text", "caption", "format_func", "says"}
MARKDOWN_OPTIONS = {"radio", "segmented_control", "pills", "choice", "tabs"}  # their options are Markdown as well
NUMBERS = {"int", "float", "bool"}

FILES = sorted([*(ROOT / "adr/ui").rglob("*.py"), *(ROOT / "pages").glob("*.py"), ROOT / "app.py"])
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in FILES}


def name_of(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def constant(node: ast.expr) -> bool:
    """An UPPER_CASE name, or an item, a part or a method's result of one."""
    while isinstance(node, ast.Subscript | ast.Attribute | ast.Call):
        if isinstance(node, ast.Attribute) and node.attr.isupper():
            return True
        node = node.func if isinstance(node, ast.Call) else node.value
    return isinstance(node, ast.Name) and node.id.strip("_").isupper()


class Reader:
    """Follows expressions to their leaves, inside the functions that surround them (innermost first)."""

    def __init__(self, trees: Iterable[ast.Module]) -> None:
        self.open: set[tuple[int, str]] = set()  # what was read for one expression: each thing is read once
        self.functions: dict[str, list[tuple[ast.Module, ast.FunctionDef]]] = {}
        self.calls: dict[str, list[tuple[ast.Module, ast.Call, list[ast.AST]]]] = {}
        for tree in trees:
            for node, scope in inside(tree, [tree]):
                if isinstance(node, ast.FunctionDef):
                    self.functions.setdefault(node.name, []).append((tree, node))
                elif isinstance(node, ast.Call):
                    self.calls.setdefault(name_of(node.func), []).append((tree, node, scope))

    def named_function(self, name: str, scope: list[ast.AST]) -> list[ast.FunctionDef]:
        """The functions of adr/ui that a name may mean: those of the same file, else all that are public."""
        found = self.functions.get(name, [])
        own = [function for tree, function in found if tree is scope[-1]]
        return own or [function for _, function in found if not name.startswith("_")]

    def unsafe(self, node: ast.expr | None, scope: list[ast.AST]) -> Iterator[ast.expr]:
        """The leaves of an expression that may be data."""
        if node is None or isinstance(node, ast.Constant | ast.Compare) or constant(node):
            return
        if isinstance(node, ast.FormattedValue):
            spec = ast.unparse(node.format_spec)[2:-1] if node.format_spec else ""
            if not spec or not (spec[-1] in ",dfeg%n" or spec.startswith("%")):  # a number, or a date
                yield from self.unsafe(node.value, scope)
        elif isinstance(node, ast.JoinedStr | ast.BoolOp):
            for part in node.values:
                yield from self.unsafe(part, scope)
        elif isinstance(node, ast.BinOp):
            yield from self.unsafe(node.left, scope)
            yield from self.unsafe(node.right, scope)
        elif isinstance(node, ast.UnaryOp):
            yield from self.unsafe(node.operand, scope)
        elif isinstance(node, ast.IfExp):
            yield from self.unsafe(node.body, scope)
            yield from self.unsafe(node.orelse, scope)
        elif isinstance(node, ast.List | ast.Tuple | ast.Set):
            for part in node.elts:
                yield from self.unsafe(part, scope)
        elif isinstance(node, ast.Starred | ast.NamedExpr) or (
            isinstance(node, ast.Attribute) and (node.attr == "__getitem__" or isinstance(node.value, ast.Dict))
        ):
            yield from self.unsafe(node.value, scope)
        elif isinstance(node, ast.Dict):
            for part in node.values:
                yield from self.unsafe(part, scope)
        elif isinstance(node, ast.GeneratorExp | ast.ListComp):
            yield from self.unsafe(node.elt, [node, *scope])
        elif isinstance(node, ast.Subscript):
            yield from self.unsafe(node.value, scope)
        elif isinstance(node, ast.Lambda):
            yield from self.unsafe(node.body, [node, *scope])
        elif isinstance(node, ast.Call):
            yield from self.called(node, scope)
        elif isinstance(node, ast.Name):
            yield from self.named(node, scope)
        else:
            yield node

    def called(self, node: ast.Call, scope: list[ast.AST]) -> Iterator[ast.expr]:
        name = name_of(node.func)
        if name in DOORS or name in WORDS:
            return
        if name == "join":
            yield from self.unsafe(node.args[0], scope)
        elif isinstance(node.func, ast.Attribute) and (name in SAME_TEXT or isinstance(node.func.value, ast.Dict)):
            yield from self.unsafe(node.func.value, scope)
        elif isinstance(node.func, ast.Name) and (functions := self.named_function(name, scope)):
            for function in functions:
                yield from self.returned(function, scope)
        elif name in ("list", "sorted", "str", "dict", "enumerate", "zip", "reversed", "tuple"):
            for part in node.args:
                yield from self.unsafe(part, scope)
        else:
            yield node

    def returned(self, function: ast.FunctionDef, scope: list[ast.AST]) -> Iterator[ast.expr]:
        """What a function of adr/ui may give back."""
        if (id(function), "") in self.open or safe_annotation(function.returns):
            return
        self.open.add((id(function), ""))
        for node, inner in inside(function, [scope[-1]]):
            if isinstance(node, ast.Return | ast.Yield) and inner[0] is function:
                yield from self.unsafe(node.value, inner)

    def named(self, node: ast.Name, scope: list[ast.AST]) -> Iterator[ast.expr]:
        """A name: what was given to it in the functions around, a parameter by its annotation or by its callers."""
        for depth, place in enumerate(scope):
            given = [*self.given(node.id, place)]
            for value in given:
                if (id(value), node.id) in self.open:
                    continue
                self.open.add((id(value), node.id))
                if not isinstance(value, ast.arg):
                    yield from self.unsafe(value, scope[depth:])
                elif not safe_annotation(value.annotation):
                    yield from self.handed(node, place, scope)
            if given:
                return
        functions = self.named_function(node.id, scope)
        for function in functions:
            yield from self.returned(function, scope)
        if not functions and node.id not in ("str", "int", "float"):
            yield node

    def handed(self, node: ast.Name, place: ast.AST, scope: list[ast.AST]) -> Iterator[ast.expr]:
        """What the callers of a function hand over as the parameter `node`."""
        if not isinstance(place, ast.FunctionDef):
            yield node
            return
        arguments = [*place.args.posonlyargs, *place.args.args]
        at = next((i for i, one in enumerate(arguments) if one.arg == node.id), None)
        calls = [
            (call, around)
            for tree, call, around in self.calls.get(place.name, [])
            if tree is scope[-1] or not place.name.startswith("_")
        ]
        if not calls:
            yield node
        for call, around in calls:
            if at is not None and len(call.args) > at:
                yield from self.unsafe(call.args[at], around)
            for word in call.keywords:
                if word.arg == node.id:
                    yield from self.unsafe(word.value, around)

    @staticmethod
    def given(name: str, place: ast.AST) -> Iterator[ast.expr | ast.arg]:
        """Everything that the name may be in one function, lambda or comprehension."""
        if isinstance(place, ast.Lambda | ast.FunctionDef):
            arguments = place.args
            for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
                if one.arg == name:
                    yield one
        if isinstance(place, ast.GeneratorExp | ast.ListComp):
            for generator in place.generators:
                if name in {n.id for n in ast.walk(generator.target) if isinstance(n, ast.Name)}:
                    yield generator.iter
            return
        if not isinstance(place, ast.FunctionDef | ast.Module):
            return
        for node in ast.walk(place):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    yield from matched(target, node.value, name)
            elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr) and name_of(node.target) == name:
                if node.value is not None:
                    yield node.value
            elif isinstance(node, ast.For):
                rows = node.iter.elts if isinstance(node.iter, ast.Tuple | ast.List) else [node.iter]
                for row in rows:
                    yield from matched(node.target, row, name)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                adds = node.func.attr in ("append", "extend") and name_of(node.func.value) == name
                yield from node.args if adds else ()


def matched(target: ast.expr, value: ast.expr, name: str) -> Iterator[ast.expr]:
    if isinstance(target, ast.Tuple):
        values = value.elts if isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts) else None
        for place, one in enumerate(target.elts):
            yield from matched(one, values[place] if values else value, name)
    elif isinstance(target, ast.Name) and target.id == name:
        yield value


def inside(node: ast.AST, scope: list[ast.AST]) -> Iterator[tuple[ast.AST, list[ast.AST]]]:
    """Every node below, with the functions around it, innermost first."""
    if isinstance(node, ast.FunctionDef | ast.Lambda | ast.ListComp | ast.GeneratorExp):
        scope = [node, *scope]
    for child in ast.iter_child_nodes(node):
        yield child, scope
        yield from inside(child, scope)


def safe_annotation(node: ast.expr | None) -> bool:
    written = ast.unparse(node) if node else ""
    return written.removesuffix(" | None") in NUMBERS or written.startswith("Literal[")


def shown(tree: ast.Module) -> Iterator[tuple[ast.Call, ast.expr, list[ast.AST]]]:
    """The expressions that Streamlit reads as Markdown, with the functions around them."""
    for node, scope in inside(tree, [tree]):
        if not (isinstance(node, ast.Call) and (name := name_of(node.func)) in SINKS):
            continue
        if name == "write" and ast.unparse(node.func) != "st.write":
            continue
        place = PLACES.get(name, 0)
        if place is not None and len(node.args) > place:
            yield node, node.args[place], scope
        formats = any(word.arg in ("format_func", "says") for word in node.keywords)
        if name in MARKDOWN_OPTIONS and not formats and len(node.args) > 1:
            yield node, node.args[1], scope
        for word in node.keywords:
            if word.arg in KEYWORDS and (name in MARKDOWN_OPTIONS or word.arg not in ("format_func", "says")):
                yield node, word.value, scope


def found_in(tree: ast.Module, reader: Reader) -> list[str]:
    """What may be data in what a file shows."""
    found = []
    for call, expression, scope in shown(tree):
        reader.open.clear()
        for leaf in reader.unsafe(expression, scope):
            place = f"{name_of(call.func)}() in line {call.lineno}"
            found.append(f"line {leaf.lineno}: {ast.unparse(leaf)[:80]}, shown by {place}")
    return list(dict.fromkeys(found))


ALL = Reader(TREES.values())


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_shown_text__passes_a_door(path):
    assert found_in(TREES[path], ALL) == []


@pytest.mark.parametrize(
    ("source", "safe"),
    [
        ("st.caption(f'{name}')", False),
        ("st.caption(f'{plain(name)} and {count:,}')", True),
        ("st.info(name if name else 'nothing')", False),
        ("said = 'a' + name\nst.markdown(said)", False),
        ("st.segmented_control('x', names, format_func=lambda one: one.name)", False),
        ("st.button('Open', help=folder)", False),
        ("st.warning(WARNINGS[kind])", True),
        ("def words(): return here.name\nst.title(words())", False),
        ("def line(label: str): st.title(label)\nline(here.name)", False),
        ("def line(label: str): st.title(label)\nline('Runs')", True),
        ("said = []\nsaid.append(here.name)\nst.caption(' '.join(said))", False),
    ],
)
def test_shown_text__the_rule_finds_what_it_should(source, safe):
    tree = ast.parse(source)
    assert (found_in(tree, Reader([tree])) == []) == safe
