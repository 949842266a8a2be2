"""The web chat, for visitors' browsers. A session's token is the whole credential; any page may call these routes."""

from collections.abc import AsyncIterable, AsyncIterator
from contextlib import aclosing
from datetime import datetime
from typing import Annotated, Self
from urllib.parse import quote
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Header, Query, Request, Response, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import Field, StringConstraints

from app.api.bodies import belongs_to
from app.api.deps import FilesDep, RuntimeDep
from app.api.problems import NotReady, only_problems
from app.api.rate_limit import RateLimit
from app.api.routing import AccessCheck, CallerFirst
from app.api.schemas import Body, ResponseBody
from app.domain.errors import InvalidRequest, NotFound, Overloaded, RateLimited, Unauthenticated
from app.domain.words import AccountId
from app.process.polling import UNREACHABLE, Notifier
from app.webchat import sessions
from app.webchat.model import MAX_MESSAGE_CHARACTERS, ChatMessage, ChatSession, Sender

log = structlog.get_logger()
router = APIRouter(prefix="/chat/sessions", tags=["web chat"], route_class=CallerFirst)

_bearer = HTTPBearer(auto_error=False, scheme_name="ChatToken", description="A visitor's session token: `mc_…`")
_FOR_VISITORS = only_problems(Unauthenticated, InvalidRequest, RateLimited, Overloaded)


class ChatLimits:
    """The rate limits of visitors in one process."""

    def __init__(self) -> None:
        self.sessions = RateLimit(burst=10, interval=6.0)
        self.messages = RateLimit(burst=20, interval=1.0)


async def _limits(request: Request) -> ChatLimits:
    limits = request.app.state.chat_limits
    assert isinstance(limits, ChatLimits)  # noqa: S101 - narrows for mypy: the lifespan sets it before any request
    return limits


LimitsDep = Annotated[ChatLimits, Depends(_limits)]


class _Visitors(AccessCheck):
    async def __call__(
        self,
        request: Request,
        runtime: RuntimeDep,
        credential: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    ) -> ChatSession:
        known = getattr(request.state, "visitor", None)
        if isinstance(known, ChatSession):
            return known
        if credential is None:
            raise Unauthenticated
        session = await sessions.find_session(runtime.database, credential.credentials)
        belongs_to(request, session.tenant)
        request.state.visitor = session
        return session


Visitor = Annotated[ChatSession, Depends(_Visitors())]


async def _notifier(visitor: Visitor, runtime: RuntimeDep) -> AsyncIterator[Notifier]:
    """Begin to watch before the response begins, so that a page beyond the limit is refused with a status."""
    async with runtime.chat_notifications.watch(visitor) as notifier:
        yield notifier


class SessionBody(Body):
    channel_account: UUID = Field(description="The public id of the web chat's channel account.")
    name: Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)] | None = Field(
        default=None, description="The name that the visitor gave; it is not verified."
    )


class ChatSessionResponse(ResponseBody):
    token: str = Field(
        description="Store it in the visitor's browser: it is shown once, and is the way back to this chat.",
        examples=["mc_…"],
    )
    conversation_id: UUID


class VisitorMessageBody(Body):
    text: Annotated[str, StringConstraints(min_length=1, max_length=MAX_MESSAGE_CHARACTERS, strip_whitespace=True)] = (
        Field(examples=["Is it mended?"])
    )
    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = Field(
        default=None, description="The page's own id of the message: repeating a request with it adds nothing."
    )


class ChatFileResponse(ResponseBody):
    id: UUID
    filename: str
    content_type: str
    size: int = Field(examples=[48213])


class ChatMessageResponse(ResponseBody):
    id: UUID
    sender: Sender
    text: str = Field(examples=["Is it mended?"])
    html: str | None = Field(description="Sanitised; null if there is only text.")
    author_name: str | None
    attachments: list[ChatFileResponse] = Field(examples=[[]])
    created_at: datetime

    @classmethod
    def of(cls, message: ChatMessage) -> Self:
        return cls(
            id=message.id,
            sender=message.sender,
            text=message.text,
            html=message.html,
            author_name=message.author_name,
            attachments=[ChatFileResponse.model_validate(file) for file in message.attachments],
            created_at=message.created_at,
        )


class ChatMessagesResponse(ResponseBody):
    items: list[ChatMessageResponse]
    more: bool = Field(description="Whether there may be more after the last of these.")


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses=only_problems(NotFound, InvalidRequest, RateLimited, Overloaded),
)
async def open_chat_session(
    body: SessionBody, request: Request, runtime: RuntimeDep, limits: LimitsDep
) -> ChatSessionResponse:
    """Open a session for a visitor: create a contact and a conversation of the channel `chat`."""
    limits.sessions.take((request.client and request.client.host, body.channel_account))
    opened = await sessions.open_session(runtime.database, AccountId(body.channel_account), body.name)
    return ChatSessionResponse(token=opened.token, conversation_id=opened.session.conversation)


After = Annotated[UUID, Query(description="The id of the last message that the page shows.")]


@router.get("/me/messages", responses=_FOR_VISITORS)
async def read_chat_messages(
    visitor: Visitor, runtime: RuntimeDep, after: After = sessions.BEGINNING
) -> ChatMessagesResponse:
    """List the messages after one, oldest first. A reply is delivered when it is fetched."""
    messages = await sessions.read(runtime.database, visitor, after)
    return ChatMessagesResponse(
        items=[ChatMessageResponse.of(one) for one in messages], more=len(messages) == sessions.PAGE
    )


@router.get("/me/events", response_class=EventSourceResponse, responses=_FOR_VISITORS)
async def follow_chat(
    visitor: Visitor,
    runtime: RuntimeDep,
    notifier: Annotated[Notifier, Depends(_notifier)],
    after: After = sessions.BEGINNING,
    last_event_id: Annotated[UUID | None, Header()] = None,
) -> AsyncIterable[ServerSentEvent]:
    """Follow the chat by server-sent events: a `message` for each after the given one, with the message's id."""
    try:
        async with aclosing(sessions.follow(runtime.database, notifier, visitor, last_event_id or after)) as messages:
            async for message in messages:
                yield ServerSentEvent(data=ChatMessageResponse.of(message), event="message", id=str(message.id))
    except UNREACHABLE as error:  # the page will follow again
        log.warning("polling_failed", of="web chat", error=type(error).__name__)


@router.post("/me/messages", status_code=status.HTTP_201_CREATED, responses=_FOR_VISITORS)
async def write_chat_message(
    body: VisitorMessageBody, visitor: Visitor, runtime: RuntimeDep, limits: LimitsDep
) -> ChatMessageResponse:
    """Write to the helpdesk. The conversation is `pending` then, and active again if it was done."""
    limits.messages.take(visitor)
    return ChatMessageResponse.of(await sessions.write(runtime.database, visitor, body.text, body.id))


@router.get(
    "/me/attachments/{id}",
    response_class=Response,
    responses={
        200: {"content": {"*/*": {}}, "description": "The file."},
        **only_problems(Unauthenticated, InvalidRequest, NotFound, NotReady, Overloaded),
    },
)
async def download_chat_attachment(id: UUID, visitor: Visitor, runtime: RuntimeDep, files: FilesDep) -> Response:
    """Download a file of a reply. Browsers save it and never show it."""
    stored = await sessions.find_file(runtime.database, visitor, id)
    content = await files.get(stored.storage_key)
    name = quote(stored.attachment.filename, safe="")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(content, media_type=stored.attachment.content_type, headers=headers)
