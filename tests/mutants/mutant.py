"""A small change of the product, applied while tests run."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import CodeType, ModuleType
from typing import Any

import sqlalchemy as sa

REPEATED = 3
"""How often the end of an attempt asks whether it counts."""


@dataclass(frozen=True, slots=True)
class Mutant:
    name: str
    """Says where and what was changed, the same in every run."""
    apply: Callable[[], Callable[[], None]]
    """Makes the change. Returns how to take it back."""
    place: object = None
    """The code or the statement that is changed: a test that does not come to it cannot notice. None if any may."""
    lines: range = range(1)
    """Those of the code to which a test must come. A statement has one."""

    @contextmanager
    def applied(self) -> Iterator[None]:
        take_back = self.apply()
        try:
            yield
        finally:
            take_back()


def of_entry(table: Any, key: Any, value: Any, name: str) -> Mutant:
    """Replace an entry of a mapping. Without a value it is removed."""

    def apply() -> Callable[[], None]:
        before = table.get(key)
        _set(table, key, value)
        return lambda: _set(table, key, before)

    return Mutant(name, apply)


def _set(table: Any, key: Any, value: Any) -> None:
    if value is None:
        table.pop(key, None)
    else:
        table[key] = value


def of_attribute(holder: Any, attribute: str, value: Any, name: str) -> Mutant:
    def apply() -> Callable[[], None]:
        before = getattr(holder, attribute)
        setattr(holder, attribute, value)
        return lambda: setattr(holder, attribute, before)

    return Mutant(name, apply)


def of_statement(module: ModuleType, constant: str, old: str, new: str) -> Mutant:
    """Replace a part of an SQL text. Raise ValueError unless it occurs once, or as often as a condition is repeated."""
    statement: sa.TextClause = getattr(module, constant)
    if statement.text.count(old) not in (1, REPEATED):
        raise ValueError(f"{module.__name__}.{constant} has {old!r} {statement.text.count(old)} times")
    mutated = sa.text(statement.text.replace(old, new))
    typed = {name: bind for name, bind in statement._bindparams.items() if name in mutated._bindparams}
    mutated = mutated.bindparams(*typed.values())
    changed = of_attribute(module, constant, mutated, f"{module.__name__}.{constant}: {old!r} → {new!r}")
    return replace(changed, place=statement)


def of_text(function: Any, old: str, new: str) -> Mutant:
    """Replace a part of an SQL text within a function. Raise ValueError unless one text has it, once."""
    code = function.__code__
    found = [each for each in code.co_consts if isinstance(each, str) and each.count(old) == 1]
    if len(found) != 1:
        raise ValueError(f"{function.__qualname__} has {old!r} in {len(found)} texts")
    constants = tuple(each.replace(old, new) if each is found[0] else each for each in code.co_consts)
    mutated = code.replace(co_consts=constants)
    name = f"{function.__module__}.{function.__name__}: {old!r} → {new!r}"
    return replace(of_attribute(function, "__code__", mutated, name), place=code, lines=lines_of(code))


def lines_of(code: CodeType) -> range:
    """Return all lines of a function, which a call of it comes to one of."""
    return range(code.co_firstlineno, max(line or 0 for *_, line in code.co_lines()) + 1)
