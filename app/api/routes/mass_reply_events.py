"""Following a mass reply by server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any, Final

import structlog
from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import StreamingResponse
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event

from app.api.auth import still_may
from app.api.delivery_schemas import DeliveryAnswer
from app.api.deps import ConversationFollower, RuntimeDep
from app.api.event_streams import Feeds, Watch
from app.api.mass_replies import Id
from app.api.mass_reply_schemas import ProgressAnswer
from app.api.problems import problems
from app.api.routing import CallerFirst
from app.api.schemas import Answer
from app.domain.errors import NotFound
from app.domain.permissions import Permission
from app.domain.stream_cursor import BEGINNING, CURSOR_FORM, StreamCursor
from app.domain.words import MassReplyId
from app.process.polling import UNREACHABLE

log = structlog.get_logger()

router = APIRouter(prefix="/mass-replies", tags=["mass replies"], route_class=CallerFirst)

RETRY_MILLISECONDS: Final = 2_000
LONGEST_SECONDS: Final = 3_600
"""Then the reader opens another one."""
ASKED_AGAIN_SECONDS: Final = 10.0
"""After which a stream asks whether its reader still may."""


class EventStream(StreamingResponse):
    """Takes events as they go over the wire, a page of them at once; FastAPI's own takes and writes each by itself."""

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


def _event_schema(names: list[str], content: type[Answer]) -> dict[str, Any]:
    """One event as OpenAPI 3.2 describes it (section 4.14.4). What the content refers to is in other answers too."""
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
    "description": "`progress` at once and whenever it changes, at most once a second; `delivery` for each that has "
    "settled; at the end `completed`, `cancelled` or `expired`, and the stream ends. Comments in between.",
    "content": {
        EventStream.media_type: {
            # The stream as a whole, of which each item is described (OpenAPI 3.2).
            "schema": {"type": "array", "items": {"type": "object"}},
            "itemSchema": {
                "oneOf": [
                    _event_schema(["progress", "completed", "cancelled", "expired"], ProgressAnswer),
                    _event_schema(["delivery"], DeliveryAnswer),
                ]
            },
            "example": _EXAMPLE,
        }
    },
}


class Right:
    """Whether somebody may read, asked every so often."""

    def __init__(self, ask: Callable[[], Awaitable[bool]]) -> None:
        """What opens a stream has just been asked."""
        self._ask = ask
        self._good_until = time.monotonic() + ASKED_AGAIN_SECONDS

    @property
    def seconds_left(self) -> float:
        return max(0.0, self._good_until - time.monotonic())

    async def holds(self) -> bool:
        if self.seconds_left > 0:
            return True
        self._good_until = time.monotonic() + ASKED_AGAIN_SECONDS
        return await self._ask()


def _feeds(request: Request) -> Feeds:
    feeds = request.app.state.event_feeds
    assert isinstance(feeds, Feeds)  # noqa: S101 - narrows for mypy: the lifespan sets it before any request
    return feeds


async def _watch(
    id_: Id, caller: ConversationFollower, runtime: RuntimeDep, feeds: Annotated[Feeds, Depends(_feeds)]
) -> AsyncIterator[tuple[Watch, Right]]:
    """Asked for before the answer begins, so that an unknown one is refused with a status; left when it has ended."""
    async with feeds.watch(caller.tenant_id, MassReplyId(id_), caller.identity) as watch:
        yield watch, Right(lambda: still_may(runtime.database, caller, Permission.CONVERSATIONS_READ))


@router.get(
    "/{id}/events",
    response_class=EventStream,
    responses={200: _STREAM, **problems(NotFound)},
)
async def follow_mass_reply(
    following: Annotated[tuple[Watch, Right], Depends(_watch)],
    last_event_id: Annotated[
        str | None,
        Header(
            pattern=CURSOR_FORM, description="The id of the last event that was read: the stream goes on behind it."
        ),
    ] = None,
    after: Annotated[
        str | None,
        Query(pattern=CURSOR_FORM, description="The same, for a page that opens a new stream with a new ticket."),
    ] = None,
    deliveries: Annotated[bool, Query(description="False: the progress alone, at the same cost for any size.")] = True,
) -> EventStream:
    """Server-sent events. Without a place to go on from, every delivery that has settled is told from the first one.

    A delivery is told as it stands; where it has gone on meanwhile, only the later event tells of it.
    """
    given = last_event_id or after
    cursor = BEGINNING if given is None else StreamCursor.read(given)
    # nginx would hold a stream back until its buffer is full.
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return EventStream(stream_events(*following, cursor, with_deliveries=deliveries), headers=headers)


async def stream_events(
    watch: Watch, right: Right, cursor: StreamCursor, *, with_deliveries: bool
) -> AsyncIterator[bytes]:
    """Tell what came behind a place, and then what comes.

    It ends where there is no more to tell, and with the reader's right to read; also where the process stops or the
    database is away: the reader comes back.
    """
    try:
        async for event in _stream_events(watch, cursor, right, with_deliveries=with_deliveries):
            yield event
    except UNREACHABLE as error:
        log.warning("news_failed", of="mass reply", error=type(error).__name__)


async def _stream_events(
    watch: Watch, cursor: StreamCursor, right: Right, *, with_deliveries: bool
) -> AsyncIterator[bytes]:
    shown, until, silent_since = None, time.monotonic() + LONGEST_SECONDS, time.monotonic()
    while not watch.notifier.is_last and time.monotonic() < until and await right.holds():
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
        elif await watch.notifier.wait(min(watch.heartbeat, right.seconds_left)):
            silent_since = time.monotonic()
        elif time.monotonic() - silent_since >= watch.heartbeat:
            silent_since = time.monotonic()
            yield KEEPALIVE_COMMENT
