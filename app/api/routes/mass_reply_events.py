"""Following a mass reply by server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any, Final

import structlog
from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import StreamingResponse
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event

from app.api.auth import still_may
from app.api.delivery_schemas import DeliveryResponse
from app.api.deps import ConversationFollower, RuntimeDep
from app.api.event_streams import Feeds, Watch
from app.api.mass_replies import Id
from app.api.problems import problems
from app.api.progress_schemas import ProgressResponse
from app.api.routing import CallerFirst
from app.api.schemas import ResponseBody
from app.domain.errors import NotFound
from app.domain.permissions import Permission
from app.domain.stream_cursor import BEGINNING, CURSOR_FORM, StreamCursor
from app.domain.words import MassReplyId
from app.process.polling import UNREACHABLE

log = structlog.get_logger()

router = APIRouter(prefix="/mass-replies", tags=["mass replies"], route_class=CallerFirst)

RETRY_MILLISECONDS: Final = 2_000
LONGEST_SECONDS: Final = 3_600
"""Then the stream ends, and the reader opens another one."""
RECHECK_SECONDS: Final = 10.0
"""How often a stream checks that its reader may still read."""


class EventStream(StreamingResponse):
    """Sends a page of encoded events at once. FastAPI's own encodes and writes one event at a time."""

    media_type = "text/event-stream"


_EXAMPLE: Final = """\
event: progress
data: {"status":"sending","counts":{"queued":112,"sending":0,"sent":1,…},"lanes":[…]}
id: 17.0
retry: 2000

event: delivery
data: {"id":"…","conversation_id":"…","status":"sent",…}
id: 18.1

event: completed
data: {"status":"completed","counts":{…},"lanes":[…]}
id: 19.0
"""


def _event_schema(names: list[str], content: type[ResponseBody]) -> dict[str, Any]:
    """Describe one event as OpenAPI 3.2 does (section 4.14.4). Other responses define the schemas that it refers to."""
    schema = content.model_json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
    schema.pop("$defs")
    data = {"type": "string", "contentMediaType": "application/json", "contentSchema": schema}
    properties = {
        "event": {"type": "string", "enum": names},
        "data": data,
        "id": {"type": "string", "pattern": CURSOR_FORM},
        "retry": {"type": "integer", "description": "Milliseconds."},
    }
    return {"type": "object", "required": ["event", "data", "id"], "properties": properties}


_STREAM: dict[str, Any] = {
    "description": "`progress` first, and again when it changes, at most once a second; `delivery` for each delivery "
    "that has settled; `completed`, `cancelled` or `expired` at the end of the stream. Comments keep it alive.",
    "content": {
        EventStream.media_type: {
            # The stream as a whole; `itemSchema` describes each event (OpenAPI 3.2).
            "schema": {"type": "array", "items": {"type": "object"}},
            "itemSchema": {
                "oneOf": [
                    _event_schema(["progress", "completed", "cancelled", "expired"], ProgressResponse),
                    _event_schema(["delivery"], DeliveryResponse),
                ]
            },
            "example": _EXAMPLE,
        }
    },
}


class ReadAccess:
    """Whether a reader may still read, checked every RECHECK_SECONDS."""

    def __init__(self, check: Callable[[], Awaitable[bool]]) -> None:
        """Opening the stream was the first check."""
        self._check = check
        self._good_until = time.monotonic() + RECHECK_SECONDS

    @property
    def seconds_left(self) -> float:
        return max(0.0, self._good_until - time.monotonic())

    async def is_valid(self) -> bool:
        if self.seconds_left > 0:
            return True
        self._good_until = time.monotonic() + RECHECK_SECONDS
        return await self._check()


async def _feeds(request: Request) -> Feeds:
    feeds = request.app.state.event_feeds
    assert isinstance(feeds, Feeds)  # noqa: S101 - narrows for mypy: the lifespan sets it before any request
    return feeds


async def _watch(
    id_: Id, caller: ConversationFollower, runtime: RuntimeDep, feeds: Annotated[Feeds, Depends(_feeds)]
) -> AsyncIterator[tuple[Watch, ReadAccess]]:
    """Begin to watch before the response begins, so that an unknown id gets a 404; stop when the stream ends."""
    async with feeds.watch(caller.tenant_id, MassReplyId(id_), caller.identity) as watch:
        yield watch, ReadAccess(lambda: still_may(runtime.database, caller, Permission.CONVERSATIONS_READ))


@router.get(
    "/{id}/events",
    response_class=EventStream,
    responses={200: _STREAM, **problems(NotFound)},
)
async def follow_mass_reply(
    following: Annotated[tuple[Watch, ReadAccess], Depends(_watch)],
    last_event_id: Annotated[
        str | None,
        Header(
            pattern=CURSOR_FORM, description="The id of the last event that was read: the stream continues after it."
        ),
    ] = None,
    after: Annotated[
        str | None,
        Query(pattern=CURSOR_FORM, description="The same, for a page that opens a new stream with a new ticket."),
    ] = None,
    deliveries: Annotated[
        bool, Query(description="If false, the stream holds the progress alone, at the same cost for any size.")
    ] = True,
) -> EventStream:
    """Follow progress until it ends, by server-sent events. Without an event id, all settled deliveries come first.

    An event shows a delivery's present state. If it has changed since, only the later event is sent.
    """
    given = last_event_id or after
    cursor = BEGINNING if given is None else StreamCursor.read(given)
    # nginx would hold a stream back until its buffer is full.
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return EventStream(stream_events(*following, cursor, with_deliveries=deliveries), headers=headers)


async def stream_events(
    watch: Watch, access: ReadAccess, cursor: StreamCursor, *, with_deliveries: bool
) -> AsyncIterator[bytes]:
    """Yield the events after a cursor, and then each as it comes.

    End when the mass reply has ended or the reader may no longer read. End too when the process stops or the database
    is unreachable: the reader reconnects.
    """
    try:
        async for event in _stream_events(watch, cursor, access, with_deliveries=with_deliveries):
            yield event
    except UNREACHABLE as error:
        log.warning("polling_failed", of="mass reply", error=type(error).__name__)


async def _stream_events(
    watch: Watch, cursor: StreamCursor, access: ReadAccess, *, with_deliveries: bool
) -> AsyncIterator[bytes]:
    shown, until, silent_since = None, time.monotonic() + LONGEST_SECONDS, time.monotonic()
    while not watch.notifier.is_last and time.monotonic() < until and await access.is_valid():
        if (snapshot := watch.feed.latest) is None:
            return
        if snapshot.progress != shown:
            first = RETRY_MILLISECONDS if shown is None else None
            yield format_sse_event(event="progress", data_str=snapshot.progress, id=str(cursor), retry=first)
            shown = snapshot.progress
        if with_deliveries and cursor.position <= snapshot.newest:
            page = await watch.feed.page(cursor, snapshot.newest)
            cursor = page.end
            if page.events:
                yield page.events
        elif snapshot.ended_as is not None:
            yield format_sse_event(event=snapshot.ended_as, data_str=snapshot.progress, id=str(cursor))
            return
        elif await watch.notifier.wait(min(watch.heartbeat, access.seconds_left)):
            silent_since = time.monotonic()
        elif time.monotonic() - silent_since >= watch.heartbeat:
            silent_since = time.monotonic()
            yield KEEPALIVE_COMMENT
