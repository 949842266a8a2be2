"""Mutants of a function: one operator, constant, name or statement of it is another one."""

import ast
import copy
import inspect
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator
from enum import EnumMeta
from types import CodeType
from typing import Any, Final

from tests.mutants.mutant import Mutant

_COMPARED: Final[dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_COMPUTED: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
}


def mutants_of(function: Any) -> Iterator[Mutant]:
    """Return every mutant of a function, a method or the getter of a property."""
    function = getattr(function, "fget", function)
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    [definition] = tree.body
    assert isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef)
    names, statements = Counter[str](), _statements(definition)
    first = function.__code__.co_firstlineno - 1
    for index, node in enumerate(_inner(definition)):
        lines = _lines(node, statements[node])
        for old, new in _variants(node, function.__globals__):
            name = f"{function.__module__}.{function.__qualname__}: {_line(old)} → {_line(new)}"
            names[name] += 1
            code = _compiled(definition, index, new, function.__name__)
            unique = name if names[name] == 1 else f"{name} ({names[name]})"
            yield Mutant(
                unique, _swap(function, code), function.__code__, range(first + lines.start, first + lines.stop)
            )


def _statements(definition: ast.AST) -> dict[ast.AST, ast.stmt]:
    """Return the innermost statement that each node is a part of."""
    found: dict[ast.AST, ast.stmt] = {}
    for statement in (node for node in ast.walk(definition) if isinstance(node, ast.stmt)):
        found.update(dict.fromkeys(ast.walk(statement), statement))  # outer ones come first
    return found


def _lines(node: ast.AST, statement: ast.stmt) -> range:
    """Return lines of which a test that evaluates a node comes to one: its statement's, without what follows."""
    last = getattr(node, "end_lineno", None) if hasattr(statement, "body") or hasattr(statement, "cases") else None
    return range(statement.lineno, (last or statement.end_lineno or statement.lineno) + 1)


def _swap(function: Any, code: CodeType) -> Callable[[], Callable[[], None]]:
    def apply() -> Callable[[], None]:
        before = function.__code__
        function.__code__ = code
        return lambda: setattr(function, "__code__", before)

    return apply


def _inner(definition: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.AST]:
    """Return the nodes of the body, in an order that a copy has too, without its docstring."""
    body = definition.body
    if ast.get_docstring(definition) is not None:
        body = body[1:]
    return [node for statement in body for node in ast.walk(statement)]


def _variants(node: ast.AST, names: dict[str, Any]) -> Iterator[tuple[ast.AST, ast.AST]]:
    for new in _others(node, names):
        yield node, new


def _others(node: ast.AST, names: dict[str, Any]) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(left, [operator], comparators) if type(operator) in _COMPARED:
            yield from (ast.Compare(left, [each()], comparators) for each in _COMPARED[type(operator)])
        case ast.BoolOp(operator, values):
            yield ast.BoolOp(ast.Or() if isinstance(operator, ast.And) else ast.And(), values)
            yield from (_without(node, value) for value in values)
        case ast.UnaryOp(ast.Not(), operand):
            yield operand
        case ast.BinOp(left, operator, right) if type(operator) in _COMPUTED:
            yield ast.BinOp(left, _COMPUTED[type(operator)](), right)
        case ast.IfExp(_, body, orelse):
            yield from (body, orelse)
        case ast.If(test, body, orelse) if not isinstance(test, ast.Constant):
            yield from (ast.If(ast.Constant(value), body, orelse) for value in (True, False))
        case ast.Constant(bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(int() as value):
            yield ast.Constant(value + 1)
        case ast.Attribute(ast.Name(name), member) if isinstance(kind := names.get(name), EnumMeta):
            members = list(kind.__members__)
            other = members[(members.index(member) + 1) % len(members)] if member in members else None
            if other is not None:
                yield ast.Attribute(ast.Name(name, ast.Load()), other, ast.Load())
        case ast.Expr(value) if not isinstance(value, ast.Constant):
            yield ast.Pass()


def _without(node: ast.BoolOp, value: ast.expr) -> ast.expr:
    rest = [each for each in node.values if each is not value]
    return ast.BoolOp(node.op, rest) if len(rest) > 1 else rest[0]


class _Replacing(ast.NodeTransformer):
    def __init__(self, target: ast.AST, new: ast.AST) -> None:
        self.target, self.new = target, new

    def visit(self, node: ast.AST) -> Any:
        return self.new if node is self.target else self.generic_visit(node)


def _compiled(definition: ast.FunctionDef | ast.AsyncFunctionDef, index: int, new: ast.AST, name: str) -> CodeType:
    copied = copy.deepcopy(definition)
    copied.decorator_list = []
    _Replacing(_inner(copied)[index], copy.deepcopy(new)).visit(copied)
    module = compile(ast.fix_missing_locations(ast.Module([copied], [])), f"<mutant of {name}>", "exec")
    return next(each for each in module.co_consts if isinstance(each, CodeType) and each.co_name == name)


def _line(node: ast.AST) -> str:
    text = ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).splitlines()
    return text[0] if len(text) == 1 else f"{text[0]} …"
