"""Cancel a request whose client has disconnected: its statement would occupy a database connection for nothing."""

import asyncio

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger(__name__)


class CancelOnDisconnect:
    """Cancels a request when its client disconnects before the response begins.

    What was committed by then stays, as after a crash. Once the response has begun, it watches for a disconnect itself.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        work = asyncio.current_task()
        assert work is not None  # noqa: S101 - narrows for mypy: a coroutine runs in a task
        watched = _WatchedReceive(receive, work, has_body=_has_body(scope))

        async def send_watched(message: Message) -> None:
            watched.is_answered = True
            await send(message)

        try:
            await self._app(scope, watched.receive, send_watched)
        except asyncio.CancelledError:
            if not watched.is_cancelled or work.uncancel() > 0:
                raise
            log.info("caller_left")
        finally:
            watched.close()


def _has_body(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


class _WatchedReceive:
    """Passes a request's body on, and watches for a disconnect after it."""

    def __init__(self, receive: Receive, work: asyncio.Task[object], *, has_body: bool) -> None:
        self._receive = receive
        self._work = work
        self._leaving: asyncio.Task[Message] | None = None
        self._is_body_received = has_body
        self.is_answered = self.is_cancelled = False
        if not has_body:
            self._watch()

    async def receive(self) -> Message:
        if not self._is_body_received:
            self._is_body_received = True
            return {"type": "http.request", "body": b"", "more_body": False}
        if self._leaving is not None:
            return await asyncio.shield(self._leaving)
        message = await self._receive()
        if message["type"] == "http.request" and not message.get("more_body"):
            self._watch()
        return message

    def _watch(self) -> None:
        self._leaving = asyncio.create_task(self._disconnect())
        self._leaving.add_done_callback(self._end_work)

    async def _disconnect(self) -> Message:
        while (message := await self._receive())["type"] != "http.disconnect":
            pass
        return message

    def _end_work(self, leaving: asyncio.Task[Message]) -> None:
        if not self.is_answered and not leaving.cancelled() and leaving.exception() is None:
            self.is_cancelled = True
            self._work.cancel()

    def close(self) -> None:
        if self._leaving is not None:
            self._leaving.remove_done_callback(self._end_work)
            self._leaving.cancel()
