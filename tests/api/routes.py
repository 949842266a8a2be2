"""The application's routes, as a test looks at them."""

from collections.abc import Callable, Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from app.api.auth import Allow
from app.domain.permissions import Permission


def paths(app: FastAPI) -> set[str]:
    return {str(context.path) for context in iter_route_contexts(app.routes)}


def guarded_routes(app: FastAPI) -> Iterator[tuple[str, str, Permission | None]]:
    """Method, path and permission of every route that wants to know its caller."""
    for context in iter_route_contexts(app.routes):
        dependant = getattr(context, "dependant", None)
        for guard in [] if dependant is None else _guards(dependant):
            for method in sorted(context.methods or ()):
                yield method, str(context.path), guard.permission


def dependencies(app: FastAPI) -> set[Callable[..., Any]]:
    """Every function that a route depends on."""
    dependants = (getattr(context, "dependant", None) for context in iter_route_contexts(app.routes))
    return {call for dependant in dependants if dependant is not None for call in _calls(dependant)}


def _calls(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    for dependency in dependant.dependencies:
        if dependency.call is not None:
            yield dependency.call
        yield from _calls(dependency)


def _guards(dependant: Dependant) -> Iterator[Allow]:
    for dependency in dependant.dependencies:
        if isinstance(dependency.call, Allow):
            yield dependency.call
        yield from _guards(dependency)
