"""A table of cases as one test: to hand a test out and to report it takes longer than most cases do."""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from itertools import product
from typing import Any, TypeVar

import pytest
from _pytest.mark import ParameterSet

Test = TypeVar("Test", bound=Callable[..., Any])
Case = Mapping[str, Any]


def table(test: Test) -> Test:
    """Try every case of a test's `parametrize` in one test. It fails with all that do not hold, each with its values.

    For cases that need no fixture of their own.
    """
    marks: list[pytest.Mark] = test.pytestmark  # type: ignore[attr-defined]
    tables = [list(_rows(*mark.args)) for mark in marks if mark.name == "parametrize"]
    cases = [{name: value for row in rows for name, value in row.items()} for rows in product(*tables)]
    assert cases, "the table is empty"

    @wraps(test)
    def try_all(*of_class: Any, **fixtures: Any) -> None:
        with _collected() as failures:
            for case in cases:
                with _noted(case, failures):
                    test(*of_class, **fixtures, **case)

    @wraps(test)
    async def await_all(*of_class: Any, **fixtures: Any) -> None:
        with _collected() as failures:
            for case in cases:
                with _noted(case, failures):
                    await test(*of_class, **fixtures, **case)

    tried: Any = await_all if inspect.iscoroutinefunction(test) else try_all
    given = inspect.signature(test)
    tried.__signature__ = given.replace(parameters=[p for p in given.parameters.values() if p.name not in cases[0]])
    tried.pytestmark = [mark for mark in marks if mark.name != "parametrize"]
    return tried  # type: ignore[no-any-return]


def _rows(names: str | Iterable[str], values: Iterable[Any]) -> Iterator[Case]:
    names = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    for value in values:
        row = value.values if isinstance(value, ParameterSet) else value if len(names) > 1 else [value]
        yield dict(zip(names, row, strict=True))


@contextmanager
def _collected() -> Iterator[list[BaseException]]:
    failures: list[BaseException] = []
    yield failures
    if failures:
        raise BaseExceptionGroup(f"{len(failures)} cases do not hold", failures)


@contextmanager
def _noted(case: Case, failures: list[BaseException]) -> Iterator[None]:
    try:
        yield
    except (Exception, pytest.fail.Exception) as failure:  # noqa: BLE001 - raised with the others
        failure.add_note("with " + ", ".join(f"{name}={value!r:.200}" for name, value in case.items()))
        failures.append(failure)
