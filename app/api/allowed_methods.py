"""The methods that each address allows. Starlette's router would name only those of the first route that matches."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from re import Pattern
from urllib.parse import quote

from starlette.responses import RedirectResponse
from starlette.routing import Route, Router, compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.problems import MethodNotAllowed, problem_response


@dataclass(frozen=True, slots=True)
class PathMethods:
    """One path of the API, with the methods of all its routes."""

    form: Pattern[str]
    methods: frozenset[str]


class AllowedMethods:
    """Refuses a method that an address does not allow, and lists those that it allows (RFC 9110 section 10.2.1).

    An address with a trailing slash redirects to the one without, under the public URL: the caller chooses the `Host`
    header, and behind a proxy it often names another host.

    A literal path wins over a pattern: `GET /mass-replies/preview` does not mean a mass reply with that id.
    """

    def __init__(self, app: ASGIApp, routers: Iterable[Router], public_url: str) -> None:
        self._app = app
        self._public_url = public_url.rstrip("/")
        self._routes = [route for router in routers for route in router.routes if isinstance(route, Route)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        taken = self._taken_at(scope["path"]) if scope["type"] == "http" else frozenset()
        if not taken and scope["type"] == "http" and self._taken_at(scope["path"].rstrip("/")):
            await RedirectResponse(self._without_slash(scope))(scope, receive, send)
            return
        if not taken or scope["method"] in taken:
            await self._app(scope, receive, send)
            return
        response = problem_response(MethodNotAllowed())
        response.headers["Allow"] = ", ".join(sorted(taken))
        await response(scope, receive, send)

    def _without_slash(self, scope: Scope) -> str:
        path, query = quote(scope["path"].rstrip("/")), scope["query_string"].decode("latin-1")
        return f"{self._public_url}{path}" + (f"?{query}" if query else "")

    def _taken_at(self, path: str) -> frozenset[str]:
        literal = self._by_path.get(path)
        if literal is not None:
            return literal
        matching = (address.methods for address in self._patterns if address.form.fullmatch(path))
        return next(matching, frozenset())

    @cached_property
    def _by_path(self) -> Mapping[str, frozenset[str]]:
        """In the order of the routes: the first pattern that matches wins."""
        found: dict[str, frozenset[str]] = {}
        for route in self._routes:
            found[route.path] = found.get(route.path, frozenset()) | (route.methods or set())
        return found

    @cached_property
    def _patterns(self) -> list[PathMethods]:
        return [PathMethods(compile_path(path)[0], methods) for path, methods in self._by_path.items() if "{" in path]
