"""Charge tenants for the time that their requests compute on the event loop."""

from starlette.types import ASGIApp, Receive, Scope, Send

from app.process.tenant_time import TimeAccount, metered

TIME = "time"
"""The key of the tenant's `TimeAccount` in a request's state. It is stored once the tenant is known."""


class Metered:
    """Charges each request for what it computes, from its first step on, once its tenant is known."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state, owed = scope.setdefault("state", {}), 0.0

        def count(seconds: float) -> None:
            nonlocal owed
            owed += seconds
            if isinstance(account := state.get(TIME), TimeAccount):
                account.charge(owed)
                owed = 0.0

        async def work() -> None:
            await self._app(scope, receive, send)

        await metered(work(), count)
