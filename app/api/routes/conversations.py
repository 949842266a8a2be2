"""Conversations: importing, searching and reading them, and recording customers' messages."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response, status

from app.api.conversation_schemas import (
    ConversationResponse,
    CustomerMessageBody,
    ImportResponse,
    SearchBody,
    SearchResponse,
    TimelineResponse,
)
from app.api.deps import MAY_TAKE_LONG, ConversationReader, ConversationWriter, RuntimeDep
from app.api.import_schema import ConversationLine
from app.api.paging import Page, PageDep
from app.api.problems import problems
from app.api.routing import CallerFirst
from app.api.schemas import STORABLE, Listing, Moment
from app.conversations.conversations import add_customer_message, get, resolve, search
from app.conversations.import_line import parse_message
from app.conversations.importing import import_lines
from app.conversations.mail_import import import_mail, import_mailbox
from app.domain.conversation import ConversationView, TimelineItem
from app.domain.errors import Fault, InvalidRequest, NotFound
from app.domain.filters import parse_filter
from app.store.conversations import BEGINNING, timeline
from app.store.shares import BULK, SEARCH

router = APIRouter(prefix="/conversations", tags=["conversations"], route_class=CallerFirst)

# External ids may hold slashes (a Message-ID does), which arrive decoded: hence `:path`, and this order of the routes.
Name = Annotated[
    str, Path(pattern=STORABLE, alias="conversation_id", description="This service's id, or the external one.")
]

NDJSON: Final = "application/x-ndjson"
MAIL: Final = "message/rfc822"
MAILBOX: Final = "application/mbox"
# NDJSON last: of several types that all are bytes, openapi-python-client names the last one in its calls.
_EXAMPLES: Final = {
    MAIL: "From: Ann Lee <ann@example.test>\nMessage-ID: <abc@mail.example.test>\nSubject: Help\n\nIt failed.\n",
    MAILBOX: "From ann@example.test Fri May  1 10:00:00 2026\nFrom: Ann Lee <ann@example.test>\n\nPlease help.\n",
    NDJSON: '{"external_id": "c-1", "channel": "sms", "contact": {"external_id": "u-1", "phone": "+15550100"}}\n',
}
_SCHEMAS: Final[Mapping[str, dict[str, str]]] = {
    NDJSON: {"description": f"Lines, each of them a `{ConversationLine.__name__}`."}
}
_IMPORT: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"type": "string", "format": "binary", **_SCHEMAS.get(kind, {})}, "example": example}
            for kind, example in _EXAMPLES.items()
        },
    }
}


@router.post("/import", dependencies=MAY_TAKE_LONG, responses=problems(), openapi_extra=_IMPORT)
async def import_conversations(
    request: Request,
    caller: ConversationWriter,
    runtime: RuntimeDep,
    channel_account: Annotated[
        str | None, Query(pattern=STORABLE, description="For e-mails: the key of the channel account.")
    ] = None,
) -> ImportResponse:
    """Import conversations, one JSON object a line, or customers' e-mails. Good lines are kept, bad ones reported.

    Each line is a `ConversationLine`. A field left out keeps its value, null clears it, and a field of another name is
    refused. The same lines again change nothing.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    tenant, body, database = caller.tenant_id, request.stream(), runtime.database.of(BULK)
    if kind == NDJSON:
        return ImportResponse.of(await import_lines(database, tenant, body, runtime.address_digests))
    if kind not in (MAIL, MAILBOX):
        raise _refused("/content-type", "unsupported_media_type", f"Send {NDJSON}, {MAIL} or {MAILBOX}.")
    if channel_account is None:
        raise _refused("/channel_account", "missing", "E-mails are imported for a channel account. Give its key.")
    import_mails = import_mail if kind == MAIL else import_mailbox
    return ImportResponse.of(await import_mails(database, tenant, channel_account, body, runtime.address_digests))


def _refused(pointer: str, code: str, detail: str) -> InvalidRequest:
    return InvalidRequest(faults=[Fault(pointer, code, detail)])


@router.post("/search", dependencies=MAY_TAKE_LONG, responses=problems())
async def search_conversations(body: SearchBody, caller: ConversationReader, runtime: RuntimeDep) -> SearchResponse:
    """Find conversations by the filter that a mass reply takes, newest first."""
    filter, page = parse_filter(body.filter, "/filter"), Page(body.limit, body.cursor)
    async with runtime.database.of(SEARCH).begin(caller.tenant_id) as tx:
        found = await search(tx, filter, limit=page.limit + 1, before=page.after(UUID))
    listing = page.listing(found.items, _position, ConversationResponse.of)
    return SearchResponse(total=found.total, items=listing.items, next_cursor=listing.next_cursor)


def _position(view: ConversationView) -> UUID | None:
    return view.conversation.id


@router.get("/{conversation_id:path}/timeline", responses=problems(NotFound))
async def conversation_timeline(
    name: Name, page: PageDep, caller: ConversationReader, runtime: RuntimeDep
) -> Listing[TimelineResponse]:
    """List a conversation's timeline, oldest first; each reply with the present status of its delivery."""
    after = page.after(tuple[Moment, UUID]) or BEGINNING
    async with runtime.database.begin(caller.tenant_id) as tx:
        id_ = await resolve(tx, name)
        items = await timeline(tx, id_, after=after, limit=page.limit + 1)
    return page.listing(items, _time_and_id, TimelineResponse.of)


def _time_and_id(item: TimelineItem) -> tuple[datetime, UUID]:
    return item.created_at, item.id


@router.post(
    "/{conversation_id:path}/customer-messages",
    status_code=status.HTTP_201_CREATED,
    responses={200: {"model": TimelineResponse, "description": "The message was stored before."}, **problems(NotFound)},
)
async def record_customer_message(
    name: Name, body: CustomerMessageBody, caller: ConversationWriter, runtime: RuntimeDep, response: Response
) -> TimelineResponse:
    """Record a customer's message. The conversation is `pending` then, and active again if it was done."""
    message = parse_message(body)
    async with runtime.database.begin(caller.tenant_id) as tx:
        written = await add_customer_message(tx, name, message)
    response.status_code = status.HTTP_201_CREATED if written.added else status.HTTP_200_OK
    return TimelineResponse.of(written.item)


@router.get("/{conversation_id:path}", responses=problems(NotFound))
async def get_conversation(name: Name, caller: ConversationReader, runtime: RuntimeDep) -> ConversationResponse:
    """Return a conversation, with its contact and the customer's last message."""
    async with runtime.database.begin(caller.tenant_id) as tx:
        return ConversationResponse.of(await get(tx, name))
