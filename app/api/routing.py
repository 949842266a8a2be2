"""Who calls is known before what they say is read."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import solve_dependencies
from fastapi.routing import APIRoute


class Door:
    """A dependency that lets a caller in, or refuses them; it remembers in the request's state whom it let in."""


class CallerFirst(APIRoute):
    """A route that asks its doors before it reads the body. FastAPI reads first, and would read anybody's."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        doors = [one for one in self.dependant.dependencies if isinstance(one.call, Door)]
        if self.body_field is None or not doors:
            return handle
        asked = Dependant(dependencies=doors)

        async def handle_known(request: Request) -> Response:
            stack = request.scope["fastapi_inner_astack"]
            await solve_dependencies(request=request, dependant=asked, async_exit_stack=stack, embed_body_fields=False)
            return await handle(request)

        return handle_known
