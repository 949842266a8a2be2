"""Routes that check the caller before they read the body."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import solve_dependencies
from fastapi.routing import APIRoute


class AccessCheck:
    """A dependency that admits or refuses a caller, and stores them in the request's state.

    It stores their tenant's time too (`Metered`), unless they are a visitor: no tenant pays for strangers' requests.
    """


class CallerFirst(APIRoute):
    """A route that checks the caller before it reads the body. FastAPI's own routes read the body first."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        checks = [one for one in self.dependant.dependencies if isinstance(one.call, AccessCheck)]
        if self.body_field is None or not checks:
            return handle
        access = Dependant(dependencies=checks)

        async def check_and_handle(request: Request) -> Response:
            stack = request.scope["fastapi_inner_astack"]
            await solve_dependencies(request=request, dependant=access, async_exit_stack=stack, embed_body_fields=False)
            return await handle(request)

        return check_and_handle
